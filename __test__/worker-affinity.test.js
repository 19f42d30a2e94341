// @ts-check
'use strict'

/** Calls of one key run on one worker, and keys are spread over all workers that may be. */

const { WorkerPool } = require('..')

/** @type {WorkerPool} */
let pool
afterEach(() => pool.destroy())

test('a pool grows for keys that have no home yet', async () => {
  pool = new WorkerPool(
    (/** @type {number} */ ms, /** @type {any} */ { workerId }) => {
      return new Promise((resolve) => setTimeout(resolve, ms, workerId))
    },
    { minSize: 1, maxSize: 3 },
  )
  const keys = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']
  const workers = await Promise.all(keys.map((affinity) => pool.runTask(50, { affinity })))
  expect(pool.size).toBe(3)
  expect(new Set(workers).size).toBe(3)
  expect(workers.slice(4)).toEqual(workers.slice(0, 4))
})
