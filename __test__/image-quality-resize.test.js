// @ts-check
'use strict'

// `resize` and `extract` of `image()` beside sharp's, pixel by pixel.
//
// Bounds are the worst that was measured, with a small margin: a kernel that is not the right one, or one that is half a
// pixel off, is far below them.

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
const { likeness, means, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

const kernels = ['linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3']

/** @type {WorkerPool} */
let pool
/** @type {Pixels} 221 × 147, odd on both sides */
let cat
/** @type {Pixels} */
let window

beforeAll(async () => {
  pool = new WorkerPool(2)
  cat = await sized('chelsea.jpg', 221, 147)
  window = glass(cat)
})

afterAll(() => pool.close())

/** @param {number} width @param {number} height @param {string} kernel */
const to = (width, height, kernel) => (/** @type {any} */ chain) => chain.resize(width, height, { fit: 'fill', kernel })

describe('smaller', () => {
  const sizes = [
    [220, 146],
    [199, 133],
    [150, 101],
    [101, 67],
    [74, 49],
    [55, 37],
    [31, 21],
    [13, 7],
  ]
  const cases = kernels.flatMap((kernel) => sizes.map(([width, height]) => ({ kernel, width, height })))

  /**
   * What comes before the kernel where the picture becomes at least four times smaller costs libvips up to a level of
   * brightness; so does multiplying by alpha.
   *
   * @param {number} width
   * @param {boolean} alpha
   */
  function bounds(width, alpha) {
    if (cat.width / width >= 4) {
      return alpha
        ? { psnr: 44.5, ssim: 0.997, max: 4.1, shift: 1.5, edge: 41 }
        : { psnr: 48, ssim: 0.9985, max: 4, shift: 0.95, edge: 41.5 }
    }
    return alpha
      ? { psnr: 49, ssim: 0.9962, max: 4.2, shift: 0.8, edge: 44.5 }
      : { psnr: 56, ssim: 0.9995, max: 4, shift: 0.25, edge: 46.5 }
  }

  test.each(cases)('$kernel, $width × $height', async ({ kernel, width, height }) => {
    expect(await differences(cat, to(width, height, kernel), bounds(width, false), { pool })).toEqual([])
  })

  test.each(cases)('$kernel, $width × $height, with alpha', async ({ kernel, width, height }) => {
    expect(await differences(window, to(width, height, kernel), bounds(width, true), { pool })).toEqual([])
  })

  // sharp's own brightness moves by up to 0.75 of a level, since libvips rounds down between its steps.
  test.each(cases)('$kernel, $width × $height keeps the brightness', async ({ kernel, width, height }) => {
    // A part that the box before the kernel divides without a rest, so that every pixel counts as much.
    const part = await reference(cat, (chain) => chain.extract({ left: 0, top: 0, width: 216, height: 144 }))
    const result = await pixelsOf(to(width, height, kernel)(ours(part, { pool })))
    const [before, after] = [means(part), means(result)]
    expect(Math.max(...before.map((mean, c) => Math.abs(mean - after[c])))).toBeLessThan(0.35)
  })

  // sharp takes the first pixel of each box where it shrinks by four and more; the pixel in the middle stands for more.
  test.each([...sizes, [221, 41], [43, 147]])('nearest, %s × %s, is the pixel in the middle', async (width, height) => {
    const found = await pixelsOf(to(width, height, 'nearest')(ours(cat, { pool })))
    expect(likeness(found, nearest(cat, width, height)).max).toBe(0)
    if (cat.width / width >= 4 || cat.height / height >= 4) return
    expect(likeness(found, await reference(cat, to(width, height, 'nearest'))).max).toBe(0)
  })
})

/** The pixel whose area the middle of the new one lies in. @param {Pixels} pixels @returns {Pixels} */
function nearest({ data, width, height, channels, info }, /** @type {number} */ across, /** @type {number} */ down) {
  const samples = Buffer.alloc(across * down * channels)
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [left, top] = [Math.floor(((x + 0.5) * width) / across), Math.floor(((y + 0.5) * height) / down)]
      const from = (top * width + left) * channels
      samples.set(data.subarray(from, from + channels), (y * across + x) * channels)
    }
  }
  return { data: samples, width: across, height: down, channels, info }
}

