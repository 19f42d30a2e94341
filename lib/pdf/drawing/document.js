// @ts-check
'use strict'

/**
 * `PdfDocument`: a drawing by the names that pdfkit has. Its methods record what is to be drawn; when it has ended, one
 * native task draws all of it.
 *
 * @module
 */

const { errorOf } = require('../../errors')
const { checkFunction, checkKnown, checkNumber, checkObject } = require('../../options')
const { Job, checkFile, jobOptionNames } = require('../job')
const { checkSource, checkText } = require('./arguments')
const { Flow } = require('./flow')
const { Outline } = require('./outline')
const { Page, formatOf } = require('./page')

const optionNames = Object.freeze([
  ...jobOptionNames,
  'size',
  'layout',
  'margin',
  'margins',
  'info',
  'autoFirstPage',
  'bufferPages',
  'font',
  'fontSize',
  'lang',
  'pdfVersion',
  'compress',
  'userPassword',
  'ownerPassword',
  'permissions',
  'tagged',
  'subset',
  'displayTitle',
])

/** pdfkit's names of what is said of a document, and the task's. */
const infoNames = /** @type {Record<string, string>} */ ({
  Title: 'title',
  Author: 'author',
  Subject: 'subject',
  Keywords: 'keywords',
  Creator: 'creator',
  Producer: 'producer',
  CreationDate: 'creationDate',
  ModDate: 'modDate',
  Trapped: 'trapped',
})

class PdfDocument extends Flow {
  #job
  #feeder
  /** Somebody reads the stream. */
  #isRead = false
  /** @type {Record<string, unknown>[]} */
  #attachments = []
  /** Those that were asked for. @type {InstanceType<typeof Page>[]} */
  #pages = []

  /** @param {unknown} [written] */
  constructor(written = {}) {
    const options = checkObject('options', written)
    checkKnown(options, optionNames)
    super()
    this.#job = new Job(options)
    this.#feeder = this.#job.feeder((signal) => this.#run({ signal }))
    /** As they were given. */
    this.options = options
    /** What is said of the document; it may be added to until the end. @type {Record<string, unknown>} */
    this.info = { ...(options.info === undefined ? {} : checkObject('info', options.info)) }
    this.outline = new Outline({ count: 0 }, (operation) => this.record(operation))
    if (options.fontSize !== undefined) this.fontSize(options.fontSize)
    if (options.font !== undefined && options.font !== null) this.font(options.font)
    if (options.autoFirstPage !== false) this.addPage()
  }

  /** The page that is drawn on; nothing before the first. */
  get page() {
    return this.current
  }

  // Pages

  /** @param {object} [options] those of the document unless given */
  addPage(options) {
    if (this.recorder.isForEveryPage) {
      throw errorOf('`eachPage()` cannot add a page', { code: 'ERR_INVALID_ARG_VALUE' })
    }
    const given = options === undefined ? this.options : checkObject('options', options)
    if (given !== this.options && given.font) this.font(given.font)
    if (given !== this.options && given.fontSize) this.fontSize(given.fontSize)
    const page = new Page(formatOf(given, this.letterSizes), (changed) => {
      if (changed === this.current) this.record({ margins: changed.margins.toJSON() })
    })
    this.record({ addPage: page.format })
    this.#pages.push(page)
    this.current = page
    this.moveAt(page.margins.left, page.margins.top)
    this.emit('pageAdded')
    return this
  }

  /** Which pages there are, as long as no text may have made more of them. */
  bufferedPageRange() {
    if (this.flows) {
      const message =
        'How many pages there are is not known here: text is laid out on another thread, once the document has ended. ' +
        'Use `eachPage()` for what stands on every page, with `{pageNumber}` and `{pageCount}` in its text'
      throw errorOf(message, { code: 'ERR_PDF_NOT_LAID_OUT' })
    }
    return { start: 0, count: this.#pages.length }
  }

  /** Goes back to a page, by its number from 0. Needs the option `bufferPages`. @param {number} number */
  switchToPage(number) {
    checkNumber('number', number, { min: 0, integer: true })
    if (!this.options.bufferPages) {
      const message = 'Pages can be gone back to only with the option `bufferPages`'
      throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
    }
    if (!this.flows) {
      checkNumber('number', number, { min: 0, max: this.#pages.length - 1, integer: true })
      this.current = this.#pages[number]
    }
    this.record({ switchToPage: number })
    return this.current
  }

  /**
   * Draws on every page, once all pages are there. In text, `{pageNumber}` and `{pageCount}` are replaced.
   *
   * @param {(doc: this) => void} draw is called once, at once
   */
  eachPage(draw) {
    checkFunction('draw', draw)
    this.drawApart(() => draw(this))
    return this
  }

  // Files

  /**
   * Attaches a file.
   *
   * @param {unknown} src a path, a data URL or bytes
   * @param {any} [options]
   */
  file(src, options = {}) {
    const { name, type, description, hidden, creationDate, modifiedDate, relationship } = checkObject(
      'options',
      options,
    )
    const fallback = typeof src === 'string' && !src.startsWith('data:') ? src : undefined
    const file = {
      name: checkText('name', name ?? fallback),
      type,
      description,
      creationDate,
      modifiedDate,
      relationship,
    }
    this.#attachments.push({ ...file, hidden: Boolean(hidden), src: checkSource('src', src) })
    return this
  }

  // Results

  /** Nothing can be added any more; who reads the stream gets the document. */
  end() {
    if (this.recorder.isEnded) return
    this.recorder.end()
    if (this.#isRead) void this.#feeder.feed(this)
  }

  /** Ends the document. @param {{ resolveWithObject?: boolean }} [options] */
  async toBuffer({ resolveWithObject = false } = {}) {
    this.end()
    const { data, ...info } = await this.#run()
    return resolveWithObject ? { data, info } : data
  }

  /** Ends the document. @param {unknown} file a path or a `file:` URL */
  async toFile(file) {
    checkFile(file)
    this.end()
    return this.#run({ file })
  }

  /** @param {{ file?: unknown, signal?: AbortSignal }} [how] */
  #run(how) {
    const { operations, everyPage } = this.recorder
    const bufferPages = Boolean(this.options.bufferPages)
    const drawing = { settings: this.#settings(), bufferPages, operations, everyPage }
    return this.#job.run('pdf.drawing', 'drawing', drawing, how)
  }

  /** A document without content, as `pdf.document` has it: what is said of the file, and its files. */
  #settings() {
    const { options } = this
    const info = Object.entries(this.info).map(([name, value]) => [infoNames[name] ?? name, value])
    return {
      content: '',
      info: Object.fromEntries(info),
      language: options.lang,
      version: options.pdfVersion,
      compress: options.compress,
      pdfa: options.subset,
      tagged: options.tagged,
      displayTitle: options.displayTitle,
      userPassword: options.userPassword,
      ownerPassword: options.ownerPassword,
      permissions: options.permissions,
      attachments: Object.fromEntries(this.#attachments.map((file, i) => [i, file])),
      ...this.recorder.sources,
    }
  }

  _read() {
    this.#isRead = true
    if (this.recorder.isEnded) void this.#feeder.feed(this)
  }

  /**
   * @param {Error | null} error
   * @param {(error: Error | null) => void} callback
   */
  _destroy(error, callback) {
    this.#feeder.stop()
    callback(error)
  }
}

module.exports = { PdfDocument }
