// @ts-check
'use strict'

/**
 * The JS workers of a pool, threads or processes: starts them, calls them, ends them, and replaces those that are gone. What they run, and in
 * which order, is decided in the engine.
 *
 * @module
 */

const { clearTimeout, setImmediate, setTimeout } = require('node:timers')
const native = require('../native')
const { errorOf } = require('../errors')
const { unexpected } = require('../options')
const { abandon, crews, session } = require('../session')
const { Staff } = require('../staff')
const { submitCall, submitPlainCall } = require('./call')
const { failureOf, isOrderly } = require('./departure')
const { entryOf } = require('./entry-of')
const { callOptionNames, callOptions, crewOptions } = require('./options')
const { encodeThrown } = require('./values/thrown')
const { WorkerThread } = require('./thread')

/** After so many workers in a row that could not be loaded, a pool that has no others stops. */
const MAX_LOAD_FAILURES = 3
/**
 * How long to wait before another worker is started after the first one that was of no use, in milliseconds; twice as long
 * each time, up to the longest.
 */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

/** Ends of workers that the pool has no part in. @type {Set<import('./thread').ExitReason>} */
const endsByItself = new Set(['exited', 'crashed', 'outOfMemory'])

/** @typedef {InstanceType<typeof WorkerThread> | InstanceType<typeof import('./child').WorkerProcess>} Thread */

/** A value could be transferred for one item only, and the name is given by itself. */
const mapOptionNames = Object.freeze([
  'concurrency',
  ...callOptionNames.filter((name) => name !== 'transferList' && name !== 'name'),
])

/** @extends {Staff<import('../addon').Crew>} */
class Crew extends Staff {
  #options
  #entry
  /** By number. @type {Map<number, Thread>} */
  #threads = new Map()
  /** Workers in a row that could not be loaded. */
  #loadFailures = 0
  /** Workers in a row that ended by themselves before they had taken a call. */
  #idleEnds = 0
  /** Until another worker is started after one that was of no use. @type {NodeJS.Timeout | undefined} */
  #pause
  #wasReady = false
  /** Whether it needs no more workers. */
  #ended = false
  /** Why the pool has stopped. @type {(() => Error) | undefined} */
  #failure
  /** @type {NodeJS.Timeout | undefined} */
  #reaper

