// @ts-check
'use strict'

// `image.process` by what comes out of it, which it is asked to decode again where pixels matter.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const zlib = require('node:zlib')
const { ArgumentError, FileError, ImageError, WorkerPool, runTask } = require('..')

const fixtures = path.join(__dirname, 'fixtures')
const coffee = path.join(__dirname, '../examples/photos/coffee.jpg')

/** @type {string} */
let folder
/** @type {WorkerPool} */
let pool

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-image-'))
  pool = new WorkerPool(2)
})

afterAll(async () => {
  await pool.close()
  fs.rmSync(folder, { recursive: true })
})

/** @param {any} input */
const run = (input, /** @type {any} */ options = undefined) => pool.runTask('image.process', input, options)

/** @param {any} input */
const failure = (input, /** @type {any} */ options = undefined) =>
  run(input, options).then(
    (result) => {
      throw new Error(`made ${JSON.stringify({ ...result, data: undefined })}`)
    },
    (error) => error,
  )

/** The bytes of an uncompressed image of RGB pixels. @param {(x: number, y: number) => number[]} pixel */
function bmp(/** @type {number} */ width, /** @type {number} */ height, pixel) {
  const stride = Math.ceil((3 * width) / 4) * 4
  const bytes = Buffer.alloc(54 + stride * height)
  bytes.write('BM')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  // Negative: rows from top to bottom.
  bytes.writeInt32LE(-height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bytes.set(pixel(x, y).toReversed(), 54 + y * stride + 3 * x)
  }
  return bytes
}

/** The pixels of a PNG of 8 bits, as arrays of channels. @param {Buffer} png @returns {number[][][]} rows */
function pixels(png) {
  const [width, height, depth, color] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]
  const channels = /** @type {Record<number, number>} */ ({ 0: 1, 2: 3, 4: 2, 6: 4 })[color]
  expect(depth).toBe(8)
  const pieces = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      pieces.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
    }
  }
  const raw = zlib.inflateSync(Buffer.concat(pieces))
  const stride = width * channels
  /** @type {Uint8Array} */
  let above = new Uint8Array(stride)
  return Array.from({ length: height }, (_, y) => {
    const filter = raw[y * (stride + 1)]
    const row = Uint8Array.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)))
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [row[i - channels] ?? 0, above[i], above[i - channels] ?? 0]
      row[i] += [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]
    }
    above = row
    return Array.from({ length: width }, (_, x) => [...row.subarray(x * channels, (x + 1) * channels)])
  })
}

/** The predictor of the PNG specification. @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return da <= db && da <= dc ? a : db <= dc ? b : c
}

/** How far two images are apart, on average over all channels. @param {number[][][]} a @param {number[][][]} b */
function distance(a, b) {
  const [left, right] = [a.flat(2), b.flat(2)]
  expect(left).toHaveLength(right.length)
  return left.reduce((sum, value, i) => sum + Math.abs(value - right[i]), 0) / left.length
}

/** What a result says of an opaque picture in colour. @param {number} width @param {number} height */
const shape = (width, height) => ({ width, height, channels: 3, premultiplied: false, hasAlpha: false })

