// @ts-check
'use strict'

// AVIF in and out beside sharp's, where this build has it, and what is said where it has not.

const fs = require('node:fs')
const path = require('node:path')
const sharp = require('sharp')
const { ArgumentError, ImageError, WorkerPool, image, info } = require('..')

const coffee = path.join(__dirname, '../examples/photos/coffee.jpg')
const beetle = path.join(__dirname, '../examples/photos/blackbug.png')
const fixture = path.join(__dirname, 'fixtures/formats/photo.avif')
const grid = path.join(__dirname, 'fixtures/formats/grid.avif')
const orientations = path.join(__dirname, 'fixtures/orientation')

const isBuilt = info().images.output.includes('avif')
/** Tests of the other kind of build are no tests of this one. */
const nowhere = () => {}
const whereBuilt = isBuilt ? describe : nowhere
const whereNot = isBuilt ? nowhere : describe

/** @type {WorkerPool} */
let pool

beforeAll(() => {
  pool = new WorkerPool(2)
})

afterAll(() => pool.close())

/** @typedef {{ data: Buffer, info: { width: number, height: number, channels: number } }} Pixels */

/** What sharp reads. @param {Buffer | string} file  @returns {Promise<Pixels>} */
const sharpPixels = (file) => sharp(file).raw().toBuffer({ resolveWithObject: true })

/** What offloop reads. @param {Buffer | string} file  @returns {Promise<Pixels>} */
const pixels = (file) => image(file, { pool }).raw().toBuffer({ resolveWithObject: true })

/**
 * How far two pictures of the same size are apart, in decibels.
 *
 * @param {Pixels} one
 * @param {Pixels} other
 */
function psnr(one, other) {
  expect([one.info.width, one.info.height, one.info.channels]).toEqual([
    other.info.width,
    other.info.height,
    other.info.channels,
  ])
  let sum = 0
  for (let i = 0; i < one.data.length; i++) sum += (one.data[i] - other.data[i]) ** 2
  return sum === 0 ? Infinity : 10 * Math.log10((255 ** 2 * one.data.length) / sum)
}

