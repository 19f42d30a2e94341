// @ts-check
'use strict'

/** Random choices that come again with the same seed. */
class Chance {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0
  }

  /** A number from 0 to 1: Mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** @param {number} probability */
  of(probability) {
    return this.next() < probability
  }

  /** An integer, both ends included. @param {number} from @param {number} to */
  between(from, to) {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return list[this.between(0, list.length - 1)]
  }

  /** One of the keys, each as often as its value says. @param {Record<string, number>} weights */
  weighted(weights) {
    let left = this.next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0)
    for (const [key, weight] of Object.entries(weights)) {
      left -= weight
      if (left < 0) return key
    }
    return Object.keys(weights)[0]
  }
}

module.exports = { Chance }
