// @ts-check
'use strict'

// `transcode()`: what comes out, by a real ffmpeg.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { FfmpegError, transcode } = require('..')
const { clip, fake, inspect, writesOutput } = require('./support/clips')
const { failure } = require('./support/failure')

/** @type {string} */
let folder
/** @type {string} */
let input

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-transcode-'))
  input = await clip(path.join(folder, 'input.mp4'))
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** @param {string} name */
const into = (name) => path.join(folder, name)

/** Files of ffmpeg's that were not put in their place. */
const partials = () => fs.readdirSync(folder).filter((name) => name.startsWith('.offloop-'))

afterEach(() => assert.equal(partials().join(), ''))

describe('options', () => {
  test('the defaults are H.264 and AAC, of the size and length of the input', async () => {
    const result = await transcode(input, into('defaults.mp4'))
    const { duration, video, audio } = await inspect(into('defaults.mp4'))
    expect(video).toMatchObject({ codec_name: 'h264', width: 128, height: 96, avg_frame_rate: '25/1' })
    expect(audio).toMatchObject({ codec_name: 'aac' })
    expect(duration).toBeCloseTo(2, 1)
    expect(result).toEqual({
      output: into('defaults.mp4'),
      durationMs: expect.any(Number),
      size: fs.statSync(into('defaults.mp4')).size,
      command: expect.stringMatching(/ -c:v libx264 -preset medium -crf 23 .*-c:a aac /),
      stderr: expect.any(String),
    })
    expect(result.durationMs).toBeGreaterThan(10)
  })

  test('size, rate, start, length, filters and threads', async () => {
    const options = {
      resolution: '64x48',
      fps: 10,
      start: 0.5,
      duration: '00:00:01',
      filters: ['hflip', 'vflip'],
      threads: 1,
    }
    const { command } = await transcode(input, into('small.mp4'), options)
    const { duration, video } = await inspect(into('small.mp4'))
    expect(video).toMatchObject({ width: 64, height: 48, avg_frame_rate: '10/1' })
    expect(duration).toBeCloseTo(1, 1)
    expect(command).toContain(' -vf hflip,vflip,fps=10,scale=64:48 ')
    // For the decoder and for the encoder.
    expect(command.match(/ -threads 1 /g)).toHaveLength(2)
    expect(command.indexOf(' -ss 0.5 ')).toBeLessThan(command.indexOf(' -i '))
  })

  test('one side of the size is enough', async () => {
    await transcode(input, into('wide.mp4'), { resolution: { width: 50 } })
    expect((await inspect(into('wide.mp4'))).video).toMatchObject({ width: 50, height: 38 })
  })

  test('other codecs, by their own defaults', async () => {
    const options = { videoCodec: 'libvpx', audioCodec: 'libopus', outputOptions: ['-deadline', 'realtime'] }
    const { command } = await transcode(input, into('other.webm'), options)
    const { video, audio } = await inspect(into('other.webm'))
    expect([video.codec_name, audio.codec_name]).toEqual(['vp8', 'opus'])
    expect(command).not.toMatch(/-preset|-crf/)
  })

  test('copies, and streams that are left out', async () => {
    await transcode(input, into('copy.mkv'), { videoCodec: 'copy', audioCodec: false })
    const silent = await inspect(into('copy.mkv'))
    expect(silent.video.codec_name).toBe('h264')
    expect(silent.audio).toBeUndefined()
    await transcode(input, into('sound.m4a'), { videoCodec: false })
    const sound = await inspect(into('sound.m4a'))
    expect(sound.video).toBeUndefined()
    expect(sound.audio.codec_name).toBe('aac')
  })

  test('preset and crf change what comes out', async () => {
    const { size } = await transcode(input, into('good.mp4'), { crf: 10, preset: 'ultrafast' })
    const bad = await transcode(input, into('bad.mp4'), { crf: 45, preset: 'ultrafast' })
    expect(Number(bad.size)).toBeLessThan(Number(size) * 0.8)
  })

  test('nice', async () => {
    const ffmpegPath = fake(into('nices'), 'for last; do :; done; nice > "${last#file:}"')
    await transcode(input, into('nice.mp4'), { ffmpegPath, nice: 7 })
    expect(fs.readFileSync(into('nice.mp4'), 'utf8')).toBe(`${Math.min(19, os.getPriority() + 7)}\n`)
  })

  test('an MP4 begins with its index, unless faststart is off', async () => {
    const first = (/** @type {string} */ name) => {
      const bytes = fs.readFileSync(into(name)).toString('latin1')
      return bytes.indexOf('moov') < bytes.indexOf('mdat') ? 'moov' : 'mdat'
    }
    await transcode(input, into('fast.mp4'), { preset: 'ultrafast' })
    await transcode(input, into('slow.mp4'), { preset: 'ultrafast', faststart: false })
    await transcode(input, into('named'), { preset: 'ultrafast', format: 'mp4' })
    expect([first('fast.mp4'), first('slow.mp4'), first('named')]).toEqual(['moov', 'mdat', 'moov'])
  })
})

