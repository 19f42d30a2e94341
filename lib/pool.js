// @ts-check
'use strict'

/**
 * `WorkerPool`: what pools of Rust threads and of JS workers have in common: events, back-pressure, and the end.
 *
 * @module
 */

const { EventEmitter } = require('node:events')
const { setImmediate } = require('node:timers')
const { errorOf } = require('./errors')
const { map } = require('./map')
const { MAX_TIMER_MS, checkKnown, checkNumber, checkObject, unexpected } = require('./options')
const { roomWaiters } = require('./session')
const { Threads } = require('./threads')
const { Crew } = require('./workers/crew')

class WorkerPool extends EventEmitter {
  /** Who does the work. @type {InstanceType<typeof Threads> | InstanceType<typeof Crew>} */
  #staff
  /** Tasks that have not settled in JavaScript yet. */
  #outstanding = 0
  /** Whether `needsDrain` was emitted and no `drain` since. */
  #needsDrain = false
  /** Who waits in `ready()`, in the order in which they came. @type {(() => void)[]} */
  #waitingForRoom = []
  /** Who waits for the last task to settle. @type {(() => void)[]} */
  #waitingForIdle = []
  /** What `close()` returned first. @type {Promise<void> | undefined} */
  #closing

  /**
   * @param {unknown} [workerOrOptions] a file or a function for JS workers; else the size or the options of a pool of Rust
   *   threads
   * @param {unknown} [sizeOrOptions] of a pool of JS workers
   */
  constructor(workerOrOptions, sizeOrOptions) {
    super()
    const hooks = {
      taskAdmitted: () => this.#taskAdmitted(),
      taskSettled: () => this.#taskSettled(),
      emit: (/** @type {string} */ event, /** @type {any[]} */ ...args) => void this.emit(event, ...args),
    }
    this.#staff = isWorker(workerOrOptions)
      ? new Crew(workerOrOptions, sizeOrOptions, hooks)
      : new Threads(workerOrOptions, hooks)
  }

  /** How many threads or workers the pool has. */
  get size() {
    return this.#staff.size
  }

  /** Whether it has Rust threads, which run native tasks, rather than JS workers. */
  get isNative() {
    return this.#staff instanceof Threads
  }

  /** How many tasks wait. */
  get queueSize() {
    return this.#staff.queued
  }

  /** Whether another task would be taken. */
  get hasRoom() {
    return this.#closing === undefined && this.#staff.room > 0
  }

  /** Whether the pool takes no more tasks. */
  get closed() {
    return this.#closing !== undefined
  }