describe('a photo', () => {
  test('becomes a WebP of the size that was asked for', async () => {
    const result = await run({ source: coffee, resize: { width: 80, height: 60 }, output: { webp: { quality: 80 } } })
    expect(result).toEqual({
      data: expect.any(Buffer),
      format: 'webp',
      ...shape(80, 60),
      size: result.data.length,
    })
    expect(result.data.toString('latin1', 0, 16)).toMatch(/^RIFF.{4}WEBPVP8 $/s)
    expect(await run({ source: result.data, output: { png: {} } })).toMatchObject({ width: 80, height: 60 })
  })

  test.each(['webp', 'jpeg', 'png'])('survives as %s', async (format) => {
    const small = { source: coffee, resize: { width: 120 } }
    const exact = pixels((await run({ ...small, output: { png: {} } })).data)
    const { data } = await run({ ...small, output: { [format]: format === 'png' ? {} : { quality: 95 } } })
    const again = pixels((await run({ source: data, output: { png: {} } })).data)
    expect(distance(exact, again)).toBeLessThan(format === 'png' ? 0.001 : 4)
  })

  test('is the same from a path, a URL and every kind of memory', async () => {
    const bytes = fs.readFileSync(coffee)
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
    shared.set(bytes)
    const moved = new Uint8Array(bytes)
    const options = { resize: { width: 50 }, output: { png: {} } }
    const expected = await run({ source: coffee, ...options })
    for (const source of [
      pathToFileURL(coffee),
      pathToFileURL(coffee).href,
      bytes,
      shared,
      new Uint8Array(bytes).buffer,
    ]) {
      expect(await run({ source, ...options })).toEqual(expected)
    }
    expect(await run({ source: moved, ...options }, { transferList: [moved.buffer] })).toEqual(expected)
    expect(moved.byteLength).toBe(0)
    expect(await runTask('image.process', /** @type {any} */ ({ source: coffee, ...options }))).toEqual(expected)
  })

  test('costs more bytes at a higher quality, and none of its pixels without loss', async () => {
    const small = { source: coffee, resize: { width: 100 } }
    for (const format of ['webp', 'jpeg']) {
      const sizes = []
      for (const quality of [10, undefined, 80, 100])
        sizes.push((await run({ ...small, output: { [format]: { quality } } })).size)
      expect(sizes[0]).toBeLessThan(sizes[1])
      expect(sizes[1]).toBe(sizes[2])
      expect(sizes[2]).toBeLessThan(sizes[3])
    }
    const { data } = await run({ ...small, output: { webp: { lossless: true } } })
    const exact = pixels((await run({ ...small, output: { png: {} } })).data)
    expect(pixels((await run({ source: data, output: { png: {} } })).data)).toEqual(exact)
  })

  test('keeps its format unless another is named', async () => {
    const formats = path.join(fixtures, 'formats')
    expect(await run({ source: path.join(formats, 'grey.jpg') })).toMatchObject({ format: 'jpeg' })
    expect(await run({ source: path.join(formats, 'lossy.webp') })).toMatchObject({ format: 'webp' })
    expect(await run({ source: path.join(formats, 'animated.gif') })).toMatchObject({ format: 'gif' })
    expect(await run({ source: coffee, output: { jpg: {} }, resize: { width: 9 } })).toMatchObject({ format: 'jpeg' })
  })
})

describe('orientation', () => {
  const upright = { Landscape: [120, 90], Portrait: [90, 120] }

  test.each(
    Object.entries(upright).flatMap(([kind, size]) => [1, 2, 3, 4, 5, 6, 7, 8].map((tag) => ({ kind, tag, size }))),
  )('$kind $tag stands upright', async ({ kind, tag, size: [width, height] }) => {
    const open = (/** @type {number} */ number) => path.join(fixtures, 'orientation', `${kind}_${number}.jpg`)
    const result = await run({ source: open(tag), output: { png: {} } })
    expect(result).toMatchObject({ width, height })
    const first = await run({ source: open(1), output: { png: {} } })
    // The pictures are the same but for the digit in the middle, and each was compressed by itself.
    expect(distance(pixels(result.data), pixels(first.data))).toBeLessThan(12)
    // Both axes are resized as the viewer sees them.
    const resize = { width: 30, height: 20, fit: 'fill' }
    const small = await run({ source: open(tag), resize, output: { png: {} } })
    expect(small).toMatchObject({ width: 30, height: 20 })
    const smallFirst = await run({ source: open(1), resize, output: { png: {} } })
    expect(distance(pixels(small.data), pixels(smallFirst.data))).toBeLessThan(12)
  })
})

