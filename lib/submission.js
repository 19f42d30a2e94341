// @ts-check
'use strict'

/**
 * One task from the caller's arguments to its outcome: what both doors have in common.
 *
 * @module
 */

const native = require('./native')
const { encode, handOver } = require('./codec')
const { errorOf, Failure } = require('./errors')
const { unexpected } = require('./options')
const { release, reserve, session } = require('./session')

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

/**
 * What a door does with a task: the pool's threads, or libuv's.
 *
 * @typedef {object} Door
 * @property {{ taskAdmitted(): void, taskSettled(): void } | undefined} owner
 * @property {(bytes: number) => string | undefined} refusal the code of the error, when a task of so many bytes would
 *   be refused
 * @property {(slot: number, task: number, json: string | undefined, binaries: Uint8Array[] | undefined,
 *   kinds: Uint32Array, options: object) => string | null | undefined} submit the code of the error, when it is refused
 */

/**
 * Submits a task and waits for its outcome: the result, or a `Failure`.
 *
 * @param {Door} door
 * @param {number} task
 * @param {unknown} input
 * @param {import('./options').TaskOptions} options
 * @returns {Promise<unknown>}
 */
function submit(door, task, input, options) {
  const { signal, timeout, queueTimeout, priority, onProgress, transferList } = options
  if (signal?.aborted) return Promise.resolve(aborted())
  const draft = encode(input)
  if (transferList.length > 0) {
    // A task that is refused must not cost the caller its buffers.
    const bytes = draft.pieces.reduce((sum, { length }) => sum + length, draft.json?.length ?? 0)
    const code = door.refusal(bytes)
    if (code !== undefined) return Promise.resolve(refused(code))
  }
  const { binaries, kinds } = handOver(draft, transferList)
  return new Promise((resolve) => {
    /** @type {(() => void) | undefined} */
    let abort
    const settled = (/** @type {unknown} */ outcome) => {
      if (abort) signal?.removeEventListener('abort', abort)
      resolve(outcome)
    }
    const slot = reserve({ resolve: settled, owner: door.owner, onProgress })
    const limits = { timeout, queueTimeout, priority, wantsProgress: onProgress !== undefined }
    const code = door.submit(slot, task, draft.json, binaries, kinds, limits)
    if (code) {
      release(slot)
      resolve(refused(code))
      return
    }
    door.owner?.taskAdmitted()
    if (signal) {
      abort = () => session.abort(slot)
      signal.addEventListener('abort', abort, { once: true })
    }
  })
}

function aborted() {
  return new Failure('ABORT_ERR', 'The task was aborted before it was queued')
}

/** @param {string} code */
function refused(code) {
  return new Failure(code, code === 'ERR_QUEUE_FULL' ? 'The queue of the pool is full' : 'The pool is closed')
}

module.exports = { refused, submit, taskNumber }
