// @ts-check
'use strict'

/**
 * The pipes of a child as Node's streams.
 *
 * @module
 */

const { Readable, Writable } = require('node:stream')
const { getSystemErrorName } = require('node:util')
const { commands } = require('./hub')

/**
 * What a child writes. Nothing is taken from it before somebody reads, and then only as fast as they do: the child waits
 * when a mebibyte is on its way.
 */
class Output extends Readable {
  #id
  #number
  #claimed = false
  /** Something has come since the claim. */
  #received = false
  #ended = false
  #closed = false
  /** Bytes that were pushed since the last `read`. */
  #pushed = 0
  /** What was kept of a child that has closed before anybody read. @type {Buffer | undefined} */
  #kept

  /** @param {number} id of the child  @param {number} number */
  constructor(id, number) {
    super()
    this.#id = id
    this.#number = number
  }

  /** Whether somebody reads who is not through. */
  get isBeingRead() {
    return this.#claimed && !this.readableEnded && !this.destroyed
  }

  /** @override */
  _read() {
    if (!this.#claimed) {
      this.#claimed = true
      if (this.#closed) this.#finish()
      else commands().claim(this.#id, this.#number)
    } else if (this.#pushed > 0) {
      commands().credit(this.#id, this.#number, this.#pushed)
      this.#pushed = 0
    }
  }

  /** @override @param {Error | null} error  @param {(error: Error | null) => void} done */
  _destroy(error, done) {
    // As with Node's own: a child that writes on finds that nobody reads.
    if (!this.#ended && !this.#closed) commands().giveUp(this.#id, this.#number)
    done(error)
  }

  /** @param {Buffer} bytes */
  receive(bytes) {
    if (this.destroyed) return
    this.#received = true
    this.#pushed += bytes.length
    this.push(bytes)
    if (this.#ended) this.push(null)
  }

  /**
   * The child writes no more. What it wrote may still be on its way: it comes after the end when the claim crossed the
   * end, and with the close when the claim came too late.
   */
  end() {
    this.#ended = true
    if (this.#received && !this.destroyed) this.push(null)
  }

  /** The child has closed. @param {Buffer | undefined} kept */
  close(kept) {
    this.#closed = true
    this.#kept = kept
    if (this.#claimed && !this.readableEnded && !this.destroyed) this.#finish()
  }

  #finish() {
    if (!this.#received && this.#kept?.length) this.push(this.#kept)
    if (!this.#received || !this.#ended) this.push(null)
  }
}

/** What a child reads. */
class Input extends Writable {
  #id
  /** Who waits for a piece to be written, the first one first. @type {Array<(error?: Error | null) => void>} */
  #waiting = []

  /** @param {number} id of the child */
  constructor(id) {
    super()
    this.#id = id
    // A child that does not read to the end is no reason to crash: who writes hears of it.
    this.on('error', () => {})
  }

  /** @override @param {any} chunk  @param {BufferEncoding} encoding  @param {(error?: Error | null) => void} done */
  _write(chunk, encoding, done) {
    this.#waiting.push(done)
    commands().write(this.#id, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
  }

  /** @override @param {(error?: Error | null) => void} done */
  _final(done) {
    commands().endInput(this.#id)
    done()
  }

  /** A piece was written, or not. @param {number | undefined} errno */
  wrote(errno) {
    const done = this.#waiting.shift()
    if (errno === undefined) return done?.()
    const code = getSystemErrorName(-errno)
    done?.(Object.assign(new Error(`write ${code}`), { code, errno: -errno, syscall: 'write' }))
  }

  /** The child has closed, or there is none. */
  close() {
    for (const done of this.#waiting.splice(0)) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }))
    }
    this.destroy()
  }
}

module.exports = { Input, Output }
