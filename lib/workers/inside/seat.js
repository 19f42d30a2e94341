// @ts-check
'use strict'

/**
 * The place of this worker in its pool: what the pool has told it, and how it takes calls and answers them. A worker thread
 * asks the engine, and shares memory with it; a process has all of this over its channel. Loaded once in each worker.
 *
 * @module
 */

const workerThreads = require('node:worker_threads')

/**
 * @typedef {{ file: string } | { source: string, from: string }} Entry a `file:` or `data:` URL, or the source of a
 *   function and the file where it was given
 *
 * @typedef {object} Envelope
 * @property {number} crew
 * @property {number} worker
 * @property {number} concurrency
 * @property {Entry} entry
 * @property {any} workerData the user's
 * @property {boolean} hasWorkerData
 * @property {number | undefined} heapMb
 * @property {import('node:worker_threads').MessagePort} [port] to the owner of a worker thread
 *
 * @typedef {Envelope & Desk} Seat
 *
 * @typedef {object} Desk
 * @property {Uint32Array | number[]} meta what `take` says of the call: kind, run, place, name, flags, parcel
 * @property {Int32Array} flags by place: the number of the run there, once that is to stop; behind all those, why, as the
 *   engine numbers it
 * @property {() => void} [refresh] brings them up to date, where they are not shared
 * @property {() => any} take the value of the next call
 * @property {(run: number, kind: number, value?: number | string) => void} give ends a run
 * @property {(run: number, kind: number, json?: string) => void} report tells how far a run is
 * @property {(run: number, value: unknown, transferList: any[], root?: string) => void} mail sends a value of a run that is no text.
 *   Throws when that cannot be cloned
 * @property {(value: unknown, root?: string) => unknown} clone what of a value arrives. Throws when that cannot be cloned
 * @property {() => void} ready calls may come
 * @property {() => void} retire no more calls are to come
 * @property {(thrown: unknown) => void} refuse says why the file cannot be loaded, by a description
 * @property {(name: number) => string | null} nameOf the name of an export by its number
 */

/** The tag of a message that says why the file cannot be loaded; others have a run's number. */
const LOAD_FAILURE = 0

/** @returns {Seat} */
function sit() {
  const native = require('../../native')
  /** @type {Envelope} */
  const envelope = workerThreads.workerData
  const port = /** @type {import('node:worker_threads').MessagePort} */ (envelope.port)
  return {
    ...envelope,
    ...native.sit(envelope.crew, envelope.worker),
    take: native.take,
    give: native.give,
    report: native.report,
    mail: (run, value, transferList) => port.postMessage([run, value], transferList),
    clone: (value) => structuredClone(value),
    ready: native.workerReady,
    retire: native.retire,
    refuse: (thrown) => port.postMessage([LOAD_FAILURE, thrown]),
    nameOf: native.nameOf,
  }
}

// Only a process has this file loaded by its main thread.
module.exports = workerThreads.isMainThread ? require('./process-seat').seat() : sit()
