// @ts-check
'use strict'

// How far ffmpeg is.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { ffmpeg, transcode } = require('..')
const { find } = require('../lib/ffmpeg/program')
const { Tracker } = require('../lib/ffmpeg/progress')
const { clip, fake } = require('./support/clips')
const { failure } = require('./support/failure')

/** @type {string} */
let folder
/** @type {string} */
let input

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-progress-'))
  input = await clip(path.join(folder, 'input.mp4'), { seconds: 20, size: '320x240' })
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** @param {string} name */
const into = (name) => path.join(folder, name)

/** @param {object} options  @param {string} [from] */
async function progressOf(options, from = input) {
  /** @type {any[]} */
  const list = []
  await transcode(from, into('output.mp4'), { onProgress: (progress) => list.push(progress), ...options })
  return list
}

/** @param {any[]} list  @param {string} name */
function expectNeverBack(list, name) {
  for (let i = 1; i < list.length; i++) expect(list[i][name]).toBeGreaterThanOrEqual(list[i - 1][name])
}

test('percent grows, is 100 at the end, and nowhere else', async () => {
  const list = await progressOf({ preset: 'veryslow' })
  expect(list.length).toBeGreaterThan(2)
  expectNeverBack(list, 'percent')
  expectNeverBack(list, 'time')
  expect(list.slice(0, -1).every(({ percent }) => percent >= 0 && percent < 100)).toBe(true)
  expect(list.some(({ percent }) => percent > 5 && percent < 95)).toBe(true)
  const last = list.at(-1)
  expect(last).toEqual({
    percent: 100,
    time: expect.any(Number),
    fps: expect.any(Number),
    speed: expect.any(Number),
    bitrate: expect.any(Number),
    eta: 0,
  })
  expect(last.time).toBeCloseTo(20, 0)
  expect(list.find(({ percent }) => percent > 5).eta).toBeGreaterThan(0)
})

test.each([
  ['start and duration', { start: 5, duration: 10 }, 10],
  ['a duration that is longer than the input', { start: 15, duration: 60 }, 5],
  ['ffmpeg’s own options', { inputOptions: ['-ss', '00:00:12'], outputOptions: ['-to', '4'] }, 4],
])('percent is of what is made: %s', async (_, options, seconds) => {
  const list = await progressOf({ preset: 'slow', ...options })
  expectNeverBack(list, 'percent')
  expect(list.at(-1)).toMatchObject({ percent: 100, eta: 0 })
  expect(Math.abs(list.at(-1).time - seconds)).toBeLessThan(0.5)
  for (const { percent, time } of list.slice(0, -1))
    expect(percent).toBeCloseTo(Math.min((time / seconds) * 100, 99.9), 1)
})

test('percent is null while the length is not known', async () => {
  // What is written to a pipe cannot be given its length afterwards.
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-i',
    input,
    '-t',
    '4',
    '-c',
    'copy',
    '-live',
    '1',
    '-f',
    'matroska',
    'pipe:1',
  ]
  const bytes = execFileSync(await find('ffmpeg', undefined), args)
  fs.writeFileSync(into('unknown.mkv'), bytes)
  const list = await progressOf({ preset: 'ultrafast' }, into('unknown.mkv'))
  expect(list.length).toBeGreaterThan(0)
  expect(list.every(({ percent, eta }) => percent === null && eta === null)).toBe(true)
  expect(list.at(-1).time).toBeCloseTo(4, 0)
  // The caller may know it.
  const known = await progressOf({ preset: 'ultrafast', duration: 2 }, into('unknown.mkv'))
  expect(known.at(-1)).toMatchObject({ percent: 100 })
})

test('without ffprobe the length is what ffmpeg says', async () => {
  const before = process.env.FFPROBE_PATH
  process.env.FFPROBE_PATH = '/nowhere/ffprobe'
  try {
    const list = await progressOf({ preset: 'slow' })
    expectNeverBack(list, 'percent')
    expect(list.at(-1).percent).toBe(100)
  } finally {
    if (before === undefined) delete process.env.FFPROBE_PATH
    else process.env.FFPROBE_PATH = before
  }
})

