// @ts-check
'use strict'

/**
 * So many in a time, for all threads and processes together.
 *
 * @module
 */

const native = require('../native')
const { checkNumber, unexpected } = require('../options')
const { SharedObject, placed } = require('./memory')
const { retry, retrySync } = require('./wait')

const LINE = 64

/** A bucket of tokens, which fills by and by. */
class RateLimiter extends SharedObject {
  #native
  /** Tokens that the bucket holds. @type {number} */
  burst

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['tokens', 'interval', 'burst'])
    const tokens = checkNumber('tokens', options.tokens, { min: 1, max: 1e9, integer: true })
    const interval = checkNumber('interval', options.interval ?? 1000, { min: 1e-3, max: 1e9 })
    const burst = checkNumber('burst', options.burst ?? tokens, { min: 1, max: 1e9, integer: true })
    super('RateLimiter', place, options.offset, LINE, tokens, interval, burst)
    this.burst = burst
    this.#native = new native.SharedRateLimiter(this.bytes, interval / tokens, burst)
  }

  static byteLength = LINE

  /** Tokens that are there at this moment. */
  get available() {
    return this.#native.available()
  }

  /** @param {unknown} tokens @returns {number} */
  #check(tokens) {
    const count = checkNumber('tokens', tokens, { min: 1, integer: true })
    if (count > this.burst) throw unexpected('tokens', `at most the burst, ${this.burst}`, tokens, 'ERR_OUT_OF_RANGE')
    return count
  }

  /** @param {number} [tokens] @returns {boolean} whether they were there, and are taken */
  tryTake(tokens = 1) {
    return this.#native.take(this.#check(tokens)) === 0
  }

  /** Takes them if they are there. @param {number} [tokens] @returns {{ allowed: boolean, retryAfter: number }} ms */
  attempt(tokens = 1) {
    const retryAfter = this.#native.take(this.#check(tokens))
    return { allowed: retryAfter === 0, retryAfter }
  }

  /** @param {number} [tokens]  @param {{ signal?: AbortSignal, timeout?: number }} [options] @returns {Promise<void>} when they are taken */
  async take(tokens = 1, options) {
    const count = this.#check(tokens)
    await retry('Waiting for tokens', options, () => this.#native.take(count))
  }

  /** @param {number} [tokens]  @param {{ timeout?: number }} [options] */
  takeSync(tokens = 1, options) {
    const count = this.#check(tokens)
    retrySync('Waiting for tokens', options, () => this.#native.take(count))
  }

  /** Fills the bucket. */
  reset() {
    this.#native.reset()
  }
}

module.exports = { RateLimiter }
