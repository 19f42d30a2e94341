// @ts-check
'use strict'

/**
 * Checks of the values that programs are started with: texts, paths, arguments, bytes, signals.
 *
 * @module
 */

const os = require('node:os')
const { isAnyArrayBuffer } = require('node:util/types')
const { fileURLToPath } = require('node:url')
const { errorOf } = require('../errors')
const { checkNumber, unexpected } = require('../options')

/** @param {string} option  @param {unknown} value @returns {any} */
function checkText(option, value) {
  if (typeof value !== 'string') throw unexpected(option, 'a string', value, 'ERR_INVALID_ARG_TYPE')
  // The operating system's texts end there.
  if (value.includes('\0')) throw unexpected(option, 'a string without NUL', value, 'ERR_INVALID_ARG_VALUE')
  // Half of a surrogate pair has no bytes: it becomes U+FFFD, as in Node.
  return /[\ud800-\udfff]/.test(value) ? Buffer.from(value).toString() : value
}

/** A path, or a `file:` URL. @param {string} option  @param {unknown} value @returns {string} */
function checkPath(option, value) {
  const given = typeof value === 'object' && value !== null && 'href' in value ? pathOf(option, value) : value
  const found = checkText(option, given)
  if (found === '') throw unexpected(option, 'a path', value, 'ERR_INVALID_ARG_VALUE')
  return found
}

/** @param {string} option  @param {any} url @returns {string} */
function pathOf(option, url) {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw unexpected(option, 'a path or a `file:` URL', url, 'ERR_INVALID_ARG_VALUE', cause)
  }
}

/**
 * The number of a signal.
 *
 * @param {string} option
 * @param {unknown} value its name or number
 * @returns {number}
 */
function signalNumber(option, value) {
  const { signals } = os.constants
  if (typeof value === 'number') return checkNumber(option, value, { min: 1, max: 64, integer: true })
  if (typeof value !== 'string') {
    throw unexpected(option, 'the name or the number of a signal', value, 'ERR_INVALID_ARG_TYPE')
  }
  const number = Object.hasOwn(signals, value) ? /** @type {Record<string, number>} */ (signals)[value] : undefined
  if (number === undefined) {
    const message = `Expected \`${option}\` to be the name or the number of a signal, got \`${value}\``
    throw errorOf(message, { code: 'ERR_UNKNOWN_SIGNAL' })
  }
  return number
}

/** The name of a signal, or its number where it has none. @param {number} number @returns {string} */
function signalName(number) {
  return Object.entries(os.constants.signals).find(([, other]) => other === number)?.[0] ?? `SIG${number}`
}

/**
 * @param {string} option
 * @param {unknown} args
 * @returns {string[]}
 */
function checkArguments(option, args) {
  if (!Array.isArray(args)) throw unexpected(option, 'an array of strings', args, 'ERR_INVALID_ARG_TYPE')
  return args.map((arg, i) => checkText(`${option}[${i}]`, typeof arg === 'number' ? String(arg) : arg))
}

/** @param {string} option  @param {unknown} value @returns {Uint8Array} */
function bytesOf(option, value) {
  if (typeof value === 'string') return Buffer.from(value)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (isAnyArrayBuffer(value)) return new Uint8Array(value)
  throw unexpected(option, 'a string, a Buffer or a typed array', value, 'ERR_INVALID_ARG_TYPE')
}

module.exports = { bytesOf, checkArguments, checkPath, checkText, signalName, signalNumber }
