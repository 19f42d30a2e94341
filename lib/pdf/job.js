// @ts-check
'use strict'

/**
 * A document that is made: the options that `pdf()` and `PdfDocument` share, and the way to the task and back.
 *
 * @module
 */

const path = require('node:path')
const { Readable } = require('node:stream')
const { checkNumber, limits, unexpected } = require('../options')
const { WorkerPool } = require('../pool')
const { defaultPool } = require('../run-task')
const { listen, unlisten } = require('../signals')
const { serialise } = require('./serialise')

const limitNames = Object.freeze(['signal', 'timeout', 'queueTimeout', 'priority', 'onProgress'])

/** The options of every document. */
const jobOptionNames = Object.freeze([...limitNames, 'pool', 'maxPages', 'limitInputPixels'])

/** The fonts that come with the package. */
const fontFolder = path.join(__dirname, 'fonts')

class Job {
  /** Of the task, as `runTask` takes them. @type {Record<string, any>} */
  #limits
  /** Of the document. @type {{ maxPages?: number, limitInputPixels?: number }} */
  #bounds
  /** @type {InstanceType<typeof WorkerPool> | undefined} */
  #pool

  /** @param {Record<string, any>} options whose names are known */
  constructor(options) {
    const { pool, maxPages, limitInputPixels } = options
    if (pool !== undefined && !(pool instanceof WorkerPool && pool.isNative)) {
      throw unexpected('pool', 'a WorkerPool of Rust threads', pool, 'ERR_INVALID_ARG_TYPE')
    }
    limits(options)
    for (const [name, value] of Object.entries({ maxPages, limitInputPixels })) {
      if (value !== undefined) checkNumber(name, value, { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true })
    }
    this.#pool = pool
    this.#bounds = { maxPages, limitInputPixels }
    this.#limits = Object.fromEntries(limitNames.map((name) => [name, options[name]]))
  }

  /**
   * Runs a task whose input has a document.
   *
   * @param {string} task
   * @param {string} field
   * @param {object} document
   * @param {{ file?: unknown, signal?: AbortSignal }} [how]
   * @returns {Promise<any>}
   */
  async run(task, field, document, { file, signal = this.#limits.signal } = {}) {
    const request = { ...this.#bounds, fontFolder, file }
    const draft = serialise(field, document, request, signal)
    const input = draft instanceof Promise ? await draft : draft
    // Awaited, so that an error's stack shows the caller.
    return await (this.#pool ?? defaultPool()).runTask(task, input, { ...this.#limits, signal })
  }

  /**
   * Feeds a stream with what `make` makes. Whoever destroys the stream aborts it.
   *
   * @param {(signal: AbortSignal) => Promise<{ data: Buffer }>} make
   */
  feeder(make) {
    return new Feeder(make, this.#limits.signal)
  }
}

/** What stands behind a stream of a document. */
class Feeder {
  #make
  /** The caller's. @type {AbortSignal | undefined} */
  #signal
  #stop = new AbortController()
  #isFed = false

  /**
   * @param {(signal: AbortSignal) => Promise<{ data: Buffer }>} make
   * @param {AbortSignal} [signal]
   */
  constructor(make, signal) {
    this.#make = make
    this.#signal = signal
  }

  /** Makes the document, the first time that it is asked for. @param {Readable} stream */
  async feed(stream) {
    if (this.#isFed) return
    this.#isFed = true
    const signal = this.#signal
    const abort = () => this.#stop.abort(signal?.reason)
    if (signal?.aborted) abort()
    else listen(signal, abort)
    try {
      const { data, ...info } = await this.#make(this.#stop.signal)
      if (stream.destroyed) return
      stream.emit('info', info)
      stream.push(data)
      stream.push(null)
    } catch (error) {
      stream.destroy(/** @type {Error} */ (error))
    } finally {
      unlisten(signal, abort)
    }
  }

  stop() {
    this.#stop.abort()
  }
}

/** A document as a stream, made when somebody reads it. */
class PdfStream extends Readable {
  #feeder

  /** @param {Feeder} feeder */
  constructor(feeder) {
    super()
    this.#feeder = feeder
  }

  _read() {
    void this.#feeder.feed(this)
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

/** @param {unknown} file */
function checkFile(file) {
  if ((typeof file === 'string' && file !== '') || file instanceof URL) return file
  throw unexpected('file', 'a path or a `file:` URL', file, 'ERR_INVALID_ARG_TYPE')
}

module.exports = { Feeder, Job, PdfStream, checkFile, jobOptionNames }
