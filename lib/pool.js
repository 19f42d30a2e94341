// @ts-check
'use strict'

/**
 * `WorkerPool`: Rust threads with a queue of their own.
 *
 * @module
 */

const { EventEmitter } = require('node:events')
const { setImmediate } = require('node:timers')
const native = require('./native')
const { errorOf } = require('./errors')
const { map } = require('./map')
const { checkKnown, checkNumber, checkObject, poolOptions } = require('./options')
const { taskOptionNames, taskOptions, unexpected } = require('./options')
const { roomWaiters, session } = require('./session')
const { submit, submitPlain } = require('./submission')

/** The longest delay that a Node timer takes, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

class WorkerPool extends EventEmitter {
  /** The engine's pool. */
  #native
  /** Its number in the engine, for `submitPlain` and for the news that there is room. */
  #number
  /** Whether the queue has a bound, so that there is back-pressure to speak of. */
  #bounded
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
  /** What the functions in `submission.js` need of this pool. @type {import('./submission').Door} */
  #door

  /** @param {unknown} [sizeOrOptions] */
  constructor(sizeOrOptions) {
    super()
    const options = poolOptions(sizeOrOptions)
    this.#native = open(options)
    this.#number = this.#native.number
    this.#bounded = options.maxQueue !== Infinity || options.maxQueueBytes !== Infinity
    this.#door = {
      owner: this,
      refusal: () => {
        if (this.#closing) return 'ERR_POOL_CLOSED'
        return this.hasRoom ? undefined : 'ERR_QUEUE_FULL'
      },
      submit: (slot, task, json, binaries, kinds, limits) => {
        return this.#native.submitWith(slot, task, json, binaries, kinds, limits)
      },
    }
  }

  /** How many threads the pool has. */
  get size() {
    return this.#native.size
  }

  /** How many tasks wait. */
  get queueSize() {
    return this.#native.queued
  }

  /** Whether another task would be taken. */
  get hasRoom() {
    return this.#closing === undefined && this.#native.room > 0
  }

  /** Whether the pool takes no more tasks. */
  get closed() {
    return this.#closing !== undefined
  }

  /**
   * @param {string} name
   * @param {unknown} [input]
   * @param {unknown} [options]
   */
  runTask(name, input, options) {
    try {
      if (input === undefined && options === undefined) return submitPlain(this.#number, name, this)
      return submit(this.#door, name, input, taskOptions(options, taskOptionNames))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * The results of many tasks, in the order of their inputs.
   *
   * @param {Iterable<unknown> | AsyncIterable<unknown>} iterable
   * @param {string | ((item: any, index: number, context: { signal: AbortSignal }) => unknown)} work
   * @param {unknown} [options]
   */
  map(iterable, work, options) {
    return map(this, iterable, work, options)
  }

  /** @internal A task of this pool is on its way. */
  taskAdmitted() {
    this.#outstanding++
    if (this.#bounded && !this.#needsDrain && this.#native.room === 0) {
      this.#needsDrain = true
      this.#awaitRoom()
      // As every event of a pool, on a turn of its own: a listener must not run inside the call of `runTask`.
      setImmediate(() => this.emit('needsDrain'))
    }
  }

  /** @internal A task of this pool has settled. */
  taskSettled() {
    this.#outstanding--
    if (this.#outstanding === 0 && this.#waitingForIdle.length > 0) setImmediate(() => this.#wakeIfIdle())
  }

  /** @internal An `onProgress` of one of its tasks threw. Without a listener for the event, it is an uncaught exception. */
  listenerFailed(/** @type {unknown} */ error) {
    this.emit('error', error)
  }

  /** Runs on a turn of its own, when the last outcome has reached those who await it. */
  #wakeIfIdle() {
    if (this.#outstanding === 0) wakeAll(this.#waitingForIdle)
  }

  /** Numbers of now, and since the pool was made. */
  stats() {
    return JSON.parse(this.#native.stats())
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
    roomWaiters.set(this.#number, () => this.#roomCame())
    this.#native.wantRoom()
  }

  /** There is room. As many go on as there are places, in the order in which they came. */
  #roomCame() {
    // Somebody else was quicker since the news was sent.
    if (this.#native.room === 0) return this.#native.wantRoom()
    for (const wake of this.#waitingForRoom.splice(0, this.#native.room)) wake()
    if (this.#waitingForRoom.length > 0) this.#native.wantRoom()
    else roomWaiters.delete(this.#number)
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
      if (force) this.#native.cancelQueued()
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
    this.#native.destroy()
    return this.#end()
  }

  #end() {
    if (this.#closing === undefined) {
      this.#native.close()
      // Nobody gets in any more: who waited for that hears it now.
      wakeAll(this.#waitingForRoom)
      this.#emitDrain()
      roomWaiters.delete(this.#number)
      this.#closing = this.drain()
    }
    return this.#closing
  }

  /** @param {number} timeout */
  async #destroyAfter(timeout) {
    const timer = setTimeout(() => this.#native.destroy(), timeout)
    await this.drain()
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose]() {
    await this.close()
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
