// @ts-check
'use strict'

// `image()`: the chain, its streams, and what it refuses.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { Readable, Writable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { ArgumentError, ImageError, WorkerPool, image } = require('..')

const coffee = path.join(__dirname, '../examples/photos/coffee.jpg')
const sideways = path.join(__dirname, 'fixtures/orientation/Landscape_6.jpg')

/** @type {string} */
let folder
/** @type {WorkerPool} */
let pool

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-chain-'))
  pool = new WorkerPool(2)
})

afterAll(async () => {
  await pool.close()
  fs.rmSync(folder, { recursive: true })
})

/** A picture of one colour. @param {any} background */
const plain = (background, width = 8, height = 4, /** @type {3 | 4} */ channels = 3) =>
  image({ create: { width, height, channels, background }, pool })

/** The pixels of a chain, as arrays of channels. @param {import('..').Image} chain */
async function pixels(chain) {
  const { data, info } = await chain.raw().toBuffer({ resolveWithObject: true })
  const all = Array.from({ length: info.width * info.height }, (_, i) => [
    ...data.subarray(i * info.channels, (i + 1) * info.channels),
  ])
  return Array.from({ length: info.height }, (_, y) => all.slice(y * info.width, (y + 1) * info.width))
}

/** The pixel in the corner. @param {import('..').Image} chain */
const corner = async (chain) => (await pixels(chain))[0][0]

/** The size of a result. @param {import('..').Image} chain */
async function size(chain) {
  const { info } = await chain.toBuffer({ resolveWithObject: true })
  return [info.width, info.height]
}

/** Two columns: red and blue. */
function halves() {
  const data = Buffer.from([255, 0, 0, 0, 0, 255].concat([255, 0, 0, 0, 0, 255]))
  return image(data, { raw: { width: 2, height: 2, channels: 3 }, pool })
}

const red = [255, 0, 0]
const blue = [0, 0, 255]

describe('geometry', () => {
  test('resize takes a width and a height, options, or both', async () => {
    expect(await size(image(coffee, { pool }).resize(60, 40))).toEqual([60, 40])
    expect(await size(image(coffee, { pool }).resize(60))).toEqual([60, 40])
    expect(await size(image(coffee, { pool }).resize(null, 40))).toEqual([60, 40])
    expect(await size(image(coffee, { pool }).resize(60, 60, { fit: 'inside' }))).toEqual([60, 40])
    expect(await size(image(coffee, { pool }).resize({ width: 60, height: 60, fit: 'fill' }))).toEqual([60, 60])
    expect(await size(image(coffee, { pool }).resize(900, null, { withoutEnlargement: true }))).toEqual([600, 400])
    expect(await size(image(coffee, { pool }).resize(60, 60, { fit: 'inside', withoutReduction: true }))).toEqual([
      600, 400,
    ])
  })

  test('a position says which part `cover` keeps', async () => {
    const cut = (/** @type {any} */ position) => halves().resize({ width: 1, height: 2, position, kernel: 'nearest' })
    expect(await corner(cut('west'))).toEqual(red)
    expect(await corner(cut('right'))).toEqual(blue)
    const { info } = await cut('entropy').toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ cropOffsetLeft: expect.any(Number), cropOffsetTop: 0 })
  })

  test('a part is cut before the resizing or after it, by the place of `extract` in the chain', async () => {
    const region = { left: 300, top: 0, width: 300, height: 200 }
    expect(await size(image(coffee, { pool }).extract(region).resize(30))).toEqual([30, 20])
    expect(await size(image(coffee, { pool }).resize(700).extract(region))).toEqual([300, 200])
    await expect(image(coffee, { pool }).resize(400).extract(region).toBuffer()).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
      message: expect.stringContaining('Expected `extract` to be a part of the picture'),
    })
  })

  test('a turn before the resizing counts for the size, one after it turns the result', async () => {
    expect(await size(image(coffee, { pool }).rotate(90).resize(20, 30))).toEqual([20, 30])
    expect(await size(image(coffee, { pool }).resize(30, 20).rotate(90))).toEqual([20, 30])
    expect(await size(image(coffee, { pool }).resize(30, 20).rotate(45))).toEqual([35, 35])
  })

  test('pictures are turned, mirrored, cut and framed', async () => {
    expect(await pixels(halves().rotate(90))).toEqual([
      [red, red],
      [blue, blue],
    ])
    expect(await pixels(halves().flop())).toEqual([
      [blue, red],
      [blue, red],
    ])
    // What is turned before the resizing is mirrored before that, as in sharp.
    expect(await pixels(halves().rotate(90).resize(2, 2).flip())).toEqual([
      [red, red],
      [blue, blue],
    ])
    expect(await pixels(halves().extend({ left: 1, background: 'blue' }))).toEqual(Array(2).fill([blue, red, blue]))
    expect(await pixels(halves().extend({ right: 1, extendWith: 'mirror' }))).toEqual(Array(2).fill([red, blue, blue]))
    expect(await size(halves().extend(3))).toEqual([8, 8])
  })

  test('the EXIF orientation counts unless it is turned off', async () => {
    expect(await size(image(sideways, { pool }))).toEqual([120, 90])
    expect(await size(image(sideways, { pool, autoOrient: false }))).toEqual([90, 120])
    expect(await size(image(sideways, { pool, autoOrient: false }).rotate())).toEqual([120, 90])
  })
})

