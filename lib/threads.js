// @ts-check
'use strict'

/**
 * The Rust threads of a pool, which run native tasks.
 *
 * @module
 */

const native = require('./native')
const { isActive } = require('./diagnostics')
const { errorOf } = require('./errors')
const { poolOptions, taskOptionNames, taskOptions, unexpected } = require('./options')
const { session } = require('./session')
const { submit, submitPlain } = require('./submission')

/** @typedef {import('./workers/crew').Hooks} Hooks */

/** A buffer could be moved for one item only. */
const mapOptionNames = Object.freeze(['concurrency', ...taskOptionNames.filter((name) => name !== 'transferList')])

class Threads {
  #native
  #door
  #hooks
  #closed = false

  /**
   * @param {unknown} written
   * @param {Hooks} hooks
   */
  constructor(written, hooks) {
    const options = poolOptions(written)
    this.#hooks = hooks
    this.#native = open(options)
    /** The pool's number in the engine. */
    this.number = this.#native.number
    /** Whether the queue has a bound, so that there is back-pressure to speak of. */
    this.bounded = options.maxQueue !== Infinity || options.maxQueueBytes !== Infinity
    /** @type {import('./submission').Door} */
    this.#door = {
      owner: this,
      name: options.name,
      refusal: () => (this.#closed ? 'ERR_POOL_CLOSED' : this.room > 0 ? undefined : 'ERR_QUEUE_FULL'),
      submit: (slot, task, json, binaries, kinds, limits) => {
        return this.#native.submitWith(slot, task, json, binaries, kinds, limits)
      },
    }
  }

  get size() {
    return this.#native.size
  }

  get capacity() {
    return this.size
  }

  get queued() {
    return this.#native.queued
  }

  get room() {
    return this.#native.room
  }

  wantRoom() {
    this.#native.wantRoom()
  }

  stats() {
    return this.#native.stats()
  }

  /**
   * @param {string} name
   * @param {unknown} input
   * @param {unknown} options
   */
  runTask(name, input, options) {
    const isPlain = input === undefined && options === undefined
    if (isPlain && !isActive()) return submitPlain(this.number, name, this)
    return submit(this.#door, name, input, taskOptions(options, taskOptionNames))
  }

  /**
   * What `map` runs for each item.
   *
   * @param {unknown} work the name of a native task
   * @param {object} options
   */
  mapper(work, options) {
    if (typeof work !== 'string') {
      throw unexpected('work', 'the name of a native task or a function', work, 'ERR_INVALID_ARG_TYPE')
    }
    taskOptions(options, mapOptionNames)
    return (/** @type {unknown} */ item, /** @type {AbortSignal} */ signal) => {
      return this.runTask(work, item, { ...options, signal })
    }
  }

  cancelQueued() {
    this.#native.cancelQueued()
  }

  close() {
    this.#closed = true
    this.#native.close()
  }

  destroy() {
    this.#closed = true
    this.#native.destroy()
  }

  /** The threads of a closed pool end by themselves. */
  async end() {}

  // What tasks tell.

  taskAdmitted() {
    this.#hooks.taskAdmitted()
  }

  taskSettled() {
    this.#hooks.taskSettled()
  }

  /** Without a listener for the event, it is an uncaught exception. @param {unknown} error */
  listenerFailed(error) {
    this.#hooks.emit('error', error)
  }
}

/**
 * Starts the threads of a pool.
 *
 * @param {ReturnType<typeof poolOptions>} options
 */
function open(options) {
  try {
    return new native.Pool(session, options)
  } catch (error) {
    // Made anew: the engine's own is a plain Error, and of another realm than this one under Jest.
    const { code, message } = /** @type {Error & { code: string }} */ (error)
    throw errorOf(message, { code })
  }
}

module.exports = { Threads }
