// @ts-check
'use strict'

/**
 * What a worker of a pool runs: loads the user's file, finds out in which style it is written, and takes calls. It
 * is the first of all that a worker loads, and loads no more of offloop than every worker needs.
 *
 * @module
 */

const { syncBuiltinESMExports } = require('node:module')
const { setImmediate } = require('node:timers')
const workerThreads = require('node:worker_threads')
const entry = require('./entry')
const functions = require('./functions')
const parentPort = require('./parent-port')
const { pump, useOneShot } = require('./pump')
const seat = require('./seat')

const { open } = workerThreads.isMainThread ? require('./process-seat') : require('./mailbox')

let isReady = false
/** Whether the file has been evaluated to its end. */
let isLoaded = false
/** Whether it has posted a message meanwhile, as a one-shot file does. */
let hasPosted = false

/** Calls may come. */
function ready() {
  if (isReady) return
  isReady = true
  process.off('uncaughtException', uncaught)
  process.off('beforeExit', atEnd)
  open(pump)
  seat.ready()
  pump()
}

/** Sees whether the file has shown what it is. One that sets something up first may do so later. */
function decide() {
  if (parentPort.isListening() || (isLoaded && functions.count() > 0)) {
    ready()
  } else if (isLoaded && hasPosted) {
    useOneShot()
    ready()
  }
}

/**
 * Whether an error may come from using a `workerData` that is not there. Node's own TypeErrors have other reasons as well.
 *
 * @param {unknown} error
 */
function isOfNoData(error) {
  const { code = 'ERR_INVALID_ARG' } = /** @type {NodeJS.ErrnoException} */ (error ?? {})
  return error instanceof TypeError && code.startsWith('ERR_INVALID_ARG')
}

function mayBeOneShot() {
  return require('./one-shot').isPossible()
}

/** @param {unknown} error what the file threw while it was loaded */
function failed(error) {
  if (isOfNoData(error) && mayBeOneShot()) {
    useOneShot()
    ready()
    return
  }
  const { encodeThrown } = require('../values/thrown')
  seat.refuse(encodeThrown(error, seat.clone))
  process.exit(1)
}

/** @param {unknown} error what nobody caught while the file sets itself up */
function uncaught(error) {
  if (process.listenerCount('uncaughtException') === 1) failed(error)
}

/** Nothing is left to happen, and still there is nobody to run a call. */
function atEnd() {
  const message = 'it neither exports a function nor listens to messages on `parentPort`'
  const { errorOf } = require('../../errors')
  failed(errorOf(message, { code: 'ERR_WORKER_LOAD_FAILED' }))
}

async function load() {
  try {
    functions.use(await entry.load())
  } catch (error) {
    failed(error)
    return
  }
  isLoaded = true
  decide()
}

Object.assign(workerThreads, { workerData: seat.workerData })
syncBuiltinESMExports()
parentPort.takeOver({
  // The code that listens may have more to set up before it returns to the event loop.
  onListen: () => setImmediate(isReady ? pump : decide),
  onStray() {
    if (isReady || !mayBeOneShot()) return false
    hasPosted = true
    setImmediate(decide)
    return true
  },
  pump,
})
process.on('uncaughtException', uncaught)
process.on('beforeExit', atEnd)
void load()
