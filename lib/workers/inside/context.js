// @ts-check
'use strict'

/**
 * What an exported function gets beside the data. Runs on: the worker's thread.
 *
 * @module
 */

const { nameOf } = require('./functions')
const { worker } = require('./seat')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/**
 * One for each call, so it costs as little as can be: what few functions ask for is made when they ask. All of it can be
 * taken out of the context by destructuring.
 */
class Context {
  #run

  /** @param {Run} run */
  constructor(run) {
    this.#run = run
  }

  /** Aborts when the call is to stop; its reason has the code of the error that the caller gets. */
  get signal() {
    return this.#run.signal
  }

  /** Whether the call is to stop: for loops, which can ask each time. */
  get aborted() {
    return this.#run.aborted
  }

  /** Tells the caller how far the call is; see `onProgress`. */
  get progress() {
    const run = this.#run
    return (/** @type {unknown} */ value) => {
      if (run.wantsProgress && !run.ended) (run.progress ??= progressOf(run)).report(value)
    }
  }

  /** Marks all of a value that can be moved instead of copied with the result, and gives the value back. */
  get move() {
    const run = this.#run
    /** @template T @param {T} value */
    return (value) => {
      require('./transferables').collect(value, (run.moved ??= new Set()))
      return value
    }
  }

  /** The worker's number in its pool. */
  get workerId() {
    return worker
  }

  /** The export that was called. */
  get name() {
    return nameOf(this.#run.name)
  }
}

/** @param {Run} run */
function progressOf(run) {
  const { Progress } = require('./progress')
  return new Progress(run.number)
}

module.exports = { Context }
