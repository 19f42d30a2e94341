// @ts-check
'use strict'

// Where ffmpeg and ffprobe are looked for.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { FfmpegError, ffmpeg, probe, transcode } = require('..')
const { find } = require('../lib/ffmpeg/program')
const { fake } = require('./support/clips')
const { failure } = require('./support/failure')

const { PATH, FFMPEG_PATH, FFPROBE_PATH } = process.env
const before = process.cwd()
/** @type {string} */
let folder

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'offloop-program-')))
  delete process.env.FFMPEG_PATH
  delete process.env.FFPROBE_PATH
})

afterEach(() => {
  process.chdir(before)
  for (const [name, value] of Object.entries({ PATH, FFMPEG_PATH, FFPROBE_PATH })) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  fs.rmSync(folder, { recursive: true })
})

/** @param {string} name */
const says = (name) => fake(path.join(folder, name), `echo ${name}`)

/** @param {object} [options] */
const spoken = async (options) => (await ffmpeg([], options)).stdout.toString().trim()

test('the option, else the variable, else the PATH', async () => {
  fs.mkdirSync(path.join(folder, 'bin'))
  says('bin/ffmpeg')
  process.env.PATH = `${folder}/nowhere:${folder}/bin:${PATH}`
  expect(await spoken()).toBe('bin/ffmpeg')
  process.env.FFMPEG_PATH = says('by-variable')
  expect(await spoken()).toBe('by-variable')
  expect(await spoken({ ffmpegPath: says('by-option') })).toBe('by-option')
  process.chdir(folder)
  expect(await spoken({ ffmpegPath: './by-option' })).toBe('by-option')
  // A name alone is looked for.
  process.env.PATH = folder
  expect(await spoken({ ffmpegPath: 'by-option' })).toBe('by-option')
})

test('what is on the PATH and cannot be run is passed over', async () => {
  for (const name of ['a', 'b', 'c']) fs.mkdirSync(path.join(folder, name))
  fs.writeFileSync(path.join(folder, 'a/ffmpeg'), 'not executable', { mode: 0o644 })
  fs.mkdirSync(path.join(folder, 'b/ffmpeg'))
  says('c/ffmpeg')
  process.env.PATH = ['a', 'b', 'c'].map((name) => path.join(folder, name)).join(':')
  expect(await spoken()).toBe('c/ffmpeg')
})

test('the npm packages of the project, when nothing else is there', async () => {
  process.env.PATH = folder
  // The packages of this repository are real ones.
  const found = await Promise.all([find('ffmpeg', undefined), find('ffprobe', undefined)])
  expect(found).toEqual([
    expect.stringMatching(/node_modules\/@ffmpeg-installer\/.*ffmpeg/),
    expect.stringMatching(/node_modules\/@ffprobe-installer\/.*ffprobe/),
  ])
  const { stdout } = await ffmpeg(['-version'])
  expect(stdout.toString()).toMatch(/^ffmpeg version /)
  // The project's own comes first.
  const own = path.join(folder, 'node_modules/@ffmpeg-installer/ffmpeg')
  fs.mkdirSync(own, { recursive: true })
  fs.writeFileSync(path.join(own, 'index.js'), `exports.path = ${JSON.stringify(says('own'))}`)
  process.chdir(folder)
  expect(await find('ffmpeg', undefined)).toBe(path.join(folder, 'own'))
})

test('one that is missing: where it was looked for, and how it is installed', async () => {
  const input = path.join(folder, 'in.mp4')
  const missing = path.join(folder, 'missing')
  const error = await failure(transcode(input, path.join(folder, 'out.mp4'), { ffmpegPath: missing }))
  expect(error).toBeInstanceOf(FfmpegError)
  expect(error.code).toBe('ERR_FFMPEG_NOT_FOUND')
  expect(error.message).toContain('apt-get install ffmpeg')
  expect(error.message).toContain('brew install ffmpeg')
  expect(error.message).toContain(`Tried: ${missing}`)
  expect(error.message).toContain('`ffmpegPath`')
  process.env.FFPROBE_PATH = path.join(folder, 'elsewhere')
  const other = await failure(probe(input))
  expect(other.code).toBe('ERR_FFMPEG_NOT_FOUND')
  expect(other.message).toContain('Cannot find ffprobe')
  expect(other.message).toContain('FFPROBE_PATH')
  expect(other.message).toContain(`Tried: ${path.join(folder, 'elsewhere')}`)
})

test('one that is no program', async () => {
  const ffmpegPath = path.join(folder, 'broken')
  fs.writeFileSync(ffmpegPath, '#!/nowhere/interpreter\n', { mode: 0o755 })
  const error = await failure(ffmpeg([], { ffmpegPath }))
  expect(error.code).toBe('ERR_FFMPEG_NOT_FOUND')
  expect(error.cause).toMatchObject({ code: 'ENOENT' })
})
