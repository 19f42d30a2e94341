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
   * Takes the last place.
   *
   * @param {AbortSignal | undefined} signal ends the wait
   * @returns {{ come: Promise<void>, end: () => void }} when the turn has come, and what ends it or the wait for it
   */
  enter(signal) {
    let isMine = false
    /** @type {() => void} */
    let start = () => {}
    /** @type {() => void} */
    let giveUp = () => {}
    const come = new Promise((resolve, reject) => {
      start = () => {
        signal?.removeEventListener('abort', giveUp)
        isMine = true
        this.#running++
        resolve(undefined)
      }
      giveUp = () => {
        this.#waiting.delete(start)
        reject(aborted(/** @type {AbortSignal} */ (signal)))
      }
    })
    // Who has something else to say first looks at it later.
    come.catch(() => {})
    const end = () => {
      signal?.removeEventListener('abort', giveUp)
      this.#waiting.delete(start)
      if (isMine) this.#running--
      this.#next()
    }
    if (signal?.aborted) giveUp()
    else {
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiting.add(start)
      this.#next()
    }
    return { come, end }
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
