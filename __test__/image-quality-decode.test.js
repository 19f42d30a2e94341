// @ts-check
'use strict'

// What `image()` reads beside what sharp reads: every format, every PNG of PngSuite, every kind of JPEG, and the colours of
// files with a profile.

const fs = require('node:fs')
const { ImageError, WorkerPool } = require('..')
const { differences, fixture, ours, photo, pixelsOf, reference, sharp, sized, theirs } = require('./support/peers')
const { likeness, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

/** @type {WorkerPool} */
let pool
/** @type {Pixels} */
let cat

beforeAll(async () => {
  pool = new WorkerPool(2)
  cat = await sized('chelsea.jpg', 157, 103)
})

afterAll(() => pool.close())

const whole = (/** @type {any} */ chain) => chain
const exact = { max: 0 }

/** sharp of the cat. */
const drawn = () => sharp(cat.data, { raw: { width: cat.width, height: cat.height, channels: 3 } })

describe('PngSuite', () => {
  const files = fs.readdirSync(fixture('pngsuite')).filter((name) => name.endsWith('.png'))
  const broken = files.filter((name) => name.startsWith('x'))
  const depth = (/** @type {string} */ name) => fs.readFileSync(fixture(`pngsuite/${name}`))[24]

  test('all of it is there', () => {
    expect([files.length, broken.length]).toEqual([175, 14])
  })

  test('every file of up to 8 bits is exact', async () => {
    for (const name of files.filter((name) => !broken.includes(name) && depth(name) <= 8)) {
      const file = fixture(`pngsuite/${name}`)
      expect([name, await differences(file, whole, exact, { pool })]).toEqual([name, []])
    }
  })

  test('every file of 16 bits is exact', async () => {
    for (const name of files.filter((name) => !broken.includes(name) && depth(name) === 16)) {
      const file = fixture(`pngsuite/${name}`)
      const found = await pixelsOf(ours(file, { pool }), 'ushort')
      const expected = await pixelsOf(theirs(file).toColourspace('rgb16'), 'ushort')
      expect([name, likeness(found, expected).max]).toEqual([name, 0])
      // In 8 bits the nearest level, as section 13.12 of the PNG specification has it; sharp cuts the lower byte off.
      const narrow = await pixelsOf(ours(file, { pool }))
      expect([...narrow.data]).toEqual(Array.from(found.data, (sample) => Math.round(sample / 257)))
      expect(await differences(file, whole, { max: 1 }, { pool })).toEqual([])
    }
  })

  test.each(broken)('%s is refused', async (name) => {
    const error = await pixelsOf(ours(fixture(`pngsuite/${name}`), { pool })).catch((error) => error)
    expect(error).toBeInstanceOf(ImageError)
    expect(error).toMatchObject({ code: 'ERR_IMAGE_INVALID', task: 'image.process' })
    await expect(reference(fixture(`pngsuite/${name}`))).rejects.toThrow(Error)
  })
})

describe('JPEG', () => {
  test.each(['astronaut.jpg', 'chelsea.jpg', 'coffee.jpg'])('%s is exact', async (name) => {
    expect(await differences(photo(name), whole, exact, { pool })).toEqual([])
  })

  // The same coefficients go through the same code as in sharp.
  const kinds = ['4:2:0', '4:4:4'].flatMap((chromaSubsampling) =>
    [10, 80, 100].flatMap((quality) => [
      { chromaSubsampling, quality },
      { chromaSubsampling, quality, progressive: true },
    ]),
  )

  test.each([...kinds, { mozjpeg: true }, { optimiseCoding: false }])('%j is exact', async (options) => {
    for (const [width, height] of [
      [157, 103],
      [16, 16],
      [9, 1],
      [1, 17],
      [1, 1],
    ]) {
      const file = await drawn().resize(width, height, { fit: 'fill' }).jpeg(options).toBuffer()
      expect(await differences(file, whole, exact, { pool })).toEqual([])
    }
  })

  test('grey, with a profile and without', async () => {
    expect(await differences(fixture('formats/grey.jpg'), whole, exact, { pool })).toEqual([])
    // Its profile is a curve.
    expect(await differences(photo('concert.jpg'), whole, { max: 1, psnr: 56 }, { pool })).toEqual([])
    const plain = await drawn().toColourspace('b-w').jpeg().toBuffer()
    expect(await differences(plain, whole, exact, { pool })).toEqual([])
  })
})

describe('other formats', () => {
  test.each(['lossy.webp', 'alpha.webp', 'animated.webp', 'animated.gif', 'progressive.jpg'])('%s', async (name) => {
    expect(await differences(fixture(`formats/${name}`), whole, exact, { pool })).toEqual([])
    const settings = { pool, options: { animated: true } }
    expect(await differences(fixture(`formats/${name}`), whole, exact, settings)).toEqual([])
  })

  test.each([{ quality: 30 }, { quality: 100 }, { lossless: true }, { nearLossless: true }, { smartSubsample: true }])(
    'WebP %j',
    async (options) => {
      for (const alpha of [1, 0.3]) {
        const file = await drawn().ensureAlpha(alpha).webp(options).toBuffer()
        expect(await differences(file, whole, exact, { pool })).toEqual([])
      }
    },
  )

  test.each([{}, { colours: 4 }, { progressive: true }])('GIF %j', async (options) => {
    expect(await differences(await drawn().gif(options).toBuffer(), whole, exact, { pool })).toEqual([])
    const clear = await drawn()
      .extend({ top: 5, bottom: 0, left: 9, right: 0, background: '#00000000' })
      .gif(options)
      .toBuffer()
    expect(await differences(clear, whole, exact, { pool })).toEqual([])
  })

  test.each([
    { compression: 'none' },
    { compression: 'lzw' },
    { compression: 'lzw', predictor: 'none' },
    { compression: 'deflate' },
    { compression: 'packbits' },
    { compression: 'lzw', tile: true, tileWidth: 64, tileHeight: 64 },
  ])('TIFF %j', async (options) => {
    for (const chain of [drawn(), drawn().ensureAlpha(0.5), drawn().toColourspace('b-w')]) {
      const file = await chain.tiff(/** @type {any} */ (options)).toBuffer()
      expect(await differences(file, whole, exact, { pool })).toEqual([])
    }
  })

  test('TIFF with JPEG in it', async () => {
    const file = await drawn().tiff({ compression: 'jpeg', quality: 90 }).toBuffer()
    expect(await differences(file, whole, { max: 3, psnr: 48 }, { pool })).toEqual([])
  })
})

describe('colours', () => {
  const tagged = async (/** @type {string} */ profile, /** @type {string} */ format) => {
    const chain = (await drawnFrom('astronaut.jpg')).withIccProfile(profile)
    if (format === 'jpeg') return chain.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()
    return format === 'png' ? chain.png().toBuffer() : chain.webp({ lossless: true }).toBuffer()
  }

  async function drawnFrom(/** @type {string} */ name) {
    const { data, width, height } = await sized(name, 157, 103)
    return sharp(data, { raw: { width, height, channels: 3 } })
  }

  test.each(['jpeg', 'png', 'webp'])('Display P3 in %s', async (format) => {
    const file = await tagged('p3', format)
    expect(await differences(file, whole, { max: 1, psnr: 58, shift: 0.05 }, { pool })).toEqual([])
    // Resized before its colours are sRGB, not after: they are close to each other either way.
    const resized = (/** @type {any} */ chain) => chain.resize(79, 52, { fit: 'fill' })
    // sharp's own WebP is scaled while it is decoded.
    const source = format === 'webp' ? await tagged('p3', 'png') : file
    expect(await differences(source, resized, { max: 9, psnr: 48 }, { pool })).toEqual([])
    expect(
      await differences(file, (chain) => chain.modulate({ saturation: 1.3 }), { max: 7, psnr: 53 }, { pool }),
    ).toEqual([])
    // Kept, or ignored, the samples are what they were.
    expect(await differences(file, (chain) => chain.keepIccProfile(), exact, { pool })).toEqual([])
    expect(await differences(file, whole, exact, { pool, options: { ignoreIcc: true } })).toEqual([])
  })

  test.each(['jpeg', 'png', 'webp'])('a profile that is kept goes into %s', async (format) => {
    for (const profile of ['p3', 'srgb']) {
      const file = await tagged(profile, 'png')
      const copies = await Promise.all(
        [ours(file, { pool }), theirs(file)].map((chain) => chain.keepIccProfile()[format]().toBuffer()),
      )
      const [found, expected] = await Promise.all(copies.map((copy) => sharp(copy).metadata()))
      expect(found.icc?.equals(/** @type {Buffer} */ (expected.icc))).toBe(true)
    }
  })

  test('sRGB in a profile is sRGB', async () => {
    for (const format of ['jpeg', 'png', 'webp']) {
      expect(await differences(await tagged('srgb', format), whole, exact, { pool })).toEqual([])
    }
  })

  // sharp takes 16 bits to Display P3 and hands them out as if they were sRGB.
  test('16 bits with a profile come out as the same in 8 bits', async () => {
    const deep = await (await drawnFrom('astronaut.jpg')).toColourspace('rgb16').withIccProfile('p3').png().toBuffer()
    const narrow = await (await drawnFrom('astronaut.jpg')).withIccProfile('p3').png().toBuffer()
    const found = await pixelsOf(ours(deep, { pool }))
    expect(shortfalls(likeness(found, await reference(narrow)), { max: 2, psnr: 50, shift: 0.25 })).toEqual([])
  })

  test('CMYK with a profile', async () => {
    const chain = (await drawnFrom('astronaut.jpg')).toColourspace('cmyk').withIccProfile('cmyk')
    const file = await chain.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()
    expect(await differences(file, whole, { max: 9, psnr: 47, shift: 0.6 }, { pool })).toEqual([])
    const resized = (/** @type {any} */ chain) => chain.resize(79, 52, { fit: 'fill' })
    expect(await differences(file, resized, { max: 9, psnr: 45, shift: 0.7 }, { pool })).toEqual([])
  })

  // sharp has a profile of a press of its own for those without any; here inks take light away, and no more is assumed.
  test('CMYK without a profile', async () => {
    const chain = (await drawnFrom('astronaut.jpg')).toColourspace('cmyk')
    const file = await chain.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer()
    for (const source of [file, fixture('formats/cmyk.jpg')]) {
      expect(await differences(source, whole, { psnr: 25, ssim: 0.87, shift: 13 }, { pool })).toEqual([])
    }
  })
})
