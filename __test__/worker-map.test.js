// @ts-check
'use strict'

/** `map` on JS workers. */

const { WorkerPool } = require('..')

/** @type {WorkerPool} */
let pool
afterEach(() => pool.destroy())

test('a pool that has no worker yet starts as many as it may have', async () => {
  pool = new WorkerPool((/** @type {number} */ n) => new Promise((resolve) => setTimeout(resolve, 200, n)), {
    minSize: 0,
    maxSize: 2,
    idleTimeout: Infinity,
  })
  expect(pool.size).toBe(0)
  const results = []
  for await (const result of pool.map([1, 2, 3, 4])) results.push(result)
  expect(results).toEqual([1, 2, 3, 4])
  expect(pool.size).toBe(2)
})

test('by default enough items are on their way for every place of every worker', async () => {
  pool = new WorkerPool((/** @type {number} */ n) => new Promise((resolve) => setTimeout(resolve, 20, n)), {
    size: 1,
    concurrency: 8,
  })
  let ahead = 0
  let most = 0
  const source = function* () {
    for (let i = 0; i < 32; i++) {
      most = Math.max(most, ++ahead)
      yield i
    }
  }
  for await (const result of pool.map(source())) {
    expect(typeof result).toBe('number')
    ahead--
  }
  expect(most).toBeGreaterThan(8)
})