  /**
   * On Rust threads `(name, input, options)`, on JS workers `(data, options)`.
   *
   * @param {any} nameOrData
   * @param {unknown} [inputOrOptions]
   * @param {unknown} [options]
   */
  runTask(nameOrData, inputOrOptions, options) {
    try {
      return this.#staff.runTask(nameOrData, inputOrOptions, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * The results of many tasks, in the order of their inputs.
   *
   * @param {Iterable<unknown> | AsyncIterable<unknown>} iterable
   * @param {unknown} [work] the name of a task or of an export, or a function; none for the default export
   * @param {unknown} [options]
   */
  map(iterable, work, options) {
    if (typeof work === 'object' && options === undefined) return map(this, this.#staff, iterable, undefined, work)
    return map(this, this.#staff, iterable, work, options)
  }

  #taskAdmitted() {
    this.#outstanding++
    if (this.#staff.bounded && !this.#needsDrain && this.#staff.room === 0) {
      this.#needsDrain = true
      this.#awaitRoom()
      // As every event of a pool, on a turn of its own: a listener must not run inside the call of `runTask`.
      setImmediate(() => this.emit('needsDrain'))
    }
  }

  #taskSettled() {
    this.#outstanding--
    if (this.#outstanding === 0 && this.#waitingForIdle.length > 0) setImmediate(() => this.#wakeIfIdle())
  }

  /** Runs on a turn of its own, when the last outcome has reached those who await it. */
  #wakeIfIdle() {
    if (this.#outstanding === 0) wakeAll(this.#waitingForIdle)
  }

  /** Numbers of now, and since the pool was made. */
  stats() {
    return JSON.parse(this.#staff.stats())
  }

  /** Resolves when another task would be taken: at once, or when one has made room. */
  async ready() {
    if (this.#closing) throw errorOf('The pool is closed', { code: 'ERR_POOL_CLOSED' })
    if (this.hasRoom && this.#waitingForRoom.length === 0) return
    await new Promise((resolve) => {
      this.#waitingForRoom.push(() => resolve(undefined))
      this.#awaitRoom()
    })
    if (this.#closing) throw errorOf('The pool was closed', { code: 'ERR_POOL_CLOSED' })
  }

  #awaitRoom() {
    roomWaiters.set(this.#staff.number, () => this.#roomCame())
    this.#staff.wantRoom()
  }

  /** There is room. As many go on as there are places, in the order in which they came. */
  #roomCame() {
    // Somebody else was quicker since the news was sent.
    if (this.#staff.room === 0) return this.#staff.wantRoom()
    for (const wake of this.#waitingForRoom.splice(0, this.#staff.room)) wake()
    if (this.#waitingForRoom.length > 0) this.#staff.wantRoom()
    else roomWaiters.delete(this.#staff.number)
    this.#emitDrain()
  }

  #emitDrain() {
    if (!this.#needsDrain) return
    this.#needsDrain = false
    setImmediate(() => this.emit('drain'))
  }

  /** Resolves when no task waits or runs. */
  async drain() {
    if (this.#outstanding === 0) return
    await new Promise((resolve) => this.#waitingForIdle.push(() => resolve(undefined)))
  }

  /**
   * Takes no more tasks, waits for those that are in, and ends the threads.
   *
   * @param {unknown} [options]
   * @returns {Promise<void>}
   */
  close(options) {
    try {
      const { timeout, force } = closeOptions(options)
      if (force) this.#staff.cancelQueued()
      if (timeout !== undefined) this.#destroyAfter(timeout)
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#end()
  }

  /**
   * Takes no more tasks and cancels those that are in, waiting or running. Resolves when they have all settled.
   *
   * @returns {Promise<void>}
   */
  destroy() {
    this.#staff.destroy()
    return this.#end()
  }

  #end() {
    if (this.#closing === undefined) {
      this.#staff.close()
      // Nobody gets in any more: who waited for that hears it now.
      wakeAll(this.#waitingForRoom)
      this.#emitDrain()
      roomWaiters.delete(this.#staff.number)
      this.#closing = this.drain().then(() => this.#staff.end())
    }
    return this.#closing
  }

  /** @param {number} timeout */
  async #destroyAfter(timeout) {
    const timer = setTimeout(() => this.#staff.destroy(), timeout)
    await this.drain()
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }
}

/** Whether the first argument of a pool's constructor is a worker file or a function. @param {any} value */
function isWorker(value) {
  // A URL by its shape: other realms have a class of their own.
  return typeof value === 'string' || typeof value === 'function' || typeof value?.href === 'string'
}

/** @param {(() => void)[]} waiting */
function wakeAll(waiting) {
  for (const wake of waiting.splice(0)) wake()
}

const closeOptionNames = Object.freeze(['timeout', 'force'])

/**
 * @param {unknown} written
 * @returns {{ timeout: number | undefined, force: boolean }}
 */
function closeOptions(written = {}) {
  const options = checkObject('options', written)
  checkKnown(options, closeOptionNames)
  const { timeout, force = false } = options
  if (typeof force !== 'boolean') throw unexpected('force', 'a boolean', force, 'ERR_INVALID_ARG_TYPE')
  if (timeout === undefined || timeout === Infinity) return { timeout: undefined, force }
  return { timeout: checkNumber('timeout', timeout, { min: 0, max: MAX_TIMER_MS, infinite: true }), force }
}

module.exports = { WorkerPool }
