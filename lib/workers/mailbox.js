// @ts-check
'use strict'

/**
 * What comes over the port: calls to look for work, values that only a port can carry, and the word that a run is to
 * stop. Runs on: the worker's thread.
 *
 * @module
 */

const { receiveMessageOnPort } = require('node:worker_threads')
const native = require('../native')
const { runOf } = require('./run')
const { port } = require('./seat')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/** What a message begins with. Anything else is a call to look for work. */
const PARCEL = 1
const ABORT = 2

/** Parcels that came before their call, by number. @type {Map<number, unknown>} */
const parcels = new Map()

/**
 * Runs whose parcel is on its way, by the parcel's number.
 *
 * @typedef {{ run: Run, start: (value: unknown) => void, fail: (error: unknown) => void }} Waiting
 * @type {Map<number, Waiting>}
 */
const waiting = new Map()

/** @param {unknown} message */
function read(message) {
  if (!Array.isArray(message)) return
  const [kind, number, content] = message
  if (kind === PARCEL) {
    const call = waiting.get(number)
    if (call === undefined) {
      parcels.set(number, content)
    } else {
      waiting.delete(number)
      call.start(content)
    }
  } else if (kind === ABORT) {
    abort(number, content)
  }
}

/**
 * @param {number} number
 * @param {string} code
 */
function abort(number, code) {
  const run = runOf(number)
  if (run === undefined) return
  run.abort(code)
  for (const [parcel, call] of waiting) {
    if (call.run !== run) continue
    waiting.delete(parcel)
    call.fail(run.reason())
  }
}

/** Reads what has come, without waiting for the event loop. */
function readMail() {
  for (let received; (received = receiveMessageOnPort(port)) !== undefined;) read(received.message)
}

/**
 * Starts a run with the value of its parcel, now or when that comes.
 *
 * @param {number} parcel
 * @param {Waiting} call
 */
function withParcel(parcel, call) {
  if (!parcels.has(parcel)) readMail()
  if (parcels.has(parcel)) {
    const value = parcels.get(parcel)
    parcels.delete(parcel)
    call.start(value)
  } else {
    waiting.set(parcel, call)
    native.fetchParcel(call.run.number)
  }
}

/**
 * Reads all that comes from now on.
 *
 * @param {() => void} pump looks for work
 */
function open(pump) {
  port.on('message', (message) => {
    read(message)
    pump()
  })
  // Nothing says which value it was that cannot be read.
  port.on('messageerror', (error) => {
    const calls = [...waiting.values()]
    waiting.clear()
    for (const call of calls) call.fail(error)
    pump()
  })
}

module.exports = { open, readMail, withParcel }