test('sound alone has no frames, and no NaN', async () => {
  /** @type {any[]} */
  const list = []
  await transcode(input, into('sound.m4a'), { videoCodec: false, onProgress: (progress) => list.push(progress) })
  expect(list.at(-1)).toMatchObject({ percent: 100, fps: null })
  expect(list.flatMap(Object.values).some(Number.isNaN)).toBe(false)
})

test('a failure never says 100', async () => {
  // It has done everything, and then it fails.
  const report = 'out_time_us=20000000\\nspeed=1x\\nprogress='
  const ffmpegPath = fake(into('fails'), `printf '${report}continue\\n${report}end\\n'; sleep 0.2; exit 1`)
  /** @type {any[]} */
  const list = []
  const onProgress = (/** @type {any} */ progress) => list.push(progress)
  await failure(transcode(input, into('failed.mp4'), { ffmpegPath, onProgress }))
  expect(list.map(({ percent }) => percent)).toEqual([99.9])
})

test('what a listener throws is an uncaught exception, and no failure of the work', async () => {
  const script = `
    const { transcode } = require(${JSON.stringify(path.join(__dirname, '..'))})
    process.on('uncaughtException', (error) => console.log('uncaught', error.message))
    const onProgress = () => { throw new Error('mine') }
    transcode(process.argv[1], process.argv[2], { onProgress, preset: 'ultrafast' }).then(({ size }) => console.log('done', size > 0))
  `
  const stdout = execFileSync(process.execPath, ['-e', script, input, into('thrown.mp4')], { encoding: 'utf8' })
  expect(stdout).toMatch(/^(?:uncaught mine\n)+done true\n(?:uncaught mine\n)*$/)
})

test('ffmpeg() with a length, while its standard output is the caller’s', async () => {
  /** @type {any[]} */
  const list = []
  const { stdout } = await ffmpeg(['-i', input, '-c', 'copy', '-f', 'matroska', 'pipe:1'], {
    duration: 20,
    onProgress: (progress) => list.push(progress),
  })
  expect(stdout.subarray(0, 4)).toEqual(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]))
  expect(list.at(-1)).toMatchObject({ percent: 100 })
})

describe('reports', () => {
  /** @param {InstanceType<typeof Tracker>} tracker  @param {Record<string, string>} report */
  const measure = (tracker, report) => {
    const lines = Object.entries({ ...report, progress: 'continue' }).map(([key, value]) => `${key}=${value}`)
    return lines.map((line) => tracker.take(line)).at(-1)
  }

  test('of every form', () => {
    const report = { fps: '24.5', bitrate: ' 129.2kbits/s', out_time_us: '2500000', speed: '2x' }
    expect(measure(new Tracker(10), report)).toEqual({
      percent: 25,
      time: 2.5,
      fps: 24.5,
      speed: 2,
      bitrate: 129_200,
      eta: 3.75,
    })
    const nothing = { percent: 0, time: 0, fps: null, speed: null, bitrate: null, eta: null }
    expect(measure(new Tracker(10), { fps: 'N/A', bitrate: 'N/A', out_time_us: 'N/A', speed: 'N/A' })).toEqual(nothing)
    expect(measure(new Tracker(10), {})).toEqual(nothing)
    // Only the older versions' name, which has microseconds as well.
    expect(measure(new Tracker(10), { out_time_ms: '5000000' })?.percent).toBe(50)
  })

  test('that go back, or over the end', () => {
    const tracker = new Tracker(10)
    const times = ['-40000', '5000000', '3000000', '9999999', '12000000']
    const percents = times.map((out_time_us) => measure(tracker, { out_time_us })?.percent)
    expect(percents).toEqual([0, 50, 50, 99.9, 99.9])
    expect(tracker.finish()).toMatchObject({ percent: 100, time: 12, eta: 0 })
  })

  test.each([null, 0, -3])('of a length that says nothing: %j', (length) => {
    const tracker = new Tracker(length)
    expect(measure(tracker, { out_time_us: '1', speed: '1x' })).toMatchObject({ percent: null, eta: null })
    expect(tracker.finish()).toMatchObject({ percent: null, eta: null })
  })
})
