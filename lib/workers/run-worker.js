// @ts-check
'use strict'

/**
 * `runWorker`: a worker thread of its own for one file and one result.
 *
 * @module
 */

const path = require('node:path')
const { clearTimeout, setTimeout } = require('node:timers')
const { MessageChannel, Worker, receiveMessageOnPort } = require('node:worker_threads')
const { errorOf } = require('../errors')
const { MAX_TIMER_MS, checkKnown, checkNumber, checkObject, checkSignal, unexpected } = require('../options')
const { resolveFile } = require('./file')
const { callerFrames, withFrames } = require('./values/stack')
const { decodeThrown, encodeThrown } = require('./values/thrown')
const { uncloneable } = require('./values/value')

const bootstrap = path.join(__dirname, 'solo.js')

/** Options that go to `new Worker` as they are, and are checked there. */
const threadOptionNames = Object.freeze([
  'argv',
  'env',
  'execArgv',
  'name',
  'resourceLimits',
  'stderr',
  'stdout',
  'trackUnmanagedFds',
])
const optionNames = Object.freeze([
  'workerData',
  'transferList',
  'signal',
  'timeout',
  'gracePeriod',
  ...threadOptionNames,
])

/**
 * Runs a file in a worker thread; the first message that it posts is the result. Rejects, never throws.
 *
 * @param {unknown} file
 * @param {unknown} [options]
 * @returns {Promise<any>}
 */
