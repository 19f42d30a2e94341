// @ts-check
'use strict'

// The layers of `composite` beside sharp's, pixel by pixel.
//
// libvips computes in floating point as is done here, but cuts the fraction off, so that it is half a level darker.

const { WorkerPool } = require('..')
const {
  differences,
  fixture,
  glass,
  ours,
  photo,
  pixelsOf,
  reference,
  sharp,
  sized,
  theirs,
} = require('./support/peers')
const { likeness, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

const blends = [
  'clear',
  'source',
  'over',
  'in',
  'out',
  'atop',
  'dest',
  'dest-over',
  'dest-in',
  'dest-out',
  'dest-atop',
  'xor',
  'add',
  'saturate',
  'multiply',
  'screen',
  'overlay',
  'darken',
  'lighten',
  'colour-dodge',
  'color-dodge',
  'colour-burn',
  'color-burn',
  'hard-light',
  'soft-light',
  'difference',
  'exclusion',
]
const gravities = ['centre', 'north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest']

/** @type {WorkerPool} */
let pool
/** @type {Pixels} */
let cat
/** @type {Pixels} */
let window
/** As large as these, transparent above. @type {Buffer} */
let large
/** 33 × 27, transparent above. @type {Buffer} */
let small

/** PNGs of pixels. @param {Pixels} pixels */
const png = ({ data, width, height, channels }) =>
  sharp(data, { raw: { width, height, channels: /** @type {3 | 4} */ (channels) } }).png()

beforeAll(async () => {
  pool = new WorkerPool(2)
  cat = await sized('chelsea.jpg', 120, 80)
  window = glass(cat)
  // Turned, so that its alpha goes the other way.
  const turned = async (/** @type {number} */ width, /** @type {number} */ height) =>
    png(glass(await sized('coffee.jpg', height, width)))
      .rotate(90)
      .toBuffer()
  large = await turned(120, 80)
  small = await turned(33, 27)
})

afterAll(() => pool.close())

const bounds = { max: 2, psnr: 52, ssim: 0.997, shift: 0.6 }

/** @param {object[]} layers */
const layered =
  (...layers) =>
  (/** @type {any} */ chain) =>
    chain.composite(layers)

describe.each(blends)('%s', (blend) => {
  test('on a photo', async () => {
    expect(await differences(cat, layered({ input: large, blend }), bounds, { pool })).toEqual([])
  })

  test('on a transparent picture', async () => {
    expect(await differences(window, layered({ input: large, blend }), { ...bounds, psnr: 51.5 }, { pool })).toEqual([])
  })

  test('on a part, which leaves the rest or not', async () => {
    expect(await differences(window, layered({ input: small, blend, left: 50, top: 31 }), bounds, { pool })).toEqual([])
    expect(await differences(cat, layered({ input: small, blend, gravity: 'northeast' }), bounds, { pool })).toEqual([])
  })
})

describe('where a layer lies', () => {
  test.each(gravities)('%s', async (gravity) => {
    expect(await differences(cat, layered({ input: small, gravity }), bounds, { pool })).toEqual([])
  })

  test.each([
    [0, 0],
    [13, 9],
    [-10, -7],
    [100, 60],
    [-33, 20],
    [119, 79],
    [120, 80],
    [300, -300],
  ])('%s, %s', async (left, top) => {
    expect(await differences(cat, layered({ input: small, left, top }), bounds, { pool })).toEqual([])
  })

  test.each(gravities)('tiles from %s', async (gravity) => {
    expect(await differences(cat, layered({ input: small, gravity, tile: true }), bounds, { pool })).toEqual([])
    expect(
      await differences(window, layered({ input: small, gravity, tile: true, blend: 'xor' }), bounds, { pool }),
    ).toEqual([])
  })

  test.each([
    [0, 0],
    [5, 3],
    [40, 40],
    [300, 2],
  ])('tiles from %s, %s', async (left, top) => {
    expect(await differences(cat, layered({ input: small, tile: true, left, top }), bounds, { pool })).toEqual([])
  })
})

describe('what a layer is', () => {
  test('raw pixels', async () => {
    const input = Buffer.from([255, 0, 0, 128, 0, 255, 0, 200])
    const layer = { input, raw: { width: 2, height: 1, channels: 4 }, left: 3, top: 4 }
    expect(await differences(cat, layered(layer), bounds, { pool })).toEqual([])
  })

  test('one colour', async () => {
    const create = { width: 20, height: 10, channels: 4, background: { r: 0, g: 80, b: 255, alpha: 0.4 } }
    expect(await differences(cat, layered({ input: { create }, left: 3, top: 4 }), bounds, { pool })).toEqual([])
  })

  test('premultiplied', async () => {
    const { data, width, height } = glass(await sized('coffee.jpg', 60, 40))
    const input = Buffer.from(data)
    for (let i = 0; i < input.length; i++) if (i % 4 < 3) input[i] = Math.round((input[i] * input[i | 3]) / 255)
    const layer = { input, raw: { width, height, channels: 4 }, premultiplied: true }
    for (const blend of ['over', 'multiply', 'dest-over']) {
      for (const picture of [cat, window]) {
        expect(await differences(picture, layered({ ...layer, blend }), bounds, { pool })).toEqual([])
      }
    }
  })

  test('opaque, grey, JPEG, 16 bits, a palette', async () => {
    const opaque = png(await sized('coffee.jpg', 50, 40))
    for (const input of [
      await opaque.clone().toBuffer(),
      await opaque.clone().toColourspace('b-w').toBuffer(),
      await opaque.clone().jpeg().toBuffer(),
      await opaque.clone().toColourspace('rgb16').toBuffer(),
      fixture('pngsuite/tbbn3p08.png'),
      fixture('formats/alpha.webp'),
    ]) {
      expect(await differences(cat, layered({ input, gravity: 'west' }), bounds, { pool })).toEqual([])
    }
  })

  test('turned by EXIF when that is asked for', async () => {
    const input = fixture('orientation/Landscape_6.jpg')
    const base = await sized('coffee.jpg', 150, 130)
    for (const autoOrient of [false, true]) {
      expect(await differences(base, layered({ input, autoOrient }), { max: 0 }, { pool })).toEqual([])
    }
  })

  // Two roundings more than in libvips, which keeps the sum of all layers in floating point.
  test('several', async () => {
    const layers = [
      { input: small, left: 3, top: 4, blend: 'screen' },
      { input: small, left: 20, top: 10, blend: 'multiply' },
      { input: small, left: 25, top: 15, blend: 'dest-over' },
      { input: small, gravity: 'southeast' },
    ]
    for (const picture of [cat, window]) {
      expect(await differences(picture, layered(...layers), { ...bounds, max: 3, psnr: 51 }, { pool })).toEqual([])
    }
  })
})

describe('what it lies on', () => {
  test('a grey picture, one of 16 bits', async () => {
    const grey = await png(cat).toColourspace('b-w').toBuffer()
    expect(await differences(grey, layered({ input: small }), bounds, { pool })).toEqual([])
    const deep = await png(cat).toColourspace('rgb16').toBuffer()
    expect(await differences(deep, layered({ input: small }), bounds, { pool })).toEqual([])
  })

  test.each(
    /** @type {[string, (chain: any) => any][]} */ ([
      ['resized', (chain) => chain.resize(60, 40, { fit: 'fill' })],
      ['resized and blurred', (chain) => chain.resize(60, 40, { fit: 'fill' }).blur(1.5)],
      ['of other colours', (chain) => chain.modulate({ brightness: 1.2, saturation: 0.5 })],
      ['flat', (chain) => chain.flatten({ background: '#cccccc' })],
      ['negative, as is the layer', (chain) => chain.negate({ alpha: false })],
      ['tinted, as is the layer', (chain) => chain.tint('#ff8800'), 5],
      // What is dark is stretched by the way back.
      ['of another gamma, undone for the layer too', (chain) => chain.gamma(2), 10],
      ['normalised with the layer', (chain) => chain.normalise()],
      ['brightened with the layer', (chain) => chain.linear(1.1, 3)],
      ['a threshold', (chain) => chain.threshold(110, { greyscale: false })],
      [
        'turned, framed',
        (chain) => chain.rotate(90).extend({ top: 9, left: 3, bottom: 4, right: 6, background: 'red' }),
      ],
      ['without alpha in the end', (chain) => chain.removeAlpha()],
    ]),
  )('%s', async (_, change, max = 4) => {
    const chain = (/** @type {any} */ chain) => change(chain).composite([{ input: small, left: 5, top: 3 }])
    for (const picture of [cat, window]) {
      expect(await differences(picture, chain, { max, psnr: 45, ssim: 0.99, shift: 1.6 }, { pool })).toEqual([])
    }
  })

  // sharp's raw pixels of a grey picture are one channel.
  test('a greyscale picture', async () => {
    const [found, expected] = await Promise.all(
      [ours(cat, { pool }), theirs(cat)].map(async (chain) =>
        reference(
          await chain
            .greyscale()
            .composite([{ input: small }])
            .png()
            .toBuffer(),
        ),
      ),
    )
    expect(shortfalls(likeness(found, expected), bounds)).toEqual([])
  })
})

// sharp refuses a layer that is larger than the picture; here it is cut off.
test('a layer larger than the picture', async () => {
  const picture = await sized('chelsea.jpg', 33, 27)
  const found = await pixelsOf(ours(picture, { pool }).composite([{ input: photo('coffee.jpg'), left: -20, top: -10 }]))
  const part = await reference(photo('coffee.jpg'), (chain) =>
    chain.extract({ left: 20, top: 10, width: 33, height: 27 }).ensureAlpha(),
  )
  expect(likeness(found, part).max).toBe(0)
})
