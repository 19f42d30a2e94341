// @ts-check
'use strict'

/**
 * The loop of a worker: takes a call, runs it, answers, as long as there are calls. Then it returns to the event loop,
 * until a message on the port or the end of a run has it look again. Runs on: the worker's thread.
 *
 * @module
 */

const { setImmediate } = require('node:timers')
const { fail, settle } = require('./answer')
const { Context } = require('./context')
const { explain } = require('./entry')
const functions = require('./functions')
const { dispatch, isListening } = require('./parent-port')
const { Run, begin, running } = require('./run')
const seat = require('./seat')
const { deserialize } = require('../values/value')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/** What `take` has found. */
const Kind = Object.freeze({ nothing: 0, undefined: 1, number: 2, json: 3, bytes: 4, parcel: 5, pause: 6 })

/** Whether the loop runs, further up the stack. */
let isPumping = false
/** Whether it goes on by itself on the next turn of the event loop. */
let isPaused = false
/** Whether the file is evaluated anew for each call. */
let isOneShot = false
/** How many calls may run at a time. */
let limit = seat.concurrency

/**
 * From now on, each call evaluates the file anew, unless there is another way to run it. One at a time: there is only one
 * `workerData`.
 */
function useOneShot() {
  isOneShot = true
  limit = 1
}

/** Takes and runs calls until there are none, or no more at a time. */
function pump() {
  if (isPumping || isPaused) return
  isPumping = true
  try {
    while (running() < limit) {
      if (!canRun()) {
        resume(retireUnlessListening)
        return
      }
      const value = seat.take()
      const { meta } = seat
      const kind = meta[0]
      if (kind === Kind.nothing) return
      if (kind === Kind.pause) {
        resume(pump)
        return
      }
      const run = new Run(meta[1], meta[2], meta[3], (meta[4] & 1) !== 0)
      begin(run)
      start(run, kind, value)
    }
  } finally {
    isPumping = false
  }
}

/** @param {() => void} next what to do on the next turn of the event loop */
function resume(next) {
  isPaused = true
  setImmediate(() => {
    isPaused = false
    next()
  })
}

/** Whether there is anybody to run a call: a file of the plain style may have stopped listening, for a while or for good. */
function canRun() {
  return functions.count() > 0 || isOneShot || isListening()
}

function retireUnlessListening() {
  if (canRun()) pump()
  else seat.retire()
}

/**
 * Runs a call with its value, when that is there. Never throws.
 *
 * @param {Run} run
 * @param {number} kind
 * @param {any} value
 */
function start(run, kind, value) {
  try {
    if (kind === Kind.number || kind === Kind.undefined) execute(run, value)
    else if (kind === Kind.json) execute(run, JSON.parse(value))
    else if (kind === Kind.bytes) execute(run, deserialize(value))
    else {
      const { withParcel } = require('./mailbox')
      withParcel(seat.meta[5], { run, start: (value) => execute(run, value), fail: (error) => fail(run, error) })
    }
  } catch (error) {
    fail(run, error)
  }
}

/**
 * @param {Run} run
 * @param {unknown} data
 */
function execute(run, data) {
  const work = functions.find(run.name)
  if (work !== undefined) call(work, run, data)
  else if (run.name !== 0) fail(run, functions.unknown(run.name))
  else if (isListening()) dispatch(run, data)
  else if (isOneShot) require('./one-shot').evaluate(run, data, pump)
  else fail(run, functions.unknown(run.name))
}

/**
 * @param {import('./functions').WorkerFunction} work
 * @param {Run} run
 * @param {unknown} data
 */
function call(work, run, data) {
  /** @type {any} */
  let result
  try {
    result = work(data, new Context(run))
    if (typeof result === 'object' && result !== null && typeof result.then === 'function') {
      const settled = (/** @type {unknown} */ value) => settleLater(run, value)
      const broken = (/** @type {unknown} */ error) => breakLater(run, error)
      result.then(settled, broken)
      return
    }
  } catch (error) {
    broke(run, error)
    return
  }
  settle(run, result)
}

/**
 * @param {Run} run
 * @param {unknown} error
 */
function broke(run, error) {
  explain(error)
  fail(run, error)
}

/**
 * @param {Run} run
 * @param {unknown} value
 */
function settleLater(run, value) {
  settle(run, value)
  pump()
}

/**
 * @param {Run} run
 * @param {unknown} error
 */
function breakLater(run, error) {
  broke(run, error)
  pump()
}

module.exports = { pump, useOneShot }
