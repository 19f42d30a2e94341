// @ts-check
'use strict'

/**
 * One task from the caller's arguments to its outcome: what both doors have in common.
 *
 * @module
 */

const { AsyncResource } = require('node:async_hooks')
const native = require('./native')
const { encode, handOver } = require('./codec')
const diagnostics = require('./diagnostics')
const { errorOf } = require('./errors')
const { unexpected } = require('./options')
const { newPromise, resolveOfLast } = require('./promise')
const { abort, release, reserve } = require('./session')
const { watch } = require('./signals')

/** The numbers of the tasks that were asked for. @type {Map<string, number>} */
const numbers = new Map()

/**
 * @param {unknown} name
 * @returns {number}
 */
function taskNumber(name) {
  const known = numbers.get(/** @type {string} */ (name))
  if (known !== undefined) return known
  if (typeof name !== 'string') throw unexpected('name', 'the name of a native task', name, 'ERR_INVALID_ARG_TYPE')
  const found = native.findTask(name)
  if (typeof found === 'string') throw errorOf(found, { code: 'ERR_TASK_UNKNOWN', task: name })
  numbers.set(name, found)
  return found
}

/** @typedef {import('./session').Owner} Owner */

/**
 * What a door does with a task: the pool's threads, or libuv's.
 *
 * @typedef {object} Door
 * @property {Owner | undefined} owner
 * @property {string | undefined} name the pool's, for those who watch
 * @property {() => string | undefined} refusal the code of the error, when a task would be refused
 * @property {(slot: number, task: number, json: string | undefined, binaries: Uint8Array[] | undefined,
 *   kinds: Uint32Array, limits: import('./addon').Limits) => string | null | undefined} submit the code of the error, when it is refused
 */

/**
 * Submits a task. The promise settles with the task; every fault of the arguments is thrown.
 *
 * @param {Door} door
 * @param {string} name
 * @param {unknown} input
 * @param {import('./options').TaskOptions} options
 * @returns {Promise<any>}
 */
function submit(door, name, input, options) {
  const task = taskNumber(name)
  const { signal, timeout, queueTimeout, priority, onProgress, transferList } = options
  const draft = encode(input)
  // After that: encoding may run code of the caller's, which may abort.
  if (signal?.aborted) {
    const details = { code: 'ABORT_ERR', cause: signal.reason, task: name }
    throw errorOf('The task was aborted before it was queued', details)
  }
  if (transferList.length > 0) {
    // A task that is refused must not cost the caller its buffers.
    const code = door.refusal()
    if (code) throw refused(code, name)
  }
  const { binaries, kinds } = handOver(draft, transferList)
  const promise = newPromise()
  const trace = diagnostics.trace(name, door.name)
  const watched = signal || onProgress || trace
  const extras = watched ? { signal, onProgress: onProgress && AsyncResource.bind(onProgress), trace } : undefined
  const slot = reserve({ name, resolve: resolveOfLast(), owner: door.owner, extras })
  const limits = {
    timeout,
    queueTimeout,
    priority,
    wantsProgress: onProgress !== undefined,
    traced: trace !== undefined,
  }
  const code = door.submit(slot, task, draft.json, binaries, kinds, limits)
  admit(slot, code, name, door.owner)
  if (trace) diagnostics.enqueued(trace)
  if (signal) watch(signal, slot, abort)
  return promise
}

/**
 * Submits a task without input and options to a pool, on the shortest way there is.
 *
 * @param {number} pool
 * @param {string} name
 * @param {Owner} owner
 * @returns {Promise<any>}
 */
function submitPlain(pool, name, owner) {
  const task = taskNumber(name)
  const promise = newPromise()
  const slot = reserve({ name, resolve: resolveOfLast(), owner, extras: undefined })
  admit(slot, native.submit(pool, slot, task), name, owner)
  return promise
}

/**
 * @param {number} slot
 * @param {string | null | undefined} code
 * @param {string} name
 * @param {Owner | undefined} owner
 */
function admit(slot, code, name, owner) {
  if (code) {
    release(slot)
    throw refused(code, name)
  }
  owner?.taskAdmitted()
}

/**
 * @param {string} code
 * @param {string} task
 */
function refused(code, task) {
  const message = code === 'ERR_QUEUE_FULL' ? 'The queue of the pool is full' : 'The pool is closed'
  return errorOf(message, { code, task })
}

module.exports = { submit, submitPlain }