describe('resize', () => {
  // Left third red, middle third green, right third blue.
  const stripes = bmp(
    90,
    30,
    (x) =>
      [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
      ][Math.floor(x / 30)],
  )
  /** @param {any} resize */
  const rows = async (resize, background = undefined) =>
    pixels((await run({ source: stripes, resize: { ...resize, background }, output: { png: {} } })).data)

  test.each([
    ['cover', 30, 30],
    ['contain', 30, 30],
    ['fill', 30, 30],
    ['inside', 30, 10],
    ['outside', 90, 30],
  ])('%s', async (fit, width, height) => {
    const result = await rows({ width: 30, height: 30, fit })
    expect([result[0].length, result.length]).toEqual([width, height])
    const middle = result[height >> 1]
    expect(middle[width >> 1]).toEqual([0, 255, 0])
    expect(middle[2]).toEqual(fit === 'cover' ? [0, 255, 0] : [255, 0, 0])
    expect(result[0][width >> 1]).toEqual(fit === 'contain' ? [0, 0, 0] : [0, 255, 0])
  })

  test('contain has the background on both sides', async () => {
    const red = { r: 255, g: 0, b: 0 }
    const onRed = await rows({ width: 30, height: 30, fit: 'contain' }, red)
    expect([onRed[0][15], onRed[15][15], onRed[29][15]]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [255, 0, 0],
    ])
    const clear = await rows({ width: 30, height: 30, fit: 'contain' }, '#00000000')
    expect([clear[0][15], clear[15][15]]).toEqual([
      [0, 0, 0, 0],
      [0, 255, 0, 255],
    ])
  })

  test('one side is enough', async () => {
    expect((await rows({ width: 45 })).length).toBe(15)
    expect((await rows({ height: 15 }))[0].length).toBe(45)
  })

  test('does not enlarge when told so', async () => {
    const result = await rows({ width: 900, fit: 'inside', withoutEnlargement: true })
    expect([result[0].length, result.length]).toEqual([90, 30])
    expect((await rows({ width: 180 }))[0].length).toBe(180)
  })

  test('the edge of a transparent picture keeps its colour', async () => {
    const source = path.join(fixtures, 'pngsuite/tp1n3p08.png')
    const result = pixels((await run({ source, resize: { width: 11, height: 11 }, output: { png: {} } })).data)
    expect(result[0][0]).toHaveLength(4)
    const flat = pixels(
      (await run({ source: (await run({ source, output: { jpeg: {} }, flatten: '#fff' })).data, output: { png: {} } }))
        .data,
    )
    expect(flat[0][0].every((value) => value > 240)).toBe(true)
  })
})

