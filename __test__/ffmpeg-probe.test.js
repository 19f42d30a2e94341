// @ts-check
'use strict'

// What is in a file, by ffprobe, and single pictures of it.

const fs = require('node:fs')
const { createServer } = require('node:http')
const { once } = require('node:events')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { AbortError, ArgumentError, FfmpegError, image, probe, thumbnails, transcode } = require('..')
const { clip, fake, inspect } = require('./support/clips')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

/** @type {string} */
let folder
/** @type {string} */
let input

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-probe-'))
  input = await clip(path.join(folder, 'input.mp4'), { seconds: 4, rate: 30000 / 1001 })
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** @param {string} name */
const into = (name) => path.join(folder, name)

describe('probe', () => {
  test('numbers are numbers', async () => {
    const { format, streams, raw } = await probe(input)
    expect(format).toMatchObject({ name: expect.stringContaining('mp4'), start: 0, size: fs.statSync(input).size })
    expect(format.duration).toBeCloseTo(4, 1)
    expect(format.bitrate).toBeGreaterThan(1000)
    const [video, audio] = streams
    expect(video).toMatchObject({
      index: 0,
      type: 'video',
      codec: 'h264',
      width: 128,
      height: 96,
      pixelFormat: 'yuv420p',
      rotation: 0,
      isDefault: true,
    })
    expect(video.fps).toBeCloseTo(29.97, 2)
    expect(audio).toMatchObject({ index: 1, type: 'audio', codec: 'aac', sampleRate: 44_100, channels: 1 })
    expect(raw.streams[0].codec_name).toBe('h264')
    expect(raw.format.duration).toBe((await inspect(input)).format.duration)
  })

  test('what is not known is null', async () => {
    await transcode(input, into('raw.h264'), { preset: 'ultrafast', audioCodec: false })
    const { format, streams } = await probe(into('raw.h264'))
    expect(format).toMatchObject({ duration: null, bitrate: null })
    expect(streams[0]).toMatchObject({ codec: 'h264', duration: null, frames: null })
  })

  test.each([
    ['by a matrix, which turns the other way', { side_data_list: [{}, { rotation: -90 }] }, 90],
    ['by a matrix', { side_data_list: [{ rotation: 90 }] }, 270],
    ['by a tag', { tags: { rotate: '180' } }, 180],
    ['not at all', {}, 0],
  ])('how a picture is turned: %s', async (_, stream, rotation) => {
    const answer = JSON.stringify({ streams: [{ index: 0, codec_type: 'video', ...stream }] })
    const ffprobePath = fake(into('turned'), `echo '${answer}'`)
    expect((await probe(input, { ffprobePath })).streams[0].rotation).toBe(rotation)
  })

  test('what is wrong', async () => {
    expect(await failure(probe(into('nowhere.mp4')))).toMatchObject({ code: 'ERR_FFMPEG_INPUT_NOT_FOUND', exitCode: 1 })
    expect(await failure(probe(__filename))).toMatchObject({ code: 'ERR_FFMPEG_INVALID_INPUT', name: 'FfmpegError' })
    expect(await failure(probe(input, /** @type {any} */ ({ nothing: 1 })))).toBeInstanceOf(ArgumentError)
    const silent = { ffprobePath: fake(into('silent'), 'exit 0') }
    expect(await failure(probe(input, silent))).toMatchObject({ code: 'ERR_FFMPEG_FAILED' })
    const hangs = { ffprobePath: fake(into('hangs'), 'sleep 20'), timeout: 100 }
    expect(await failure(probe(input, hangs))).toMatchObject({ code: 'ERR_FFMPEG_TIMEOUT', timedOut: true })
    const signal = AbortSignal.timeout(100)
    expect(await failure(probe(input, { ...hangs, timeout: undefined, signal }))).toBeInstanceOf(AbortError)
  })

  test('a URL, when its protocol is allowed', async () => {
    const bytes = fs.readFileSync(input)
    const server = createServer((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
      response.writeHead(206, { 'Accept-Ranges': 'bytes', 'Content-Range': range }).end(bytes.subarray(from))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/input.mp4`
    try {
      expect(await failure(probe(url))).toBeInstanceOf(ArgumentError)
      expect(await failure(probe(url, { allowProtocols: ['https'] }))).toBeInstanceOf(ArgumentError)
      expect((await probe(url, { allowProtocols: ['http'] })).format.duration).toBeCloseTo(4, 1)
      await transcode(new URL(url), into('fetched.mp4'), { allowProtocols: ['http'], preset: 'ultrafast' })
      expect((await inspect(into('fetched.mp4'))).duration).toBeCloseTo(4, 1)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('thumbnails', () => {
  /** @param {string} file */
  const sizeOf = async (file) => (await image(file).toBuffer({ resolveWithObject: true })).info

  test('by count: spread over the length', async () => {
    const to = into('by-count')
    const pictures = await thumbnails(input, { count: 3, folder: to, width: 64 })
    expect(pictures).toEqual(
      [1, 2, 3].map((i) => ({ path: path.join(to, `thumbnail-${i}.jpg`), time: expect.any(Number) })),
    )
    for (const [i, { time, path: file }] of pictures.entries()) {
      expect(time).toBeCloseTo(i + 1, 1)
      expect(await sizeOf(file)).toMatchObject({ width: 64, height: 48, format: 'jpeg' })
    }
    // Of different moments.
    expect(new Set(pictures.map((picture) => fs.readFileSync(picture.path, 'latin1'))).size).toBe(3)
    expect(fs.readdirSync(to)).toHaveLength(3)
  })

  test.each(/** @type {const} */ (['jpg', 'png', 'webp']))(
    'in the format %s, by times, under a name',
    async (format) => {
      const to = fs.mkdtempSync(into('50% -'))
      const options = {
        times: ['25%', 2, '00:00:03.5'],
        folder: to,
        filename: `-a %d %02i.${format}`,
        format,
        height: 30,
      }
      const pictures = await thumbnails(input, options)
      const last = expect.closeTo(3.5, 3)
      expect(pictures.map(({ time }) => time)).toEqual([expect.closeTo(1, 1), 2, last])
      expect(fs.readdirSync(to).sort()).toEqual([1, 2, 3].map((i) => `-a %d 0${i}.${format}`))
      for (const picture of pictures) {
        const { width, height, format: found } = await sizeOf(picture.path)
        expect([width, height, found]).toEqual([40, 30, format === 'jpg' ? 'jpeg' : format])
      }
    },
  )

  test('one by default; times in seconds need no ffprobe', async () => {
    const to = into('one')
    expect(await thumbnails(input, { folder: to, filename: 'poster', format: 'png' })).toHaveLength(1)
    await thumbnails(input, { folder: to, times: [0], filename: 'first', ffprobePath: '/nowhere' })
    expect(fs.readdirSync(to)).toEqual(['first.jpg', 'poster.png'])
  })

  test('all or none: a time after the end, an abort', async () => {
    const to = fs.mkdtempSync(into('none-'))
    fs.writeFileSync(path.join(to, 'thumbnail-1.jpg'), 'old')
    const late = await failure(thumbnails(input, { times: [1, 2, 400], folder: to }))
    expect(late).toBeInstanceOf(FfmpegError)
    expect(late.message).toBe('The video has no picture at 400 s')
    const controller = new AbortController()
    const stopped = failure(thumbnails(input, { count: 200, folder: to, signal: controller.signal }))
    await until(() => fs.readdirSync(to).length > 3)
    controller.abort()
    expect(await stopped).toBeInstanceOf(AbortError)
    expect(fs.readdirSync(to)).toEqual(['thumbnail-1.jpg'])
    expect(fs.readFileSync(path.join(to, 'thumbnail-1.jpg'), 'utf8')).toBe('old')
  })

  test.each(
    /** @type {[string, any][]} */ ([
      ['count', { count: 0 }],
      ['count', { count: 2, times: [1] }],
      ['times', { times: [] }],
      ['times[0]', { times: ['150%'] }],
      ['times[1]', { times: [1, -2] }],
      ['format', { format: 'gif' }],
      ['filename', { filename: '../up' }],
      ['filename', { filename: 'same', count: 2 }],
      ['width', { width: 0 }],
      ['folder', { folder: 7 }],
      ['size', { size: 7 }],
    ]),
  )('%s: %j is refused', async (name, options) => {
    const error = await failure(thumbnails(input, options))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(`\`${name}\``)
  })

  test('of what is no video', async () => {
    expect(await failure(thumbnails(into('nowhere.mp4'), { folder }))).toMatchObject({
      code: 'ERR_FFMPEG_INPUT_NOT_FOUND',
    })
    expect(await failure(thumbnails(__filename, { folder }))).toMatchObject({ code: 'ERR_FFMPEG_INVALID_INPUT' })
  })
})
