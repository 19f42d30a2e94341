// @ts-check
'use strict'

/**
 * Lines, areas, colours and transforms of a drawing, by the names that pdfkit has for them.
 *
 * @module
 */

const { Readable } = require('node:stream')
const { checkNumber, checkObject, unexpected } = require('../../options')
const { checkLength, checkLengths, checkOneOf, checkPair, checkText } = require('./arguments')
const { checkPaint, linearGradient, radialGradient } = require('./color')
const { Recorder } = require('./recorder')

const caps = Object.freeze(/** @type {const} */ (['butt', 'round', 'square']))
const joins = Object.freeze(/** @type {const} */ (['miter', 'round', 'bevel']))

class Canvas extends Readable {
  /** @protected */
  recorder = new Recorder()

  /**
   * @protected
   * @param {import('./recorder').Operation} operation
   */
  record(operation) {
    this.recorder.record(operation)
    return this
  }

  // State

  save() {
    return this.record('save')
  }

  restore() {
    return this.record('restore')
  }

  /** @param {number} width */
  lineWidth(width) {
    return this.record({ lineWidth: checkNumber('width', width, { min: 0, max: 1e7 }) })
  }

  /** @param {string | number} cap its name, or its number in PDF */
  lineCap(cap) {
    return this.record({ lineCap: named('cap', cap, caps) })
  }

  /** @param {string | number} join its name, or its number in PDF */
  lineJoin(join) {
    return this.record({ lineJoin: named('join', join, joins) })
  }

  /** @param {number} limit */
  miterLimit(limit) {
    return this.record({ miterLimit: checkNumber('limit', limit, { min: 1, max: 1e7 }) })
  }

  /**
   * @param {number | number[]} length of a dash, or of dashes and gaps by turns
   * @param {{ space?: number, phase?: number }} [options]
   */
  dash(length, options = {}) {
    const { space = length, phase = 0 } = checkObject('options', options)
    const lengths = Array.isArray(length) ? length : [length, space]
    lengths.forEach((each, i) => checkNumber(`length[${i}]`, each, { min: Number.MIN_VALUE, max: 1e7 }))
    return this.record({ dash: { lengths: [...lengths], phase: checkLength('phase', phase) } })
  }

  undash() {
    return this.record('undash')
  }

  /** @param {unknown} color @param {number} [opacity] */
  fillColor(color, opacity) {
    this.record({ fillColor: checkPaint('color', color) })
    return opacity === undefined || opacity === null ? this : this.fillOpacity(opacity)
  }

  /** @param {unknown} color @param {number} [opacity] */
  strokeColor(color, opacity) {
    this.record({ strokeColor: checkPaint('color', color) })
    return opacity === undefined || opacity === null ? this : this.strokeOpacity(opacity)
  }

  /** @param {number} opacity */
  opacity(opacity) {
    return this.fillOpacity(opacity).strokeOpacity(opacity)
  }

  /** @param {number} opacity */
  fillOpacity(opacity) {
    return this.record({ fillOpacity: checkNumber('opacity', opacity, { min: 0, max: 1 }) })
  }

  /** @param {number} opacity */
  strokeOpacity(opacity) {
    return this.record({ strokeOpacity: checkNumber('opacity', opacity, { min: 0, max: 1 }) })
  }

  linearGradient = linearGradient
  radialGradient = radialGradient

