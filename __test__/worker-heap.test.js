// @ts-check
'use strict'

/** Workers whose heap has grown beyond `recycleAfter.heapMb`. */

const { once } = require('node:events')
const { WorkerPool } = require('..')

/** Keeps so many numbers for good, and says in which worker. */
const keep = (/** @type {number} */ count, /** @type {any} */ { workerId }) => {
  globalThis.kept = Array.from({ length: count }).fill(0.5)
  return workerId
}

test('a worker that holds too much is replaced after the task', async () => {
  const pool = /** @type {any} */ (new WorkerPool(keep, { size: 1, recycleAfter: { heapMb: 24 } }))
  const exit = once(pool, 'workerExit')
  const first = await pool.runTask(4_000_000)
  const [{ workerId, reason }] = await exit
  expect([workerId, reason]).toEqual([first, 'recycled'])
  const second = await pool.runTask(1)
  expect(second).not.toBe(first)
  await expect(pool.runTask(1)).resolves.toBe(second)
  await pool.close()
})

test('no task that waits is lost with it', async () => {
  const pool = /** @type {any} */ (new WorkerPool(keep, { size: 1, recycleAfter: { heapMb: 24 } }))
  const workers = await Promise.all([4_000_000, 1, 1, 4_000_000, 1].map((count) => pool.runTask(count)))
  expect(new Set(workers).size).toBeGreaterThan(1)
  await pool.close()
})
