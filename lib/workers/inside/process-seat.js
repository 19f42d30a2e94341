// @ts-check
'use strict'

/**
 * The seat of a worker that is a process: what a worker thread asks the engine for comes over the channel, from the pool's
 * owner. Runs on: the main thread of the process.
 *
 * @module
 */

const { readSync } = require('node:fs')
const { COMMAND, ToPool, ToWorker } = require('../wire')
const { deserialize, serializeForProcess } = require('../values/value')

/** @typedef {import('./seat').Seat} Seat */

// Before the user's code puts others in their places.
const post = /** @type {(...args: any[]) => boolean} */ (process.send).bind(process)
const channel = /** @type {NonNullable<typeof process.channel>} */ (process.channel)

/** What a call has: kind, run, place, name, flags, parcel. */
const META = 6

/** Calls that have come and were not taken. @type {any[][]} */
const calls = []
/** Of exports, by the engine's number. @type {Map<number, string>} */
const names = new Map()
/** @type {Seat | undefined} */
let taken
let look = () => {}

/** Where the process has the pool's word for loops, behind its channel; see `../stops`. */
const STOPS_FD = 4
/** How often it is looked at, at the most, in milliseconds. */
const STOPS_PAUSE = 1

/**
 * A pool that cannot be reached has ended, and so will this process.
 *
 * @param {...any} message
 */
function say(...message) {
  post(message, undefined, undefined, () => {})
}

/**
 * Takes the seat, when the pool has said which one, and then calls `start`.
 *
 * @param {() => void} start
 */
function connect(start) {
  // While nobody answers, nothing else may keep the process alive.
  channel.ref()
  process.on('internalMessage', (/** @type {any} */ message) => {
    if (message?.cmd === COMMAND) hear(message.say, start)
  })
  process.once('disconnect', () => process.exit(1))
  say(ToPool.hello)
}

/**
 * @param {any[]} message
 * @param {() => void} start
 */
function hear([kind, ...content], start) {
  if (kind === ToWorker.envelope) {
    const [envelope, workerData] = content
    // From now on the user's file decides, until it is loaded.
    channel.unref()
    taken = { ...envelope, workerData: deserialize(workerData), ...desk(envelope) }
    start()
  } else if (kind === ToWorker.call) {
    calls.push(content)
    look()
  } else if (kind === ToWorker.abort) {
    const [run, code] = content
    const { runOf } = require('./run')
    runOf(run)?.abort(code)
  }
}

/**
 * @param {{ concurrency: number, hasStops: boolean }} envelope
 * @returns {import('./seat').Desk}
 */
function desk({ concurrency, hasStops }) {
  /** @type {number[]} */
  const meta = Array(META).fill(0)
  const flags = new Int32Array(2 * concurrency)
  let readAt = -Infinity
  const refresh = () => {
    const now = performance.now()
    if (now - readAt < STOPS_PAUSE) return
    readAt = now
    readSync(STOPS_FD, flags, 0, flags.byteLength, 0)
  }
  return {
    meta,
    flags,
    refresh: hasStops ? refresh : undefined,
    take() {
      const call = calls.shift()
      if (call === undefined) {
        meta[0] = 0
        return undefined
      }
      for (let i = 0; i < META; i++) meta[i] = call[i]
      const [value, name] = call.slice(META)
      names.set(meta[3], name)
      return value
    },
    give: (run, kind, value) => say(ToPool.give, run, kind, value),
    report: (run, kind, json) => say(ToPool.report, run, kind, json),
    mail: (run, value, _, root = 'result') => say(ToPool.mail, run, serializeForProcess(value, root)),
    clone: (value, root = 'error') => deserialize(serializeForProcess(value, root)),
    ready: () => say(ToPool.ready),
    retire: () => say(ToPool.retire),
    refuse: (thrown) => say(ToPool.refuse, serializeForProcess(thrown, 'error')),
    nameOf: (name) => names.get(name) ?? null,
  }
}

/** The seat, once it is taken. */
function seat() {
  return /** @type {Seat} */ (taken)
}

/**
 * Has calls come from now on.
 *
 * @param {() => void} pump looks for them
 */
function open(pump) {
  look = pump
  channel.ref()
  process.on('uncaughtException', crash)
}

/** Ends the process as an exception ends a worker thread: its owner hears of it, and nothing is printed. @param {unknown} error */
function crash(error) {
  if (process.listenerCount('uncaughtException') > 1) return
  const { encodeThrown } = require('../values/thrown')
  say(ToPool.crash, serializeForProcess(encodeThrown(error, seat().clone), 'error'))
  process.exit(1)
}

/** Sends what answers no call, to listeners to the pool's `message`. @param {unknown} value */
function stray(value) {
  say(ToPool.stray, serializeForProcess(value, 'message'))
}

module.exports = { connect, open, seat, stray }