describe('a file as the result', () => {
  const small = { source: coffee, resize: { width: 40 } }

  test('is written whole, under its own name only', async () => {
    const file = path.join(folder, 'written.webp')
    const result = await run({ ...small, file })
    expect(result).toEqual({ path: file, format: 'webp', ...shape(40, 27), size: fs.statSync(file).size })
    expect(fs.readFileSync(file)).toEqual((await run({ ...small, output: { webp: {} } })).data)
    expect(fs.readdirSync(folder)).toEqual(['written.webp'])
  })

  test('may not be the source, under whatever name', async () => {
    const file = path.join(folder, 'same.jpg')
    fs.copyFileSync(coffee, file)
    fs.symlinkSync(file, path.join(folder, 'link.jpg'))
    for (const target of [file, pathToFileURL(file), path.join(folder, 'link.jpg')]) {
      const error = await failure({ source: file, resize: { width: 40 }, file: target })
      expect(error).toBeInstanceOf(ArgumentError)
      expect(error.message).toContain('Cannot use the same file for input and output')
    }
    expect(fs.readFileSync(file)).toEqual(fs.readFileSync(coffee))
  })

  test('keeps the mode of the file it replaces, and has that of a new file otherwise', async () => {
    const replaced = path.join(folder, 'mode.png')
    fs.writeFileSync(replaced, '')
    fs.chmodSync(replaced, 0o640)
    await run({ ...small, file: replaced })
    expect(fs.statSync(replaced).mode & 0o777).toBe(0o640)
    const fresh = path.join(folder, 'fresh.png')
    await run({ ...small, file: fresh })
    fs.writeFileSync(path.join(folder, 'by-node'), '')
    expect(fs.statSync(fresh).mode).toBe(fs.statSync(path.join(folder, 'by-node')).mode)
  })

  test('`output` goes before the name', async () => {
    expect(await run({ ...small, file: path.join(folder, 'photo.dat'), output: { png: {} } })).toMatchObject({
      format: 'png',
    })
    const error = await failure({ ...small, file: path.join(folder, 'other.dat') })
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('.jpg, .jpeg') })
  })

  test('fails before the work when it cannot be written', async () => {
    const missing = await failure({ ...small, file: path.join(folder, 'missing/photo.webp') })
    expect(missing).toBeInstanceOf(FileError)
    expect(missing).toMatchObject({ code: 'ENOENT', message: expect.stringContaining('photo.webp') })
    expect(await failure({ ...small, file: folder, output: { png: {} } })).toMatchObject({ code: 'EISDIR' })
  })

  test('leaves nothing behind when the task fails or is aborted', async () => {
    const inside = path.join(folder, 'aborted')
    fs.mkdirSync(inside)
    const broken = path.join(fixtures, 'pngsuite/xdtn0g01.png')
    expect(await failure({ source: broken, file: path.join(inside, 'a.webp') })).toBeInstanceOf(ImageError)
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const large = {
      source: bmp(2000, 1000, (x, y) => [x % 256, y % 256, (x * y) % 256]),
      file: path.join(inside, 'b.webp'),
    }
    expect(await failure(large, { signal: controller.signal, onProgress })).toMatchObject({ code: 'ABORT_ERR' })
    expect(fs.readdirSync(inside)).toEqual([])
  })
})

