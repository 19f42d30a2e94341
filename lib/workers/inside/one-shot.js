// @ts-check
'use strict'

/**
 * The one-shot style of a worker file, as the first examples of most tutorials have it: it computes from `workerData`
 * while it is loaded, and posts one message. It is evaluated anew for each call, with the call's data as `workerData`.
 * Runs on: the worker's thread.
 *
 * @module
 */

const workerThreads = require('node:worker_threads')
const { fail } = require('./answer')
const entry = require('./entry')
const { answering } = require('./parent-port')
const { hasWorkerData } = require('./seat')

/** @typedef {InstanceType<typeof import('./run').Run>} Run */

/** @type {boolean | undefined} */
let possible

/** Whether the file may be of this kind: it reads `workerData`, which the pool does not have, and does not listen. */
function isPossible() {
  if (possible === undefined) {
    const text = hasWorkerData ? '' : entry.text()
    possible =
      /\bworkerData\b/.test(text) && !/\b(?:on|once|add\w*Listener)\s*\(\s*['"`]message\b|\bonmessage\b/.test(text)
  }
  return possible
}

/**
 * @param {Run} run
 * @param {unknown} data
 * @param {() => void} pump
 */
function evaluate(run, data, pump) {
  Object.assign(workerThreads, { workerData: data })
  answering(run, () => {
    try {
      const loaded = entry.loadAnew()
      if (loaded instanceof Promise) {
        loaded.catch((error) => {
          fail(run, error)
          pump()
        })
      }
    } catch (error) {
      fail(run, error)
    }
  })
}

module.exports = { evaluate, isPossible }
