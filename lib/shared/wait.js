// @ts-check
'use strict'

/**
 * Attempts something again and again until it is done: blocking this thread in between, or not.
 *
 * @module
 */

const { clearTimeout, setTimeout } = require('node:timers')
const { isMainThread } = require('node:worker_threads')
const native = require('../native')
const { errorOf } = require('../errors')
const {
  MAX_MS,
  MAX_TIMER_MS,
  checkBoolean,
  checkKnown,
  checkNumber,
  checkObject,
  checkSignal,
  unexpected,
} = require('../options')
const { listen, unlisten } = require('../signals')

/** What an attempt answers that has to wait. */
const WAIT = -1
/** A blocked thread looks up so often, in ms: then it can be terminated, and looks after those that it waits for. */
const SLICE_MS = 20

/**
 * @typedef {(cares: boolean) => number} Attempt answers `WAIT`, or something else when it is done; with `cares` it looks
 *   whether those that it waits for still live
 */

/** @param {string} what  @param {number} timeout */
const timedOut = (what, timeout) => errorOf(`${what} took longer than ${timeout} ms`, { code: 'ERR_SHARED_TIMEOUT' })

/** @param {string} what  @param {AbortSignal | undefined} signal */
const aborted = (what, signal) => errorOf(`${what} was aborted`, { code: 'ABORT_ERR', cause: signal?.reason })

/**
 * Options that are known here, checked.
 *
 * @param {unknown} written
 * @param {readonly string[]} names
 * @returns {{ timeout: number, written: any, signal: AbortSignal | undefined, ref: boolean }} `written` is the timeout as it was
 */
function checked(written, names) {
  const options = checkObject('options', written ?? {})
  checkKnown(options, names)
  const { timeout = Infinity, signal, ref = true } = options
  checkNumber('timeout', timeout, { min: 0, max: MAX_MS, infinite: true })
  checkBoolean('ref', ref)
  if (signal !== undefined) checkSignal('signal', signal)
  return { timeout, written: options.timeout, signal, ref }
}

/**
 * Blocks this thread until it is done.
 *
 * @param {string} what for the message
 * @param {unknown} written `{ timeout }`, without which the main thread does not block
 * @param {Attempt} attempt
 * @returns {number} what the attempt answered
 */
function block(what, written, attempt) {
  const { timeout, written: given } = checked(written, ['timeout'])
  const first = attempt(false)
  if (first !== WAIT) return first
  if (isMainThread && timeout === Infinity) {
    native.sharedRetire()
    throw neverOnMain(given)
  }
  const start = performance.now()
  let cared = start
  for (;;) {
    const now = performance.now()
    if (now - start >= timeout) {
      native.sharedRetire()
      throw timedOut(what, timeout)
    }
    native.sharedBlock(Math.min(start + timeout - now, SLICE_MS))
    // By the clock, and not when nothing happens: others may come and go all the time.
    const cares = performance.now() - cared >= SLICE_MS
    if (cares) cared = performance.now()
    const answer = attempt(cares)
    if (answer !== WAIT) return answer
  }
}

/** @param {unknown} timeout */
const neverOnMain = (timeout) =>
  unexpected(
    'timeout',
    'a number of ms on the main thread, which must not be blocked for ever',
    timeout,
    'ERR_INVALID_ARG_VALUE',
  )

/** One attempt, and one more that looks after a dead owner. @param {Attempt} attempt @returns {number} */
function tryOnce(attempt) {
  const first = attempt(false)
  if (first !== WAIT) return first
  native.sharedRetire()
  const second = attempt(true)
  if (second === WAIT) native.sharedRetire()
  return second
}

/** Those that wait, by number: what is to be done when it is worth another attempt. @type {Map<number, () => void>} */
const waiting = new Map()
/** What those that wait at an address must keep. @type {Map<number, object>} */
const kept = new Map()
/** Those of them that keep the event loop alive. @type {Set<number>} */
const referenced = new Set()
/** @type {any} */
let waits
let last = 0

/** @param {number[]} ids */
function tell(ids) {
  for (const id of ids) {
    const again = waiting.get(id)
    forget(id)
    again?.()
  }
}

/** @param {number} id */
function forget(id) {
  waiting.delete(id)
  kept.delete(id)
  if (referenced.delete(id) && referenced.size === 0) waits.keepAlive(false)
}

/** Of 32 bits, as the addon has them. */
function nextNumber() {
  do last = (last + 1) >>> 0
  while (waiting.has(last))
  return last
}

/**
 * A wait that others end, by its number.
 *
 * @param {boolean} ref whether it keeps the event loop alive
 * @param {object} memory that must not go meanwhile
 * @returns {{ id: number, waits: any, told: Promise<void>, forget: () => void }}
 */
