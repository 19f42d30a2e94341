// @ts-check
'use strict'

/**
 * The limit on transcodes at once: each takes every core, so more of them make none ready sooner.
 *
 * @module
 */

const { aborted } = require('./failure')

/** Who may run, first come, first served. */
class Queue {
  #limit
  #running = 0
  /** @type {Set<() => void>} */
  #waiting = new Set()

  /** @param {number} limit */
  constructor(limit) {
    this.#limit = limit
  }

  get limit() {
    return this.#limit
  }

  set limit(limit) {
    this.#limit = limit
    this.#next()
  }

  /**
   * Runs the work when there is room for it.
   *
   * @template T
   * @param {AbortSignal | undefined} signal ends the wait
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(signal, work) {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#running--
      this.#next()
    }
  }

  /** @param {AbortSignal | undefined} signal @returns {Promise<void>} */
  #enter(signal) {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener('abort', giveUp)
        this.#running++
        resolve()
      }
      const giveUp = () => {
        this.#waiting.delete(start)
        reject(aborted(/** @type {AbortSignal} */ (signal)))
      }
      if (signal?.aborted) return giveUp()
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiting.add(start)
      this.#next()
    })
  }

  #next() {
    for (const start of this.#waiting) {
      if (this.#running >= this.#limit) return
      this.#waiting.delete(start)
      start()
    }
  }
}

module.exports = { Queue }