describe('names', () => {
  test.each([
    '-x.mp4',
    'a:b.mp4',
    'two words.mp4',
    `q'u"o\`te$(id).mp4`,
    'ümläut 日本.mp4',
    'http:x.mp4',
    '100%.mp4',
    '-i',
  ])('%j is a file as input and as output', async (name) => {
    const from = fs.mkdtempSync(into('from-'))
    const to = fs.mkdtempSync(into('to-'))
    fs.copyFileSync(input, path.join(from, name))
    const options = { preset: 'ultrafast', format: 'mp4' }
    await transcode(path.join(from, name), path.join(to, name), options)
    expect(fs.readdirSync(to)).toEqual([name])
    expect((await inspect(path.join(to, name))).video.codec_name).toBe('h264')
    // Without a folder before it, too.
    const before = process.cwd()
    try {
      process.chdir(from)
      await transcode(name, `${name}.out.mp4`, options)
    } finally {
      process.chdir(before)
    }
    expect(fs.readdirSync(from).sort()).toEqual([name, `${name}.out.mp4`].sort())
  })

  test('URLs of files', async () => {
    const output = pathToFileURL(into('by url ü.mp4'))
    const result = await transcode(pathToFileURL(input).href, output, { preset: 'ultrafast' })
    expect(result.output).toBe(into('by url ü.mp4'))
    expect(fs.statSync(result.output).size).toBe(result.size)
  })

  test('the longest name that a file may have', async () => {
    const output = into(`${'n'.repeat(251)}.mp4`)
    await transcode(input, output, { preset: 'ultrafast' })
    expect((await inspect(output)).video.codec_name).toBe('h264')
  })
})

describe('what is there already', () => {
  test('is replaced, also when it is the input', async () => {
    fs.copyFileSync(input, into('same.mp4'))
    await transcode(into('same.mp4'), into('same.mp4'), { resolution: '64x48', preset: 'ultrafast' })
    expect((await inspect(into('same.mp4'))).video.width).toBe(64)
  })

  test('is kept without overwrite, and ffmpeg not even started', async () => {
    fs.writeFileSync(into('old.mp4'), 'old')
    const ffmpegPath = fake(into('counts'), `echo started >> '${into('starts')}'`)
    const error = await failure(transcode(input, into('old.mp4'), { overwrite: false, ffmpegPath }))
    expect(error).toBeInstanceOf(FfmpegError)
    expect(error).toMatchObject({ code: 'ERR_FFMPEG_OUTPUT_EXISTS', name: 'FfmpegError' })
    expect(fs.readFileSync(into('old.mp4'), 'utf8')).toBe('old')
    expect(fs.existsSync(into('starts'))).toBe(false)
  })

  test('is kept without overwrite when it came while ffmpeg ran', async () => {
    const output = into('late.mp4')
    const ffmpegPath = fake(into('late'), `${writesOutput}; echo late > '${output}'`)
    const error = await failure(transcode(input, output, { overwrite: false, ffmpegPath }))
    expect(error.code).toBe('ERR_FFMPEG_OUTPUT_EXISTS')
    expect(fs.readFileSync(output, 'utf8')).toBe('late\n')
    fs.unlinkSync(output)
    await transcode(input, output, { overwrite: false, preset: 'ultrafast' })
    expect((await inspect(output)).video.codec_name).toBe('h264')
  })

  test('a link stays a link, and the file behind it is replaced', async () => {
    fs.mkdirSync(into('behind'))
    fs.writeFileSync(into('behind/real.mp4'), 'old')
    fs.symlinkSync(into('behind/real.mp4'), into('link.mp4'))
    await transcode(input, into('link.mp4'), { preset: 'ultrafast' })
    expect(fs.lstatSync(into('link.mp4')).isSymbolicLink()).toBe(true)
    expect((await inspect(into('behind/real.mp4'))).video.codec_name).toBe('h264')
    expect(fs.readdirSync(into('behind'))).toEqual(['real.mp4'])
  })

  test('a device is written to, and stays one', async () => {
    const result = await transcode(input, '/dev/null', { format: 'null', preset: 'ultrafast' })
    expect(result.size).toBeNull()
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})

describe('outputs that are many files', () => {
  test('a playlist and its segments', async () => {
    const to = fs.mkdtempSync(into('hls-'))
    const result = await transcode(input, path.join(to, 'list.m3u8'), { preset: 'ultrafast' })
    expect(fs.readdirSync(to)).toEqual(['list.m3u8', 'list0.ts'])
    expect(fs.readFileSync(path.join(to, 'list.m3u8'), 'utf8')).toContain('\nlist0.ts\n')
    expect(result.size).toBeNull()
  })

  test('pictures by number', async () => {
    const to = fs.mkdtempSync(into('pictures-'))
    await transcode(input, path.join(to, 'p%03d.png'), { videoCodec: 'png', fps: 2, audioCodec: false })
    expect(fs.readdirSync(to)).toEqual(['p001.png', 'p002.png', 'p003.png', 'p004.png'])
  })
})
