// @ts-check
'use strict'

/**
 * Options in two stages: what the caller wrote, then what it means, checked and complete.
 *
 * @module
 */

const path = require('node:path')
const {
  MAX_MS,
  checkBoolean,
  checkFunction,
  checkKnown,
  checkNumber,
  checkObject,
  checkSignal,
  unexpected,
} = require('../options')
const { inputOf, isPattern, outputOf } = require('./address')
const { checkTime } = require('./time')

/** Milliseconds from SIGTERM to SIGKILL: enough for ffmpeg to end a file. */
const FORCE_KILL_AFTER = 5000

const limitNames = Object.freeze(['forceKillAfterDelay', 'signal', 'timeout'])
const inputNames = Object.freeze(['allowProtocols', ...limitNames])

const transcodeNames = Object.freeze([
  'audioCodec',
  'crf',
  'duration',
  'faststart',
  'ffmpegPath',
  'ffprobePath',
  'filters',
  'format',
  'fps',
  'inputOptions',
  'nice',
  'onProgress',
  'outputOptions',
  'overwrite',
  'preset',
  'resolution',
  'start',
  'threads',
  'videoCodec',
  ...inputNames,
])

/** Whose index may be put before the pictures and the sound, so that playing begins before all is there. */
const faststartFormats = new Set(['mp4', 'm4a', 'm4v', 'mov', 'ipod'])

/**
 * @typedef {import('./run').Limits} Limits
 * @typedef {import('./progress').Progress} Progress
 * @typedef {{ width: number, height: number }} Size -2: what keeps the shape, and even
 *
 * @typedef {object} Transcode what is asked for, checked and complete
 * @property {import('./address').Input} input
 * @property {string} output a path
 * @property {boolean} isPattern
 * @property {string | false} videoCodec
 * @property {string | undefined} preset
 * @property {number | undefined} crf
 * @property {string | false} audioCodec
 * @property {string[]} filters with those that the rate and the size are made by
 * @property {number} start in seconds
 * @property {number | undefined} duration in seconds
 * @property {string[]} inputOptions
 * @property {string[]} outputOptions
 * @property {number | undefined} threads
 * @property {boolean} overwrite
 * @property {boolean} faststart
 * @property {string | undefined} format
 * @property {number | undefined} nice
 * @property {string | undefined} ffmpegPath
 * @property {string | undefined} ffprobePath
 * @property {readonly string[]} allowProtocols
 * @property {((progress: Progress) => void) | undefined} onProgress
 * @property {Limits} limits
 */

/**
 * @param {unknown} input
 * @param {unknown} output
 * @param {unknown} written
 * @returns {Transcode}
 */
function transcodeOptions(input, output, written) {
  const options = optionsOf(written, transcodeNames)
  const { videoCodec = 'libx264', audioCodec = 'aac', overwrite = true, start = 0 } = options
  const allowProtocols = protocolsOf(options.allowProtocols)
  const file = outputOf(output)
  const format = options.format === undefined ? undefined : checkWord('format', options.format)
  const faststart = options.faststart ?? faststartFormats.has(format ?? path.extname(file).slice(1).toLowerCase())
  // Other encoders have other scales, and their own defaults.
  const isX264 = videoCodec === 'libx264'
  const preset = options.preset ?? (isX264 ? 'medium' : undefined)
  const crf = options.crf ?? (isX264 ? 23 : undefined)
  const size = options.resolution === undefined ? undefined : sizeOf(options.resolution)
  const filters = filtersOf(options.filters)
  if (options.fps !== undefined) filters.push(`fps=${rateOf(options.fps)}`)
  if (size) filters.push(`scale=${size.width}:${size.height}`)
  refuseForCopies(videoCodec, options)
  return {
    input: inputOf(input, allowProtocols),
    output: file,
    isPattern: isPattern(file, format),
    videoCodec: checkCodec('videoCodec', videoCodec),
    preset: preset === undefined ? undefined : checkWord('preset', typeof preset === 'number' ? `${preset}` : preset),
    crf: crf === undefined ? undefined : checkNumber('crf', crf, { min: 0, max: 63 }),
    audioCodec: checkCodec('audioCodec', audioCodec),
    filters,
    start: checkTime('start', start),
    duration: options.duration === undefined ? undefined : checkLength(options.duration),
    inputOptions: checkTexts('inputOptions', options.inputOptions ?? []),
    outputOptions: checkTexts('outputOptions', options.outputOptions ?? []),
    threads:
      options.threads === undefined
        ? undefined
        : checkNumber('threads', options.threads, { min: 1, max: 1024, integer: true }),
    overwrite: checkBoolean('overwrite', overwrite),
    faststart: checkBoolean('faststart', faststart),
    format,
    nice: niceOf(options.nice),
    ffmpegPath: programPath('ffmpegPath', options.ffmpegPath),
    ffprobePath: programPath('ffprobePath', options.ffprobePath),
    allowProtocols,
    onProgress: options.onProgress === undefined ? undefined : checkFunction('onProgress', options.onProgress),
    limits: limitsOf(options),
  }
}

