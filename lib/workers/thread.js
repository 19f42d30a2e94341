// @ts-check
'use strict'

/**
 * One worker thread of a pool, as the pool's owner has it: the Worker, the port beside it, and how it ended.
 *
 * @module
 */

const path = require('node:path')
const { setImmediate } = require('node:timers')
const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads')
const { uncloneable } = require('./values/value')

const bootstrap = path.join(__dirname, 'inside', 'worker.js')

/** What goes over the port to the worker. */
const WAKE = 0
const PARCEL = 1
const ABORT = 2
const NO_PARCEL = 3
/** The tag of a message from the worker that says why it could not be loaded; all others have a run's number. */
const LOAD_FAILURE = 0

/**
 * Why a worker ended: by itself (`exited`), by an exception that nobody caught (`crashed`), `outOfMemory`, before its file
 * was loaded (`loadFailed`), or because the pool ended it: for a call that did not stop in time (`terminated`), after a
 * time without work (`idle`), to be replaced by a fresh one (`recycled`), or with the pool (`closed`).
 *
 * @typedef {'exited' | 'crashed' | 'outOfMemory' | 'loadFailed' | 'terminated' | 'idle' | 'recycled' | 'closed'} ExitReason
 */

/**
 * @typedef {'terminated' | 'idle' | 'recycled' | 'closed' | 'loadFailed'} EndReason why the pool ended a worker
 *
 * @typedef {object} Departure how a worker ended
 * @property {ExitReason} reason
 * @property {number | null} exitCode `null` when a signal ended it
 * @property {string} [signal] that ended a process
 * @property {unknown} error what nobody caught in it
 * @property {unknown} thrown a description of what its file threw while it was loaded
 * @property {boolean} late whether it took too long to load it
 */

class WorkerThread {
  #worker
  #port
  #options
  /** Why the pool ended it. @type {EndReason | undefined} */
  #endedFor
  /** The exception that nobody caught in it, which may be `undefined`. @type {{ error: any } | undefined} */
  #uncaught
  /** @type {Promise<unknown>} */
  #exit

  /**
   * @param {object} envelope what the bootstrap is told
   * @param {any} options of `new Worker`
   * @param {object} events
   * @param {(message: unknown) => void} events.onMessage what the user's code posts outside of calls
   * @param {() => void} events.onExit
   */
  constructor(envelope, options, { onMessage, onExit }) {
    const { port1, port2 } = new MessageChannel()
    try {
      this.#worker = new Worker(bootstrap, {
        ...options,
        workerData: { ...envelope, port: port2 },
        transferList: [port2],
      })
    } catch (error) {
      port1.close()
      throw error
    }
    this.#port = port1
    this.#options = options
    this.ready = false
    // The worker has none any more when it has ended.
    this.threadId = this.#worker.threadId
    /** Until when its file must be loaded. @type {NodeJS.Timeout | undefined} */
    this.deadline = undefined
    /** @type {number | undefined} */
    this.exitCode = undefined
    this.#worker.on('message', onMessage)
    this.#worker.on('error', (error) => (this.#uncaught = { error }))
    this.#exit = new Promise((resolve) => this.#worker.on('exit', resolve))
    this.#worker.on('exit', (code) => {
      this.exitCode = code
      onExit()
    })
    // The session keeps the process alive while calls are on their way; a worker that waits does not. After the listeners:
    // the one for messages takes a reference of its own.
    this.#worker.unref()
  }

  /** @param {() => void} tell is called when the worker is there */
  created(tell) {
    setImmediate(tell)
  }

  /** What listeners to `workerCreate` get of it; streams when the options ask for them: else it writes where this thread does. */
  get handles() {
    const { threadId } = this
    const { stdout, stderr } = this.#options
    return { threadId, stdout: stdout ? this.#worker.stdout : null, stderr: stderr ? this.#worker.stderr : null }
  }

  /** Has it look for work. */
  wake() {
    this.#port.postMessage(WAKE)
  }

  /**
   * Sends it the value of a call that it starts next, or has started.
   *
   * @param {number} id
   * @param {unknown} value
   * @param {readonly any[]} transferList
   */
  sendParcel(id, value, transferList) {
    try {
      this.#port.postMessage([PARCEL, id, value], [...transferList])
    } catch (cause) {
      throw uncloneable(value, cause, 'data', transferList)
    }
  }

  /**
   * Tells it that the parcel it has asked for does not come.
   *
   * @param {number} id
   * @param {unknown} thrown a description of why
   */
  refuseParcel(id, thrown) {
    this.#port.postMessage([NO_PARCEL, id, thrown])
  }

  /**
   * Fires the signal of a run.
   *
   * @param {number} run
   * @param {string} code of the error that its caller gets
   */
  abort(run, code) {
    this.#port.postMessage([ABORT, run, code])
  }

  /**
   * What the worker has posted for a run. What it posted before for runs that nobody waits for any more is dropped.
   *
   * @param {number} run
   */
  mail(run) {
    for (;;) {
      const received = receiveMessageOnPort(this.#port)
      if (received === undefined || received.message[0] === run) return received?.message[1]
    }
  }

  /** Ends it, whatever it does. @param {EndReason} reason */
  terminate(reason) {
    if (this.#endedFor === undefined && this.exitCode === undefined) {
      this.#endedFor = reason
      // From now on somebody may wait for its end.
      this.#worker.ref()
      void this.#worker.terminate()
    }
  }

  get isEnding() {
    return this.#endedFor !== undefined || this.exitCode !== undefined
  }

  /** Resolves when the thread has ended. */
  async exited() {
    await this.#exit
  }

  /**
   * How it ended, after its exit.
   *
   * @returns {Departure}
   */
  departure() {
    const exitCode = this.exitCode ?? 1
    const thrown = this.ready ? undefined : this.mail(LOAD_FAILURE)
    const error = this.#uncaught?.error
    this.#port.close()
    const late = this.#endedFor === 'loadFailed'
    return { reason: this.#reason(), exitCode, error, thrown, late }
  }

  /** @returns {ExitReason} */
  #reason() {
    if (this.#endedFor !== undefined) return this.#endedFor
    if (this.#uncaught?.error?.code === 'ERR_WORKER_OUT_OF_MEMORY') return 'outOfMemory'
    if (!this.ready) return 'loadFailed'
    return this.#uncaught === undefined ? 'exited' : 'crashed'
  }
}

module.exports = { WorkerThread }
