// @ts-check
'use strict'

/**
 * The connection to the engine: which task is in which slot, and what to do when the engine says that it has ended.
 *
 * @module
 */

const { setImmediate } = require('node:timers')
const native = require('./native')
const { decode } = require('./codec')
const diagnostics = require('./diagnostics')
const { errorOf, rejectLater } = require('./errors')
const { unwatch } = require('./signals')
const { callerFrames } = require('./workers/values/stack')
const { decodeThrown } = require('./workers/values/thrown')

/** What the engine can say of a slot, or of a pool, by its own numbers. */
const Kind = Object.freeze({
  undefined: 0,
  number: 1,
  json: 2,
  binary: 3,
  error: 4,
  progress: 5,
  room: 6,
  mail: 7,
  thrown: 8,
  thrownMail: 9,
  report: 10,
  reportMail: 11,
  parcelWanted: 12,
  started: 13,
  ready: 14,
  stopping: 15,
  retired: 16,
  gone: 17,
  called: 18,
})

/**
 * A task that is on its way. There may be a hundred thousand: what only some need is in `extras`.
 *
 * @typedef {object} Pending
 * @property {string} name
 * @property {(outcome: any) => void} resolve settles the caller's promise
 * @property {Owner | undefined} owner
 * @property {Extras | undefined} extras
 *
 * @typedef {object} Owner who counts the tasks: a pool
 * @property {() => void} taskAdmitted
 * @property {() => void} taskSettled
 * @property {(error: unknown) => void} listenerFailed
 *
 * @typedef {object} Extras
 * @property {AbortSignal | undefined} signal
 * @property {((progress: any) => void) | undefined} onProgress
 * @property {import('./diagnostics').Trace} [trace]
 * @property {import('./workers/parcel').Parcel} [parcel]
 *
 * @typedef {Owner & CrewListener} Crew a pool of JS workers
 *
 * @typedef {object} CrewListener
 * @property {(worker: number, run: number) => any} mail what the worker has posted for this run
 * @property {(worker: number) => void} ready
 * @property {(worker: number, run: number, code: string) => void} stopping
 * @property {(worker: number) => void} retired
 * @property {(worker: number) => void} called
 * @property {(worker: number) => void} gone
 * @property {(worker: number, parcel: import('./workers/parcel').Parcel | undefined) => void} parcelWanted
 */

/** The tasks on their way, by slot. @type {(Pending | undefined)[]} */
const pending = []
/** Slots to use again, the last one first. @type {number[]} */
const free = []

/** Who waits for room in a pool's queue, by the pool's number. @type {Map<number, () => void>} */
const roomWaiters = new Map()

/** Who hears of JS workers, by the number of their pool. @type {Map<number, Crew>} */
const crews = new Map()

/** Pairs of slot and kind; the engine writes here and then calls `settle`. */
const batch = new Uint32Array(2 * native.batchSize())

/**
 * Called by the engine with what has happened. Never throws and runs no code of the caller's but `onProgress`: an
 * exception would lose the rest of the batch, and its promises would be pending for ever.
 *
 * @param {number} count how many pairs are in `batch`
 * @param {any[]} values what belongs to them, in their order
 * @param {boolean} more whether the engine waits to be asked for the rest, which is done on the next turn of the event
 *   loop: timers and sockets get theirs in between
 */
function settle(count, values, more) {
  if (more) setImmediate(deliver)
  let at = 0
  for (let i = 0; i < 2 * count; i += 2) {
    const slot = batch[i]
    try {
      switch (batch[i + 1]) {
        case Kind.undefined:
          resolve(slot, undefined)
          break
        case Kind.number:
          resolve(slot, values[at++])
          break
        case Kind.json:
          resolveParsed(slot, JSON.parse, values[at++])
          break
        case Kind.binary:
          resolveParsed(slot, decode, values[at++], values[at++])
          break
        case Kind.error:
          reject(slot, values[at++], values[at++], values[at++])
          break
        case Kind.progress:
          report(slot, values[at++], values[at++])
          break
        case Kind.room:
          roomWaiters.get(slot)?.()
          break
        case Kind.mail:
          resolveParsed(slot, readMail, slot, values[at++], values[at++])
          break
        case Kind.thrown:
          rejectThrown(slot, JSON.parse, values[at++])
          break
        case Kind.thrownMail:
          rejectThrown(slot, readMail, slot, values[at++], values[at++])
          break
        case Kind.report:
          tellParsed(slot, JSON.parse, values[at++])
          break
        case Kind.reportMail:
          tellParsed(slot, readMail, slot, values[at++], values[at++])
          break
        case Kind.parcelWanted:
          crewOf(slot)?.parcelWanted(values[at++], pending[slot]?.extras?.parcel)
          break
        case Kind.started: {
          const trace = pending[slot]?.extras?.trace
          if (trace) diagnostics.started(trace)
          break
        }
        case Kind.ready:
          crews.get(slot)?.ready(values[at++])
          break
        case Kind.stopping:
          crews.get(slot)?.stopping(values[at++], values[at++], values[at++])
          break
        case Kind.retired:
          crews.get(slot)?.retired(values[at++])
          break
        case Kind.gone:
          crews.get(slot)?.gone(values[at++])
          break
        case Kind.called:
          crews.get(slot)?.called(values[at++])
      }
    } catch (error) {
      // Whatever it is, what has happened to other tasks must not be lost with it.
      setImmediate(() => {
        throw error
      })
    }
  }
}

