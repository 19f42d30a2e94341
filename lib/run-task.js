// @ts-check
'use strict'

/**
 * `runTask`, the door for one-off tasks, and `defaultPool`.
 *
 * @module
 */

const { isMainThread } = require('node:worker_threads')
const native = require('./native')
const { oneOffOptionNames, taskOptions } = require('./options')
const { WorkerPool } = require('./pool')
const { session } = require('./session')
const { submit } = require('./submission')

/** libuv's threads, of which at most half are taken. @type {import('./submission').Door} */
const libuv = {
  owner: undefined,
  name: undefined,
  refusal: () => undefined,
  submit(slot, task, json, binaries, kinds, limits) {
    const answer = session.submitOneOff(slot, task, json, binaries, kinds, limits)
    if (typeof answer === 'string') return answer
    if (answer) native.startRunner()
    return undefined
  },
}

/**
 * @param {string} name
 * @param {unknown} [input]
 * @param {unknown} [options]
 */
function runTask(name, input, options) {
  try {
    const checked = taskOptions(options, oneOffOptionNames)
    // Node cannot end a worker thread while libuv works for it, and tells nobody: there the default pool does the work.
    if (!isMainThread) return defaultPool().runTask(name, input, options)
    return submit(libuv, name, input, checked)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** @type {InstanceType<typeof WorkerPool> | undefined} */
let pool

/** The pool of the program's default size, made when it is first asked for. */
function defaultPool() {
  if (pool === undefined || pool.closed) pool = new WorkerPool({ name: 'offloop-default' })
  return pool
}

module.exports = { defaultPool, runTask }
