// @ts-check
'use strict'

/**
 * Whoever does the work of a pool: what Rust threads and JS workers have in common.
 *
 * @module
 */

/**
 * @typedef {object} Hooks what the pool does for its staff
 * @property {() => void} taskAdmitted
 * @property {() => void} taskSettled
 * @property {(event: string, ...args: any[]) => void} emit
 *
 * @typedef {object} Engine what the engine has for both
 * @property {number} number
 * @property {number} size
 * @property {number} queued
 * @property {number} room
 * @property {() => void} wantRoom
 * @property {() => string} stats
 * @property {() => void} cancelQueued
 * @property {() => void} close
 * @property {() => void} destroy
 */

/** @template {Engine} Native */
class Staff {
  #closed = false

  /**
   * @param {Native} native
   * @param {{ name: string, maxQueue: number, maxQueueBytes: number }} options
   * @param {Hooks} hooks
   */
  constructor(native, { name, maxQueue, maxQueueBytes }, hooks) {
    this.native = native
    this.hooks = hooks
    this.name = name
    /** Its number in the engine. */
    this.number = native.number
    /** Whether the queue has a bound, so that there is back-pressure to speak of. */
    this.bounded = maxQueue !== Infinity || maxQueueBytes !== Infinity
  }

  // What the pool asks.

  get size() {
    return this.native.size
  }

  get queued() {
    return this.native.queued
  }

  get room() {
    return this.native.room
  }

  /** Whether it takes no more tasks. Those that are in go on. */
  get closed() {
    return this.#closed
  }

  wantRoom() {
    this.native.wantRoom()
  }

  stats() {
    return this.native.stats()
  }

  cancelQueued() {
    this.native.cancelQueued()
  }

  close() {
    this.#closed = true
    this.native.close()
  }

  destroy() {
    this.close()
    this.native.destroy()
  }

  // What tasks tell.

  taskAdmitted() {
    this.hooks.taskAdmitted()
  }

  taskSettled() {
    this.hooks.taskSettled()
  }

  /** Without a listener for the event, it is an uncaught exception. @param {unknown} error */
  listenerFailed(error) {
    this.hooks.emit('error', error)
  }
}

module.exports = { Staff }
