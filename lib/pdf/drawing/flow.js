// @ts-check
'use strict'

/**
 * Text, lists and pictures of a drawing. Where text ends is known only once it is laid out, which happens on another
 * thread; what can be known before is known here.
 *
 * @module
 */

const { errorOf } = require('../../errors')
const { unexpected } = require('../../options')
const { checkLength, checkLengths, checkOneOf, checkSource, checkText, points } = require('./arguments')
const { Canvas } = require('./canvas')
const { faceOf } = require('./fonts')
const { imageChecks, listChecks, optionsOf, textChecks } = require('./options')

/** pdfkit's size of letters. */
const FONT_SIZE = 12

class Flow extends Canvas {
  /** The page that is drawn on. @protected @type {InstanceType<typeof import('./page').Page> | null} */
  current = null
  /** Where text goes on, as far as it is known. @type {{ x: number | undefined, y: number | undefined }} */
  #at = { x: 0, y: 0 }
  /** Options of text that goes on with the next call, and where it began. @type {{ options: Record<string, any>, x: number | undefined } | undefined} */
  #continued
  /** @type {Map<string, { src: unknown, face: string | undefined }>} */
  #registered = new Map()
  /** The last of the operations that chose one. @type {import('./recorder').Operation} */
  #font = { font: { name: 'Roboto', bold: false, italics: false } }
  #fontSize = FONT_SIZE
  /** The size of letters that `rem` stands for. */
  #rootSize = FONT_SIZE
  /** Whether there may be pages that nobody asked for. @protected */
  flows = false