/**
 * @param {number} slot
 * @param {unknown} result
 */
function resolve(slot, result) {
  const task = settled(slot)
  if (task.extras?.trace) diagnostics.ended(task.extras.trace)
  task.resolve(result)
}

/**
 * Resolves with what `parse` makes of the values. A result that cannot be parsed, such as one beyond what a string can
 * hold, is the failure of its own task and not of the others in the batch.
 *
 * @template {any[]} Values
 * @param {number} slot
 * @param {(...values: Values) => unknown} parse
 * @param {Values} values
 */
function resolveParsed(slot, parse, ...values) {
  let result
  try {
    result = parse(...values)
  } catch (cause) {
    unreadable(slot, 'the result', cause)
    return
  }
  resolve(slot, result)
}

/**
 * @param {number} slot
 * @param {string} what
 * @param {any} cause
 */
function unreadable(slot, what, cause) {
  const task = settled(slot)
  const message = `Cannot read ${what}: ${cause?.message}`
  fail(task, () => errorOf(message, { code: 'ERR_TASK_FAILED', task: task.name, cause }))
}

/**
 * @param {number} slot
 * @param {string} code
 * @param {string} message
 * @param {string | undefined} errno
 */
function reject(slot, code, message, errno) {
  const task = settled(slot)
  const cause = code === 'ABORT_ERR' ? task.extras?.signal?.reason : undefined
  fail(task, () => errorOf(message, { code, errno, task: task.name, cause }))
}

/**
 * Rejects with what the user's code threw in a worker, which `parse` makes of the values.
 *
 * @template {any[]} Values
 * @param {number} slot
 * @param {(...values: Values) => unknown} parse
 * @param {Values} values
 */
function rejectThrown(slot, parse, ...values) {
  let description
  try {
    description = parse(...values)
  } catch (cause) {
    unreadable(slot, 'what the task threw', cause)
    return
  }
  fail(settled(slot), () => decodeThrown(description, callerFrames()))
}

/**
 * Rejects a task that has settled in the engine without a word of it.
 *
 * @param {number} slot
 * @param {() => unknown} make makes the error
 */
function abandon(slot, make) {
  fail(settled(slot), make)
}

/**
 * @param {Pending} task
 * @param {() => unknown} make
 */
function fail(task, make) {
  const trace = task.extras?.trace
  const settle = (/** @type {Promise<never>} */ outcome) => task.resolve(outcome)
  rejectLater(settle, () => {
    const error = make()
    if (trace) diagnostics.failed(trace, error)
    return error
  })
}

/**
 * Takes a task that has settled out of its slot.
 *
 * @param {number} slot
 */
function settled(slot) {
  const task = /** @type {Pending} */ (pending[slot])
  release(slot)
  task.owner?.taskSettled()
  if (task.extras?.signal) unwatch(task.extras.signal, slot)
  return task
}

/**
 * @param {number} slot
 * @param {number} completed
 * @param {number} total
 */
function report(slot, completed, total) {
  tell(slot, { completed, total, percent: total > 0 ? (100 * completed) / total : 100 })
}

/**
 * Tells what `parse` makes of the values, if that can be made: progress that cannot be read is no failure of the task.
 *
 * @template {any[]} Values
 * @param {number} slot
 * @param {(...values: Values) => unknown} parse
 * @param {Values} values
 */
function tellParsed(slot, parse, ...values) {
  let progress
  try {
    progress = parse(...values)
  } catch {
    return
  }
  tell(slot, progress)
}

/**
 * @param {number} slot
 * @param {unknown} progress
 */
function tell(slot, progress) {
  const task = pending[slot]
  try {
    task?.extras?.onProgress?.(progress)
  } catch (error) {
    // The listener's own failure must not stop the other events of the batch.
    setImmediate(() => {
      if (!task?.owner) throw error
      task.owner.listenerFailed(error)
    })
  }
}

/**
 * The pool whose workers run the call in the slot.
 *
 * @param {number} slot
 */
function crewOf(slot) {
  return /** @type {Crew | undefined} */ (pending[slot]?.owner)
}

/**
 * @param {number} slot
 * @param {number} worker
 * @param {number} run
 */
function readMail(slot, worker, run) {
  return crewOf(slot)?.mail(worker, run)
}

/**
 * Takes a slot for a task that is about to be submitted.
 *
 * @param {Pending} task
 */
function reserve(task) {
  const slot = free.length > 0 ? /** @type {number} */ (free.pop()) : pending.length
  pending[slot] = task
  return slot
}

/**
 * Gives the slot of a task back that has settled or was refused.
 *
 * @param {number} slot
 */
function release(slot) {
  pending[slot] = undefined
  free.push(slot)
}

// The engine holds `settle` weakly between tasks; this is what keeps it for as long as anybody can submit one.
const session = Object.assign(new native.Session(settle, batch), { settle })

function deliver() {
  session.deliver()
}

/**
 * Asks the task in the slot to stop because its caller aborted it.
 *
 * @param {number} slot
 */
function abort(slot) {
  session.abort(slot)
}

module.exports = { abandon, abort, crews, release, reserve, roomWaiters, session }