  /**
   * @param {unknown} entry a file or a function
   * @param {unknown} written
   * @param {import('../staff').Hooks} hooks
   */
  constructor(entry, written, hooks) {
    const source = entryOf(entry)
    const options = crewOptions(written)
    const { maxQueue, maxQueueBytes, maxSize, concurrency, niceIncrement, recycleAfter } = options
    const engine = new native.Crew(session, {
      maxQueue,
      maxQueueBytes,
      maxSize,
      concurrency,
      niceIncrement,
      recycleTasks: recycleAfter.tasks,
      recycleAge: recycleAfter.age,
    })
    super(engine, options, hooks)
    this.#entry = source
    this.#options = options
    crews.set(this.number, this)
    try {
      while (this.#threads.size < this.#options.minSize) this.#start()
    } catch (error) {
      this.destroy()
      throw error
    }
  }

  // What the pool asks.

  get size() {
    return this.#threads.size
  }

  /** Whether its workers are processes and not threads. */
  get isOfProcesses() {
    return this.#options.runtime === 'process'
  }

  /** How many calls run at a time, once there are as many workers as there may be. */
  get capacity() {
    return this.#options.maxSize * this.#options.concurrency
  }

  /**
   * @param {unknown} data
   * @param {unknown} written
   */
  runTask(data, written) {
    if (this.#failure) throw this.#failure()
    if (written === undefined) return submitPlainCall(this, data)
    const options = callOptions(written, callOptionNames)
    if (this.isOfProcesses && options.transferList.length > 0) {
      const message = "Expected no `transferList` with `runtime: 'process'`: nothing can be moved to another process"
      throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
    }
    return submitCall(this, data, options)
  }

  /**
   * What `map` runs for each item.
   *
   * @param {unknown} work the name of an export, or `undefined` for the default one
   * @param {any} options
   */
  mapper(work, options) {
    if (work !== undefined && typeof work !== 'string') {
      throw unexpected('work', 'the name of an export or a function', work, 'ERR_INVALID_ARG_TYPE')
    }
    callOptions(options, mapOptionNames)
    return (/** @type {unknown} */ item, /** @type {AbortSignal} */ signal) => {
      return this.runTask(item, { ...options, name: work, signal })
    }
  }

  /** Takes no more calls. Those that are in still need workers. */
  close() {
    super.close()
    clearTimeout(this.#reaper)
  }

  /** Cancels every call and ends the workers. */
  destroy() {
    super.destroy()
    this.#endAll()
  }

  /** Ends the workers of a closed pool that has nothing to do any more. Resolves when they have ended. */
  async end() {
    this.#endAll()
    await Promise.all([...this.#threads.values()].map((thread) => thread.exited()))
    // Until the engine's news of the last one has come, on one of the next turns of the event loop.
    while (this.#threads.size > 0) await nextTurn()
    // And its event is out.
    await nextTurn()
  }

  #endAll() {
    this.#ended = true
    clearTimeout(this.#pause)
    for (const thread of this.#threads.values()) thread.terminate('closed')
    if (this.#threads.size === 0) crews.delete(this.number)
  }

  // What calls need.

  /**
   * The worker of this number, which is there.
   *
   * @param {number} worker
   */
  thread(worker) {
    return /** @type {Thread} */ (this.#threads.get(worker))
  }

  /** More calls wait than there are workers to look for them. */
  grow() {
    // A worker that has ended by itself says nothing against one for a call; one that could not be loaded does.
    const isPaused = this.#pause !== undefined && this.#loadFailures > 0
    if (this.#threads.size < this.#options.maxSize && !isPaused && this.#canStart) this.#tryStart()
  }

  /**
   * Starts another worker if that would be the one for the calls of this key.
   *
   * @param {string} affinity
   */
  makeHome(affinity) {
    if (this.#threads.size < this.#options.maxSize && this.native.wantsHome(affinity)) this.grow()
    if (this.#failure) throw this.#failure()
  }

  // What the engine says of a worker.

  /** @param {number} worker */
  called(worker) {
    this.#threads.get(worker)?.wake()
  }

  /**
   * @param {number} worker
   * @param {number} run
   */
  mail(worker, run) {
    return this.#threads.get(worker)?.mail(run)
  }

  /**
   * @param {number} worker
   * @param {import('./parcel').Parcel | undefined} parcel
   */
  parcelWanted(worker, parcel) {
    const thread = this.#threads.get(worker)
    if (parcel === undefined || !(thread instanceof WorkerThread)) return
    try {
      thread.sendParcel(parcel.id, parcel.value, parcel.transferList)
    } catch (error) {
      // A port that was closed meanwhile can no longer be transferred. The worker has the call, so it is what fails it.
      thread.refuseParcel(parcel.id, encodeThrown(error))
    }
  }

  /** @param {number} worker */
  ready(worker) {
    const thread = this.#threads.get(worker)
    if (thread === undefined) return
    thread.ready = true
    clearTimeout(thread.deadline)
    this.#loadFailures = 0
    this.#wasReady = true
    this.#reap()
    // Others that were started with it may have failed.
    if (this.#threads.size < this.#options.minSize) this.#fillLater()
  }

  /**
   * A run was cancelled. It gets a while to stop by itself.
   *
   * @param {number} worker
   * @param {number} run
   * @param {string} code
   */
  stopping(worker, run, code) {
    const thread = this.#threads.get(worker)
    if (thread === undefined || thread.isEnding) return
    thread.abort(run, code)
    const timer = setTimeout(() => {
      if (this.native.condemn(worker, run)) thread.terminate('terminated')
    }, this.#options.gracePeriod)
    timer.unref()
  }

  /** @param {number} worker */
  retired(worker) {
    this.#threads.get(worker)?.terminate('recycled')
  }

  /**
   * A worker is gone, and everything that it answered has been told.
   *
   * @param {number} worker
   */
  gone(worker) {
    const thread = this.#threads.get(worker)
    if (thread === undefined) return
    this.#threads.delete(worker)
    // It would keep the pool in memory.
    clearTimeout(thread.deadline)
    const departure = thread.departure()
    const { reason, exitCode, signal } = departure
    const { lost, wake, taken } = this.native.dismiss(worker)
    const failure = failureOf(departure, this.#options.startTimeout)
    for (const slot of lost) abandon(slot, failure)
    for (const other of wake) this.#threads.get(other)?.wake()
    const error = isOrderly(reason) ? undefined : failure()
    const how = this.isOfProcesses ? { exitCode, signal: signal ?? null } : { exitCode }
    setImmediate(() => this.hooks.emit('workerExit', { workerId: worker, ...how, reason, error }))
    if (!this.#ended) this.#replace(reason, taken, failure)
    else if (this.#threads.size === 0) crews.delete(this.number)
  }

  // Starting and ending workers.

  #start() {
    const worker = this.native.hire()
    const { concurrency, workerData, hasWorkerData, recycleAfter, startTimeout } = this.#options
    const envelope = {
      crew: this.number,
      worker,
      concurrency,
      entry: this.#entry,
      workerData,
      hasWorkerData,
      heapMb: recycleAfter.heapMb,
    }
    let thread
    try {
      thread = this.#make(envelope, {
        onMessage: (message) => this.hooks.emit('message', message, worker),
        onExit: () => this.native.gone(worker),
      })
    } catch (error) {
      for (const other of this.native.dismiss(worker).wake) this.#threads.get(other)?.wake()
      throw startError(error, workerData)
    }
    this.#threads.set(worker, thread)
    if (startTimeout !== Infinity) {
      const end = () => {
        if (this.native.condemnUnready(worker)) thread.terminate('loadFailed')
      }
      thread.deadline = setTimeout(end, startTimeout).unref()
    }
    thread.created(() => this.hooks.emit('workerCreate', { workerId: worker, ...thread.handles }))
  }

  /**
   * @param {any} envelope
   * @param {{ onMessage: (message: unknown) => void, onExit: () => void }} events
   * @returns {Thread}
   */
  #make(envelope, events) {
    const { name, thread, process } = this.#options
    if (process === undefined) return new WorkerThread(envelope, { name, ...thread }, events)
    // Not loaded by who has no use for it.
    const { WorkerProcess } = require('./child')
    return new WorkerProcess(this.native, envelope, process, events)
  }

  /** Starts a worker in place of one that is gone; there is nobody to whom a failure could be thrown. */
  #tryStart() {
    try {
      this.#start()
    } catch (error) {
      this.#stop(() => errorOf('A worker cannot be started', { code: 'ERR_WORKER_LOAD_FAILED', cause: error }))
    }
  }

  /**
   * After a worker is gone: starts another if there are too few, but not one after the other if they are of no use.
   *
   * @param {import('./thread').ExitReason} reason
   * @param {number} taken how many calls it had taken
   * @param {() => Error} failure
   */
  #replace(reason, taken, failure) {
    if (this.#failure) {
      // What it ran may wait again, for nobody.
      this.#stop(this.#failure)
    } else if (reason === 'loadFailed') {
      this.#loadFailures++
      this.#replaceUnloaded(failure)
    } else if (taken === 0 && endsByItself.has(reason)) {
      this.#idleEnds++
      this.#fillLater()
    } else {
      if (taken > 0) this.#idleEnds = 0
      this.#fill()
    }
  }

  /**
   * A file that could never be loaded is not tried again, but workers that were started together are waited for.
   *
   * @param {() => Error} failure
   */
  #replaceUnloaded(failure) {
    const isLast = ![...this.#threads.values()].some((thread) => !thread.isEnding)
    if (isLast && (!this.#wasReady || this.#loadFailures >= MAX_LOAD_FAILURES)) this.#stop(failure)
    else if (this.#wasReady) this.#fillLater()
  }

  #fillLater() {
    if (this.#pause) return
    const failures = Math.max(1, this.#loadFailures + this.#idleEnds)
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS)
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#fill()
    }, pause).unref()
  }

  get #canStart() {
    return !this.#ended && this.#failure === undefined
  }

  /** Starts as many workers as are missing. In a pool that takes no more calls, those that wait decide. */
  #fill() {
    const { minSize } = this.#options
    const wanted = this.closed ? Math.min(minSize, this.native.queued) : minSize
    while (this.#threads.size < wanted && this.#canStart) this.#tryStart()
    if (this.native.short) this.grow()
  }

  /**
   * The pool cannot go on. Calls that wait are rejected, and all that come.
   *
   * @param {() => Error} failure
   */
  #stop(failure) {
    this.#failure ??= failure
    for (const slot of this.native.giveUpQueued()) abandon(slot, failure)
  }

  /** Ends workers that have had nothing to do for a while, as long as there are more than `minSize`. */
  #reap() {
    const { idleTimeout, minSize, maxSize } = this.#options
    if (minSize === maxSize || idleTimeout === Infinity || this.#reaper || this.closed) return
    this.#reaper = setTimeout(
      () => {
        this.#reaper = undefined
        for (const worker of this.native.reap(idleTimeout, minSize)) this.#threads.get(worker)?.terminate('idle')
        if (this.#threads.size > minSize) this.#reap()
      },
      Math.max(10, idleTimeout / 2),
    ).unref()
  }
}

/**
 * @param {any} error what `new Worker` threw
 * @param {unknown} workerData
 */
function startError(error, workerData) {
  if (error?.name !== 'DataCloneError') return error
  const { uncloneable } = require('./values/value')
  return uncloneable(workerData, error, 'workerData')
}

function nextTurn() {
  return new Promise((resolve) => setImmediate(resolve))
}

module.exports = { Crew }
