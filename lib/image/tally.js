// @ts-check
'use strict'

/**
 * What a batch has done so far, told at a bounded rate.
 *
 * @module
 */

/** Milliseconds between two reports, as for the progress of a task. */
const PERIOD = 50

class Tally {
  #done = 0
  #failed = 0
  #bytesIn = 0
  #bytesOut = 0
  /** How many items there are, if anybody knows. @type {() => number | null} */
  #total
  /** @type {((progress: object) => void) | undefined} */
  #onProgress
  /** When the last report was made. */
  #told = -Infinity
  /** Whether it is not the latest any more. */
  #stale = true
  /** The report that is due. @type {NodeJS.Timeout | undefined} */
  #due

  /**
   * @param {() => number | null} total
   * @param {(progress: object) => void} [onProgress] must not throw
   */
  constructor(total, onProgress) {
    this.#total = total
    this.#onProgress = onProgress
  }

  /**
   * @param {number} bytesIn
   * @param {number} bytesOut
   */
  succeed(bytesIn, bytesOut) {
    this.#done++
    this.#bytesIn += bytesIn
    this.#bytesOut += bytesOut
    this.#tellInTime()
  }

  fail() {
    this.#failed++
    this.#tellInTime()
  }

  get totals() {
    return { done: this.#done, failed: this.#failed, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut }
  }

  #tellInTime() {
    this.#stale = true
    if (this.#due || !this.#onProgress) return
    const wait = this.#told + PERIOD - performance.now()
    if (wait <= 0) this.#tell()
    // What finishes next may take its time: the report does not wait for it.
    else this.#due = setTimeout(() => this.#tell(), wait).unref()
  }

  #tell() {
    this.#due = undefined
    this.#stale = false
    this.#told = performance.now()
    const total = this.#total()
    const finished = this.#done + this.#failed
    const percent = total === null ? null : total === 0 ? 100 : (100 * finished) / total
    this.#onProgress?.({ ...this.totals, total, percent })
  }

  /** The last report, unless it has been made. What is stopped may still finish, and is not told. */
  end() {
    clearTimeout(this.#due)
    if (this.#stale) this.#tell()
    this.#onProgress = undefined
  }
}

module.exports = { Tally }
