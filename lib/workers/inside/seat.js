// @ts-check
'use strict'

/**
 * The place of this worker thread in its pool: what the pool has told it, the port to the pool's owner, and the memory
 * that it shares with the engine. Loaded once in each worker thread.
 *
 * @module
 */

const workerThreads = require('node:worker_threads')
const native = require('../../native')

/**
 * @typedef {{ file: string } | { source: string, from: string }} Entry a `file:` or `data:` URL, or the source of a
 *   function and the file where it was given
 *
 * @typedef {object} Envelope
 * @property {number} crew
 * @property {number} worker
 * @property {import('node:worker_threads').MessagePort} port
 * @property {number} concurrency
 * @property {Entry} entry
 * @property {any} workerData the user's
 * @property {boolean} hasWorkerData
 * @property {number | undefined} heapMb
 */

/** @type {Envelope} */
const envelope = workerThreads.workerData
const { meta, flags } = native.sit(envelope.crew, envelope.worker)

module.exports = {
  ...envelope,
  /** What `take` says of the call: kind, run, place, name, flags, parcel. */
  meta,
  /** By place: the number of the run there, once that is to stop; behind all those, why, as the engine numbers it. */
  flags,
}
