// @ts-check
'use strict'

// Why a transcode failed, and what is left then: what was there before.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { ArgumentError, FfmpegError, OffloopError, ffmpeg, transcode } = require('..')
const { clip, fake, writesOutput } = require('./support/clips')
const { failure } = require('./support/failure')

/** @type {string} */
let folder
/** @type {string} */
let input
/** @type {string} */
let to

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-failure-'))
  input = await clip(path.join(folder, 'input.mp4'))
})

beforeEach(() => {
  to = fs.mkdtempSync(path.join(folder, 'to-'))
  fs.writeFileSync(path.join(to, 'out.mp4'), 'old')
})

afterEach(() => {
  assert.equal(fs.readdirSync(to).join(), 'out.mp4')
  assert.equal(fs.readFileSync(path.join(to, 'out.mp4'), 'utf8'), 'old')
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

/** @param {object} [options]  @param {string} [from] */
const failing = (options, from = input) => failure(transcode(from, path.join(to, 'out.mp4'), options))

/** What ffmpeg says before it fails, by a program in its place. @param {string} said  @param {number} [code] */
function saying(said, code = 1) {
  return { ffmpegPath: fake(path.join(folder, 'says'), `${writesOutput}; cat >&2 <<'END'\n${said}\nEND\nexit ${code}`) }
}

/** @param {any} error  @param {string} code */
function expectFailure(error, code) {
  expect(error).toBeInstanceOf(FfmpegError)
  expect(error).toBeInstanceOf(OffloopError)
  expect(error).toMatchObject({
    code,
    name: 'FfmpegError',
    exitCode: 1,
    timedOut: false,
    canceled: false,
    command: expect.stringContaining(' -c:v '),
  })
}

describe('by a real ffmpeg', () => {
  test('an encoder that it does not have', async () => {
    const error = await failing({ videoCodec: 'libnothing' })
    expectFailure(error, 'ERR_FFMPEG_CODEC_MISSING')
    expect(error.message).toContain("Unknown encoder 'libnothing'")
    expect(error.stderr).toContain("Unknown encoder 'libnothing'")
  })

  test('an odd size', async () => {
    const odd = await clip(path.join(folder, 'odd.mkv'), { size: '161x121', options: ['-pix_fmt', 'yuv444p'] })
    const options = { outputOptions: ['-pix_fmt', 'yuv420p'] }
    const error = await failing(options, odd)
    expectFailure(error, 'ERR_FFMPEG_ODD_SIZE')
    expect(error.message).toContain('scale=trunc(iw/2)*2:trunc(ih/2)*2')
    // What the message advises is of help.
    const filters = 'scale=trunc(iw/2)*2:trunc(ih/2)*2'
    await transcode(odd, path.join(folder, 'even.mp4'), { ...options, filters })
  })

  test('an input that is no video, is cut, is empty, or is not there', async () => {
    fs.writeFileSync(path.join(folder, 'text.mp4'), 'no video'.repeat(1000))
    expectFailure(await failing({}, path.join(folder, 'text.mp4')), 'ERR_FFMPEG_INVALID_INPUT')
    fs.writeFileSync(path.join(folder, 'cut.mp4'), fs.readFileSync(input).subarray(0, 4000))
    expectFailure(await failing({}, path.join(folder, 'cut.mp4')), 'ERR_FFMPEG_INVALID_INPUT')
    fs.writeFileSync(path.join(folder, 'empty.mp4'), '')
    expectFailure(await failing({}, path.join(folder, 'empty.mp4')), 'ERR_FFMPEG_INVALID_INPUT')
    const error = await failing({ onProgress: () => {} }, path.join(folder, 'nowhere.mp4'))
    expectFailure(error, 'ERR_FFMPEG_INPUT_NOT_FOUND')
    expect(error.message).toContain('nowhere.mp4')
  })

  test('a name that says nothing of the format', async () => {
    const error = await failure(transcode(input, path.join(folder, 'nameless')))
    expectFailure(error, 'ERR_FFMPEG_FAILED')
    // It is called by its own name, not by that under which it would have been written.
    expect(error.message).toContain(`Unable to find a suitable output format for '${folder}/nameless'`)
  })

  test('an option that it does not know', async () => {
    const error = await failing({ outputOptions: ['-nothing', '1'] })
    expectFailure(error, 'ERR_FFMPEG_FAILED')
    expect(error.message).toContain('nothing')
  })

  test('a disk without space', async () => {
    const error = await failure(transcode(input, '/dev/full', { format: 'mp4', preset: 'ultrafast' }))
    expectFailure(error, 'ERR_FFMPEG_NO_SPACE')
    expect(fs.statSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  test('a filter in the middle of the work', async () => {
    // The file is begun, and then there is nothing to scale to.
    const error = await failing({ filters: 'nosuchfilter=1' })
    expectFailure(error, 'ERR_FFMPEG_FAILED')
    expect(error.message).toContain('nosuchfilter')
  })

  test('an input that names other files or hosts', async () => {
    // The playlist is local; what it names is not.
    const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n'
    fs.writeFileSync(path.join(folder, 'list.m3u8'), playlist)
    const error = await failing({}, path.join(folder, 'list.m3u8'))
    expect(error).toBeInstanceOf(FfmpegError)
    expect(error.stderr).toContain("not on whitelist 'file,pipe'")
  })

  test('ffmpeg() says why as well', async () => {
    const error = await failure(ffmpeg(['-i', path.join(folder, 'nowhere.mp4'), '-f', 'null', '-']))
    expect(error).toMatchObject({ code: 'ERR_FFMPEG_INPUT_NOT_FOUND', exitCode: 1 })
    const there = path.join(to, 'out.mp4')
    expect(await failure(ffmpeg(['-i', input, there]))).toMatchObject({ code: 'ERR_FFMPEG_OUTPUT_EXISTS' })
  })
})

describe('by what it says', () => {
  test.each([
    [
      'ERR_FFMPEG_NO_SPACE',
      '[error] av_interleaved_write_frame(): No space left on device\n[error] Error writing trailer',
    ],
    ['ERR_FFMPEG_CODEC_MISSING', "[fatal] Unknown encoder 'libx264'"],
    ['ERR_FFMPEG_CODEC_MISSING', 'Automatic encoder selection failed for output stream #0:0.'],
    ['ERR_FFMPEG_ODD_SIZE', '[libx264 @ 0x55cf68360dc0] [error] height not divisible by 2 (160x121)'],
    ['ERR_FFMPEG_PERMISSION', '[error] /srv/out.mp4: Permission denied'],
    ['ERR_FFMPEG_PERMISSION', '[error] /srv/out.mp4: Read-only file system'],
    ['ERR_FFMPEG_INVALID_INPUT', '[error] Output file #0 does not contain any stream'],
    ['ERR_FFMPEG_FAILED', '[error] Something else: No such file or directory'],
    ['ERR_FFMPEG_FAILED', ''],
  ])('%s', async (code, said) => {
    const error = await failing(saying(said))
    expectFailure(error, code)
    expect(error.stderr.trim()).toBe(said)
  })

  test('the first error is the reason', async () => {
    const said =
      '[warning] careful\n[mp4 @ 0x55cf68360dc0] [error] the reason\n[error] what came of it\nConversion failed!'
    expect((await failing(saying(said))).message).toBe('ffmpeg failed with exit code 1: mp4: the reason')
  })

  test('the last 64 KiB are kept', async () => {
    const ffmpegPath = fake(
      path.join(folder, 'talks'),
      `i=0; while [ $i -lt 6000 ]; do echo "[warning] line $i of very many lines that are written" >&2; i=$((i+1)); done; echo '[error] last' >&2; exit 1`,
    )
    const error = await failing({ ffmpegPath })
    expect(Buffer.byteLength(error.stderr)).toBe(65_536)
    expect(error.stderr).toMatch(/line 5999 .*\n\[error\] last\n$/)
    expect(error.message).toBe('ffmpeg failed with exit code 1: last')
  })

  test('an end by a signal from elsewhere', async () => {
    const error = await failing({ ffmpegPath: fake(path.join(folder, 'dies'), `${writesOutput}; kill -KILL $$`) })
    expect(error).toMatchObject({ code: 'ERR_FFMPEG_FAILED', exitCode: undefined })
    expect(error.message).toContain('SIGKILL')
  })

  test('an ffmpeg that says that all is well, and has written nothing', async () => {
    const error = await failing({ ffmpegPath: fake(path.join(folder, 'idles'), 'exit 0') })
    expect(error).toMatchObject({ code: 'ERR_FFMPEG_FAILED', exitCode: 0 })
    expect(error.message).toContain('wrote nothing')
  })

  test('a standard output that is too long to be kept', async () => {
    const ffmpegPath = fake(path.join(folder, 'pours'), 'head -c 100000001 /dev/zero; sleep 20')
    const error = await failure(ffmpeg([], { ffmpegPath }))
    expect(error).toMatchObject({ code: 'ERR_FFMPEG_FAILED', message: expect.stringContaining('100000000 bytes') })
  })

  test('an output that cannot be one', async () => {
    fs.mkdirSync(path.join(folder, 'a-folder.mp4'))
    const taken = await failure(transcode(input, path.join(folder, 'a-folder.mp4')))
    expect(taken).toMatchObject({ code: 'ERR_FFMPEG_FAILED', message: expect.stringContaining('is a folder') })
    const homeless = await failure(transcode(input, path.join(folder, 'nowhere/out.mp4')))
    expect(homeless).toMatchObject({ code: 'ERR_FFMPEG_FAILED', message: expect.stringContaining('does not exist') })
  })
})

describe('by its options', () => {
  const wrong = /** @type {[string, any, string][]} */ ([
    ['videoCodec', { videoCodec: '' }, 'ERR_INVALID_ARG_VALUE'],
    ['videoCodec', { videoCodec: true }, 'ERR_INVALID_ARG_TYPE'],
    ['videoCodec', { videoCodec: '-evil' }, 'ERR_INVALID_ARG_VALUE'],
    ['audioCodec', { audioCodec: 3 }, 'ERR_INVALID_ARG_TYPE'],
    ['preset', { preset: 'a b' }, 'ERR_INVALID_ARG_VALUE'],
    ['crf', { crf: '23' }, 'ERR_INVALID_ARG_TYPE'],
    ['crf', { crf: -1 }, 'ERR_OUT_OF_RANGE'],
    ['resolution', { resolution: '1280' }, 'ERR_INVALID_ARG_VALUE'],
    ['resolution', { resolution: {} }, 'ERR_INVALID_ARG_VALUE'],
    ['resolution.width', { resolution: '0x10' }, 'ERR_OUT_OF_RANGE'],
    ['resolution.height', { resolution: { height: 1.5 } }, 'ERR_OUT_OF_RANGE'],
    ['resolution', { resolution: '64x48', videoCodec: 'copy' }, 'ERR_INVALID_ARG_VALUE'],
    ['fps', { fps: 0 }, 'ERR_OUT_OF_RANGE'],
    ['fps', { fps: '25,hflip' }, 'ERR_INVALID_ARG_TYPE'],
    ['start', { start: -1 }, 'ERR_OUT_OF_RANGE'],
    ['start', { start: 'soon' }, 'ERR_INVALID_ARG_VALUE'],
    ['start', { start: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    ['duration', { duration: 0 }, 'ERR_OUT_OF_RANGE'],
    ['filters', { filters: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ['filters[1]', { filters: ['hflip', null] }, 'ERR_INVALID_ARG_TYPE'],
    ['inputOptions', { inputOptions: '-re' }, 'ERR_INVALID_ARG_TYPE'],
    ['outputOptions[0]', { outputOptions: ['a\0b'] }, 'ERR_INVALID_ARG_VALUE'],
    ['threads', { threads: 0 }, 'ERR_OUT_OF_RANGE'],
    ['overwrite', { overwrite: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
    ['faststart', { faststart: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['format', { format: 'mp4 -y' }, 'ERR_INVALID_ARG_VALUE'],
    ['nice', { nice: 20 }, 'ERR_OUT_OF_RANGE'],
    ['ffmpegPath', { ffmpegPath: '' }, 'ERR_INVALID_ARG_VALUE'],
    ['ffprobePath', { ffprobePath: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['allowProtocols', { allowProtocols: 'https' }, 'ERR_INVALID_ARG_TYPE'],
    ['allowProtocols', { allowProtocols: ['http,concat'] }, 'ERR_INVALID_ARG_VALUE'],
    ['signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['timeout', { timeout: 0 }, 'ERR_OUT_OF_RANGE'],
    ['forceKillAfterDelay', { forceKillAfterDelay: -1 }, 'ERR_OUT_OF_RANGE'],
    ['onProgress', { onProgress: 'log' }, 'ERR_INVALID_ARG_TYPE'],
    ['codec', { codec: 'libx264' }, 'ERR_INVALID_ARG_VALUE'],
    ['options', 'fast', 'ERR_INVALID_ARG_TYPE'],
  ])
  test.each(wrong)('%s: %j', async (name, options, code) => {
    const error = await failing(options)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.code).toBe(code)
    expect(error.message).toContain(`\`${name}\``)
  })

  test.each([
    ['input', 5, 'out.mp4'],
    ['input', '', 'out.mp4'],
    ['input', 'a\0.mp4', 'out.mp4'],
    ['input', 'https://example.com/a.mp4', 'out.mp4'],
    ['input', 'CONCAT://a', 'out.mp4'],
    ['output', 'a.mp4', undefined],
    ['output', 'a.mp4', 'rtmp://example.com/live'],
  ])('%s: %j, %j', async (name, from, output) => {
    const error = await failure(transcode(/** @type {any} */ (from), /** @type {any} */ (output)))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(`\`${name}\``)
  })

  test('args of ffmpeg() that are no list of texts', async () => {
    expect(await failure(ffmpeg(/** @type {any} */ ('-version')))).toBeInstanceOf(ArgumentError)
    expect(await failure(ffmpeg(/** @type {any} */ ([{}])))).toBeInstanceOf(ArgumentError)
    expect(await failure(ffmpeg([], /** @type {any} */ ({ duration: 'x' })))).toBeInstanceOf(ArgumentError)
  })
})
