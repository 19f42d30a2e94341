// @ts-check
'use strict'

// How many transcodes run at once.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { AbortError, ArgumentError, transcode } = require('..')
const { fake, writesOutput } = require('./support/clips')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

/** @type {string} */
let folder
/** @type {string} */
let ffmpegPath

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-queue-'))
  // It runs until it is let go, and is on the list of those that run until then.
  const script = `touch "${folder}/run-$$"; while [ ! -e "${folder}/go" ]; do sleep 0.02; done; rm "${folder}/run-$$"`
  ffmpegPath = fake(path.join(folder, 'fake'), `${writesOutput}; ${script}`)
})

afterEach(() => {
  transcode.concurrency = 1
  fs.rmSync(folder, { recursive: true })
})

const runs = () => fs.readdirSync(folder).filter((name) => name.startsWith('run-')).length
const go = () => fs.writeFileSync(path.join(folder, 'go'), '')

/** @param {string} name  @param {object} [options] */
const begin = (name, options) => transcode('any.mp4', path.join(folder, name), { ffmpegPath, ...options })

/** Long enough for a program to start. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 200))

test('one, by default, in the order of the calls', async () => {
  expect(transcode.concurrency).toBe(1)
  /** @type {string[]} */
  const order = []
  const all = ['a', 'b', 'c'].map((name) => begin(`${name}.mp4`).then(() => order.push(name)))
  await until(() => runs() === 1)
  await aWhile()
  expect(runs()).toBe(1)
  go()
  await Promise.all(all)
  expect(order).toEqual(['a', 'b', 'c'])
})

test('two, or more as soon as more may', async () => {
  transcode.concurrency = 2
  const all = Array.from({ length: 4 }, (_, i) => begin(`${i}.mp4`))
  await until(() => runs() === 2)
  await aWhile()
  expect(runs()).toBe(2)
  transcode.concurrency = Infinity
  await until(() => runs() === 4)
  go()
  await Promise.all(all)
})

test('who waits can be aborted, and takes no place', async () => {
  const first = begin('first.mp4')
  await until(() => runs() === 1)
  const controller = new AbortController()
  const second = begin('second.mp4', { signal: controller.signal })
  const third = begin('third.mp4')
  await aWhile()
  const reason = new Error('no more')
  controller.abort(reason)
  const error = await failure(second)
  expect(error).toBeInstanceOf(AbortError)
  expect(error.cause).toBe(reason)
  expect(runs()).toBe(1)
  go()
  await Promise.all([first, third])
  expect(fs.existsSync(path.join(folder, 'second.mp4'))).toBe(false)
})

test('a failure and an abort make room', async () => {
  const fails = fake(path.join(folder, 'fails'), 'exit 1')
  const controller = new AbortController()
  const first = failure(begin('1.mp4', { ffmpegPath: fails }))
  const second = failure(begin('2.mp4', { signal: controller.signal }))
  const third = begin('3.mp4')
  expect((await first).code).toBe('ERR_FFMPEG_FAILED')
  await until(() => runs() === 1)
  controller.abort()
  await second
  go()
  await third
  expect(transcode.concurrency).toBe(1)
})

test.each([0, 1.5, '2', Number.NaN])('a limit of %j is refused', (limit) => {
  const set = () => (transcode.concurrency = /** @type {any} */ (limit))
  expect(set).toThrow(ArgumentError)
  expect(set).toThrow(/`concurrency`/)
  expect(transcode.concurrency).toBe(1)
})
