// @ts-check
'use strict'

const path = require('node:path')
const { WorkerPool } = require('../..')

/** The path of a worker file of the tests. @param {string} name */
function workerFile(name) {
  return path.join(__dirname, '..', 'workers', name)
}

/**
 * Makes pools that are destroyed after the test, and writes down what becomes of their workers.
 *
 * @returns {(worker?: any, options?: any) => any}
 */
function makesPools() {
  /** @type {any[]} */
  const pools = []
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.destroy())))
  return (worker = workerFile('tasks.js'), options = 1) => {
    const pool = /** @type {any} */ (new WorkerPool(worker, options))
    pools.push(pool)
    pool.created = []
    pool.exits = []
    pool.on('workerCreate', (/** @type {any} */ created) => pool.created.push(created))
    pool.on('workerExit', (/** @type {any} */ exit) => pool.exits.push(exit))
    return pool
  }
}

/** Counters that workers share, as their `workerData`. */
function sharedCounters(length = 8) {
  const counters = new Int32Array(new SharedArrayBuffer(4 * length))
  return { counters, workerData: { counters } }
}

module.exports = { makesPools, sharedCounters, workerFile }