describe('colours', () => {
  test('samples by their curves', async () => {
    const grey = () => plain({ r: 100, g: 150, b: 200 })
    expect(await corner(grey().negate())).toEqual([155, 105, 55])
    expect(await corner(grey().linear(2, -50))).toEqual([150, 250, 255])
    expect(await corner(grey().linear([1, 0, 1], [0, 7, 1]))).toEqual([100, 7, 201])
    expect(await corner(grey().threshold(140, { greyscale: false }))).toEqual([0, 255, 255])
    expect(await corner(grey().gamma(2, 2))).toEqual([100, 150, 200].map((level) => expect.closeTo(level, -1)))
    expect(await corner(grey().greyscale())).toEqual([expect.closeTo(146, -1)])
    expect(await corner(plain('#808080').tint('red'))).not.toEqual([128, 128, 128])
    const [r, g, b] = await corner(grey().modulate({ saturation: 0 }))
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(3)
    expect(await corner(grey().blur())).toEqual([100, 150, 200])
    expect(await corner(grey().blur(3))).toEqual([100, 150, 200])
  })

  test('normalise makes the darkest black and the lightest white', async () => {
    const data = Buffer.from(Array.from({ length: 100 }, (_, i) => 100 + i).flatMap((level) => [level, level, level]))
    const row = (await pixels(image(data, { raw: { width: 100, height: 1, channels: 3 }, pool }).normalise()))[0]
    expect(row[0].every((value) => value < 6)).toBe(true)
    expect(row[99].every((value) => value > 247)).toBe(true)
  })

  test('alpha', async () => {
    const half = () => plain({ r: 255, g: 0, b: 0, alpha: 0.5 }, 8, 4, 4)
    expect(await corner(half())).toEqual([255, 0, 0, 128])
    expect(await corner(half().flatten({ background: 'white' }))).toEqual([255, 127, 127])
    expect(await corner(half().removeAlpha())).toEqual(red)
    expect(await corner(plain('red').ensureAlpha(0.5))).toEqual([255, 0, 0, 127])
    expect((await half().jpeg().toBuffer({ resolveWithObject: true })).info.channels).toBe(3)
  })

  test('layers', async () => {
    const layer = { create: /** @type {const} */ ({ width: 1, height: 1, channels: 3, background: 'blue' }) }
    const at = async (/** @type {object} */ options) =>
      (
        await pixels(
          plain('red', 3, 3)
            .composite([{ input: layer, ...options }])
            .removeAlpha(),
        )
      ).map((row) => row.map((pixel) => (pixel[2] === 255 ? 'b' : 'r')).join(''))
    expect(await at({})).toEqual(['rrr', 'rbr', 'rrr'])
    expect(await at({ gravity: 'southeast' })).toEqual(['rrr', 'rrr', 'rrb'])
    expect(await at({ left: 0, top: 1 })).toEqual(['rrr', 'brr', 'rrr'])
    expect(await at({ left: -1, top: 0 })).toEqual(['rrr', 'rrr', 'rrr'])
    expect(await at({ tile: true })).toEqual(['bbb', 'bbb', 'bbb'])
    const mixed = (/** @type {any} */ blend) => corner(plain('#804020', 1, 1).composite([{ input: layer, blend }]))
    expect(await mixed('multiply')).toEqual([0, 0, 32, 255])
    expect(await mixed('screen')).toEqual([128, 64, 255, 255])
    expect(await mixed('difference')).toEqual([128, 64, 223, 255])
    expect(await mixed('dest-out')).toEqual([0, 0, 0, 0])
  })
})

