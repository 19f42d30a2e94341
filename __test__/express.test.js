// @ts-check
'use strict'

// The Express example as a process of its own, over real HTTP.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const path = require('node:path')
const { createInterface } = require('node:readline')

const root = path.join(__dirname, '..')
const photo = readFileSync(path.join(root, 'examples/photos/coffee.jpg'))

/** @type {import('node:child_process').ChildProcess} */
let service
/** @type {string} */
let url

beforeEach(async () => {
  const env = { ...process.env, PORT: '0', THREADS: '2' }
  service = spawn(process.execPath, ['examples/express/server.js'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(/** @type {any} */ (service.stdout)), 'line')
  url = line.replace('listening on ', '')
})

afterEach(() => {
  service.kill('SIGKILL')
})

/** @param {string} route */
const get = async (route) => (await fetch(url + route)).json()

/** Resolves when the pool is working on so many tasks. @param {number} count */
async function untilRunning(count) {
  while ((await get('/health')).running !== count) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('/compute computes', async () => {
  const { result } = await get('/compute?to=1e6')
  let expected = 0
  for (let i = 0; i < 1e6; i++) expected += Math.sqrt(i)
  expect(result).toBeCloseTo(expected, 3)
})

test('/health keeps answering while /compute has every thread', async () => {
  const clients = new AbortController()
  const computing = [1, 2, 3].map(() => fetch(`${url}/compute?to=1e14`, { signal: clients.signal }).catch(() => 'gone'))
  await untilRunning(2)
  const answers = []
  for (let i = 0; i < 100; i++) answers.push(await get('/health'))
  expect(answers).toHaveLength(100)
  expect(answers.every(({ status, running }) => status === 'ok' && running === 2)).toBe(true)
  clients.abort()
  expect(await Promise.all(computing)).toEqual(['gone', 'gone', 'gone'])
  // Work whose client is gone stops: otherwise it would run for hours.
  await untilRunning(0)
})

test('/images gives a WebP of the size that was asked for', async () => {
  const response = await fetch(`${url}/images?width=80&height=60`, { method: 'POST', body: photo })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('image/webp')
  const image = Buffer.from(await response.arrayBuffer())
  expect(image.toString('latin1', 0, 4) + image.toString('latin1', 8, 15)).toBe('RIFFWEBPVP8')
  expect([image.readUInt16LE(26) & 0x3fff, image.readUInt16LE(28) & 0x3fff]).toEqual([80, 60])
})

test.each([
  ['/compute?to=wrong', undefined, 400, 'ERR_INVALID_ARG_VALUE'],
  ['/images?width=0', photo, 400, 'ERR_OUT_OF_RANGE'],
  ['/images', Buffer.from('no image'), 415, 'ERR_IMAGE_INVALID'],
  ['/images', photo.subarray(0, photo.length / 2), 415, 'ERR_IMAGE_INVALID'],
])('%s with bad input $expected', async (route, body, status, code) => {
  const response = await fetch(url + route, { method: body ? 'POST' : 'GET', body: body && new Uint8Array(body) })
  expect(await response.json()).toMatchObject({ code })
  expect(response.status).toBe(status)
})

test('a full queue is 503, and the service goes on', async () => {
  const clients = new AbortController()
  const ask = () => fetch(`${url}/compute?to=1e14`, { signal: clients.signal }).catch(() => undefined)
  const waiting = Array.from({ length: 102 }, ask)
  while ((await get('/health')).queued !== 100) await new Promise((resolve) => setTimeout(resolve, 5))
  const refused = await fetch(`${url}/compute?to=10`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  clients.abort()
  await Promise.all(waiting)
  await untilRunning(0)
  expect((await get('/compute?to=10')).result).toBeCloseTo(19.306, 3)
})

test('SIGTERM lets a request finish, and then the process ends by itself', async () => {
  const answer = get('/compute?to=1e9')
  await untilRunning(1)
  service.kill('SIGTERM')
  expect((await answer).result).toBeCloseTo(21081851051977.78, 0)
  const [code, signal] = service.exitCode === null ? await once(service, 'exit') : [service.exitCode, null]
  expect([code, signal]).toEqual([0, null])
})
