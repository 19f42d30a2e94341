// @ts-check
'use strict'

/** How outcomes come back to the event loop. */

const { WorkerPool } = require('..')

test('outcomes come in parts, and the loop turns between two of them', async () => {
  const pool = new WorkerPool(2)
  let settled = 0
  const tasks = Array.from({ length: 20_000 }, () => pool.runTask('noop').then(() => settled++))
  // Blocks the loop until all are done, so that they are all there at once.
  while (pool.queueSize > 0 || pool.stats().running > 0);
  const seen = new Set()
  const turn = () => {
    seen.add(settled)
    if (settled < tasks.length) setImmediate(turn)
  }
  setImmediate(turn)
  await Promise.all(tasks)
  expect(seen.size).toBeGreaterThan(20_000 / 1024)
  await pool.close()
})
