// @ts-check
'use strict'

// What `image()` writes in each format beside what sharp writes: as near to the picture, and as small.

const { WorkerPool, image } = require('..')
const { fixture, glass, ours, reference, sharp, sized, theirs } = require('./support/peers')
const { likeness } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

/** @type {WorkerPool} */
let pool
/** @type {Record<string, Pixels>} */
let pictures

beforeAll(async () => {
  pool = new WorkerPool(2)
  const cat = await sized('chelsea.jpg', 151, 101)
  pictures = {
    cat,
    coffee: await sized('coffee.jpg', 128, 96),
    window: glass(cat),
    grey: await reference(cat, (chain) => chain.greyscale()),
  }
})

afterAll(() => pool.close())

/**
 * The files that both write of a picture.
 *
 * @param {Pixels} picture
 * @param {string} format
 * @param {object} options
 */
async function files(picture, format, options) {
  const results = await Promise.all(
    [ours(picture, { pool }), theirs(picture)].map((chain) =>
      chain[format](options).toBuffer({ resolveWithObject: true }),
    ),
  )
  return results.map((/** @type {any} */ { data, info }) => {
    expect(info.size).toBe(data.length)
    return data
  })
}

/**
 * The same, and how near each came to the picture, in dB.
 *
 * @param {Pixels} picture
 * @param {string} format
 * @param {object} options
 */
async function written(picture, format, options) {
  const both = await files(picture, format, options)
  // Only the colours of what is opaque are in a JPEG.
  const opaque = format === 'jpeg' ? (/** @type {any} */ chain) => chain.flatten() : (/** @type {any} */ chain) => chain
  const original = await reference(picture, (chain) => opaque(chain).ensureAlpha().toColourspace('srgb'))
  const [found, expected] = await Promise.all(
    both.map(async (file) => likeness(await reference(file, (chain) => chain.ensureAlpha()), original)),
  )
  return { found, expected, bytes: both[0].length / both[1].length, files: both }
}

const names = ['cat', 'coffee', 'window', 'grey']

describe('jpeg', () => {
  const options = [
    ...[50, 80, 95].flatMap((quality) => [
      { quality },
      { quality, chromaSubsampling: '4:4:4' },
      { quality, progressive: true },
    ]),
    {},
    { quality: 10 },
    { quality: 100, chromaSubsampling: '4:4:4' },
    { mozjpeg: true },
    { mozjpeg: true, quality: 60 },
    { optimiseCoding: false },
  ]

  test.each(options)('%j', async (options) => {
    for (const name of names) {
      const { found, expected, files: both } = await written(pictures[name], 'jpeg', options)
      // The same coefficients. The files differ in a header of 18 bytes; sharp writes grey as three planes.
      expect(found.psnr).toBeCloseTo(expected.psnr, 5)
      expect(both[0].length - both[1].length).toBeLessThanOrEqual(18)
    }
  })
})

describe('png', () => {
  const options = [0, 1, 6, 9].flatMap((compressionLevel) => [
    { compressionLevel },
    { compressionLevel, adaptiveFiltering: true },
  ])

  test.each(options)('%j', async (options) => {
    for (const name of names) {
      const { found, bytes } = await written(pictures[name], 'png', options)
      expect(found.max).toBe(0)
      // sharp writes grey as RGB.
      expect(bytes).toBeGreaterThan(name === 'grey' ? 0.3 : 0.98)
      expect(bytes).toBeLessThan(1.06)
    }
  })

  test('16 bits stay', async () => {
    const file = fixture('pngsuite/basn6a16.png')
    const copy = await ours(file, { pool }).png().toBuffer()
    const { data } = await sharp(copy)
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true })
    const original = await sharp(file).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer()
    expect(data.equals(original)).toBe(true)
  })
})

describe('webp', () => {
  const options = [
    ...[5, 50, 80, 95, 100].map((quality) => ({ quality })),
    ...[0, 2, 6].map((effort) => ({ effort })),
    { lossless: true },
    { lossless: true, quality: 20 },
    { lossless: true, exact: true },
    { lossless: true, effort: 6 },
    { exact: true },
    { smartSubsample: true },
    { alphaQuality: 0 },
    { alphaQuality: 30 },
    { nearLossless: true },
    { nearLossless: true, quality: 60 },
    { nearLossless: true, quality: 20 },
  ]

  test.each(options)('%j is byte for byte the same', async (options) => {
    for (const name of names) {
      const [found, expected] = await files(pictures[name], 'webp', options)
      expect(found.equals(expected)).toBe(true)
    }
  })
})