function later(ref, memory) {
  waits ??= new native.SharedWaits(tell)
  const id = nextNumber()
  /** @type {Promise<void>} */
  const told = new Promise((resolve) => waiting.set(id, resolve))
  kept.set(id, memory)
  if (ref && referenced.add(id).size === 1) waits.keepAlive(true)
  return { id, waits, told, forget: () => forget(id) }
}

/** Is called once, when the last attempt of this thread is worth another. @param {() => void} again  @param {boolean} ref */
function watch(again, ref) {
  waits ??= new native.SharedWaits(tell)
  const id = nextNumber()
  waits.add(id)
  waiting.set(id, again)
  if (ref && referenced.add(id).size === 1) waits.keepAlive(true)
  return id
}

/**
 * Resolves when it is done, without blocking.
 *
 * @template [T=number]
 * @param {string} what for the message
 * @param {unknown} written `{ signal, timeout, ref }`
 * @param {Attempt} attempt
 * @param {{ done?: (answer: number) => T, giveUp?: () => boolean }} [ends] what the result is of an answer; what is undone when
 *   it ends otherwise, `false` when it is too late for that: then it is done
 * @returns {Promise<T>}
 */
async function wait(what, written, attempt, { done = (answer) => /** @type {any} */ (answer), giveUp } = {}) {
  const { timeout, signal, ref } = checked(written, ['timeout', 'signal', 'ref'])
  const canceled = () => aborted(what, signal)
  if (signal?.aborted) throw canceled()
  const first = attempt(false)
  if (first !== WAIT) return done(first)
  return new Promise((resolve, reject) => {
    let id = watch(again, ref)
    const timer = timeout === Infinity ? undefined : startTimer(timeout, () => end(timedOut(what, timeout)), ref)
    const onAbort = () => end(canceled())
    listen(signal, onAbort)

    function again() {
      let answer
      try {
        answer = attempt(true)
        if (answer === WAIT) {
          id = watch(again, ref)
          return
        }
        resolve(done(answer))
      } catch (error) {
        reject(error)
      }
      stop()
    }

    /** @param {Error} error */
    function end(error) {
      if (waiting.has(id)) {
        waits.remove(id)
        forget(id)
      }
      stop()
      if (giveUp?.() === false) resolve(done(0))
      else reject(error)
    }

    function stop() {
      timer?.stop()
      unlisten(signal, onAbort)
    }
  })
}

/**
 * Calls it when so many milliseconds are over, and not a part of one before, as timers may be; however many they are.
 *
 * @param {number} ms
 * @param {() => void} call
 * @param {boolean} [ref]
 * @returns {{ stop: () => void }}
 */
function startTimer(ms, call, ref = true) {
  const end = performance.now() + ms
  /** @type {NodeJS.Timeout} */
  let timer
  const go = () => {
    const left = end - performance.now()
    if (left <= 0) return call()
    timer = setTimeout(go, Math.ceil(Math.min(left, MAX_TIMER_MS)))
    if (!ref) timer.unref()
  }
  timer = setTimeout(go, Math.ceil(Math.min(ms, MAX_TIMER_MS)))
  if (!ref) timer.unref()
  return { stop: () => clearTimeout(timer) }
}

/**
 * Attempts it when the time has come that the last attempt has named.
 *
 * @param {string} what for the message
 * @param {unknown} written `{ signal, timeout }`
 * @param {() => number} attempt in how many ms it is worth another, 0 when it is done
 * @returns {Promise<void>}
 */
async function retry(what, written, attempt) {
  const { timeout, signal } = checked(written, ['timeout', 'signal'])
  const end = performance.now() + timeout
  for (;;) {
    if (signal?.aborted) throw aborted(what, signal)
    const ms = attempt()
    if (ms === 0) return
    const left = end - performance.now()
    if (left <= 0) throw timedOut(what, timeout)
    await sleep(Math.min(ms, left), signal)
  }
}

/** Until the time is over, or the signal fires. @param {number} ms  @param {AbortSignal | undefined} signal */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = startTimer(ms, end)
    listen(signal, end)
    function end() {
      timer.stop()
      unlisten(signal, end)
      resolve(undefined)
    }
  })
}

const nowhere = new Int32Array(new SharedArrayBuffer(4))

/**
 * The same, blocking this thread.
 *
 * @param {string} what for the message
 * @param {unknown} written `{ timeout }`
 * @param {() => number} attempt as for `retry`
 */
function retrySync(what, written, attempt) {
  const { timeout, written: given } = checked(written, ['timeout'])
  const end = performance.now() + timeout
  for (;;) {
    const ms = attempt()
    if (ms === 0) return
    if (isMainThread && timeout === Infinity) throw neverOnMain(given)
    const left = end - performance.now()
    if (left <= 0) throw timedOut(what, timeout)
    Atomics.wait(nowhere, 0, 0, Math.min(ms, left))
  }
}

module.exports = { WAIT, block, later, nextNumber, retry, retrySync, startTimer, tryOnce, wait }
