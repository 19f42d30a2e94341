// @ts-check
'use strict'

/**
 * Colours of a drawing, and gradients that are used as colours.
 *
 * @module
 */

const { checkNumber, unexpected } = require('../../options')
const { checkLengths } = require('./arguments')

const EXPECTED =
  "a CSS colour such as '#c00' or 'teal', [red, green, blue] of 0 to 255, or [cyan, magenta, yellow, black] of 0 to 100"

/** From a point to another, or from a circle to another: `linearGradient()` and `radialGradient()` make it. */
class Gradient {
  /** @type {Record<string, unknown>} */
  #shape
  /** @type {{ offset: number, color: unknown }[]} */
  #stops = []

  /** @param {Record<string, unknown>} shape */
  constructor(shape) {
    this.#shape = shape
  }

  /**
   * @param {number} offset from 0 to 1
   * @param {unknown} color
   */
  stop(offset, color) {
    checkNumber('offset', offset, { min: 0, max: 1 })
    this.#stops.push({ offset, color: checkColor('color', color) })
    return this
  }

  /** As an operation has it: what is added later is not in it. */
  toJSON() {
    return { ...this.#shape, stops: [...this.#stops] }
  }
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function linearGradient(x1, y1, x2, y2) {
  return new Gradient({ linear: checkLengths({ x1, y1, x2, y2 }) })
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} r1
 * @param {number} x2
 * @param {number} y2
 * @param {number} r2
 */
function radialGradient(x1, y1, r1, x2, y2, r2) {
  return new Gradient({ radial: checkLengths({ x1, y1, r1, x2, y2, r2 }) })
}

/** @param {string} name @param {unknown} value */
function checkColor(name, value) {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) throw unexpected(name, EXPECTED, value, 'ERR_INVALID_ARG_TYPE')
  const max = value.length === 4 ? 100 : 255
  const isColor = value.length === 3 || value.length === 4
  if (!isColor || !value.every((part) => typeof part === 'number' && part >= 0 && part <= max)) {
    throw unexpected(name, EXPECTED, value, 'ERR_INVALID_ARG_VALUE')
  }
  return value
}

/** A colour or a gradient, as an operation has it. @param {string} name @param {unknown} value */
function checkPaint(name, value) {
  return value instanceof Gradient ? value.toJSON() : checkColor(name, value)
}

module.exports = { Gradient, checkColor, checkPaint, linearGradient, radialGradient }