whereBuilt('AVIF', () => {
  test('is among the formats', () => {
    expect(info().images.input).toContain('avif')
  })

  describe('in', () => {
    test.each([
      ['in full colours', { chromaSubsampling: '4:4:4' }, '4:4:4', 8],
      ['with halved colours', { chromaSubsampling: '4:2:0' }, '4:2:0', 8],
      ['of 10 bits', { bitdepth: 10 }, '4:4:4', 10],
      ['of 12 bits', { bitdepth: 12, chromaSubsampling: '4:2:0' }, '4:2:0', 12],
      ['without loss', { lossless: true }, '4:4:4', 8],
    ])('reads what sharp writes %s', async (_, options, chromaSubsampling, bitsPerSample) => {
      const avif = await sharp(coffee)
        .resize(151, 97)
        .avif({ effort: 0, .../** @type {object} */ (options) })
        .toBuffer()
      expect(await image(avif, { pool }).metadata()).toMatchObject({
        format: 'avif',
        width: 151,
        height: 97,
        channels: 3,
        compression: 'av1',
        chromaSubsampling,
        bitsPerSample,
        depth: bitsPerSample === 8 ? 'uchar' : 'ushort',
        hasAlpha: false,
      })
      expect(psnr(await pixels(avif), await sharpPixels(avif))).toBeGreaterThan(45)
    })

    test('reads 10 bits as 16', async () => {
      const avif = await sharp(coffee).resize(64).avif({ bitdepth: 10, quality: 90, effort: 0 }).toBuffer()
      const wide = await image(avif, { pool }).raw({ depth: 'ushort' }).toBuffer()
      const samples = new Uint16Array(wide.buffer, wide.byteOffset, wide.length / 2)
      expect(new Set(samples).size).toBeGreaterThan(256)
      expect(Math.max(...samples)).toBeGreaterThan(60000)
    })

    test('reads alpha', async () => {
      const avif = await sharp(beetle).resize(120).ensureAlpha(0.5).avif({ effort: 0 }).toBuffer()
      expect(await image(avif, { pool }).metadata()).toMatchObject({ channels: 4, hasAlpha: true })
      expect(psnr(await pixels(avif), await sharpPixels(avif))).toBeGreaterThan(45)
    })

    test('reads a grid', async () => {
      expect(psnr(await pixels(grid), await sharpPixels(grid))).toBeGreaterThan(45)
    })

    test.each([1, 2, 3, 4, 5, 6, 7, 8])('turns orientation %i as sharp does, once', async (orientation) => {
      const source = path.join(orientations, `Landscape_${orientation}.jpg`)
      const avif = await sharp(source).resize(60, 40, { fit: 'fill' }).keepExif().avif({ effort: 0 }).toBuffer()
      const theirs = await sharpPixels(avif)
      expect(psnr(await pixels(avif), theirs)).toBeGreaterThan(45)
      const { width, height, orientation: left } = await image(avif, { pool }).metadata()
      expect([width, height, left]).toEqual([theirs.info.width, theirs.info.height, 1])
    })

    test('goes back to AVIF when nobody names another format', async () => {
      const { info: said } = await image(fixture, { pool }).toBuffer({ resolveWithObject: true })
      expect(said).toMatchObject({ format: 'avif', width: 60, height: 40 })
    })

    test('refuses what is cut off or damaged, and what is too large before it is decoded', async () => {
      const whole = fs.readFileSync(fixture)
      for (const len of [12, 100, whole.length - 10]) {
        await expect(image(whole.subarray(0, len), { pool }).png().toBuffer()).rejects.toMatchObject({
          code: 'ERR_IMAGE_INVALID',
        })
      }
      const noise = Buffer.from(whole)
      noise.fill(0x55, whole.length - 60)
      await expect(image(noise, { pool }).png().toBuffer()).rejects.toBeInstanceOf(ImageError)
      const tall = Buffer.from(whole)
      tall.writeUInt32BE(0x7fffffff, tall.indexOf('ispe') + 8)
      await expect(image(tall, { pool }).png().toBuffer()).rejects.toMatchObject({ code: 'ERR_IMAGE_TOO_LARGE' })
      const other = Buffer.from(whole)
      other.writeUInt32BE(61, other.indexOf('ispe') + 8)
      await expect(image(other, { pool }).png().toBuffer()).rejects.toMatchObject({ code: 'ERR_IMAGE_INVALID' })
    })
  })

  describe('out', () => {
    test.each([
      ['by default', {}, '4:4:4', 8, 36],
      ['with halved colours', { chromaSubsampling: '4:2:0' }, '4:2:0', 8, 34],
      ['of 10 bits', { bitdepth: 10 }, '4:4:4', 10, 36],
      ['of 12 bits', { bitdepth: 12 }, '4:4:4', 12, 36],
      ['of high quality', { quality: 90 }, '4:4:4', 8, 43],
      ['fast', { effort: 0 }, '4:4:4', 8, 35],
    ])('sharp reads what is written %s', async (_, options, chromaSubsampling, bits, least) => {
      const source = await image(coffee, { pool }).resize(301, 201).blur(1).png().toBuffer()
      const avif = await image(source, { pool })
        .avif(/** @type {object} */ (options))
        .toBuffer()
      expect(await sharp(avif).metadata()).toMatchObject({ compression: 'av1', bitsPerSample: bits, channels: 3 })
      expect(await image(avif, { pool }).metadata()).toMatchObject({ chromaSubsampling, bitsPerSample: bits })
      expect(psnr(await sharpPixels(avif), await sharpPixels(source))).toBeGreaterThan(least)
      expect(psnr(await pixels(avif), await sharpPixels(avif))).toBeGreaterThan(45)
    })

    test('is about as large and as good as what sharp writes', async () => {
      const source = await sharp(coffee).resize(400).png().toBuffer()
      const original = await sharpPixels(source)
      const ours = await image(source, { pool }).avif().toBuffer()
      const theirs = await sharp(source).avif().toBuffer()
      expect(ours.length).toBeLessThan(1.35 * theirs.length)
      expect(psnr(await sharpPixels(ours), original)).toBeGreaterThan(psnr(await sharpPixels(theirs), original) - 0.7)
    })

    test('has alpha', async () => {
      const source = await sharp(beetle).resize(121).ensureAlpha(0.5).png().toBuffer()
      const avif = await image(source, { pool }).avif({ quality: 80 }).toBuffer()
      expect(await sharp(avif).metadata()).toMatchObject({ hasAlpha: true, channels: 4 })
      expect(psnr(await sharpPixels(avif), await sharpPixels(source))).toBeGreaterThan(33)
    })

    test('has one channel for grey', async () => {
      const avif = await image(coffee, { pool }).resize(200).greyscale().avif({ quality: 80 }).toBuffer()
      expect(await image(avif, { pool }).metadata()).toMatchObject({ channels: 1, space: 'b-w' })
      const source = await sharp(coffee).resize(200).greyscale().toColourspace('srgb').png().toBuffer()
      expect(psnr(await sharpPixels(avif), await sharpPixels(source))).toBeGreaterThan(33)
    })

    test.each([1, 2, 3, 7, 63, 65])('has any size: %i pixels', async (side) => {
      const create = { width: side, height: 2 * side - 1, channels: /** @type {4} */ (4), background: '#c08040a0' }
      for (const chromaSubsampling of /** @type {const} */ (['4:4:4', '4:2:0'])) {
        const avif = await image({ create, pool }).avif({ chromaSubsampling }).toBuffer()
        const { data, info: said } = await pixels(avif)
        expect([said.width, said.height, said.channels]).toEqual([side, 2 * side - 1, 4])
        ;[0xc0, 0x80, 0x40, 0xa0].forEach((level, i) => expect(Math.abs(data[i] - level)).toBeLessThan(8))
      }
    })

    test('keeps EXIF, a profile and the way up', async () => {
      for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
        const source = path.join(orientations, `Landscape_${orientation}.jpg`)
        const lying = image(source, { pool, autoOrient: false }).resize(60, 40, { fit: 'fill' }).keepMetadata()
        const avif = await lying.avif({ quality: 90 }).toBuffer()
        const upright = await sharp(source)
          .resize(60, 40, { fit: 'fill' })
          .keepExif()
          .avif({ quality: 90, effort: 0 })
          .toBuffer()
        expect(psnr(await sharpPixels(avif), await sharpPixels(upright))).toBeGreaterThan(30)
        expect((await sharp(avif).metadata()).exif).toBeInstanceOf(Buffer)
      }
      const wide = await sharp(coffee).resize(40).withIccProfile('p3').png().toBuffer()
      const kept = await image(wide, { pool }).keepIccProfile().avif().toBuffer()
      expect((await sharp(kept).metadata()).icc).toEqual((await image(wide, { pool }).metadata()).icc)
    })

    test('refuses what the encoder cannot do', async () => {
      const refused = (/** @type {any} */ options) => image(coffee, { pool }).avif(options).toBuffer()
      await expect(refused({ lossless: true })).rejects.toThrow(/`output\.avif\.lossless`.* false/)
      await expect(refused({ bitdepth: 9 })).rejects.toThrow(/8, 10 or 12/)
      await expect(refused({ tune: 'iq' })).rejects.toBeInstanceOf(ArgumentError)
      await expect(refused({ lossless: false })).resolves.toBeInstanceOf(Buffer)
    })

    test('stops soon when it is cancelled', async () => {
      const late = []
      for (const wait of [100, 300, 600]) {
        const controller = new AbortController()
        const work = image(coffee, { pool, signal: controller.signal }).resize(1600).avif({ effort: 6 }).toBuffer()
        work.catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, wait))
        const start = performance.now()
        controller.abort()
        await expect(work).rejects.toMatchObject({ name: 'AbortError' })
        late.push(performance.now() - start)
      }
      // The encoder asks every few milliseconds; what is over that is a busy machine.
      expect(Math.min(...late)).toBeLessThan(100)
    })
  })
})

whereNot('without AVIF', () => {
  test('it is not among the formats', () => {
    expect(info().images.input).not.toContain('avif')
  })

  test('it is named when it is read', async () => {
    const picture = () => image(fixture, { pool })
    for (const work of [() => picture().png().toBuffer(), () => picture().metadata()]) {
      await expect(work()).rejects.toMatchObject({
        code: 'ERR_IMAGE_UNSUPPORTED',
        message: expect.stringMatching(/built without.*`avif`/),
      })
    }
  })

  test('it is refused before anything is read', async () => {
    const message = expect.stringMatching(/cannot write AVIF: it was built without/)
    const refusal = { code: 'ERR_IMAGE_UNSUPPORTED', message }
    await expect(image('missing.jpg', { pool }).avif().toBuffer()).rejects.toMatchObject(refusal)
    await expect(image('missing.jpg', { pool }).toFile('never.avif')).rejects.toMatchObject(refusal)
  })
})
