// @ts-check
'use strict'

/**
 * Progress of a run on its way to the caller: at most 20 times a second the newest value, and in any case the last one
 * before the result. Runs on: the worker's thread.
 *
 * @module
 */

const { clearTimeout, setTimeout } = require('node:timers')
const seat = require('./seat')
const { plainJson, uncloneable } = require('../values/value')

/** The least time between two values. */
const PAUSE_MS = 50

/** What the engine is told of a value. */
const Kind = Object.freeze({ json: 2, mail: 3 })

class Progress {
  #run
  #sentAt = -Infinity
  /** A value that waits for its time. @type {{ value: unknown } | undefined} */
  #waiting
  /** @type {NodeJS.Timeout | undefined} */
  #timer

  /** @param {number} run */
  constructor(run) {
    this.#run = run
  }

  /** @param {unknown} value */
  report(value) {
    const wait = this.#sentAt + PAUSE_MS - performance.now()
    try {
      if (wait <= 0) {
        this.#waiting = undefined
        this.#send(value)
        return
      }
      // The caller gets the value as it is now, whatever becomes of it.
      this.#waiting = { value: isImmutable(value) ? value : seat.clone(value, 'progress') }
    } catch (cause) {
      throw uncloneable(value, cause, 'progress')
    }
    this.#timer ??= setTimeout(() => this.flush(), wait).unref()
  }

  /** Sends the value that waits. */
  flush() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting === undefined) return
    const { value } = this.#waiting
    this.#waiting = undefined
    this.#send(value)
  }

  /** @param {unknown} value */
  #send(value) {
    const json = plainJson(value)
    if (json === undefined) seat.mail(this.#run, value, [], 'progress')
    this.#sentAt = performance.now()
    if (json === undefined) seat.report(this.#run, Kind.mail)
    else seat.report(this.#run, Kind.json, json)
  }
}

/** @param {unknown} value */
function isImmutable(value) {
  return typeof value === 'number' || typeof value === 'string'
}

module.exports = { Progress }
