// @ts-check
'use strict'

// Transcodes that are stopped: nothing is left of them, and nothing is destroyed.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { AbortError, FfmpegError, OffloopError, ffmpeg, thumbnails, transcode } = require('..')
const { clip, fake, writesOutput } = require('./support/clips')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

/** @type {string} */
let folder
/** @type {string} */
let input
/** @type {string} */
let to

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-abort-'))
  input = await clip(path.join(folder, 'input.mp4'), { seconds: 20, size: '320x240' })
})

beforeEach(() => {
  to = fs.mkdtempSync(path.join(folder, 'to-'))
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** Command lines of processes that have the folder in them. */
function running() {
  const lists = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return lists.flatMap((pid) => {
    try {
      const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return Number(pid) !== process.pid && line.includes(to) ? [line.replaceAll('\0', ' ')] : []
    } catch {
      return []
    }
  })
}

/** A fake that has begun to write says so by a file. */
const begun = () => path.join(to, 'begun')

/** @param {string} script  @param {object} [options] */
function begin(script, options) {
  const ffmpegPath = fake(path.join(folder, `fake-${path.basename(to)}`), `${writesOutput}; ${script}`)
  return transcode(input, path.join(to, 'out.mp4'), { ffmpegPath, ...options })
}

test('at 30 moments of its life: the old file is whole, and there is no other', async () => {
  const output = path.join(to, 'out.mp4')
  let stopped = 0
  for (let i = 0; i < 30; i++) {
    fs.writeFileSync(output, `old ${i}`)
    const reason = new Error(`reason ${i}`)
    const controller = new AbortController()
    // From before it is started to the middle of its work.
    const timer = setTimeout(() => controller.abort(reason), i < 5 ? i * 4 : Math.random() * 500)
    const options = { signal: controller.signal, preset: 'veryslow', onProgress: i % 2 ? () => {} : undefined }
    const outcome = await transcode(input, output, options).then(
      () => undefined,
      (error) => error,
    )
    clearTimeout(timer)
    expect(outcome).toBeInstanceOf(AbortError)
    expect(outcome).toMatchObject({ code: 'ABORT_ERR', canceled: true, cause: reason })
    stopped++
    expect(fs.readFileSync(output, 'utf8')).toBe(`old ${i}`)
    expect(fs.readdirSync(to)).toEqual(['out.mp4'])
    expect(running()).toEqual([])
  }
  expect(stopped).toBe(30)
}, 60_000)

test('it is told once, and has time to end', async () => {
  const controller = new AbortController()
  const log = path.join(to, 'log')
  const trap = `trap 'echo term >> "${log}"; sleep 0.3; exit 255' TERM; touch '${begun()}'; while :; do sleep 0.02; done`
  const work = begin(trap, { signal: controller.signal })
  await until(() => fs.existsSync(begun()))
  expect(fs.readdirSync(to).filter((name) => name.startsWith('.offloop-'))).toHaveLength(1)
  controller.abort()
  controller.abort()
  expect(await failure(work)).toMatchObject({ code: 'ABORT_ERR', exitCode: 255 })
  expect(fs.readFileSync(log, 'utf8')).toBe('term\n')
  expect(fs.readdirSync(to).sort()).toEqual(['begun', 'log'])
})

test('it is killed when it does not end', async () => {
  const controller = new AbortController()
  const stubborn = `trap '' TERM; touch '${begun()}'; while :; do sleep 0.02; done`
  const work = begin(stubborn, { signal: controller.signal, forceKillAfterDelay: 300 })
  await until(() => fs.existsSync(begun()))
  const before = performance.now()
  controller.abort('enough')
  expect(await failure(work)).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
  expect(performance.now() - before).toBeGreaterThanOrEqual(290)
  expect(performance.now() - before).toBeLessThan(3000)
  expect(fs.readdirSync(to)).toEqual(['begun'])
  expect(running()).toEqual([])
})

test('an end that says 0 after the signal is no success', async () => {
  const controller = new AbortController()
  const work = begin(`trap 'exit 0' TERM; touch '${begun()}'; while :; do sleep 0.02; done`, {
    signal: controller.signal,
  })
  await until(() => fs.existsSync(begun()))
  controller.abort()
  expect(await failure(work)).toMatchObject({ code: 'ABORT_ERR' })
  expect(fs.readdirSync(to)).toEqual(['begun'])
})

test('a timeout ends it likewise', async () => {
  fs.writeFileSync(path.join(to, 'out.mp4'), 'old')
  const error = await failure(transcode(input, path.join(to, 'out.mp4'), { timeout: 300, preset: 'veryslow' }))
  expect(error).toBeInstanceOf(FfmpegError)
  expect(error).toMatchObject({ code: 'ERR_FFMPEG_TIMEOUT', timedOut: true, canceled: false })
  expect(error.message).toBe('ffmpeg took longer than 300 milliseconds')
  expect(error.command).toContain(' -preset veryslow ')
  expect(fs.readFileSync(path.join(to, 'out.mp4'), 'utf8')).toBe('old')
  expect(fs.readdirSync(to)).toEqual(['out.mp4'])
})

test('the timeout counts the look at the input', async () => {
  const ffprobePath = fake(path.join(folder, 'slow-ffprobe'), 'sleep 20')
  const options = { timeout: 200, ffprobePath, onProgress: () => {} }
  const error = await failure(transcode(input, path.join(to, 'out.mp4'), options))
  expect(error).toMatchObject({ code: 'ERR_FFMPEG_TIMEOUT', timedOut: true })
  expect(fs.readdirSync(to)).toEqual([])
})

test('a signal that has fired already', async () => {
  const signal = AbortSignal.abort('before')
  expect(await failure(transcode(input, path.join(to, 'out.mp4'), { signal }))).toMatchObject({ cause: 'before' })
  expect(await failure(ffmpeg(['-version'], { signal }))).toBeInstanceOf(AbortError)
  expect(await failure(thumbnails(input, { folder: path.join(to, 'none'), signal }))).toBeInstanceOf(OffloopError)
  expect(fs.readdirSync(to)).toEqual([])
})

test('an abort after the end changes nothing', async () => {
  const controller = new AbortController()
  await transcode(input, path.join(to, 'out.mp4'), { signal: controller.signal, preset: 'ultrafast', duration: 1 })
  controller.abort()
  await sleep(20)
  expect(fs.readdirSync(to)).toEqual(['out.mp4'])
})

test('the exit of the process leaves nothing behind', async () => {
  const script = `
    const { transcode } = require(${JSON.stringify(path.join(__dirname, '..'))})
    const onProgress = ({ time }) => time > 0.5 && process.exit(7)
    transcode(process.argv[1], process.argv[2], { onProgress, preset: 'veryslow' })
  `
  const args = ['-e', script, input, path.join(to, 'out.mp4')]
  let status
  try {
    execFileSync(process.execPath, args)
  } catch (error) {
    status = /** @type {any} */ (error).status
  }
  expect(status).toBe(7)
  await until(() => running().length === 0)
  expect(fs.readdirSync(to)).toEqual([])
})