  // Paths

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    return this.record({ moveTo: checkLengths({ x, y }) })
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    return this.record({ lineTo: checkLengths({ x, y }) })
  }

  /**
   * @param {number} x1
   * @param {number} y1
   * @param {number} x2
   * @param {number} y2
   * @param {number} x
   * @param {number} y
   */
  bezierCurveTo(x1, y1, x2, y2, x, y) {
    return this.record({ bezierCurveTo: checkLengths({ x1, y1, x2, y2, x, y }) })
  }

  /**
   * @param {number} x1
   * @param {number} y1
   * @param {number} x
   * @param {number} y
   */
  quadraticCurveTo(x1, y1, x, y) {
    return this.record({ quadraticCurveTo: checkLengths({ x1, y1, x, y }) })
  }

  closePath() {
    return this.record('closePath')
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  rect(x, y, width, height) {
    return this.record({ rect: checkLengths({ x, y, width, height }) })
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {number | number[]} [radius] one for all corners, or those from the top left one, clockwise
   */
  roundedRect(x, y, width, height, radius = 0) {
    const radii = Array.isArray(radius) ? [0, 1, 2, 3].map((i) => radius[i] ?? 0) : Array(4).fill(radius)
    radii.forEach((each) => checkLength('radius', each))
    return this.record({ roundedRect: [...checkLengths({ x, y, width, height }), radii] })
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radiusX
   * @param {number} [radiusY]
   */
  ellipse(x, y, radiusX, radiusY = radiusX) {
    return this.record({ ellipse: checkLengths({ x, y, radiusX, radiusY }) })
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  circle(x, y, radius) {
    return this.record({ ellipse: checkLengths({ x, y, radiusX: radius, radiusY: radius }) })
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {number} startAngle radians, clockwise from the right
   * @param {number} endAngle
   * @param {boolean} [anticlockwise]
   */
  arc(x, y, radius, startAngle, endAngle, anticlockwise = false) {
    return this.record({ arc: [...checkLengths({ x, y, radius, startAngle, endAngle }), Boolean(anticlockwise)] })
  }

  /** @param {...[number, number]} corners */
  polygon(...corners) {
    return this.record({ polygon: corners.map((corner, i) => checkPair(`corners[${i}]`, corner)) })
  }

  /** @param {string} d of an SVG path */
  path(d) {
    return this.record({ path: checkText('path', d) })
  }

  // Painting

  /** @param {unknown} [color] or a rule @param {string} [rule] `'even-odd'` or `'non-zero'` @returns {this} */
  fill(color, rule) {
    if (isRule(color)) return this.fill(undefined, color)
    if (color) this.fillColor(color)
    return this.record({ fill: ruleOf(rule) })
  }

  /** @param {unknown} [color] */
  stroke(color) {
    if (color) this.strokeColor(color)
    return this.record('stroke')
  }

  /** @param {unknown} [fillColor] or a rule @param {unknown} [strokeColor] or a rule @param {string} [rule] @returns {this} */
  fillAndStroke(fillColor, strokeColor, rule) {
    if (isRule(fillColor)) return this.fillAndStroke(undefined, undefined, fillColor)
    if (isRule(strokeColor)) return this.fillAndStroke(fillColor, undefined, strokeColor)
    if (fillColor) this.fillColor(fillColor).strokeColor(strokeColor ?? fillColor)
    return this.record({ fillAndStroke: ruleOf(rule) })
  }

  /** @param {string} [rule] `'non-zero'`, the only one that there is for a clip */
  clip(rule) {
    if (ruleOf(rule) !== 'nonzero') throw unexpected('rule', "'non-zero'", rule, 'ERR_INVALID_ARG_VALUE')
    return this.record('clip')
  }

  // Transforms

  /**
   * @param {number} a
   * @param {number} b
   * @param {number} c
   * @param {number} d
   * @param {number} e
   * @param {number} f
   */
  transform(a, b, c, d, e, f) {
    return this.record({ transform: checkLengths({ a, b, c, d, e, f }) })
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    const [dx, dy] = checkLengths({ x, y })
    return this.transform(1, 0, 0, 1, dx, dy)
  }

  /**
   * @param {number} angle degrees, clockwise
   * @param {{ origin?: [number, number] }} [options]
   */
  rotate(angle, options = {}) {
    const radians = (checkLength('angle', angle) * Math.PI) / 180
    const [cos, sin] = [Math.cos(radians), Math.sin(radians)]
    const [x, y] = originOf(options)
    return this.transform(cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos)
  }

  /**
   * @param {number} factorX
   * @param {number | { origin?: [number, number] }} [factorY] as `factorX` unless given
   * @param {{ origin?: [number, number] }} [options]
   * @returns {this}
   */
  scale(factorX, factorY = factorX, options = {}) {
    if (typeof factorY === 'object') return this.scale(factorX, factorX, factorY)
    const [sx, sy] = checkLengths({ factorX, factorY })
    const [x, y] = originOf(options)
    return this.transform(sx, 0, 0, sy, x - sx * x, y - sy * y)
  }
}

/** @param {unknown} options @returns {[number, number]} */
function originOf(options) {
  const { origin } = checkObject('options', options)
  return origin === undefined || origin === null ? [0, 0] : checkPair('origin', origin)
}

/** @param {string} name @param {unknown} value @param {readonly string[]} known */
function named(name, value, known) {
  if (typeof value === 'number') return known[value] ?? checkOneOf(name, value, known)
  return checkOneOf(name, typeof value === 'string' ? value.toLowerCase() : value, known)
}

/** @param {unknown} value @returns {value is string} */
function isRule(value) {
  return typeof value === 'string' && /^(even-?odd|non-?zero)$/i.test(value)
}

/** @param {unknown} rule */
function ruleOf(rule = 'nonzero') {
  if (!isRule(rule)) throw unexpected('rule', "'even-odd' or 'non-zero'", rule, 'ERR_INVALID_ARG_VALUE')
  return /^even/i.test(rule) ? 'evenodd' : 'nonzero'
}

module.exports = { Canvas }
