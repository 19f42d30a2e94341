// @ts-check
'use strict'

// What `image()` does to colours and sharpness beside sharp, pixel by pixel, alone and together.
//
// Samples may differ by one where libvips cuts off the fraction that is rounded here; whatever lets one sample differ by more
// has its reason beside it.

const { WorkerPool } = require('..')
const { differences, glass, ours, pixelsOf, reference, sharp, sized, theirs } = require('./support/peers')
const { likeness, means, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */
/** @typedef {import('./support/peers').Chain} Chain */

/** @type {WorkerPool} */
let pool
/** @type {Pixels} */
let cat
/** @type {Pixels} */
let window
/** A PNG of one channel. @type {Buffer} */
let grey
/** A PNG of 16 bits. @type {Buffer} */
let deep

/** sharp of pixels. @param {Pixels} pixels */
const sharpOf = ({ data, width, height, channels }) =>
  sharp(data, { raw: { width, height, channels: /** @type {3 | 4} */ (channels) } })

beforeAll(async () => {
  pool = new WorkerPool(2)
  cat = await sized('chelsea.jpg', 157, 103)
  window = glass(cat)
  grey = await sharpOf(await sized('coffee.jpg', 157, 103))
    .toColourspace('b-w')
    .png()
    .toBuffer()
  // Steps between the levels of 8 bits.
  deep = await sharpOf(cat).toColourspace('rgb16').blur(3).png().toBuffer()
})

afterAll(() => pool.close())

const exact = { max: 0 }
const rounded = { max: 1, psnr: 50.5, ssim: 0.998, shift: 0.55 }
/** A step of the grey that is tinted is up to four of a colour. */
const tinted = { max: 4, psnr: 51, ssim: 0.998, shift: 0.3 }

describe('pixel by pixel', () => {
  /** @type {[string, Chain, object?, object?][]} by name: the chain, its bounds, those with alpha */
  const cases = [
    ['flatten', (chain) => chain.flatten(), exact],
    ['flatten on a colour', (chain) => chain.flatten({ background: '#c86432' }), exact],
    ['negate', (chain) => chain.negate(), exact],
    ['negate, but not alpha', (chain) => chain.negate({ alpha: false }), exact],
    ['greyscale', (chain) => chain.greyscale(), rounded],
    ['ensureAlpha', (chain) => chain.ensureAlpha(), exact],
    ['ensureAlpha of a half', (chain) => chain.ensureAlpha(0.5), exact],
    ['ensureAlpha of nothing', (chain) => chain.ensureAlpha(0), exact],
    ['removeAlpha', (chain) => chain.removeAlpha(), exact],
    ['threshold, colours', (chain) => chain.threshold(100, { greyscale: false }), exact],
    ['threshold of 0, which is none', (chain) => chain.threshold(0), exact],
    ['threshold off', (chain) => chain.threshold(false), exact],
    ['linear, one factor', (chain) => chain.linear(0.5), rounded],
    ['linear, both', (chain) => chain.linear(1.3, -20), rounded],
    ['linear, one offset', (chain) => chain.linear(undefined, 30), exact],
    ['linear by channel', (chain) => chain.linear([1.1, 0.8, 1], [0, 10, -20]), rounded],
    ['modulate, brighter', (chain) => chain.modulate({ brightness: 1.3 }), rounded],
    ['modulate, darker', (chain) => chain.modulate({ brightness: 0.6 }), rounded],
    ['modulate, pale', (chain) => chain.modulate({ saturation: 0.4 }), rounded],
    ['modulate, vivid', (chain) => chain.modulate({ saturation: 1.8 }), rounded],
    ['modulate, grey', (chain) => chain.modulate({ saturation: 0 }), rounded],
    ['modulate, hue', (chain) => chain.modulate({ hue: 90 }), rounded],
    ['modulate, hue the other way', (chain) => chain.modulate({ hue: -160 }), rounded],
    ['modulate, lightness', (chain) => chain.modulate({ lightness: 15 }), rounded],
    [
      'modulate, all',
      (chain) => chain.modulate({ brightness: 1.2, saturation: 0.7, hue: 200, lightness: -5 }),
      rounded,
    ],
    ['tint, warm', (chain) => chain.tint('#ff8800'), tinted],
    ['tint, cold', (chain) => chain.tint({ r: 20, g: 60, b: 200 }), tinted],
    ['normalise', (chain) => chain.normalise(), { max: 2, psnr: 50, ssim: 0.998, shift: 0.6 }],
    [
      'normalise, narrow',
      (chain) => chain.normalise({ lower: 10, upper: 90 }),
      { max: 2, psnr: 50, ssim: 0.998, shift: 0.6 },
    ],
    [
      'normalise, wide',
      (chain) => chain.normalise({ lower: 0, upper: 100 }),
      { max: 2, psnr: 50, ssim: 0.998, shift: 0.6 },
    ],
    // sharp lets white become 254 where the exponent is not exact in floating point.
    ['gamma', (chain) => chain.gamma(), rounded],
    ['gamma of 3', (chain) => chain.gamma(3), rounded],
    ['gamma in', (chain) => chain.gamma(2, 1), rounded],
    ['gamma out', (chain) => chain.gamma(1, 2), rounded],
    ['gamma, both', (chain) => chain.gamma(2.2, 1.5), rounded],
  ]

  test.each(cases)('%s', async (_, chain, bounds = exact) => {
    expect(await differences(cat, chain, bounds, { pool })).toEqual([])
  })

  test.each(cases)('%s, with alpha', async (_, chain, bounds = exact) => {
    expect(await differences(window, chain, bounds, { pool })).toEqual([])
  })

  // sharp has no three factors for one channel.
  test.each(cases.filter(([name]) => name !== 'linear by channel'))('%s, of grey', async (_, chain, bounds = exact) => {
    expect(await differences(grey, chain, bounds, { pool })).toEqual([])
  })

  // sharp takes the offsets of `linear` and the levels of `threshold` in units of 16 bits here, where 255 is black.
  const unitless = cases.filter(([name]) => !/^linear, (both|one offset)|^linear by|^threshold, col/.test(name))

  // From 16 bits to 8 sharp cuts the lower byte off.
  test.each(unitless)('%s, of 16 bits', async (_, chain) => {
    expect(await differences(deep, chain, { max: 4, psnr: 48, shift: 1 }, { pool })).toEqual([])
  })

  // Of 16 bits a grey that lies on the threshold may be rounded to either side of it: at most one pixel of 100.
  test.each([[undefined], [60], [128], [200]])('threshold %s', async (threshold) => {
    for (const [name, picture] of Object.entries({ cat, window, grey, deep })) {
      const [found, expected] = await Promise.all([
        pixelsOf(ours(picture, { pool }).threshold(threshold)),
        reference(picture, (chain) => chain.threshold(threshold)),
      ])
      expect(found.channels).toBe(expected.channels)
      const different = found.data.filter((sample, i) => sample !== expected.data[i]).length
      expect(different / found.data.length).toBeLessThanOrEqual(name === 'deep' ? 0.01 : 0)
    }
  })
})

describe('blur', () => {
  const sigmas = [0.3, 0.5, 0.8, 1, 1.5, 2.3, 4, 7, 12, 30]

  /** The weights that libvips takes by default: integers up to 20. @param {number} sigma @param {number} least */
  function weights(sigma, least) {
    const side = []
    for (let x = 0; ; x++) {
      const weight = Math.exp(-(x * x) / (2 * sigma * sigma))
      if (weight < least) break
      side.push(Math.round(20 * weight))
    }
    return [...side.slice(1).toReversed(), ...side]
  }

  /** sharp's convolution with these weights in floating point, along both axes. @param {number[]} weights */
  const convolved = (weights) => (/** @type {any} */ chain) => {
    const kernel = weights.flatMap((a) => weights.map((b) => a * b))
    return chain.convolve({ width: weights.length, height: weights.length, kernel })
  }

  // sharp's own integers let the brightness drift by up to 2.3 levels: see below.
  test.each([...sigmas, undefined])('sigma %s, by the weights of libvips', async (sigma) => {
    const line = sigma === undefined ? [1, 1, 1] : weights(sigma, 0.2)
    for (const picture of [cat, grey]) {
      const found = await pixelsOf(ours(picture, { pool }).blur(sigma))
      const expected = line.length < 3 ? await reference(picture) : await reference(picture, convolved(line))
      expect(
        shortfalls(likeness(found, expected), { max: 1, psnr: 50.5, ssim: 0.9955, shift: 0.55, edge: 50 }),
      ).toEqual([])
    }
  })

  test.each([...sigmas, undefined])('sigma %s keeps the brightness', async (sigma) => {
    // A frame of one colour, so that as much comes in at the edges as goes out.
    const picture = await reference(cat, (chain) => chain.extend({ ...sides(40), background: '#808080' }))
    const [before, after] = [means(picture), means(await pixelsOf(ours(picture, { pool }).blur(sigma)))]
    expect(Math.max(...before.map((mean, c) => Math.abs(mean - after[c])))).toBeLessThan(0.15)
  })

  test.each([...sigmas, undefined])('sigma %s, beside the default of sharp', async (sigma) => {
    const blurred = (/** @type {any} */ chain) => chain.blur(sigma)
    for (const picture of [cat, grey]) {
      expect(await differences(picture, blurred, { max: 3, psnr: 46.9, ssim: 0.9955, shift: 1.3 }, { pool })).toEqual(
        [],
      )
    }
    expect(await differences(window, blurred, { max: 4, psnr: 46, ssim: 0.994, shift: 2 }, { pool })).toEqual([])
    expect(await differences(deep, blurred, { max: 2, psnr: 50, ssim: 0.996, shift: 1 }, { pool })).toEqual([])
  })

  test.each([
    [2, 0.5],
    [5, 0.01],
    [3, 0.001],
  ])('sigma %s, cut off at %s', async (sigma, minAmplitude) => {
    const found = await pixelsOf(ours(cat, { pool }).blur({ sigma, minAmplitude }))
    const expected = await reference(cat, convolved(weights(sigma, minAmplitude)))
    expect(shortfalls(likeness(found, expected), { max: 1, psnr: 50.5, ssim: 0.997, shift: 0.55, edge: 50 })).toEqual(
      [],
    )
  })

  test('off', async () => {
    expect(await differences(cat, (chain) => chain.blur(3).blur(false), exact, { pool })).toEqual([])
  })
})

/** As much on every side. @param {number} pixels */
const sides = (pixels) => ({ top: pixels, left: pixels, bottom: pixels, right: pixels })

describe('sharpen', () => {
  /** @type {[string, Chain][]} */
  const cases = [
    ['without options', (chain) => chain.sharpen()],
    ['sigma 0.5', (chain) => chain.sharpen({ sigma: 0.5 })],
    ['sigma 1', (chain) => chain.sharpen({ sigma: 1 })],
    ['sigma 2', (chain) => chain.sharpen({ sigma: 2 })],
    ['sigma 5', (chain) => chain.sharpen({ sigma: 5 })],
    ['only flat parts', (chain) => chain.sharpen({ sigma: 1, m1: 3, m2: 0 })],
    ['only jagged parts', (chain) => chain.sharpen({ sigma: 1, m1: 0, m2: 6 })],
    ['all', (chain) => chain.sharpen({ sigma: 2, m1: 0.5, m2: 3, x1: 3, y2: 15, y3: 15 })],
    ['hardly at all', (chain) => chain.sharpen({ sigma: 1, y2: 1, y3: 1 })],
  ]

  // What is a rounding before is more after these: the way back of gamma stretches what is dark, normalise all of it.
  test.each(
    /** @type {[string, (chain: any) => any, object][]} */ ([
      ['resize in the light of gamma', (chain) => chain.resize(60, 40, { fit: 'fill' }).gamma(), { max: 24 }],
      [
        'gamma, resize, linear',
        (chain) => chain.gamma(2).resize(60, 40, { fit: 'fill' }).linear(1.2, -10),
        { max: 12 },
      ],
      [
        'resize, greyscale, linear',
        (chain) => chain.resize(60, 50, { fit: 'fill' }).greyscale().linear(1.2, -10),
        { max: 10 },
      ],
      ['linear before normalise', (chain) => chain.normalise().linear(0.6, 20), { max: 6, psnr: 44.5 }],
    ]),
  )('%s', async (_, chain, loose) => {
    const bounds = { psnr: 46, ssim: 0.99, shift: 1.5, ...loose }
    for (const picture of [cat, grey]) expect(await differences(picture, chain, bounds, { pool })).toEqual([])
  })

  test.each(cases)('%s', async (_, chain) => {
    const bounds = { max: 6, psnr: 46.5, ssim: 0.993, shift: 0.9, edge: 46 }
    for (const picture of [cat, grey]) expect(await differences(picture, chain, bounds, { pool })).toEqual([])
    expect(await differences(window, chain, { ...bounds, max: 8 }, { pool })).toEqual([])
    expect(await differences(deep, chain, bounds, { pool })).toEqual([])
  })
})

describe('median', () => {
  test.each([[undefined], [1], [3], [4], [5], [7], [9]])('of %s', async (size) => {
    const chain = (/** @type {any} */ chain) => chain.median(size)
    for (const picture of [cat, window, grey]) expect(await differences(picture, chain, exact, { pool })).toEqual([])
    expect(await differences(deep, chain, { max: 1 }, { pool })).toEqual([])
  })
})

describe('together', () => {
  /** @type {[string, Chain][]} */
  const cases = [
    [
      'resize, blur, modulate',
      (chain) => chain.resize(79, 52, { fit: 'fill' }).blur(1.2).modulate({ brightness: 1.1 }),
    ],
    [
      'flatten, resize, negate',
      (chain) => chain.flatten({ background: '#c0c0c0' }).resize(60, 40, { fit: 'fill' }).negate(),
    ],
    ['negate after gamma', (chain) => chain.gamma().negate()],
    ['negate after normalise and tint', (chain) => chain.negate().normalise().tint('#8080ff')],
    ['negate after threshold', (chain) => chain.negate().threshold(90, { greyscale: false })],
    ['median, blur', (chain) => chain.blur(2).median(5)],
    ['modulate before sharpen', (chain) => chain.sharpen({ sigma: 1 }).modulate({ saturation: 1.5, brightness: 0.9 })],
    ['removeAlpha, ensureAlpha', (chain) => chain.ensureAlpha(0.3).removeAlpha()],
    ['extend, blur', (chain) => chain.extend({ ...sides(9), background: '#c0c0c0' }).blur(2)],
    ['turned, blurred', (chain) => chain.rotate(90).blur(2).flip()],
  ]

  test.each(cases)('%s', async (_, chain) => {
    const bounds = { max: 6, psnr: 46, ssim: 0.99, shift: 1.5 }
    for (const picture of [cat, grey]) expect(await differences(picture, chain, bounds, { pool })).toEqual([])
    expect(await differences(window, chain, { ...bounds, max: 10, psnr: 45, shift: 2 }, { pool })).toEqual([])
  })

  // With alpha, sharp compares colours that are multiplied by it where a blur follows.
  test('threshold before blur', async () => {
    const chain = (/** @type {any} */ chain) => chain.blur(1.5).threshold(128, { greyscale: false })
    for (const picture of [cat, grey]) {
      expect(await differences(picture, chain, { max: 2, psnr: 48, shift: 1 }, { pool })).toEqual([])
    }
  })

  // sharp's raw pixels of a grey picture are one channel, whatever became of it.
  test('greyscale, tint', async () => {
    for (const picture of [cat, window, grey]) {
      const [found, expected] = await Promise.all(
        [ours(picture, { pool }), theirs(picture)].map(async (chain) =>
          reference(await chain.greyscale().tint('#ff8800').png().toBuffer()),
        ),
      )
      expect(shortfalls(likeness(found, expected), { max: 4, psnr: 50 })).toEqual([])
    }
  })
})