describe('larger', () => {
  /**
   * Pixels enlarged by libvips' interpolator about the middles of the pixels. What `resize` of sharp does is the same, but
   * half a pixel of the result to the right and down: there a mirrored picture, enlarged, is not the mirror of the enlarged
   * one. Here `affine` puts each pixel where it belongs.
   *
   * @param {Pixels} pixels
   * @param {number} width
   * @param {number} height
   * @param {string} interpolator
   */
  async function enlarged(pixels, width, height, interpolator) {
    // The edges go on, as the interpolator sees them.
    const margin = 8
    const wider = await reference(pixels, (chain) =>
      chain.extend({ top: margin, bottom: margin, left: margin, right: margin, extendWith: 'copy' }),
    )
    const [across, down] = [width / pixels.width, height / pixels.height]
    const offsets = { idx: 0.5 - margin, idy: 0.5 - margin, odx: -0.5, ody: -0.5 }
    const whole = await reference(wider, (chain) => chain.affine([across, 0, 0, down], { interpolator, ...offsets }))
    return reference(whole, (chain) => chain.extract({ left: 0, top: 0, width, height }))
  }

  const sizes = [
    [222, 148],
    [300, 199],
    [442, 294],
    [221, 333],
    [501, 147],
  ]
  const cases = ['linear', 'cubic', 'lanczos3'].flatMap((kernel) =>
    sizes.map(([width, height]) => ({ kernel, width, height })),
  )

  test.each(cases)('$kernel, $width × $height', async ({ kernel, width, height }) => {
    const expected = await enlarged(cat, width, height, kernel === 'linear' ? 'bilinear' : 'bicubic')
    const found = await pixelsOf(to(width, height, kernel)(ours(cat, { pool })))
    expect(shortfalls(likeness(found, expected), { psnr: 54, ssim: 0.998, max: 2, shift: 0.3, edge: 50 })).toEqual([])
    const { info } = await theirs(cat).resize(width, height).raw().toBuffer({ resolveWithObject: true })
    expect([found.width, found.height]).toEqual([info.width, info.height])
  })

  test.each([
    [301, 101],
    [97, 205],
  ])('one side to %s × %s, the other smaller', async (width, height) => {
    const smaller = await reference(cat, to(Math.min(width, 221), Math.min(height, 147), 'lanczos3'))
    const expected = await enlarged(smaller, width, height, 'bicubic')
    const found = await pixelsOf(to(width, height, 'lanczos3')(ours(cat, { pool })))
    expect(shortfalls(likeness(found, expected), { psnr: 50, ssim: 0.998, max: 3, shift: 0.3, edge: 47 })).toEqual([])
  })

  test.each([
    [442, 294],
    [300, 200],
    [100, 294],
    [150, 100],
  ])('a mirrored picture gives the mirrored result, %s × %s', async (width, height) => {
    const mirrored = await reference(cat, (chain) => chain.flop().flip())
    const found = await pixelsOf(to(width, height, 'cubic')(ours(mirrored, { pool })))
    const there = await pixelsOf(to(width, height, 'cubic')(ours(cat, { pool })))
    expect(likeness(found, await reference(there, (chain) => chain.flop().flip())).max).toBeLessThanOrEqual(1)
  })

  test.each([
    [442, 294],
    [300, 150],
    [222, 250],
  ])('nearest, %s × %s', async (width, height) => {
    const found = await pixelsOf(to(width, height, 'nearest')(ours(cat, { pool })))
    expect(likeness(found, nearest(cat, width, height)).max).toBe(0)
  })

  test('with alpha', async () => {
    const found = await pixelsOf(to(331, 220, 'lanczos3')(ours(window, { pool })))
    const expected = await enlarged(window, 331, 220, 'bicubic')
    expect(shortfalls(likeness(found, expected), { psnr: 48, ssim: 0.997, max: 3, shift: 0.7, edge: 47 })).toEqual([])
  })
})