  /** @protected */
  get letterSizes() {
    return { em: this.#fontSize, rem: this.#rootSize }
  }

  /** Where text goes on. @returns {number} */
  get x() {
    return known('x', this.#at.x)
  }

  set x(x) {
    this.#at.x = checkLength('x', x)
    this.record({ x })
  }

  /** @returns {number} */
  get y() {
    return known('y', this.#at.y)
  }

  set y(y) {
    this.#at.y = checkLength('y', y)
    this.record({ y })
  }

  /** @protected @param {number | undefined} x @param {number | undefined} y */
  moveAt(x, y) {
    this.#at = { x, y }
  }

  /**
   * Records for every page what `draw` draws, beginning with the font at hand. It changes nothing of what comes after.
   *
   * @protected
   * @param {() => void} draw
   */
  drawApart(draw) {
    const [at, continued, font, size, flows] = [this.#at, this.#continued, this.#font, this.#fontSize, this.flows]
    const { left = 0, top = 0 } = this.current?.margins ?? {}
    this.moveAt(left, top)
    this.#continued = undefined
    this.recorder.recordEveryPage(() => {
      this.record(font).record({ fontSize: size })
      draw()
    })
    this.#at = at
    this.#continued = continued
    this.#font = font
    this.#fontSize = size
    this.flows = flows
  }

  // Fonts

  /**
   * @param {unknown} src the name of a registered font or of one that needs no file, a path, or bytes
   * @param {string | number | null} [family] the name of a face in a collection; or the size
   * @param {number | string} [size]
   * @returns {this}
   */
  font(src, family, size) {
    if (typeof family === 'number') return this.font(src, null, family)
    const registered = this.#registered.get(/** @type {string} */ (src))
    const face = registered ? registered.face : (family ?? undefined)
    const ready = registered ? faceOf(registered.src) : faceOf(src)
    if (ready) this.#font = { font: { name: 'Roboto', ...ready } }
    else {
      const source = checkSource('src', registered ? registered.src : src)
      this.#font = { font: { name: this.recorder.nameOf('fonts', source, face) } }
    }
    this.record(this.#font)
    return size === undefined || size === null ? this : this.fontSize(size)
  }

  /** @param {number | string} size in points, or with a unit */
  fontSize(size) {
    this.#fontSize = points('size', size, this.letterSizes)
    if (this.#fontSize <= 0) throw unexpected('size', 'a number > 0', size, 'ERR_OUT_OF_RANGE')
    return this.record({ fontSize: this.#fontSize })
  }

  /**
   * @param {string} name
   * @param {unknown} src
   * @param {string} [family] the name of a face in a collection
   */
  registerFont(name, src, family) {
    checkText('name', name)
    if (!faceOf(src)) checkSource('src', src)
    this.#registered.set(name, { src, face: family })
    return this
  }

  // Text

  /** @param {number} gap */
  lineGap(gap) {
    return this.record({ lineGap: checkLength('gap', gap) })
  }

  /** @param {number} [lines] */
  moveDown(lines = 1) {
    this.#at.y = undefined
    return this.record({ moveDown: checkLength('lines', lines) })
  }

  /** @param {number} [lines] */
  moveUp(lines = 1) {
    return this.moveDown(-checkLength('lines', lines))
  }

  /**
   * @param {unknown} text
   * @param {any} [x] or the options
   * @param {number | null} [y]
   * @param {object} [options]
   * @returns {this}
   */
  text(text, x, y, options) {
    if (typeof x === 'object' && x !== null) return this.text(text, null, null, x)
    const given = { ...this.#continued?.options, ...optionsOf(textChecks, options ?? {}) }
    const place = this.#moveTo(x, y)
    const words = text === undefined || text === null ? '' : String(text)
    this.record({ text: { text: words, ...place, look: given } })
    const { continued, ...rest } = given
    const isOneLine = given.lineBreak === false && given.width === undefined
    if (!isOneLine && given.height === undefined) this.flows = true
    const begin = this.#continued ? this.#continued.x : this.#at.x
    this.#continued = continued ? { options: rest, x: begin } : undefined
    this.moveAt(continued || isOneLine ? undefined : begin, isOneLine ? this.#at.y : undefined)
    return this
  }

  /**
   * @param {unknown[]} items text, or lists
   * @param {any} [x] or the options
   * @param {number | null} [y]
   * @param {object} [options]
   * @returns {this}
   */
  list(items, x, y, options) {
    if (typeof x === 'object' && x !== null) return this.list(items, null, null, x)
    if (!Array.isArray(items)) throw unexpected('items', 'an array', items, 'ERR_INVALID_ARG_TYPE')
    const given = optionsOf(listChecks, options ?? {})
    const look = optionsOf(textChecks, options ?? {})
    const place = this.#moveTo(x, y)
    this.record({ list: { items: items.map(itemOf), ...place, ...given, look } })
    this.flows = true
    this.moveAt(this.#at.x, undefined)
    return this
  }

  /** @param {any} x @param {any} y */
  #moveTo(x, y) {
    const place = /** @type {{ x?: number, y?: number }} */ ({})
    if (x !== undefined && x !== null) this.#at.x = place.x = checkLength('x', x)
    if (y !== undefined && y !== null) this.#at.y = place.y = checkLength('y', y)
    return place
  }

  // Pictures

  /**
   * @param {unknown} src a path, a data URL or bytes: JPEG, PNG, WebP and what `image()` reads
   * @param {any} [x] or the options
   * @param {number | null} [y]
   * @param {object} [options]
   * @returns {this}
   */
  image(src, x, y, options) {
    if (typeof x === 'object' && x !== null) return this.image(src, null, null, x)
    const given = optionsOf(imageChecks, options ?? {})
    const place = Object.fromEntries(
      Object.entries({ x: x ?? /** @type {any} */ (options)?.x, y: y ?? /** @type {any} */ (options)?.y })
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => [name, checkLength(name, value)]),
    )
    const name = this.recorder.nameOf('images', checkSource('src', src))
    const inFlow = y === undefined || y === null
    this.record({ image: { src: name, ...place, inFlow, ...given } })
    if (inFlow) {
      const top = this.#at.y
      const tall = given.height
      this.moveAt(this.#at.x, top === undefined || tall === undefined ? undefined : top + tall)
    }
    return this
  }

  // Places that a click goes to, or comes from

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {string | number} url or the number of a page, from 0
   */
  link(x, y, width, height, url) {
    return this.record({ link: { frame: checkLengths({ x, y, width, height }), to: textChecks.link('url', url) } })
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {string} name of a destination
   */
  goTo(x, y, width, height, name) {
    return this.record({ goTo: { frame: checkLengths({ x, y, width, height }), to: checkText('name', name) } })
  }

  /**
   * @param {string} name
   * @param {string} [kind] `'XYZ'`; all others go to the top of the page
   * @param {number | null} [x]
   * @param {number | null} [y]
   */
  addNamedDestination(name, kind = 'XYZ', x, y) {
    checkOneOf('kind', kind, ['XYZ', 'Fit', 'FitH', 'FitV', 'FitR', 'FitB', 'FitBH', 'FitBV'])
    const [left, top] = kind === 'XYZ' ? checkLengths({ x: x ?? 0, y: y ?? 0 }) : [0, 0]
    return this.record({ destination: { name: checkText('name', name), x: left, y: top } })
  }

  // What only a layout knows

  /** @returns {never} */
  widthOfString() {
    throw unknown('widthOfString()')
  }

  /** @returns {never} */
  heightOfString() {
    throw unknown('heightOfString()')
  }

  /** @returns {never} */
  boundsOfString() {
    throw unknown('boundsOfString()')
  }

  /** @returns {never} */
  currentLineHeight() {
    throw unknown('currentLineHeight()')
  }
}

/** @param {unknown} item @returns {unknown} */
function itemOf(item) {
  return Array.isArray(item) ? item.map(itemOf) : String(item)
}

/** @param {string} name @param {number | undefined} value */
function known(name, value) {
  if (value === undefined) throw unknown(name)
  return value
}

/** @param {string} what */
function unknown(what) {
  const message =
    `\`${what}\` is not known here: text is laid out on another thread, once the document has ended. ` +
    'Let text flow (`moveDown()`, `align`, `columns`), give `x` and `y`, or use `pdf()`, which lays out tables and columns'
  return errorOf(message, { code: 'ERR_PDF_NOT_LAID_OUT' })
}

module.exports = { Flow }
