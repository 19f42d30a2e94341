// @ts-check
'use strict'

/**
 * `pdf()`: a document in pdfmake's words, as plain data, and one native task that lays it out and writes it.
 *
 * Nothing runs before `toBuffer()`, `toFile()` or a stream asks for the result.
 *
 * @module
 */

const { checkKnown, checkObject } = require('../options')
const { Job, PdfStream, checkFile, jobOptionNames } = require('./job')

class Pdf {
  /** @type {object} */
  #document
  #job

  /**
   * @param {unknown} document
   * @param {unknown} [written]
   */
  constructor(document, written = {}) {
    this.#document = checkObject('document', document)
    const options = checkObject('options', written)
    checkKnown(options, jobOptionNames)
    this.#job = new Job(options)
  }

  /** @param {{ resolveWithObject?: boolean }} [options] */
  async toBuffer({ resolveWithObject = false } = {}) {
    const { data, ...info } = await this.#run()
    return resolveWithObject ? { data, info } : data
  }

  /** @param {unknown} file a path or a `file:` URL */
  async toFile(file) {
    return this.#run({ file: checkFile(file) })
  }

  toStream() {
    return new PdfStream(this.#job.feeder((signal) => this.#run({ signal })))
  }

  /** @param {{ file?: unknown, signal?: AbortSignal }} [how] */
  #run(how) {
    return this.#job.run('pdf.document', 'document', this.#document, how)
  }
}

/**
 * @param {unknown} document
 * @param {unknown} [options]
 */
function pdf(document, options) {
  return new Pdf(document, options)
}

module.exports = { pdf }
