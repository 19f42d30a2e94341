// @ts-check
'use strict'

/**
 * The plain Node style of a worker file: `parentPort.on('message', …)` hears of calls, and `parentPort.postMessage(…)`
 * answers them. What is posted outside of calls goes where Node sends it. Runs on: the worker's thread.
 *
 * @module
 */

const { AsyncLocalStorage } = require('node:async_hooks')
const workerThreads = require('node:worker_threads')
const { settle } = require('./answer')
const { concurrency, retire } = require('./seat')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/** Of a process, one that it has got from us. */
const parentPort = /** @type {import('node:worker_threads').MessagePort} */ (workerThreads.parentPort)
const postMessage = parentPort.postMessage.bind(parentPort)
const addEventListener = /** @type {(...args: any[]) => void} */ (parentPort.addEventListener).bind(parentPort)

/** Runs that have not been answered, the oldest first. @type {Set<Run>} */
const unanswered = new Set()

/** Which of several runs a message answers. One alone is clear, and Node 20 and 22 make promises slower for this. */
const ownRun = /** @type {AsyncLocalStorage<Run> | undefined} */ (concurrency > 1 ? new AsyncLocalStorage() : undefined)

/**
 * @typedef {object} Hooks
 * @property {() => void} onListen there is another listener for messages
 * @property {() => boolean} onStray whether a message that answers no call is kept back
 * @property {() => void} pump looks for work
 */

/**
 * Takes the parent's port over. Every way to listen goes through `addEventListener`.
 *
 * @param {Hooks} hooks
 */
function takeOver({ onListen, onStray, pump }) {
  Object.assign(parentPort, {
    /** @param {string} type @param {any[]} rest */
    addEventListener(type, ...rest) {
      addEventListener(type, ...rest)
      if (type === 'message') onListen()
    },
    /** @param {unknown} value @param {any} [transfer] */
    postMessage(value, transfer) {
      const run = answered()
      if (run !== undefined) {
        unanswered.delete(run)
        settle(run, value, Array.isArray(transfer) ? transfer : transfer?.transfer)
        pump()
      } else if (!onStray()) {
        postMessage(value, transfer)
      }
    },
    /** A worker that wants to hear no more is replaced. */
    close() {
      if (isListening()) retire()
    },
  })
}

/** The run that a message answers which is posted now. */
function answered() {
  const own = ownRun?.getStore()
  if (own !== undefined) return own.ended ? undefined : own
  for (const run of unanswered) {
    if (!run.ended) return run
    unanswered.delete(run)
  }
  return undefined
}

/**
 * Runs code that answers the run by a message, now or later.
 *
 * @param {Run} run
 * @param {() => void} code
 */
function answering(run, code) {
  unanswered.add(run)
  if (ownRun) ownRun.run(run, code)
  else code()
}

/**
 * Has the listeners hear of a call. What they throw is uncaught, as it is in Node.
 *
 * @param {Run} run
 * @param {unknown} data
 */
function dispatch(run, data) {
  answering(run, () => parentPort.emit('message', data))
}

/** Whether anybody listens. */
function isListening() {
  return parentPort.listenerCount('message') > 0
}

module.exports = { answering, dispatch, isListening, takeOver }
