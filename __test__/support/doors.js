// @ts-check
'use strict'

const { runTask } = require('../..')

/**
 * Both doors to the native tasks, for `describe.each`: what they have in common is tested on both.
 *
 * @param {() => import('../..').WorkerPool} pool
 * @returns {[string, (...args: any[]) => Promise<any>][]}
 */
function doors(pool) {
  return [
    ['runTask', /** @type {any} */ (runTask)],
    ['pool.runTask', (...args) => /** @type {any} */ (pool()).runTask(...args)],
  ]
}

module.exports = { doors }
