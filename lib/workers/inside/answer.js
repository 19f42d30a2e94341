// @ts-check
'use strict'

/**
 * How a run ends: with a value or an error, which goes through the engine when it is plain, else by mail. Runs on: the
 * worker's thread.
 *
 * @module
 */

const { end } = require('./run')
const seat = require('./seat')
const { plainJson, uncloneable } = require('../values/value')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/** What `give` is told. */
const Kind = Object.freeze({ undefined: 0, number: 1, json: 2, mail: 3, thrownJson: 4, thrownMail: 5 })

/**
 * Ends a run with its result. A result that cannot be cloned is the failure of this run alone.
 *
 * @param {Run} run
 * @param {unknown} value
 * @param {any[]} [transferList]
 */
function settle(run, value, transferList) {
  if (run.ended) return
  run.progress?.flush()
  if (typeof value === 'number') {
    seat.give(run.number, Kind.number, value)
  } else if (value === undefined || run.aborted) {
    // What nobody waits for any more would lie in the caller's port.
    seat.give(run.number, Kind.undefined)
  } else {
    const json = plainJson(value)
    if (json !== undefined) {
      seat.give(run.number, Kind.json, json)
    } else {
      const list = transferList ?? (run.moved ? [...run.moved] : [])
      try {
        seat.mail(run.number, value, list)
      } catch (cause) {
        fail(run, uncloneable(value, cause, 'result', list))
        return
      }
      seat.give(run.number, Kind.mail)
    }
  }
  close(run)
}

/**
 * Ends a run with what it has thrown.
 *
 * @param {Run} run
 * @param {unknown} error
 */
function fail(run, error) {
  if (run.ended) return
  run.progress?.flush()
  const thrown = describe(error)
  const json = plainJson(thrown)
  if (json !== undefined) {
    seat.give(run.number, Kind.thrownJson, json)
  } else {
    seat.mail(run.number, thrown, [])
    seat.give(run.number, Kind.thrownMail)
  }
  close(run)
}

/** @param {Run} run */
function close(run) {
  end(run)
  if (seat.heapMb !== undefined) checkHeap(seat.heapMb)
}

// What not every worker needs is loaded when it is needed first: a file costs a worker 0.3 ms of its start.

/** @param {unknown} error */
function describe(error) {
  return require('../values/thrown').encodeThrown(error, seat.clone)
}

/** @param {number} mb */
function checkHeap(mb) {
  require('./heap').check(mb)
}

module.exports = { fail, settle }
