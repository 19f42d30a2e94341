// @ts-check
'use strict'

/**
 * What a worker that is a process runs first. It gives the user's file what it would find in a worker thread, a
 * `parentPort`, and what it would find in a process that is made by `fork`: messages of `process`. Both mean the calls.
 *
 * @module
 */

const { syncBuiltinESMExports } = require('node:module')
const workerThreads = require('node:worker_threads')
const { connect, stray } = require('./process-seat')

// A real one, although nobody posts to it.
const { port1: parentPort } = new MessageChannel()
Object.assign(parentPort, { postMessage: stray })
Object.assign(workerThreads, { parentPort })
syncBuiltinESMExports()

/** @param {unknown} data */
function relay(data) {
  process.emit('message', data, undefined)
}

process.on('newListener', (event) => {
  if (event === 'message' && process.listenerCount('message') === 0) parentPort.on('message', relay)
})
process.on('removeListener', (event) => {
  if (event === 'message' && process.listenerCount('message') === 0) parentPort.off('message', relay)
})

process.send = (/** @type {unknown} */ message, /** @type {any[]} */ ...rest) => {
  parentPort.postMessage(message)
  const done = rest.find((argument) => typeof argument === 'function')
  if (done) process.nextTick(done, null)
  return true
}

connect(() => require('./worker'))