describe('bad images', () => {
  test.each([
    ['text', Buffer.from('<html>'), 'ERR_IMAGE_INVALID', 'no image of a known format'],
    ['nothing', Buffer.alloc(0), 'ERR_IMAGE_INVALID', 'empty'],
    ['half a JPEG', fs.readFileSync(coffee).subarray(0, 50_000), 'ERR_IMAGE_INVALID', 'Cannot decode the JPEG'],
    [
      'a HEIF',
      Buffer.from('0000001c6674797068656963000000006d696631686569636d696166', 'hex'),
      'ERR_IMAGE_UNSUPPORTED',
      'HEIF',
    ],
  ])('%s', async (_, source, code, message) => {
    const error = await failure({ source, output: { png: {} } })
    expect(error).toBeInstanceOf(ImageError)
    expect(error).toMatchObject({ code, message: expect.stringContaining(message), task: 'image.process' })
  })

  test('a header of 65535 × 65535 fails before memory is taken', async () => {
    const jpeg = fs.readFileSync(path.join(fixtures, 'formats/grey.jpg'))
    jpeg.fill(0xff, jpeg.indexOf('ffc0', 'hex') + 5, jpeg.indexOf('ffc0', 'hex') + 9)
    const png = fs.readFileSync(path.join(fixtures, 'pngsuite/basn2c08.png'))
    png.writeUInt32BE(65535, 16)
    png.writeUInt32BE(65535, 20)
    // The checksum of the header, which gzip computes too.
    zlib.gzipSync(png.subarray(12, 29)).subarray(-8, -4).swap32().copy(png, 29)
    const before = process.memoryUsage().rss
    for (const source of [jpeg, png]) {
      const error = await failure({ source, resize: { width: 10 } })
      expect(error).toBeInstanceOf(ImageError)
      expect(error).toMatchObject({ code: 'ERR_IMAGE_TOO_LARGE', message: expect.stringContaining('65535 × 65535') })
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })

  test('`limitInputPixels` counts the pixels of the source', async () => {
    expect(await failure({ source: coffee, limitInputPixels: 600 * 400 - 1 })).toMatchObject({
      code: 'ERR_IMAGE_TOO_LARGE',
    })
    expect(await run({ source: coffee, limitInputPixels: 600 * 400 })).toMatchObject({ width: 600 })
  })

  test('a file that is not there, and a folder', async () => {
    expect(await failure({ source: path.join(folder, 'none.jpg') })).toMatchObject({
      code: 'ENOENT',
      name: 'FileError',
    })
    expect(await failure({ source: folder })).toMatchObject({ code: 'EISDIR' })
  })
})

test.each([
  [{ source: 7 }, 'ERR_INVALID_ARG_TYPE', 'Expected `source` to be a path, a `file:` URL, or a Buffer'],
  [{}, 'ERR_INVALID_ARG_TYPE', 'Expected `source` to be given'],
  [
    { source: coffee, output: { jpeg: { quality: 0 } } },
    'ERR_OUT_OF_RANGE',
    'Expected `output.jpeg.quality` to be an integer from 1 to 100',
  ],
  [
    { source: coffee, output: { webp: { quality: 80.5 } } },
    'ERR_OUT_OF_RANGE',
    'Expected `output.webp.quality` to be an integer from 1 to 100',
  ],
  [
    { source: coffee, output: { jpeg: { quality: '80' } } },
    'ERR_INVALID_ARG_TYPE',
    'Expected `output.jpeg.quality` to be an integer from 1 to 100',
  ],
  [{ source: coffee, resize: { width: -1 } }, 'ERR_OUT_OF_RANGE', 'Expected `resize.width` to be an integer'],
  [{ source: coffee, resize: { width: 1e9 } }, 'ERR_OUT_OF_RANGE', 'Expected `resize.width` to be an integer'],
  [{ source: coffee, resize: {} }, 'ERR_INVALID_ARG_TYPE', 'Expected `resize` to have a `width`'],
  [
    { source: coffee, resize: { width: 1, fit: 'crop' } },
    'ERR_INVALID_ARG_VALUE',
    'Expected `resize.fit` to be one of',
  ],
  [{ source: coffee, output: { bmp: {} } }, 'ERR_INVALID_ARG_VALUE', 'Expected `output` to be one of'],
  [{ source: coffee, tint: 'whitish' }, 'ERR_INVALID_ARG_VALUE', 'Expected `tint` to be a colour'],
  [{ source: coffee, fit: 'cover' }, 'ERR_INVALID_ARG_VALUE', '`fit`'],
])('bad option: %j', async (input, code, message) => {
  const error = await failure(input)
  expect(error).toBeInstanceOf(ArgumentError)
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
})

describe('a photo of 24 megapixels', () => {
  /** @type {Buffer} */
  let photo

  beforeAll(async () => {
    const { data } = await run({ source: coffee, resize: { width: 6000, height: 4000 }, output: { jpeg: {} } })
    photo = data
  })

  test('reports progress in percent', async () => {
    /** @type {import('..').Progress[]} */
    const reports = []
    const onProgress = (/** @type {import('..').Progress} */ report) => reports.push(report)
    await run({ source: photo, resize: { width: 800, height: 600 }, output: { webp: {} } }, { onProgress })
    expect(reports.length).toBeGreaterThan(1)
    expect(reports.map(({ percent }) => percent)).toEqual(
      reports.map(({ percent }) => percent).toSorted((a, b) => a - b),
    )
    expect(reports.at(-1)).toEqual({ completed: 100, total: 100, percent: 100 })
  })

  // mozjpeg's own way takes long enough to be aborted in.
  test.each([
    ['webp', {}],
    ['jpeg', { mozjpeg: true }],
    ['png', {}],
  ])('stops when it is aborted at any time on its way to %s', async (format, options) => {
    for (const delay of [0, 20, 60, 100, 140, 180, 220, 260]) {
      const controller = new AbortController()
      const done = failure({ source: photo, output: { [format]: options } }, { signal: controller.signal })
      await new Promise((resolve) => setTimeout(resolve, delay))
      controller.abort()
      expect(await done).toMatchObject({ code: 'ABORT_ERR' })
    }
    expect(pool.stats().running).toBe(0)
  })
})
