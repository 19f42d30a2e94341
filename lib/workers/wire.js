// @ts-check
'use strict'

/**
 * What a pool and a worker that is a process say to each other, on the channel that `fork` makes. Read on both sides.
 *
 * @module
 */

/** Makes a message one of Node's own kind: it is none for listeners to `process.on('message')`. */
const COMMAND = 'NODE_OFFLOOP'

/** What the pool says first. */
const ToWorker = Object.freeze({
  /** What it is to know of itself, and its `workerData` as bytes. */
  envelope: 0,
  /** A call as the engine gives it, and the name of the export. */
  call: 1,
  /** The run of a number is to stop; the code of the error. */
  abort: 2,
})

/** What the worker says first. */
const ToPool = Object.freeze({
  /** It runs, and listens. */
  hello: 0,
  /** It has loaded its file. */
  ready: 1,
  /** The end of a run. */
  give: 2,
  report: 3,
  /** A value of a run, as bytes. */
  mail: 4,
  retire: 5,
  /** Why its file cannot be loaded, described. */
  refuse: 6,
  /** What nobody caught in it, described. */
  crash: 7,
  /** What the user's code posts outside of calls. */
  stray: 8,
})

module.exports = { COMMAND, ToPool, ToWorker }