describe('results', () => {
  test('a Buffer, with or without what it is', async () => {
    const chain = image(coffee, { pool }).resize(30).png()
    const { data, info } = await chain.toBuffer({ resolveWithObject: true })
    expect(await chain.toBuffer()).toEqual(data)
    expect(info).toEqual({
      format: 'png',
      width: 30,
      height: 20,
      channels: 3,
      premultiplied: false,
      hasAlpha: false,
      size: data.length,
    })
  })

  test('a file, whose name says the format', async () => {
    const file = path.join(folder, 'coffee.webp')
    const info = await image(coffee, { pool }).resize(30).toFile(file)
    expect(info).toMatchObject({ path: file, format: 'webp', width: 30, size: fs.statSync(file).size })
    expect((await image(file, { pool }).metadata()).format).toBe('webp')
    await expect(image(file, { pool }).toFile(file)).rejects.toThrow('Cannot use the same file for input and output')
  })

  test('a stream, in and out', async () => {
    /** @type {Buffer[]} */
    const pieces = []
    /** @type {any} */
    let info
    const sink = new Writable({
      write(piece, _, done) {
        pieces.push(piece)
        done()
      },
    })
    const transform = image({ pool }).resize(30).webp()
    transform.once('info', (found) => (info = found))
    await pipeline(fs.createReadStream(coffee, { highWaterMark: 1000 }), transform, sink)
    expect(Buffer.concat(pieces)).toEqual(await image(coffee, { pool }).resize(30).webp().toBuffer())
    expect(info).toMatchObject({ format: 'webp', width: 30, height: 20 })
    await pipeline(image(coffee, { pool }).resize(30).webp(), new Writable({ write: (_, __, done) => done() }))
  })

  test('what is piped in is there for every clone', async () => {
    const origin = image({ pool })
    const clones = [origin.clone().resize(30), origin.clone().resize(60)]
    const sizes = Promise.all(clones.map(size))
    await pipeline(fs.createReadStream(coffee), origin, { end: true }).catch(() => {})
    expect(await sizes).toEqual([
      [30, 20],
      [60, 40],
    ])
  }, 5000)

  test('a clone goes its own way', async () => {
    const origin = image(coffee, { pool }).resize(30)
    const copy = origin.clone().rotate(90)
    expect([await size(origin), await size(copy)]).toEqual([
      [30, 20],
      [20, 30],
    ])
  })

  test('metadata tells what the header says', async () => {
    expect(await image(sideways, { pool }).metadata()).toMatchObject({
      format: 'jpeg',
      width: 90,
      height: 120,
      channels: 3,
      depth: 'uchar',
      space: 'srgb',
      orientation: 6,
      autoOrient: { width: 120, height: 90 },
      hasAlpha: false,
      exif: expect.any(Buffer),
    })
  })

  test('metadata is kept when that is asked for, with the orientation set right', async () => {
    const plainCopy = await image(sideways, { pool }).toBuffer()
    expect((await image(plainCopy, { pool }).metadata()).exif).toBeUndefined()
    for (const format of /** @type {const} */ (['jpeg', 'png', 'webp'])) {
      const kept = await image(sideways, { pool }).keepMetadata().toFormat(format).toBuffer()
      expect(await image(kept, { pool }).metadata()).toMatchObject({
        width: 120,
        height: 90,
        orientation: 1,
        exif: expect.any(Buffer),
      })
    }
  })

  test('an animation keeps its frames as a WebP, and becomes one tall picture elsewhere', async () => {
    const gif = path.join(__dirname, 'fixtures/formats/animated.gif')
    const { pages = 0, width, height } = await image(gif, { pool }).metadata()
    expect(pages).toBeGreaterThan(1)
    const webp = await image(gif, { pool, animated: true }).webp({ lossless: true, delay: 70, loop: 3 }).toBuffer()
    expect(await image(webp, { pool }).metadata()).toMatchObject({
      pages,
      width,
      height,
      loop: 3,
      delay: Array(pages).fill(70),
    })
    expect(await size(image(gif, { pool, animated: true }).png())).toEqual([width, pages * height])
    expect(await size(image(gif, { pool, page: 1 }).png())).toEqual([width, height])
    await expect(image(gif, { pool, page: pages }).png().toBuffer()).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })

  test('16 bits stay 16 bits in a PNG', async () => {
    const source = path.join(__dirname, 'fixtures/pngsuite/basn2c16.png')
    const png = await image(source, { pool }).png().toBuffer()
    expect(await image(png, { pool }).metadata()).toMatchObject({ depth: 'ushort', space: 'rgb16' })
    const wide = (/** @type {string | Buffer} */ from) => image(from, { pool }).raw({ depth: 'ushort' }).toBuffer()
    expect(await wide(png)).toEqual(await wide(source))
  })
})

