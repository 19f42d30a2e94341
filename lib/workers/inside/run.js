// @ts-check
'use strict'

/**
 * The calls that this worker has taken and not answered. Runs on: the worker's thread.
 *
 * @module
 */

const { flags, refresh } = require('./seat')

/** @typedef {InstanceType<typeof import('./progress').Progress>} Progress */

/** What the signal of a run is aborted with, by the code of the error that its caller gets. @type {Record<string, string>} */
const reasons = {
  ABORT_ERR: 'The task was aborted',
  ERR_TASK_TIMEOUT: 'The task ran for too long',
  ERR_POOL_CLOSED: 'The pool was destroyed',
}

/** By the engine's number for it (`Reason` in src/engine/cancel.rs). */
const stopCodes = [undefined, 'ABORT_ERR', 'ERR_TASK_TIMEOUT', 'ERR_POOL_CLOSED']

class Run {
  /**
   * @param {number} number
   * @param {number} place
   * @param {number} name the number of the export; 0 for the default one
   * @param {boolean} wantsProgress
   */
  constructor(number, place, name, wantsProgress) {
    this.number = number
    this.place = place
    this.name = name
    this.wantsProgress = wantsProgress
    this.ended = false
    /** What is to be transferred with the result. @type {Set<any> | undefined} */
    this.moved = undefined
    /** @type {Progress | undefined} */
    this.progress = undefined
    /** @type {AbortController | undefined} */
    this.controller = undefined
    /** Why it is to stop, when the pool's owner has said so. @type {string | undefined} */
    this.stopCode = undefined
  }

  /** Whether it is to stop. Costs a few nanoseconds, and is true as soon as the engine knows, whatever runs here. */
  get aborted() {
    return this.stopCode !== undefined || (!this.ended && this.#isToStop())
  }

  #isToStop() {
    refresh?.()
    return Atomics.load(flags, this.place) === (this.number | 0)
  }

  /** Made for those who ask. Says the same as `aborted`, also to a loop that never lets the pool's owner say it. */
  get signal() {
    this.controller ??= new AbortController()
    if (this.aborted && !this.controller.signal.aborted) {
      this.stopCode ??= stopCodes[Atomics.load(flags, flags.length / 2 + this.place)]
      this.controller.abort(this.reason())
    }
    return this.controller.signal
  }

  /** @param {string} code */
  abort(code) {
    this.stopCode = code
    this.controller?.abort(this.reason())
  }

  reason() {
    const { errorOf } = require('../../errors')
    const code = /** @type {string} */ (this.stopCode)
    return errorOf(reasons[code] ?? reasons.ABORT_ERR, { code })
  }
}

/** By place. @type {(Run | undefined)[]} */
const places = []
let count = 0

/** @param {Run} run */
function begin(run) {
  places[run.place] = run
  count++
}

/** @param {Run} run */
function end(run) {
  run.ended = true
  places[run.place] = undefined
  count--
}

/** How many have begun and not ended. */
function running() {
  return count
}

/**
 * The run of a number, unless it has ended.
 *
 * @param {number} number
 */
function runOf(number) {
  return places.find((run) => run?.number === number)
}

module.exports = { Run, begin, end, runOf, running }
