// @ts-check
'use strict'

/**
 * How long an output will be, which is what a percentage is of.
 *
 * @module
 */

const { look } = require('./probe')
const { run } = require('./run')
const { secondsOf } = require('./time')

/** @typedef {import('./run').Limits} Limits */

/**
 * The seconds of an input, if they can be known.
 *
 * @param {import('./address').Input} input
 * @param {{ ffmpeg: string, ffprobePath: string | undefined, limits: Limits, inputOptions: string[] }} how
 * @returns {Promise<number | null>}
 */
async function inputLength(input, { ffmpeg, ffprobePath, limits, inputOptions }) {
  try {
    return (await look(input, { program: ffprobePath, limits, inputOptions })).format.duration
  } catch (error) {
    const { code } = /** @type {any} */ (error)
    if (limits.signal?.aborted || code === 'ERR_FFMPEG_TIMEOUT') throw error
    // What is wrong with the input ffmpeg will say.
    return code === 'ERR_FFMPEG_NOT_FOUND' ? saidByFfmpeg(input, { ffmpeg, limits, inputOptions }) : null
  }
}

/**
 * Without ffprobe: ffmpeg, which complains that it has nothing to do, and names the length of what it has not done.
 *
 * @param {import('./address').Input} input
 * @param {{ ffmpeg: string, limits: Limits, inputOptions: string[] }} how
 */
async function saidByFfmpeg(input, { ffmpeg, limits, inputOptions }) {
  const args = ['-hide_banner', '-nostdin', ...input.args, ...inputOptions, '-i', input.spec]
  try {
    await run('ffmpeg', ffmpeg, args, limits)
  } catch (error) {
    if (limits.signal?.aborted) throw error
    return secondsOf(/Duration: ([\d:.]+)/.exec(/** @type {any} */ (error).stderr)?.[1]) ?? null
  }
  return null
}

/**
 * The seconds of an output.
 *
 * @param {import('./options').Transcode} job
 * @param {number | null} whole of the input
 * @returns {number | null}
 */
function outputLength({ start, duration, inputOptions, outputOptions }, whole) {
  // Those that the caller wrote as ffmpeg has them count as well.
  const skipped = start + valueOf('-ss', inputOptions) + valueOf('-ss', outputOptions)
  const lengths = [whole === null ? Infinity : whole - skipped, duration ?? Infinity]
  for (const options of [inputOptions, outputOptions]) {
    lengths.push(valueOf('-t', options, Infinity), valueOf('-to', options, Infinity) - valueOf('-ss', options))
  }
  const length = Math.min(...lengths)
  return Number.isFinite(length) ? length : null
}

/** @param {string} name  @param {string[]} options  @param {number} [otherwise] @returns {number} */
function valueOf(name, options, otherwise = 0) {
  const at = options.lastIndexOf(name)
  return at < 0 ? otherwise : (secondsOf(options[at + 1]) ?? otherwise)
}

module.exports = { inputLength, outputLength }