describe('what is refused', () => {
  test.each([
    ['an input of another kind', () => image(/** @type {any} */ (7)), 'Expected `input` to be a path'],
    ['an unknown option', () => image(coffee, /** @type {any} */ ({ with: 3 })), 'Unknown option `with`'],
    [
      'a pool of another kind',
      () => image(coffee, { pool: /** @type {any} */ ({}) }),
      'Expected `pool` to be a WorkerPool',
    ],
    [
      'a format that is not written',
      () => image(coffee).toFormat(/** @type {any} */ ('heif')),
      'Expected `format` to be one of',
    ],
    ['options of another kind', () => image(coffee).resize(/** @type {any} */ ([1])), 'Expected `resize.width`'],
    [
      'layers of another kind',
      () => image(coffee).composite(/** @type {any} */ ({})),
      'Expected `layers` to be an array',
    ],
    ['an angle that is none', () => image(coffee).rotate(Number.NaN), 'Expected `angle` to be a number'],
    ['a sigma that is too small', () => image(coffee).blur(0.1), 'Expected `blur.sigma` to be a number'],
    [
      'raw pixels of a path',
      () => image(coffee, { raw: { width: 1, height: 1, channels: 3 } }),
      'Expected `input` to be a Buffer',
    ],
  ])('%s', async (_, chain, message) => {
    const error = await (async () => chain().toBuffer())().catch((failed) => failed)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(message)
  })

  test('raw pixels that are too few', async () => {
    const few = image(Buffer.alloc(11), { raw: { width: 2, height: 2, channels: 3 }, pool })
    await expect(few.toBuffer()).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('12 samples'),
    })
  })

  test('a stream that breaks off, and one that is no image', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('the line is dead'))
      },
    })
    await expect(pipeline(broken, image({ pool }), new Writable())).rejects.toThrow('the line is dead')
    const text = pipeline(Readable.from([Buffer.from('<html>')]), image({ pool }), new Writable())
    await expect(text).rejects.toBeInstanceOf(ImageError)
  })

  test('a signal and a timeout stop the work', async () => {
    const slow = (/** @type {object} */ options) =>
      image(coffee, { pool, ...options })
        .resize(8000, 8000, { fit: 'fill' })
        .webp()
        .toBuffer()
    await expect(slow({ timeout: 30 })).rejects.toMatchObject({ code: 'ERR_TASK_TIMEOUT' })
    const controller = new AbortController()
    const aborted = slow({ signal: controller.signal })
    setTimeout(() => controller.abort(), 30)
    await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR' })
  })
})
