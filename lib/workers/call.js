// @ts-check
'use strict'

/**
 * One call of a worker's function, from the caller's arguments into the engine's queue.
 *
 * @module
 */

const { AsyncResource } = require('node:async_hooks')
const native = require('../native')
const diagnostics = require('../diagnostics')
const { errorOf } = require('../errors')
const { newPromise, resolveOfLast } = require('../promise')
const { abort, release, reserve } = require('../session')
const { watch } = require('../signals')
const { bytesIn, isBulky, keep, nextId } = require('./parcel')
const { plainJson, serialize, serializeForProcess } = require('./values/value')

/** What the engine is told of a value. */
const Kind = Object.freeze({ undefined: 0, number: 1, json: 2, bytes: 3, parcel: 4 })

/** What the engine answers when the queue is full; another negative number, when the pool is closed. */
const FULL = -2

/** @typedef {InstanceType<typeof import('./crew').Crew>} Crew */

/** A call on its way, and what the caller's continuation and `onProgress` run in. */
class Call extends AsyncResource {
  /**
   * @param {string} name
   * @param {Crew} owner
   * @param {import('../session').Extras | undefined} extras
   */
  constructor(name, owner, extras) {
    super('offloop.Task')
    this.name = name
    this.owner = owner
    this.extras = extras
    this.promise = newPromise()
    this.settle = resolveOfLast()
  }

  /** @param {any} outcome */
  resolve(outcome) {
    this.runInAsyncScope(this.settle, undefined, outcome)
    this.emitDestroy()
  }
}

/** @type {import('./options').CallOptions} */
const noOptions = Object.freeze({
  name: undefined,
  signal: undefined,
  timeout: undefined,
  queueTimeout: undefined,
  priority: 0,
  transferList: Object.freeze([]),
  onProgress: undefined,
  affinity: undefined,
  fairKey: undefined,
  retry: 0,
})

/**
 * Queues a call of the default export without options, on the shortest way there is.
 *
 * @param {Crew} crew
 * @param {unknown} data
 * @returns {Promise<any>}
 */
function submitPlainCall(crew, data) {
  const value = typeof data === 'number' || data === undefined ? data : plainJson(data)
  const isPlain = value !== undefined || data === undefined
  if (!isPlain || diagnostics.isActive()) return submitCall(crew, data, noOptions)
  const call = new Call('default', crew, undefined)
  const slot = reserve(call)
  admit(crew, slot, native.callPlain(crew.number, slot, value), call)
  return call.promise
}

/**
 * Queues a call. The promise settles with it; every fault of the arguments is thrown.
 *
 * @param {Crew} crew
 * @param {unknown} data
 * @param {import('./options').CallOptions} options
 * @returns {Promise<any>}
 */
function submitCall(crew, data, options) {
  const { name = 'default', signal, onProgress, transferList } = options
  if (signal?.aborted) {
    const message = 'The task was aborted before it was queued'
    throw errorOf(message, { code: 'ABORT_ERR', cause: signal.reason, task: name })
  }
  // A call that is refused must not cost the caller what it transfers.
  const refusal = crew.native.refusal(options.fairKey)
  if (refusal) throw refused(refusal, name)
  const number = options.name === undefined ? 0 : crew.native.name(options.name)
  if (number === null) {
    throw errorOf('Calls of too many different names', { code: 'ERR_TASK_UNKNOWN', task: name })
  }
  if (options.affinity !== undefined) crew.makeHome(options.affinity)
  // Before they are gone.
  const bytes = bytesIn(transferList)
  const input = encode(crew, data, options)
  const trace = diagnostics.trace(name, crew.name)
  const call = new Call(name, crew, {
    signal,
    onProgress: onProgress && ((progress) => call.runInAsyncScope(onProgress, undefined, progress)),
    parcel: input.parcel,
    trace,
  })
  const slot = reserve(call)
  const answer = crew.native.call(slot, input.kind, input.value, {
    name: number,
    timeout: options.timeout,
    queueTimeout: options.queueTimeout,
    priority: options.priority,
    wantsProgress: onProgress !== undefined,
    traced: trace !== undefined,
    affinity: options.affinity,
    fairKey: options.fairKey,
    retry: options.retry,
    bytes,
    to: input.to,
  })
  admit(crew, slot, answer, call, signal)
  if (trace) diagnostics.enqueued(trace)
  return call.promise
}

