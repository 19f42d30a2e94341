// @ts-check
'use strict'

/**
 * Arguments of a drawing's methods: checked when they are given, so that an error's stack shows the call.
 *
 * @module
 */

const { checkNumber, unexpected } = require('../../options')

/** The largest coordinate: far beyond any page, and well inside of what a 32-bit float holds. */
const FAR = 1e7

/** Points in a unit. */
const units = /** @type {Record<string, number>} */ ({ pt: 1, in: 72, px: 0.75, cm: 72 / 2.54, mm: 7.2 / 2.54, pc: 12 })

/** @param {string} name @param {unknown} value @returns {number} */
function checkLength(name, value) {
  return checkNumber(name, value, { min: -FAR, max: FAR })
}

/** @param {Record<string, unknown>} values @returns {number[]} */
function checkLengths(values) {
  return Object.entries(values).map(([name, value]) => checkLength(name, value))
}

/** @param {string} name @param {unknown} value @returns {[number, number]} */
function checkPair(name, value) {
  if (!Array.isArray(value) || value.length !== 2) {
    throw unexpected(name, 'an array of two numbers', value, 'ERR_INVALID_ARG_TYPE')
  }
  return [checkLength(`${name}[0]`, value[0]), checkLength(`${name}[1]`, value[1])]
}

/** @param {string} name @param {unknown} value @returns {string} */
function checkText(name, value) {
  if (typeof value !== 'string') throw unexpected(name, 'a string', value, 'ERR_INVALID_ARG_TYPE')
  return value
}

/**
 * @template {string} T
 * @param {string} name
 * @param {unknown} value
 * @param {readonly T[]} known
 * @returns {T}
 */
function checkOneOf(name, value, known) {
  if (known.includes(/** @type {T} */ (value))) return /** @type {T} */ (value)
  const list = known.map((each) => `'${each}'`).join(', ')
  throw unexpected(name, `one of ${list}`, value, 'ERR_INVALID_ARG_VALUE')
}

/**
 * A length in points, or with a unit: `'2cm'`, `'1in'`, `'1.5em'`.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {{ em?: number, rem?: number }} [sizes] of letters
 */
function points(name, value, { em, rem } = {}) {
  if (typeof value !== 'string') return checkLength(name, value)
  const [, number, unit = 'pt'] = /^(\d*\.?\d+)([a-z]+)?$/.exec(value) ?? []
  const known = { ...units, ...(em === undefined ? {} : { em, rem }) }
  const point = Object.hasOwn(known, unit) ? /** @type {Record<string, number>} */ (known)[unit] : undefined
  if (number === undefined || point === undefined) {
    const expected = `points, or a length with one of the units ${Object.keys(known).join(', ')}`
    throw unexpected(name, expected, value, 'ERR_INVALID_ARG_VALUE')
  }
  return checkLength(name, Number(number) * point)
}

/** Where a font or a picture is: its bytes, or a path. No URL is ever fetched. @param {string} name @param {unknown} src */
function checkSource(name, src) {
  const isBytes = ArrayBuffer.isView(src) || Object.prototype.toString.call(src) === '[object ArrayBuffer]'
  if (isBytes) return src
  if (src instanceof URL) return checkSource(name, src.href)
  if (typeof src !== 'string') throw unexpected(name, 'a path, a Buffer or an ArrayBuffer', src, 'ERR_INVALID_ARG_TYPE')
  if (/^(?!file:)[a-z][a-z\d+.-]*:\/\//i.test(src)) {
    throw unexpected(name, 'a path or bytes, since no URL is ever fetched', src, 'ERR_INVALID_ARG_VALUE')
  }
  return src
}

module.exports = { checkLength, checkLengths, checkOneOf, checkPair, checkSource, checkText, points }
