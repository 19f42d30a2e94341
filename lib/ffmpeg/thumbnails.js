// @ts-check
'use strict'

/**
 * `thumbnails()`: single pictures of a video. All of them, or none.
 *
 * @module
 */

const { mkdir, stat } = require('node:fs/promises')
const path = require('node:path')
const { checkNumber, unexpected } = require('../options')
const { fileSpec, inputOf } = require('./address')
const { commonArguments } = require('./arguments')
const { aborted, failure } = require('./failure')
const { checkText, inputNames, limitsOf, niceOf, optionsOf, programPath, protocolsOf, sidesOf } = require('./options')
const { Partial } = require('./partial')
const { look } = require('./probe')
const { find } = require('./program')
const { run } = require('./run')
const { checkTime, textOf } = require('./time')

const thumbnailNames = Object.freeze([
  'count',
  'ffmpegPath',
  'ffprobePath',
  'filename',
  'folder',
  'format',
  'height',
  'nice',
  'times',
  'width',
  ...inputNames,
])

/** How each format is encoded. @type {Record<string, string[]>} */
const encoders = {
  jpg: ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'],
  png: ['-c:v', 'png'],
  webp: ['-c:v', 'libwebp'],
}

/**
 * @typedef {(length: number) => number} Moment the second of a video that is so long
 *
 * @typedef {object} Plan
 * @property {Moment[]} moments
 * @property {boolean} needsLength
 */

/**
 * @param {unknown} input
 * @param {unknown} [written]
 * @returns {Promise<{ path: string, time: number }[]>}
 */
async function thumbnails(input, written) {
  const options = optionsOf(written, thumbnailNames)
  const { folder = '.', format = 'jpg', filename = 'thumbnail-%i', width, height } = options
  const source = inputOf(input, protocolsOf(options.allowProtocols))
  const limits = limitsOf(options)
  const nice = niceOf(options.nice)
  const { moments, needsLength } = planOf(options)
  if (!Object.hasOwn(encoders, format)) {
    throw unexpected('format', "'jpg', 'png' or 'webp'", format, 'ERR_INVALID_ARG_VALUE')
  }
  const names = namesOf(filename, format, moments.length)
  const size = width === undefined && height === undefined ? undefined : sidesOf('', { width, height })
  const ffprobePath = programPath('ffprobePath', options.ffprobePath)
  checkText('folder', folder)
  const ffmpeg = await find('ffmpeg', programPath('ffmpegPath', options.ffmpegPath))
  const length = needsLength ? await lengthOf(source, { program: ffprobePath, limits }) : Infinity
  await mkdir(folder, { recursive: true })
  const pictures = names.map((name, i) => ({
    path: path.join(folder, name),
    time: moments[i](length),
    partial: new Partial(path.resolve(folder, name)),
  }))
  try {
    for (const { time, partial } of pictures) {
      const args = pictureArguments(source, { time, size, format, file: partial.path })
      const done = await run('ffmpeg', ffmpeg, args, { ...limits, nice, inputs: [source.spec] })
      await mustBeThere(partial.path, time, done)
    }
    if (limits.signal?.aborted) throw aborted(limits.signal)
    for (const { partial } of pictures) await partial.publish({ overwrite: true })
  } finally {
    for (const { partial } of pictures) await partial.discard()
  }
  return pictures.map(({ path, time }) => ({ path, time }))
}

/**
 * When the pictures are taken.
 *
 * @param {{ count?: unknown, times?: unknown }} options
 * @returns {Plan}
 */
function planOf({ count, times }) {
  if (times === undefined) {
    const pictures = checkNumber('count', count ?? 1, { min: 1, max: 10_000, integer: true })
    // Neither the first frame nor the last, which are often black.
    const moments = Array.from({ length: pictures }, (_, i) => atPart((i + 1) / (pictures + 1)))
    return { moments, needsLength: true }
  }
  if (count !== undefined) throw unexpected('count', 'left out beside `times`', count, 'ERR_INVALID_ARG_VALUE')
  if (!Array.isArray(times) || times.length === 0) {
    throw unexpected(
      'times',
      "a non-empty array of seconds, of texts such as '00:01:30', or of '50%'",
      times,
      'ERR_INVALID_ARG_TYPE',
    )
  }
  const parts = times.map(partOf)
  const moments = parts.map((part, i) => {
    if (part !== undefined) return atPart(part)
    const time = checkTime(`times[${i}]`, times[i])
    return () => time
  })
  return { moments, needsLength: parts.some((part) => part !== undefined) }
}

/** @param {number} part of the whole @returns {Moment} */
const atPart = (part) => (length) => Math.round(length * part * 1000) / 1000

/** `'50%'` as 0.5. @param {unknown} time @returns {number | undefined} */
function partOf(time) {
  const found = typeof time === 'string' ? /^(\d{1,2}(?:\.\d+)?)%$/.exec(time) : null
  return found ? Number(found[1]) / 100 : undefined
}

/**
 * @param {unknown} filename a name in which `%i` is the number of the picture, from 1, and `%03i` has three digits
 * @param {string} format
 * @param {number} count
 * @returns {string[]}
 */
function namesOf(filename, format, count) {
  const pattern = checkText('filename', filename)
  const number = /%(?:0(\d))?i/g
  if (pattern !== path.basename(pattern) || pattern === '.' || pattern === '..') {
    throw unexpected('filename', 'a name without a folder', filename, 'ERR_INVALID_ARG_VALUE')
  }
  if (count > 1 && pattern.search(number) < 0) {
    throw unexpected('filename', 'a name with `%i` for the number of the picture', filename, 'ERR_INVALID_ARG_VALUE')
  }
  const extension = pattern.toLowerCase().endsWith(`.${format}`) ? '' : `.${format}`
  return Array.from({ length: count }, (_, i) => {
    return pattern.replace(number, (_, digits = 1) => String(i + 1).padStart(Number(digits), '0')) + extension
  })
}

/** @param {import('./address').Input} input  @param {Parameters<typeof look>[1]} how @returns {Promise<number>} */
async function lengthOf(input, how) {
  const { duration } = (await look(input, how)).format
  if (duration !== null) return duration
  const message = 'The length of the video is not known: give `times` in seconds'
  throw failure(message, { code: 'ERR_FFMPEG_FAILED', command: '' })
}

/**
 * @param {import('./address').Input} input
 * @param {{ time: number, size: import('./options').Size | undefined, format: string, file: string }} picture
 */
function pictureArguments(input, { time, size, format, file }) {
  const scale = size ? ['-vf', `scale=${size.width}:${size.height}`] : []
  const picture = ['-frames:v', '1', '-an', ...scale, ...encoders[format]]
  // One file by its name, in which a percent sign is no number.
  const output = ['-f', 'image2', '-update', '1', fileSpec(file)]
  return [...commonArguments(1), '-y', ...input.args, '-ss', textOf(time), '-i', input.spec, ...picture, ...output]
}

/**
 * ffmpeg makes no picture, and no complaint, after the end of a video.
 *
 * @param {string} file
 * @param {number} time
 * @param {import('./run').Run} run
 */
async function mustBeThere(file, time, { command, stderr }) {
  const size = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  if (size > 0) return
  throw failure(`The video has no picture at ${time} s`, { code: 'ERR_FFMPEG_FAILED', command, stderr, exitCode: 0 })
}

module.exports = { thumbnails }
