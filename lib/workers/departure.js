// @ts-check
'use strict'

/**
 * What it means for a pool that a worker has ended.
 *
 * @module
 */

const { errorOf } = require('../errors')
const { decodeThrown } = require('./values/thrown')

/** @typedef {InstanceType<typeof import('./thread').WorkerThread>} Thread */

/**
 * Makes the error of those whose call was lost with the worker, or which the pool stops with.
 *
 * @param {ReturnType<Thread['departure']>} departure
 * @param {number} startTimeout
 * @returns {() => Error}
 */
function failureOf({ reason, exitCode, error, thrown, late }, startTimeout) {
  switch (reason) {
    case 'outOfMemory': {
      const message = 'The worker ran out of memory'
      return () => errorOf(message, { code: 'ERR_WORKER_OUT_OF_MEMORY', cause: error, exitCode })
    }
    case 'loadFailed': {
      const cause = thrown === undefined ? error : decodeThrown(thrown)
      const text = /** @type {any} */ (cause)?.message
      // The file may throw anything.
      const said = typeof text === 'string' ? text : `it exited with code ${exitCode}`
      const why = late ? `it was not ready after ${startTimeout} ms` : said
      const message = `The worker cannot be loaded: ${why}`
      return () => errorOf(message, { code: 'ERR_WORKER_LOAD_FAILED', cause, exitCode })
    }
    case 'crashed':
    case 'exited': {
      const message = `The worker exited with code ${exitCode} before the task had ended`
      return () => errorOf(message, { code: 'ERR_WORKER_EXITED', cause: error, exitCode })
    }
    default: {
      const message = 'The worker was terminated before the task had ended'
      return () => errorOf(message, { code: 'ERR_WORKER_TERMINATED', exitCode })
    }
  }
}

/** Whether the pool ended a worker that had nothing to do. @param {import('./thread').ExitReason} reason */
function isOrderly(reason) {
  return reason === 'idle' || reason === 'recycled' || reason === 'closed'
}

module.exports = { failureOf, isOrderly }
