// @ts-check
'use strict'

/**
 * A small table of strings and their values, for all threads and processes.
 *
 * @module
 */

const { isUint8Array } = require('node:util/types')
const native = require('../native')
const { errorOf } = require('../errors')
const { MAX_MS, checkKnown, checkNumber, checkObject, unexpected } = require('../options')
const { HEADER, SharedObject, placed } = require('./memory')
const { WAIT, block } = require('./wait')

const KEY_BYTES = 64
const VALUE_BYTES = 256
/** The lock of a map is held for as long as a copy takes: whoever has it longer than this was stopped. */
const PATIENCE = { timeout: 10_000 }

const STORED = 1
const NOT_A_NUMBER = 2

/** @param {any} options */
function sizes({ capacity, keyBytes = KEY_BYTES, valueBytes = VALUE_BYTES }) {
  checkNumber('capacity', capacity, { min: 1, max: 1 << 24, integer: true })
  checkNumber('keyBytes', keyBytes, { min: 1, max: 0xffff, integer: true })
  checkNumber('valueBytes', valueBytes, { min: 8, max: 1 << 28, integer: true })
  return { capacity, keyBytes, valueBytes, bytes: HEADER + native.SharedMap.bytes(capacity, keyBytes, valueBytes) }
}

/** Keys are strings; values are numbers or bytes. */
class SharedMap extends SharedObject {
  #native
  #keyBytes
  #valueBytes
  /** How many keys there is room for. @type {number} */
  capacity

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['capacity', 'keyBytes', 'valueBytes'])
    const { capacity, keyBytes, valueBytes, bytes } = sizes(options)
    super('SharedMap', place, options.offset, bytes, capacity, keyBytes, valueBytes)
    this.capacity = capacity
    this.#keyBytes = keyBytes
    this.#valueBytes = valueBytes
    this.#native = new native.SharedMap(this.bytes, capacity, keyBytes, valueBytes)
  }

  /** @param {{ capacity: number, keyBytes?: number, valueBytes?: number }} options */
  static byteLength(options) {
    return sizes(checkObject('options', options)).bytes
  }

  /** @param {unknown} key @returns {string} */
  #key(key) {
    if (typeof key !== 'string') throw unexpected('key', 'a string', key, 'ERR_INVALID_ARG_TYPE')
    if (Buffer.byteLength(key) > this.#keyBytes) {
      throw unexpected('key', `at most ${this.#keyBytes} bytes (see \`keyBytes\`)`, key, 'ERR_OUT_OF_RANGE')
    }
    return key
  }

  /** The lock is another's for a moment at most. @param {(cares: boolean) => number} attempt @returns {number} */
  #attempt(attempt) {
    return block('Waiting for the map', PATIENCE, attempt)
  }

  /** @param {string} key @returns {number | Buffer | undefined} */
  get(key) {
    const checked = this.#key(key)
    if (this.#attempt((cares) => this.#native.get(checked, cares)) === 0) return undefined
    const found = this.#native.found()
    return typeof found === 'number' ? found : Buffer.from(found)
  }

  /** @param {string} key */
  has(key) {
    return this.get(key) !== undefined
  }

  /**
   * @param {string} key
   * @param {number | string | Uint8Array} value a string is kept as its bytes
   * @param {{ ttl?: number }} [options]
   */
  set(key, value, options) {
    const checked = this.#key(key)
    const ttl = ttlOf(options)
    const kept = typeof value === 'string' ? Buffer.from(value) : value
    if (typeof kept !== 'number' && !isUint8Array(kept)) {
      throw unexpected('value', 'a number, a string or a Uint8Array', value, 'ERR_INVALID_ARG_TYPE')
    }
    if (typeof kept !== 'number' && kept.byteLength > this.#valueBytes) {
      const expected = `at most ${this.#valueBytes} bytes (see \`valueBytes\`)`
      throw unexpected('value', expected, `${kept.byteLength} bytes`, 'ERR_OUT_OF_RANGE')
    }
    const answer = this.#attempt((cares) => this.#native.set(checked, kept, ttl, cares))
    if (answer !== STORED) throw this.#full()
    return this
  }

  /**
   * Adds to a number; where there is none, to 0.
   *
   * @param {string} key
   * @param {number} [by]
   * @param {{ ttl?: number }} [options] for a number that was not there
   * @returns {number} the new one
   */
  increment(key, by = 1, options) {
    const checked = this.#key(key)
    checkNumber('by', by, { min: -Number.MAX_VALUE, max: Number.MAX_VALUE })
    const ttl = ttlOf(options)
    const answer = this.#attempt((cares) => this.#native.add(checked, by, ttl, cares))
    if (answer === NOT_A_NUMBER) {
      throw unexpected('key', 'the key of a number', key, 'ERR_INVALID_ARG_VALUE')
    }
    if (answer !== STORED) throw this.#full()
    return this.#native.found()
  }

  #full() {
    return errorOf(`The map is full: it has room for ${this.capacity} keys`, { code: 'ERR_SHARED_FULL' })
  }

  /** @param {string} key @returns {boolean} whether it was there */
  delete(key) {
    const checked = this.#key(key)
    return this.#attempt((cares) => this.#native.delete(checked, cares)) === 1
  }

  clear() {
    this.#attempt((cares) => this.#native.clear(cares))
  }

  get size() {
    return this.#attempt((cares) => this.#native.len(cares))
  }

  /** All keys, as they are at this moment. @returns {string[]} */
  keys() {
    /** @type {string[]} */
    let all = []
    this.#attempt((cares) => {
      const found = this.#native.keys(cares)
      all = found ?? []
      return found ? 1 : WAIT
    })
    return all
  }
}

/** @param {unknown} written @returns {number} ms, 0 for ever */
function ttlOf(written) {
  const options = checkObject('options', written ?? {})
  checkKnown(options, ['ttl'])
  return options.ttl === undefined ? 0 : checkNumber('ttl', options.ttl, { min: 1e-3, max: MAX_MS })
}

module.exports = { SharedMap }