describe('extract', () => {
  test.each([
    { left: 0, top: 0, width: 1, height: 1 },
    { left: 17, top: 33, width: 101, height: 67 },
    { left: 220, top: 146, width: 1, height: 1 },
    { left: 0, top: 0, width: 221, height: 147 },
  ])('%j is exact', async (region) => {
    expect(await differences(cat, (chain) => chain.extract(region), { max: 0 }, { pool })).toEqual([])
    expect(await differences(window, (chain) => chain.extract(region), { max: 0 }, { pool })).toEqual([])
  })

  test.each([
    [40, 30],
    [99, 50],
    [7, 3],
  ])('before a resizing to %s × %s, after it, and both', async (width, height) => {
    const region = { left: 13, top: 7, width: 200, height: 120 }
    const part = { left: 1, top: 0, width: width - 3, height: height - 1 }
    const bounds = { psnr: 47, max: 4, shift: 1, edge: 41 }
    const resized = to(width, height, 'lanczos3')
    expect(await differences(cat, (chain) => resized(chain.extract(region)), bounds, { pool })).toEqual([])
    expect(await differences(cat, (chain) => resized(chain).extract(part), bounds, { pool })).toEqual([])
    expect(await differences(cat, (chain) => resized(chain.extract(region)).extract(part), bounds, { pool })).toEqual(
      [],
    )
  })

  test('twice is a part of the part', async () => {
    const first = { left: 13, top: 7, width: 200, height: 120 }
    const second = { left: 5, top: 9, width: 90, height: 31 }
    expect(await differences(cat, (chain) => chain.extract(first).extract(second), { max: 0 }, { pool })).toEqual([])
  })

  test.each([
    [51, 20],
    [20, 8],
    [7, 3],
    [206, 80],
  ])('what is beside the part does not show in %s × %s', async (width, height) => {
    // Red up to the edge of the part, blue beside it.
    const data = Buffer.alloc(200 * 40 * 3)
    for (let i = 0; i < 200 * 40; i++) data[3 * i + (i % 200 < 103 ? 0 : 2)] = 255
    const flag = { data, width: 200, height: 40, channels: 3, info: undefined }
    const region = { left: 0, top: 0, width: 103, height: 40 }
    const chain = (/** @type {any} */ chain) => to(width, height, 'lanczos3')(chain.extract(region))
    expect(await differences(flag, chain, { max: 3 }, { pool })).toEqual([])
    // In a JPEG of 4:2:0 the colours of the last column are mixed already.
    const jpeg = await sharp(data, { raw: flag }).jpeg({ quality: 100 }).toBuffer()
    expect(await differences(jpeg, chain, { max: 24 }, { pool })).toEqual([])
  })
})

describe('the smallest pictures', () => {
  test.each([
    [1, 1],
    [1, 17],
    [17, 1],
    [2, 3],
  ])('%s × %s', async (width, height) => {
    const small = await sized('chelsea.jpg', width, height)
    expect(await differences(small, (chain) => chain, { max: 0 }, { pool })).toEqual([])
    for (const [across, down] of [
      [1, 1],
      [Math.ceil(width / 2), Math.ceil(height / 2)],
      [Math.ceil(width / 5), Math.ceil(height / 5)],
    ]) {
      expect(await differences(small, to(across, down, 'lanczos3'), { max: 4 }, { pool })).toEqual([])
    }
    // One pixel is one colour, however large it becomes.
    const large = await pixelsOf(ours(await sized('chelsea.jpg', 1, 1), { pool }).resize(width * 9, height * 5))
    expect(new Set(large.data).size).toBeLessThanOrEqual(3)
  })
})

// What libwebp can scale while it decodes, sharp lets it, without a filter; here the kernel sees every pixel.
test('a WebP is resized from all of its pixels', async () => {
  const webp = await sharp(photo('coffee.jpg')).webp({ lossless: true }).toBuffer()
  const decoded = await reference(photo('coffee.jpg'))
  const expected = await reference(decoded, to(151, 101, 'lanczos3'))
  const found = await pixelsOf(to(151, 101, 'lanczos3')(ours(webp, { pool })))
  expect(shortfalls(likeness(found, expected), { psnr: 48, max: 3, edge: 45 })).toEqual([])
})

test('an image in a palette is resized in its colours', async () => {
  const file = fixture('pngsuite/basn3p08.png')
  expect(await differences(file, to(13, 17, 'lanczos3'), { psnr: 46, max: 3 }, { pool })).toEqual([])
})
