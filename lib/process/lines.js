// @ts-check
'use strict'

/**
 * What a child writes, line by line.
 *
 * @module
 */

const { StringDecoder } = require('node:string_decoder')

/** Encodings in which bytes have no lines: there the bytes' own lines count. */
const withoutLines = new Set(['buffer', 'hex', 'base64', 'base64url'])

/** Cuts pieces of text into lines. */
class Splitter {
  #decoder
  #rest = ''

  /** @param {string} encoding */
  constructor(encoding) {
    this.#decoder = new StringDecoder(/** @type {BufferEncoding} */ (withoutLines.has(encoding) ? 'utf8' : encoding))
  }

  /** The lines that are complete now, without their ends. @param {Buffer} bytes @returns {string[]} */
  take(bytes) {
    const text = this.#decoder.write(bytes)
    // The rest is not looked through again with every piece: a line may be long.
    if (!text.includes('\n')) {
      this.#rest += text
      return []
    }
    const lines = (this.#rest + text).split('\n')
    this.#rest = /** @type {string} */ (lines.pop())
    return withoutReturns(lines)
  }

  /** The last line, when it has no end. @returns {string[]} */
  end() {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    return rest === '' ? [] : withoutReturns([rest])
  }
}

/** @param {string[]} lines */
function withoutReturns(lines) {
  for (let i = 0; i < lines.length; i++) if (lines[i].endsWith('\r')) lines[i] = lines[i].slice(0, -1)
  return lines
}

/**
 * The lines of a stream, and then how the child ended. The child waits while nobody takes the next line.
 *
 * No async generator: one line would cost it three turns of the microtask queue, and there are millions of lines.
 *
 * @implements {AsyncIterableIterator<string, undefined, void>}
 */
class Lines {
  #stream
  #splitter
  #ended
  /** The stream's pieces, once somebody asks. @type {AsyncIterator<Buffer> | undefined} */
  #pieces
  /** @type {string[]} */
  #lines = []
  #at = 0
  #isOver = false
  /** How many have asked before there was a line, and the last of them: one after the other. */
  #waiting = 0
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()

  /**
   * @param {import('node:stream').Readable | null} stream
   * @param {string} encoding
   * @param {Promise<unknown>} ended the child's result
   */
  constructor(stream, encoding, ended) {
    this.#stream = stream
    this.#splitter = new Splitter(encoding)
    this.#ended = ended
  }

  /** @returns {Promise<IteratorResult<string, undefined>>} */
  next() {
    if (this.#waiting === 0 && this.#at < this.#lines.length) return Promise.resolve(this.#take())
    this.#waiting += 1
    const answer = this.#wait(this.#last)
    // What was wrong the one who asked hears, and not the next one.
    this.#last = answer.catch(() => {})
    return answer
  }

  /** @returns {IteratorResult<string, undefined>} */
  #take() {
    return { value: this.#lines[this.#at++], done: false }
  }

  /** @param {Promise<unknown>} before @returns {Promise<IteratorResult<string, undefined>>} */
  async #wait(before) {
    await before
    try {
      while (this.#at >= this.#lines.length) {
        if (this.#isOver) return { value: undefined, done: true }
        await this.#refill()
      }
      return this.#take()
    } catch (error) {
      if (this.#isOver) return { value: undefined, done: true }
      this.#isOver = true
      throw error
    } finally {
      this.#waiting -= 1
    }
  }

  async #refill() {
    if (this.#stream) {
      this.#pieces ??= this.#stream[Symbol.asyncIterator]()
      const piece = await this.#pieces.next()
      if (this.#isOver) return
      if (piece.done) this.#stream = null
      this.#lines = piece.done ? this.#splitter.end() : this.#splitter.take(piece.value)
      this.#at = 0
    } else {
      await this.#ended
      this.#isOver = true
    }
  }

  /** Closes the output, as a `break` does. A child that writes on ends by that, unless it has other plans. */
  async return() {
    this.#isOver = true
    this.#at = this.#lines.length
    this.#stream?.destroy()
    return { value: undefined, done: /** @type {const} */ (true) }
  }

  [Symbol.asyncIterator]() {
    return this
  }
}

module.exports = { Lines, Splitter, withoutLines }
