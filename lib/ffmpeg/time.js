// @ts-check
'use strict'

/**
 * Times as ffmpeg writes them, and as seconds.
 *
 * @module
 */

const { unexpected } = require('../options')

/** The longest time that is taken, in seconds: about a hundred years. */
const MAX_SECONDS = 3e9

/**
 * The seconds of a time.
 *
 * @param {string} option
 * @param {unknown} value seconds, or `'[HH:]MM:SS[.mmm]'`
 * @returns {number}
 */
function checkTime(option, value) {
  const expected = "seconds >= 0 or a text such as '00:01:30.5'"
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw unexpected(option, expected, value, 'ERR_INVALID_ARG_TYPE')
  }
  const seconds = typeof value === 'number' ? value : secondsOf(value)
  if (seconds === undefined) throw unexpected(option, expected, value, 'ERR_INVALID_ARG_VALUE')
  if (!(seconds >= 0 && seconds <= MAX_SECONDS)) throw unexpected(option, expected, value, 'ERR_OUT_OF_RANGE')
  return seconds
}

/** The seconds of `'12.5'`, `'01:30'` or `'00:01:30.5'`. @param {unknown} text @returns {number | undefined} */
function secondsOf(text) {
  const found = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(String(text))
  if (!found) return undefined
  const [, hours = 0, minutes = 0, seconds] = found
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

/** Seconds as ffmpeg reads them: it does not know `1e-7`. @param {number} seconds */
function textOf(seconds) {
  return seconds.toFixed(6).replace(/\.?0+$/, '')
}

module.exports = { checkTime, secondsOf, textOf }
