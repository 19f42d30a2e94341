// @ts-check
'use strict'

// The transcoding example as a process of its own, over real HTTP.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { clip, inspect } = require('./support/clips')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

const root = path.join(__dirname, '..')
/** @type {string} */
let folder
/** @type {string} */
let media
/** @type {import('node:child_process').ChildProcess} */
let service
/** @type {string} */
let url
/** @type {Buffer} */
let short
/** @type {Buffer} */
let long

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-service-'))
  short = fs.readFileSync(await clip(path.join(folder, 'short.mp4'), { seconds: 2 }))
  long = fs.readFileSync(await clip(path.join(folder, 'long.mp4'), { seconds: 40, size: '320x240' }))
})

beforeEach(async () => {
  media = path.join(folder, 'media')
  service = spawn(process.execPath, ['examples/transcode/server.js'], {
    cwd: root,
    env: { ...process.env, PORT: '0', FOLDER: media },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(/** @type {any} */ (service.stdout)), 'line')
  url = line.replace('listening on ', '')
})

afterEach(() => {
  service.kill('SIGKILL')
  fs.rmSync(media, { recursive: true, force: true })
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** @param {Buffer} video @returns {Promise<string>} */
async function upload(video) {
  const response = await fetch(`${url}/videos`, { method: 'POST', body: new Uint8Array(video) })
  expect(response.status).toBe(201)
  return (await response.json()).id
}

/**
 * The events of a transcode as they come.
 *
 * @param {string} route
 * @param {AbortSignal} [signal]
 */
async function* events(route, signal) {
  const response = await fetch(url + route, { signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  for await (const bytes of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {any} */ (response.body))) {
    text += Buffer.from(bytes).toString()
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
      yield { event, data: JSON.parse(data) }
    }
  }
}

/** @param {string} route */
async function all(route) {
  const list = []
  for await (const event of events(route)) list.push(event)
  return list
}

test('a video in, progress, and an MP4 out', async () => {
  const id = await upload(short)
  const list = await all(`/transcode/${id}?height=48&crf=30`)
  expect(list[0].event).toBe('waiting')
  const progress = list.filter(({ event }) => event === 'progress')
  expect(progress.at(-1)?.data).toMatchObject({ percent: 100, eta: 0 })
  const done = list.at(-1)
  expect(done).toEqual({
    event: 'done',
    data: { url: `/videos/${id}`, size: expect.any(Number), durationMs: expect.any(Number) },
  })
  const response = await fetch(url + done?.data.url)
  expect(response.headers.get('content-type')).toBe('video/mp4')
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(bytes).toHaveLength(done?.data.size)
  fs.writeFileSync(path.join(folder, 'made.mp4'), bytes)
  const { duration, video } = await inspect(path.join(folder, 'made.mp4'))
  expect(video).toMatchObject({ codec_name: 'h264', width: 64, height: 48 })
  expect(duration).toBeCloseTo(2, 1)
})

test('a client that goes away ends the work, and leaves no half', async () => {
  const id = await upload(long)
  const client = new AbortController()
  /** @type {(string | undefined)[]} */
  const seen = []
  const watch = async () => {
    for await (const { event, data } of events(`/transcode/${id}?height=720&crf=20`, client.signal)) {
      seen.push(event)
      if (event !== 'progress') continue
      expect(data.percent).toBeLessThan(100)
      expect(fs.readdirSync(media).some((name) => name.startsWith('.offloop-'))).toBe(true)
      client.abort()
    }
  }
  expect(await failure(watch())).toMatchObject({ name: 'AbortError' })
  expect(seen).toContain('progress')
  expect(seen).not.toContain('done')
  await until(() => fs.readdirSync(media).length === 1)
  expect(fs.readdirSync(media)).toEqual([`${id}.source`])
  // Its place is free: otherwise this would wait for it.
  const list = await all(`/transcode/${await upload(short)}?height=48`)
  expect(list.at(-1)?.event).toBe('done')
})

test('what is no video, or has bad options, is a failed event; what is not there is 404', async () => {
  const id = await upload(Buffer.from('no video'))
  const invalid = await all(`/transcode/${id}`)
  expect(invalid.at(-1)).toMatchObject({ event: 'failed', data: { code: 'ERR_FFMPEG_INVALID_INPUT' } })
  const wrong = await all(`/transcode/${await upload(short)}?crf=many`)
  expect(wrong.at(-1)).toMatchObject({ event: 'failed', data: { code: 'ERR_OUT_OF_RANGE' } })
  for (const route of ['/transcode/', '/videos/']) {
    for (const name of ['00000000-0000-0000-0000-000000000000', '..%2f..%2fetc%2fpasswd', '-i']) {
      expect((await fetch(url + route + name)).status).toBe(404)
    }
  }
})

test('SIGTERM tells who waits, and the process ends by itself', async () => {
  const id = await upload(long)
  const list = []
  for await (const event of events(`/transcode/${id}?height=720&crf=20`)) {
    list.push(event)
    if (event.event === 'progress') service.kill('SIGTERM')
  }
  expect(list.at(-1)).toMatchObject({ event: 'failed', data: { code: 'ABORT_ERR' } })
  const [code, signal] = service.exitCode === null ? await once(service, 'exit') : [service.exitCode, null]
  expect([code, signal]).toEqual([0, null])
  expect(fs.existsSync(media)).toBe(false)
})
