// @ts-check
'use strict'

/**
 * Options of text, lists and pictures, as the operations have them.
 *
 * @module
 */

const { checkBoolean, checkNumber, checkObject, unexpected } = require('../../options')
const { checkLength, checkOneOf, checkPair, checkText } = require('./arguments')

/** @typedef {(name: string, value: any) => unknown} Check returns the value for the operation, or throws */

const alignments = Object.freeze(['left', 'center', 'right', 'justify'])
const sides = Object.freeze(['left', 'center', 'right'])
const verticals = Object.freeze(['top', 'center', 'bottom'])
const baselines = Object.freeze([
  'alphabetic',
  'bottom',
  'hanging',
  'ideographic',
  'mathematical',
  'middle',
  'svg-central',
  'svg-middle',
  'top',
])

/** @type {(known: readonly string[]) => Check} */
const oneOf = (known) => (name, value) => checkOneOf(name, value, known)

/** @type {Check} */
const size = (name, value) => checkNumber(name, value, { min: 0, max: 1e7 })

/** @type {Check} */
const flag = (name, value) => (value === null ? false : checkBoolean(name, value))

/** What a click goes to: an address, or the number of a page, from 0. @type {Check} */
const link = (name, value) =>
  typeof value === 'number' ? checkNumber(name, value, { min: 0, max: 1e6, integer: true }) : checkText(name, value)

/** @type {Record<string, Check>} */
const textChecks = {
  width: size,
  height: size,
  align: oneOf(alignments),
  lineBreak: flag,
  columns: (name, value) => checkNumber(name, value, { min: 0, max: 1000, integer: true }),
  columnGap: size,
  indent: checkLength,
  indentAllLines: flag,
  paragraphGap: checkLength,
  lineGap: checkLength,
  wordSpacing: checkLength,
  characterSpacing: checkLength,
  horizontalScaling: (name, value) => checkNumber(name, value, { min: 1, max: 10000 }),
  rotation: checkLength,
  continued: flag,
  underline: flag,
  strike: flag,
  fill: flag,
  stroke: flag,
  link,
  goTo: checkText,
  destination: checkText,
  oblique: (name, value) => (typeof value === 'number' ? checkLength(name, value) : flag(name, value) ? 14 : 0),
  baseline: (name, value) =>
    typeof value === 'number' ? checkLength(name, value) : checkOneOf(name, value, baselines),
  ellipsis: (name, value) => (value === true ? '…' : value === false ? '' : checkText(name, value)),
  features: featuresOf,
}

/** @type {Record<string, Check>} */
const listChecks = {
  listType: oneOf(['bullet', 'numbered', 'lettered']),
  bulletRadius: size,
  textIndent: size,
  bulletIndent: size,
}

/** @type {Record<string, Check>} */
const imageChecks = {
  width: size,
  height: size,
  scale: size,
  fit: checkPair,
  cover: checkPair,
  align: oneOf(sides),
  valign: oneOf(verticals),
  link,
  goTo: checkText,
  destination: checkText,
  opacity: (name, value) => checkNumber(name, value, { min: 0, max: 1 }),
  alt: checkText,
}

/** `['liga', 'kern=0']` of a list of names, or of an object with numbers or booleans. @type {Check} */
function featuresOf(name, value) {
  if (Array.isArray(value)) return value.map((tag, i) => checkText(`${name}[${i}]`, tag))
  return Object.entries(checkObject(name, value)).map(([tag, on]) => {
    if (typeof on !== 'boolean' && typeof on !== 'number') {
      throw unexpected(`${name}.${tag}`, 'a boolean or a number', on, 'ERR_INVALID_ARG_TYPE')
    }
    return `${tag}=${Number(on)}`
  })
}

/**
 * Those options that are known and given. pdfkit has more, which are for its structure tree.
 *
 * @param {Record<string, Check>} checks
 * @param {unknown} options
 * @returns {Record<string, any>}
 */
function optionsOf(checks, options) {
  /** @type {Record<string, any>} */
  const given = {}
  for (const [name, value] of Object.entries(checkObject('options', options))) {
    if (value === undefined || value === null || !Object.hasOwn(checks, name)) continue
    given[name] = checks[name](name, value)
  }
  return given
}

module.exports = { imageChecks, listChecks, optionsOf, textChecks }