/**
 * The options without those that are `undefined`, which are left out.
 *
 * @param {unknown} written
 * @param {readonly string[]} known
 * @returns {any}
 */
function optionsOf(written, known) {
  const options = checkObject('options', written ?? {})
  checkKnown(options, known)
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** @param {any} options @returns {Limits} */
function limitsOf({ signal, timeout, forceKillAfterDelay = FORCE_KILL_AFTER }) {
  if (signal !== undefined) checkSignal('signal', signal)
  if (timeout !== undefined) checkNumber('timeout', timeout, { min: 1, max: MAX_MS, infinite: true })
  checkNumber('forceKillAfterDelay', forceKillAfterDelay, { min: 0, max: MAX_MS, infinite: true })
  return { signal, timeout: timeout === Infinity ? undefined : timeout, forceKillAfterDelay }
}

/** @param {unknown} value @returns {readonly string[]} */
function protocolsOf(value = []) {
  const expected = "an array of protocols such as ['https']"
  if (!Array.isArray(value)) throw unexpected('allowProtocols', expected, value, 'ERR_INVALID_ARG_TYPE')
  for (const protocol of value) {
    // A comma would add another to the list.
    if (!/^[a-z][a-z0-9+.-]*$/.test(protocol)) {
      throw unexpected('allowProtocols', expected, protocol, 'ERR_INVALID_ARG_VALUE')
    }
  }
  return value
}

/** @param {string} option  @param {unknown} value @returns {string} */
function checkText(option, value) {
  if (typeof value !== 'string') throw unexpected(option, 'a string', value, 'ERR_INVALID_ARG_TYPE')
  if (value === '' || value.includes('\0')) {
    throw unexpected(option, 'a non-empty string without NUL', value, 'ERR_INVALID_ARG_VALUE')
  }
  return value
}

/** A name of ffmpeg's own. @param {string} option  @param {unknown} value @returns {string} */
function checkWord(option, value) {
  const text = checkText(option, value)
  if (!/^\w[\w.+-]*$/.test(text)) throw unexpected(option, 'a name that ffmpeg has', value, 'ERR_INVALID_ARG_VALUE')
  return text
}

/** @param {string} option  @param {unknown} value @returns {string | false} */
function checkCodec(option, value) {
  return value === false ? false : checkWord(option, value)
}

/** @param {string} option  @param {unknown} value @returns {string[]} */
function checkTexts(option, value) {
  if (!Array.isArray(value)) throw unexpected(option, 'an array of strings', value, 'ERR_INVALID_ARG_TYPE')
  return value.map((item, i) => {
    const text = typeof item === 'number' ? String(item) : item
    if (typeof text !== 'string') throw unexpected(`${option}[${i}]`, 'a string', item, 'ERR_INVALID_ARG_TYPE')
    if (text.includes('\0')) throw unexpected(`${option}[${i}]`, 'a string without NUL', item, 'ERR_INVALID_ARG_VALUE')
    return text
  })
}

/** @param {string} option  @param {unknown} value @returns {string | undefined} */
function programPath(option, value) {
  return value === undefined ? undefined : checkText(option, value)
}

/** @param {unknown} value @returns {number | undefined} */
function niceOf(value) {
  return value === undefined ? undefined : checkNumber('nice', value, { min: -20, max: 19, integer: true })
}

/** @param {unknown} value @returns {number} */
function checkLength(value) {
  const seconds = checkTime('duration', value)
  if (seconds === 0) throw unexpected('duration', 'longer than 0', value, 'ERR_OUT_OF_RANGE')
  return seconds
}

/** @param {unknown} value @returns {string[]} */
function filtersOf(value = []) {
  return checkTexts('filters', typeof value === 'string' ? [value] : value).filter((filter) => filter !== '')
}

/** Frames per second: 25, or `'30000/1001'`. @param {unknown} value @returns {string} */
function rateOf(value) {
  const expected = "a number > 0 or a fraction such as '30000/1001'"
  if (typeof value === 'string' && /^[1-9]\d{0,6}(?:\/[1-9]\d{0,6})?$/.test(value)) return value
  if (typeof value !== 'number') throw unexpected('fps', expected, value, 'ERR_INVALID_ARG_TYPE')
  if (!(value >= 0.001 && value <= 1000)) throw unexpected('fps', expected, value, 'ERR_OUT_OF_RANGE')
  return String(value)
}

/** @param {unknown} value `'1280x720'`, or the sides, of which one may be left out @returns {Size} */
function sizeOf(value) {
  const expected = "a text such as '1280x720' or an object { width, height }"
  if (typeof value === 'string') {
    const found = /^(\d{1,5})x(\d{1,5})$/.exec(value)
    if (!found) throw unexpected('resolution', expected, value, 'ERR_INVALID_ARG_VALUE')
    return sidesOf('resolution.', { width: Number(found[1]), height: Number(found[2]) })
  }
  if (typeof value !== 'object' || value === null) {
    throw unexpected('resolution', expected, value, 'ERR_INVALID_ARG_TYPE')
  }
  checkKnown(value, ['width', 'height'])
  const { width, height } = /** @type {any} */ (value)
  if (width === undefined && height === undefined) {
    throw unexpected('resolution', expected, value, 'ERR_INVALID_ARG_VALUE')
  }
  return sidesOf('resolution.', { width, height })
}

/**
 * @param {string} prefix of the options' names
 * @param {{ width: unknown, height: unknown }} sides
 * @returns {Size}
 */
function sidesOf(prefix, { width, height }) {
  const range = { min: 1, max: 32_768, integer: true }
  return {
    width: width === undefined ? -2 : checkNumber(`${prefix}width`, width, range),
    height: height === undefined ? -2 : checkNumber(`${prefix}height`, height, range),
  }
}

/**
 * What is not encoded again cannot be changed; ffmpeg would say so at length, or not at all.
 *
 * @param {unknown} videoCodec
 * @param {any} options
 */
function refuseForCopies(videoCodec, options) {
  if (videoCodec !== 'copy' && videoCodec !== false) return
  for (const name of ['resolution', 'fps', 'filters', 'crf', 'preset']) {
    if (options[name] === undefined) continue
    const expected = `left out with \`videoCodec: ${videoCodec === false ? 'false' : "'copy'"}\``
    throw unexpected(name, expected, options[name], 'ERR_INVALID_ARG_VALUE')
  }
}

module.exports = {
  checkBoolean,
  checkText,
  checkTexts,
  inputNames,
  limitNames,
  limitsOf,
  niceOf,
  optionsOf,
  programPath,
  protocolsOf,
  sidesOf,
  transcodeOptions,
}
