// @ts-check
'use strict'

/**
 * What a drawing has recorded: operations, as the task `pdf.drawing` takes them, with the files that they use.
 *
 * @module
 */

const { errorOf } = require('../../errors')

/**
 * An operation is an object with one key: `{ lineTo: [10, 20] }`, or its name alone.
 *
 * @typedef {string | Record<string, unknown>} Operation
 *
 * @typedef {object} Files
 * @property {Map<unknown, Map<string, string>>} names by the path or the bytes, and by the face
 * @property {Record<string, unknown>} sources by the name
 */

class Recorder {
  /** @type {Operation[]} */
  operations = []
  /** What is drawn on every page once all pages are there. @type {Operation[]} */
  everyPage = []
  /** Files that the operations use, each of them once. @type {Record<'fonts' | 'images', Files>} */
  #files = { fonts: { names: new Map(), sources: {} }, images: { names: new Map(), sources: {} } }
  #list = this.operations
  #isEnded = false
  #count = 0

  get isEnded() {
    return this.#isEnded
  }

  end() {
    this.#isEnded = true
  }

  /** @param {Operation} operation */
  record(operation) {
    if (this.#isEnded) {
      throw errorOf('The document has ended: nothing can be added after `end()`', { code: 'ERR_PDF_ENDED' })
    }
    this.#list.push(operation)
  }

  /** Records for every page what `draw` draws. @param {() => void} draw */
  recordEveryPage(draw) {
    const list = this.#list
    this.#list = this.everyPage
    try {
      draw()
    } finally {
      this.#list = list
    }
  }

  get isForEveryPage() {
    return this.#list === this.everyPage
  }

  /**
   * The name under which the operations know a file: the same for the same path or bytes.
   *
   * @param {'fonts' | 'images'} kind
   * @param {unknown} source
   * @param {string} [face] of a collection of fonts
   */
  nameOf(kind, source, face = '') {
    const { names, sources } = this.#files[kind]
    const faces = names.get(source) ?? new Map()
    names.set(source, faces)
    const known = faces.get(face)
    if (known !== undefined) return known
    const name = String(this.#count++)
    faces.set(face, name)
    sources[name] = kind === 'images' ? source : { normal: face === '' ? source : [source, face] }
    return name
  }

  /** The files by their names. */
  get sources() {
    return { fonts: this.#files.fonts.sources, images: this.#files.images.sources }
  }
}

module.exports = { Recorder }