/**
 * @param {Crew} crew
 * @param {number} slot
 * @param {number} answer of the engine
 * @param {Call} call
 * @param {AbortSignal} [signal]
 */
function admit(crew, slot, answer, call, signal) {
  if (answer < 0) {
    release(slot)
    call.emitDestroy()
    throw refused(answer === FULL ? 'ERR_QUEUE_FULL' : 'ERR_POOL_CLOSED', call.name)
  }
  crew.taskAdmitted()
  if (signal) watch(signal, slot, abort)
  if (answer > 1) crew.thread(answer >> 1).wake()
  // At last: a pool that cannot start another worker settles the call here and now.
  if (answer & 1) crew.grow()
}

/**
 * @param {string} code
 * @param {string} [task]
 */
function refused(code, task) {
  return errorOf(code === 'ERR_QUEUE_FULL' ? 'The queue of the pool is full' : 'The pool is closed', { code, task })
}

/**
 * @typedef {object} Input
 * @property {number} kind
 * @property {unknown} value
 * @property {import('./parcel').Parcel} [parcel] what waits for the worker that will ask for it
 * @property {number} [to] the worker that was sent it
 *
 * @param {Crew} crew
 * @param {unknown} data
 * @param {import('./options').CallOptions} options
 * @returns {Input}
 */
function encode(crew, data, options) {
  const { transferList } = options
  if (transferList.length > 0) return parcel(crew, data, options)
  if (typeof data === 'number') return { kind: Kind.number, value: data }
  if (data === undefined) return { kind: Kind.undefined, value: undefined }
  const json = plainJson(data)
  if (json !== undefined) return { kind: Kind.json, value: json }
  if (crew.isOfProcesses) return { kind: Kind.bytes, value: serializeForProcess(data, 'data') }
  if (isBulky(data)) {
    const idle = callIdle(crew, options)
    if (idle !== null) return send(crew, idle, data, transferList)
  }
  try {
    return { kind: Kind.bytes, value: serialize(data) }
  } catch {
    // What bytes cannot carry, a port may; if not, that says why.
    return parcel(crew, data, options)
  }
}

/**
 * @param {Crew} crew
 * @param {unknown} data
 * @param {import('./options').CallOptions} options
 * @returns {Input}
 */
function parcel(crew, data, options) {
  const idle = callIdle(crew, options)
  if (idle !== null) return send(crew, idle, data, options.transferList)
  const id = nextId()
  return { kind: Kind.parcel, value: id, parcel: keep(id, data, options.transferList) }
}

/**
 * A worker that has nothing to do, unless the call may have to run elsewhere.
 *
 * @param {Crew} crew
 * @param {import('./options').CallOptions} options
 */
function callIdle(crew, { retry, affinity }) {
  return retry === 0 && affinity === undefined ? crew.native.callIdle() : null
}

/**
 * Posts the value to a worker that has been called.
 *
 * @param {Crew} crew
 * @param {number} worker
 * @param {unknown} data
 * @param {readonly any[]} transferList
 * @returns {Input}
 */
function send(crew, worker, data, transferList) {
  const id = nextId()
  const thread = /** @type {InstanceType<typeof import('./thread').WorkerThread>} */ (crew.thread(worker))
  try {
    thread.sendParcel(id, data, transferList)
  } catch (error) {
    thread.wake()
    throw error
  }
  return { kind: Kind.parcel, value: id, to: worker }
}

module.exports = { submitCall, submitPlainCall }
