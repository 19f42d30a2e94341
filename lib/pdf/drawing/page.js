// @ts-check
'use strict'

/**
 * Pages of a drawing: their size and their margins, which are known before anything is laid out.
 *
 * @module
 */

const { checkNumber, checkObject, unexpected } = require('../../options')
const { checkOneOf, points } = require('./arguments')

/** Width and height in points, as pdfkit has them. */
const sizes = /** @type {Record<string, [number, number]>} */ ({
  '4A0': [4767.87, 6740.79],
  '2A0': [3370.39, 4767.87],
  A0: [2383.94, 3370.39],
  A1: [1683.78, 2383.94],
  A2: [1190.55, 1683.78],
  A3: [841.89, 1190.55],
  A4: [595.28, 841.89],
  A5: [419.53, 595.28],
  A6: [297.64, 419.53],
  A7: [209.76, 297.64],
  A8: [147.4, 209.76],
  A9: [104.88, 147.4],
  A10: [73.7, 104.88],
  B0: [2834.65, 4008.19],
  B1: [2004.09, 2834.65],
  B2: [1417.32, 2004.09],
  B3: [1000.63, 1417.32],
  B4: [708.66, 1000.63],
  B5: [498.9, 708.66],
  B6: [354.33, 498.9],
  B7: [249.45, 354.33],
  B8: [175.75, 249.45],
  B9: [124.72, 175.75],
  B10: [87.87, 124.72],
  C0: [2599.37, 3676.54],
  C1: [1836.85, 2599.37],
  C2: [1298.27, 1836.85],
  C3: [918.43, 1298.27],
  C4: [649.13, 918.43],
  C5: [459.21, 649.13],
  C6: [323.15, 459.21],
  C7: [229.61, 323.15],
  C8: [161.57, 229.61],
  C9: [113.39, 161.57],
  C10: [79.37, 113.39],
  RA0: [2437.8, 3458.27],
  RA1: [1729.13, 2437.8],
  RA2: [1218.9, 1729.13],
  RA3: [864.57, 1218.9],
  RA4: [609.45, 864.57],
  SRA0: [2551.18, 3628.35],
  SRA1: [1814.17, 2551.18],
  SRA2: [1275.59, 1814.17],
  SRA3: [907.09, 1275.59],
  SRA4: [637.8, 907.09],
  EXECUTIVE: [521.86, 756],
  FOLIO: [612, 936],
  LEGAL: [612, 1008],
  LETTER: [612, 792],
  TABLOID: [792, 1224],
})

/** pdfkit's: an inch. */
const MARGIN = 72

const sides = Object.freeze(/** @type {const} */ (['top', 'left', 'bottom', 'right']))

/** Margins that can be set one by one, as in `doc.page.margins.bottom = 0`. */
class Margins {
  #top
  #left
  #bottom
  #right
  #changed

  /**
   * @param {Record<string, number>} margins
   * @param {() => void} changed
   */
  constructor({ top, left, bottom, right }, changed) {
    this.#top = top
    this.#left = left
    this.#bottom = bottom
    this.#right = right
    this.#changed = changed
  }

  get top() {
    return this.#top
  }

  set top(margin) {
    this.#top = points('margins.top', margin)
    this.#changed()
  }

  get left() {
    return this.#left
  }

  set left(margin) {
    this.#left = points('margins.left', margin)
    this.#changed()
  }

  get bottom() {
    return this.#bottom
  }

  set bottom(margin) {
    this.#bottom = points('margins.bottom', margin)
    this.#changed()
  }

  get right() {
    return this.#right
  }

  set right(margin) {
    this.#right = points('margins.right', margin)
    this.#changed()
  }

  toJSON() {
    return { top: this.#top, left: this.#left, bottom: this.#bottom, right: this.#right }
  }
}

class Page {
  #margins
  #changed

  /**
   * @param {PageFormat} format
   * @param {(page: Page) => void} changed its margins were
   */
  constructor(format, changed) {
    this.size = format.size
    this.layout = format.layout
    this.width = format.width
    this.height = format.height
    this.#changed = () => changed(this)
    this.#margins = new Margins(format.margins, this.#changed)
  }

  get margins() {
    return this.#margins
  }

  set margins(margins) {
    const given = checkObject('margins', margins)
    const all = Object.fromEntries(sides.map((side) => [side, points(`margins.${side}`, given[side] ?? 0)]))
    this.#margins = new Margins(all, this.#changed)
    this.#changed()
  }

  /** Where the bottom margin begins. */
  maxY() {
    return this.height - this.margins.bottom
  }

  /** Where the right margin begins. */
  maxX() {
    return this.width - this.margins.right
  }

  /** As an operation has it. */
  get format() {
    return { width: this.width, height: this.height, margins: this.margins.toJSON() }
  }
}

/**
 * @typedef {object} PageFormat
 * @property {string | [number, number]} size
 * @property {'portrait' | 'landscape'} layout
 * @property {number} width
 * @property {number} height
 * @property {Record<'top' | 'left' | 'bottom' | 'right', number>} margins
 */

/**
 * What the options of a document or of a page say of the page.
 *
 * @param {any} options
 * @param {{ em?: number, rem?: number }} sizes
 * @returns {PageFormat}
 */
function formatOf({ size = 'letter', layout = 'portrait', margin, margins }, sizes) {
  checkOneOf('layout', layout, /** @type {const} */ (['portrait', 'landscape']))
  const [short, tall] = sidesOf(size)
  const [width, height] = layout === 'landscape' ? [tall, short] : [short, tall]
  const given = margin ?? margins ?? MARGIN
  const isOne = typeof given === 'number' || typeof given === 'string'
  const bySide = isOne ? {} : checkObject('margins', given)
  const all = sides.map((side) => {
    return [side, isOne ? points('margin', given, sizes) : points(`margins.${side}`, bySide[side] ?? 0, sizes)]
  })
  return { size, layout, width, height, margins: Object.fromEntries(all) }
}

/** @param {unknown} size @returns {[number, number]} */
function sidesOf(size) {
  if (typeof size === 'string') {
    const name = size.toUpperCase()
    if (Object.hasOwn(sizes, name)) return sizes[name]
    throw unexpected('size', "the name of a page size such as 'A4', or [width, height]", size, 'ERR_INVALID_ARG_VALUE')
  }
  if (!Array.isArray(size) || size.length !== 2) {
    throw unexpected('size', "the name of a page size such as 'A4', or [width, height]", size, 'ERR_INVALID_ARG_TYPE')
  }
  // ISO 32000-1, annex C: 14,400 units are the largest side that readers support.
  const side = (/** @type {number} */ i) => checkNumber(`size[${i}]`, size[i], { min: 3, max: 14400 })
  return [side(0), side(1)]
}

module.exports = { Page, formatOf }
