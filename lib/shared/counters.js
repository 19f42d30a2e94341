// @ts-check
'use strict'

/**
 * Numbers that all may change: a whole one that is counted up, and one that is set.
 *
 * @module
 */

const { checkNumber } = require('../options')
const { HEADER, SharedObject, placed } = require('./memory')

/** Apart from what lies beside it, also where the processor fetches two cache lines at once. */
const APART = 128

/** A whole number. */
class Counter extends SharedObject {
  #value

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, [])
    super('Counter', place, options.offset, APART)
    this.#value = new BigInt64Array(this.buffer, this.byteOffset + HEADER, 1)
  }

  static byteLength = APART

  get value() {
    return Number(Atomics.load(this.#value, 0))
  }

  set value(value) {
    Atomics.store(this.#value, 0, whole('value', value))
  }

  /** @param {number} [by] @returns {number} the new value */
  add(by = 1) {
    const change = whole('by', by)
    return Number(Atomics.add(this.#value, 0, change) + change)
  }

  increment() {
    return Number(Atomics.add(this.#value, 0, 1n)) + 1
  }

  decrement() {
    return Number(Atomics.sub(this.#value, 0, 1n)) - 1
  }

  /** Sets it to 0. @returns {number} what it was */
  reset() {
    return Number(Atomics.exchange(this.#value, 0, 0n))
  }
}

/** @param {string} name  @param {unknown} value */
const whole = (name, value) =>
  BigInt(checkNumber(name, value, { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, integer: true }))

const bits = new BigInt64Array(1)
const number = new Float64Array(bits.buffer)

/** A number of any kind. */
class Gauge extends SharedObject {
  #value

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, [])
    super('Gauge', place, options.offset, APART)
    this.#value = new BigInt64Array(this.buffer, this.byteOffset + HEADER, 1)
  }

  static byteLength = APART

  get value() {
    bits[0] = Atomics.load(this.#value, 0)
    return number[0]
  }

  set value(value) {
    number[0] = finite('value', value)
    Atomics.store(this.#value, 0, bits[0])
  }

  /** @param {number} by @returns {number} the new value */
  add(by) {
    finite('by', by)
    return this.#change((value) => value + by)
  }

  /** The larger of both stays. @param {number} value @returns {number} the new value */
  max(value) {
    finite('value', value)
    return this.#change((old) => Math.max(old, value))
  }

  /** The smaller of both stays. @param {number} value @returns {number} the new value */
  min(value) {
    finite('value', value)
    return this.#change((old) => Math.min(old, value))
  }

  /** @param {(value: number) => number} change */
  #change(change) {
    let old = Atomics.load(this.#value, 0)
    for (;;) {
      bits[0] = old
      const next = change(number[0])
      number[0] = next
      const found = Atomics.compareExchange(this.#value, 0, old, bits[0])
      if (found === old) return next
      old = found
    }
  }
}

/** @param {string} name  @param {unknown} value @returns {number} */
const finite = (name, value) => checkNumber(name, value, { min: -Number.MAX_VALUE, max: Number.MAX_VALUE })

module.exports = { Counter, Gauge }