/** How many colours a file has. @param {Buffer} file */
async function coloursOf(file) {
  const { data } = await reference(file, (chain) => chain.ensureAlpha())
  return new Set(new Uint32Array(new Uint8Array(data).buffer)).size
}

describe('a palette', () => {
  // sharp rounds the number of colours to a power of two; with these it has as many. What the dithering adds is noise to
  // PSNR, and libimagequant adds less of it.
  const cases = ['gif', 'png'].flatMap((format) =>
    [256, 16].flatMap((colours) => [
      { format, colours, dither: 0, less: 1.5 },
      { format, colours, dither: 1, less: 3 },
    ]),
  )

  test.each(cases)('$format of $colours colours, dither $dither', async ({ format, colours, dither, less }) => {
    for (const name of names) {
      // GIF has no half-transparent colours.
      if (format === 'gif' && name === 'window') continue
      const { found, expected, bytes, files } = await written(
        pictures[name],
        format,
        format === 'png' ? { palette: true, colours, dither } : { colours, dither },
      )
      expect(found.psnr).toBeGreaterThanOrEqual(Math.min(expected.psnr, 99) - less)
      expect(Math.abs(found.shift)).toBeLessThan(Math.abs(expected.shift) + 0.8)
      expect(bytes).toBeLessThan(1.2)
      expect(await coloursOf(files[0])).toBeLessThanOrEqual(colours)
    }
  })

  test.each([{ colours: 16 }, { palette: true }, { dither: 0 }])('%j makes PNG have one', async (options) => {
    const both = await files(pictures.cat, 'png', options)
    const [found, expected] = await Promise.all(both.map((file) => sharp(file).metadata()))
    expect([found.paletteBitDepth, found.isPalette]).toEqual([expected.paletteBitDepth, expected.isPalette])
  })
})

describe('tiff', () => {
  test.each(['none', 'lzw', 'deflate', 'packbits'])('%s is without loss', async (compression) => {
    for (const name of names) {
      const { found, bytes } = await written(pictures[name], 'tiff', { compression })
      expect(found.max).toBe(0)
      expect(bytes).toBeLessThan(1.1)
    }
  })

  test.each([50, 80])('jpeg in it, quality %s', async (quality) => {
    const { found, expected, bytes } = await written(pictures.cat, 'tiff', { compression: 'jpeg', quality })
    expect(found.psnr).toBeGreaterThan(expected.psnr - 0.3)
    expect(bytes).toBeLessThan(1.1)
  })

  // From 90 on sharp's JPEG in a TIFF is RGB, which takes more than twice the bytes; ours is as good as its JPEG of 4:4:4.
  test('jpeg in it, quality 95', async () => {
    const { found } = await written(pictures.cat, 'tiff', { compression: 'jpeg', quality: 95 })
    const { expected } = await written(pictures.cat, 'jpeg', { quality: 95, chromaSubsampling: '4:4:4' })
    expect(found.psnr).toBeGreaterThan(expected.psnr - 0.3)
  })
})

describe('what is written is read by ourselves as sharp reads it', () => {
  test.each([
    ['jpeg', {}],
    ['jpeg', { progressive: true, chromaSubsampling: '4:4:4' }],
    ['png', {}],
    ['webp', {}],
    ['webp', { lossless: true }],
    ['gif', {}],
    ['tiff', {}],
  ])('%s %j', async (format, options) => {
    for (const name of ['cat', 'window', 'grey']) {
      const chain = ours(pictures[name], { pool })
      const file = await /** @type {any} */ (chain)[format](options).toBuffer()
      const [found, expected] = await Promise.all([
        image(file, { pool }).ensureAlpha().raw().toBuffer(),
        sharp(file).ensureAlpha().raw().toBuffer(),
      ])
      expect(found.equals(expected)).toBe(true)
    }
  })
})
