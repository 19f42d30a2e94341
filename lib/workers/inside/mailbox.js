// @ts-check
'use strict'

/**
 * What comes over the port: calls to look for work, values that only a port can carry, and the word that a run is to
 * stop. For worker threads only. Runs on: the worker's thread.
 *
 * @module
 */

const { setImmediate } = require('node:timers')
const { receiveMessageOnPort } = require('node:worker_threads')
const native = require('../../native')
const { runOf } = require('./run')
const seat = require('./seat')
const { decodeThrown } = require('../values/thrown')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

const port = /** @type {import('node:worker_threads').MessagePort} */ (seat.port)

/** What a message begins with. Anything else is a call to look for work. */
const PARCEL = 1
const ABORT = 2
const NO_PARCEL = 3

/**
 * The parcel that came before its call. Only a worker that has nothing to do is sent one, so when the next one comes, the
 * call of this one has been taken, or never will be.
 *
 * @type {{ number: number, value: unknown } | undefined}
 */
let early

/** Why the parcel that came before its call could not be read. @type {Error | undefined} */
let unreadable

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
    waiting.delete(number)
    if (call === undefined) early = { number, value: content }
    else if (!call.run.ended) call.start(content)
  } else if (kind === ABORT) {
    abort(number, content)
  } else if (kind === NO_PARCEL) {
    const call = waiting.get(number)
    waiting.delete(number)
    call?.fail(decodeThrown(content))
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
  // The parcel may come all the same.
  for (const call of waiting.values()) if (call.run === run) call.fail(run.reason())
}

/** Looks for work; there is none before the file is loaded. */
let look = () => {}

/** Reads what has come, without waiting for the event loop. */
function readMail() {
  let isCalled = false
  for (let received; (received = receiveMessageOnPort(port)) !== undefined;) {
    read(received.message)
    isCalled = true
  }
  // Each message may have been the call to look for work, and nobody else reads it any more.
  if (isCalled) setImmediate(look)
}

/**
 * Starts a run with the value of its parcel, now or when that comes.
 *
 * @param {number} parcel
 * @param {Waiting} call
 */
function withParcel(parcel, call) {
  if (early?.number !== parcel) readMail()
  if (early?.number === parcel) {
    const { value } = early
    early = undefined
    call.start(value)
  } else if (unreadable) {
    call.fail(unreadable)
    unreadable = undefined
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
  look = pump
  port.on('message', (message) => {
    read(message)
    pump()
  })
  // Nothing says which value it was that cannot be read.
  port.on('messageerror', (error) => {
    if (waiting.size === 0) unreadable = error
    for (const call of waiting.values()) call.fail(error)
    waiting.clear()
    pump()
  })
}

module.exports = { open, readMail, withParcel }
