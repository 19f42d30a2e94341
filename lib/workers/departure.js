// @ts-check
'use strict'

/**
 * What it means for a pool that a worker has ended.
 *
 * @module
 */

const { errorOf } = require('../errors')
const { decodeThrown } = require('./values/thrown')

/**
 * Makes the error of those whose call was lost with the worker, or which the pool stops with.
 *
 * @param {import('./thread').Departure} departure
 * @param {number} startTimeout
 * @returns {() => Error}
 */
function failureOf({ reason, exitCode: code, signal, error, thrown, late }, startTimeout) {
  const exitCode = code ?? undefined
  /** @param {string} message  @param {{ code: string, cause?: unknown }} details */
  const failure = (message, details) => () => signaled(errorOf(message, { ...details, exitCode }), signal)
  switch (reason) {
    case 'outOfMemory': {
      const message = 'The worker ran out of memory'
      return failure(message, { code: 'ERR_WORKER_OUT_OF_MEMORY', cause: error })
    }
    case 'loadFailed': {
      const cause = thrown === undefined ? error : decodeThrown(thrown)
      const text = /** @type {any} */ (cause)?.message
      // The file may throw anything.
      const said = typeof text === 'string' ? text : `it ${ended(exitCode, signal)}`
      const why = late ? `it was not ready after ${startTimeout} ms` : said
      const message = `The worker cannot be loaded: ${why}`
      return failure(message, { code: 'ERR_WORKER_LOAD_FAILED', cause })
    }
    case 'crashed':
    case 'exited': {
      const message = `The worker ${ended(exitCode, signal)} before the task had ended`
      return failure(message, { code: 'ERR_WORKER_EXITED', cause: error })
    }
    default: {
      const message = 'The worker was terminated before the task had ended'
      return failure(message, { code: 'ERR_WORKER_TERMINATED' })
    }
  }
}

/** @param {number | undefined} exitCode  @param {string | undefined} signal */
function ended(exitCode, signal) {
  return signal === undefined ? `exited with code ${exitCode}` : `was killed by ${signal}`
}

/** @param {Error} error  @param {string | undefined} signal that ended the process */
function signaled(error, signal) {
  return signal === undefined ? error : Object.assign(error, { signal })
}

/** Whether the pool ended a worker that had nothing to do. @param {import('./thread').ExitReason} reason */
function isOrderly(reason) {
  return reason === 'idle' || reason === 'recycled' || reason === 'closed'
}

module.exports = { failureOf, isOrderly }
