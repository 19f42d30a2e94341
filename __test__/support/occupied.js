// @ts-check
'use strict'

const { until } = require('./until')

/**
 * Gives every thread of the pool a task that lasts until `release()`, so that whatever comes next has to wait.
 *
 * @param {import('../..').WorkerPool} pool
 */
async function occupy(pool) {
  const controller = new AbortController()
  const { signal } = controller
  const before = pool.stats().running
  const stalls = Array.from({ length: pool.size }, () => pool.runTask('fault', { kind: 'stall' }, { signal }))
  const settled = Promise.allSettled(stalls)
  await until(() => pool.stats().running === before + pool.size)
  return {
    async release() {
      controller.abort()
      await settled
    },
  }
}

module.exports = { occupy }