function runWorker(file, options) {
  try {
    const frames = callerFrames()
    return new Run(resolveFile(file), runOptions(options), frames).promise
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * @param {unknown} written
 * @returns {{ workerData: unknown, transferList: readonly any[], signal: AbortSignal | undefined,
 *   timeout: number | undefined, gracePeriod: number, thread: any }}
 */
function runOptions(written = {}) {
  const options = checkObject('options', written)
  checkKnown(options, optionNames)
  const { workerData, transferList = [], signal, timeout, gracePeriod = 100 } = options
  if (!Array.isArray(transferList)) {
    throw unexpected('transferList', 'an array of transferable objects', transferList, 'ERR_INVALID_ARG_TYPE')
  }
  if (signal !== undefined) checkSignal('signal', signal)
  if (timeout !== undefined) checkNumber('timeout', timeout, { min: 0, max: MAX_TIMER_MS, infinite: true })
  checkNumber('gracePeriod', gracePeriod, { min: 0, max: MAX_TIMER_MS })
  return {
    workerData,
    transferList,
    signal,
    timeout: timeout === Infinity ? undefined : timeout,
    gracePeriod,
    thread: Object.fromEntries(
      threadOptionNames.filter((name) => name in options).map((name) => [name, options[name]]),
    ),
  }
}

/** One worker, from its start to its end. */
class Run {
  #options
  /** Who called, as frames of a stack. */
  #frames
  #worker
  /** Where the worker says what nobody caught in it. */
  #port
  /** @type {(result: unknown) => void} */
  #resolve = () => {}
  /** @type {(error: unknown) => void} */
  #reject = () => {}
  #settled = false
  /** What Node says of what nobody caught. @type {{ error: any } | undefined} */
  #uncaught
  /** Ends the worker: when it has run for too long, then when it does not end by itself. @type {NodeJS.Timeout | undefined} */
  #timer

  /**
   * @param {string} file
   * @param {ReturnType<typeof runOptions>} options
   * @param {string} frames
   */
  constructor(file, options, frames) {
    const { signal } = options
    if (signal?.aborted) {
      throw errorOf('The worker was aborted before it was started', { code: 'ABORT_ERR', cause: signal.reason })
    }
    this.#options = options
    this.#frames = frames
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    try {
      this.#worker = start(file, options, port2)
    } catch (error) {
      port1.close()
      throw error
    }
    /** @type {Promise<any>} */
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#worker
      .once('online', () => this.#onOnline())
      .once('message', (result) => this.#onResult(result))
      .once('messageerror', (cause) => {
        this.#stop('The result of the worker cannot be read', { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
      })
      // Stays, since after the result nobody else would hear of it.
      .on('error', (error) => (this.#uncaught = { error }))
      .once('exit', (exitCode) => this.#onExit(exitCode))
  }

  #onOnline() {
    const { timeout } = this.#options
    if (timeout === undefined || this.#settled) return
    this.#timer = setTimeout(() => {
      this.#stop(`The worker ran for longer than its timeout of ${timeout} ms`, { code: 'ERR_TASK_TIMEOUT' })
    }, timeout)
  }

  #onAbort = () => {
    this.#stop('The worker was aborted', { code: 'ABORT_ERR', cause: this.#options.signal?.reason })
  }

  /** @param {unknown} result */
  #onResult(result) {
    if (this.#settled) return
    this.#settle()
    this.#resolve(result)
    // It may have something left to do, but nobody waits for that.
    this.#worker.unref()
    this.#timer = setTimeout(() => this.#worker.terminate(), this.#options.gracePeriod).unref()
  }

  /** @param {number} exitCode */
  #onExit(exitCode) {
    const description = lastOf(this.#port)
    this.#port.close()
    clearTimeout(this.#timer)
    if (this.#settled) return
    this.#settle()
    this.#reject(this.#whyItEnded(exitCode, description))
  }

  /**
   * @param {number} exitCode
   * @param {unknown} description of what was thrown last
   */
  #whyItEnded(exitCode, description) {
    if (this.#uncaught === undefined) {
      const message = `The worker ended with exit code ${exitCode}, without a result`
      return this.#error(message, { code: 'ERR_WORKER_EXITED', exitCode })
    }
    const { error } = this.#uncaught
    if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return this.#error('The worker ran out of memory', { code: error.code, cause: error, exitCode })
    }
    if (error?.code === 'ERR_WORKER_INIT_FAILED') {
      return this.#error('The worker could not be started', { code: 'ERR_WORKER_LOAD_FAILED', cause: error, exitCode })
    }
    // Without a description: what Node itself throws in a worker's name.
    return decodeThrown(description ?? encodeThrown(error), this.#frames)
  }

  /**
   * @param {string} message
   * @param {import('../errors').ErrorDetails} details
   */
  #stop(message, details) {
    if (this.#settled) return
    this.#settle()
    this.#reject(this.#error(message, details))
    void this.#worker.terminate()
  }

  #settle() {
    this.#settled = true
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  /**
   * An error that shows who called, although it is made in an event long after.
   *
   * @param {string} message
   * @param {import('../errors').ErrorDetails} details
   */
  #error(message, details) {
    return withFrames(errorOf(message, details), this.#frames)
  }
}

/**
 * @param {string} file
 * @param {ReturnType<typeof runOptions>} options
 * @param {import('node:worker_threads').MessagePort} port
 */
function start(file, { workerData, transferList, thread }, port) {
  try {
    const envelope = { file, workerData, port }
    const worker = new Worker(bootstrap, { ...thread, workerData: envelope, transferList: [...transferList, port] })
    // Output that is not printed is dropped: nobody else could read it.
    if (thread.stdout) worker.stdout.resume()
    if (thread.stderr) worker.stderr.resume()
    return worker
  } catch (error) {
    const { code, message } = /** @type {any} */ (error ?? {})
    if (typeof code !== 'string' || code === 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST') {
      throw uncloneable(workerData, error, 'workerData', transferList)
    }
    // An option that Node does not take; its own error would be of another realm than this one under Jest.
    const known = code === 'ERR_INVALID_ARG_TYPE' || code === 'ERR_OUT_OF_RANGE'
    throw errorOf(message, { code: known ? code : 'ERR_INVALID_ARG_VALUE', cause: error })
  }
}

/**
 * The last message that has come to a port, which need not be read otherwise.
 *
 * @param {import('node:worker_threads').MessagePort} port
 */
function lastOf(port) {
  let last
  for (let received; (received = receiveMessageOnPort(port)) !== undefined;) last = received.message
  return last
}

module.exports = { runWorker }
