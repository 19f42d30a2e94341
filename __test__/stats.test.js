// @ts-check
'use strict'

const { WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')

const nothing = { min: 0, mean: 0, max: 0, p50: 0, p90: 0, p99: 0, p99_9: 0 }

test('a new pool has done nothing', async () => {
  const pool = new WorkerPool(3)
  expect(pool.stats()).toEqual({
    size: 3,
    running: 0,
    queued: 0,
    inputBytes: 0,
    completed: 0,
    failed: 0,
    canceled: 0,
    utilization: 0,
    waitTime: nothing,
    runTime: nothing,
  })
  await pool.close()
})

test('counts how tasks ended', async () => {
  const pool = new WorkerPool(2)
  for (let i = 0; i < 5; i++) await pool.runTask('noop', i)
  await failure(pool.runTask('fault', { kind: 'error' }))
  await failure(pool.runTask('fault', { kind: 'panic' }))
  await failure(pool.runTask('fault', { kind: 'stall' }, { timeout: 5 }))
  const occupied = await occupy(pool)
  await failure(pool.runTask('noop', 1, { queueTimeout: 5 }))
  await occupied.release()
  expect(pool.stats()).toMatchObject({ completed: 5, failed: 2, canceled: 3, running: 0, queued: 0 })
  await pool.close()
})

test('shows what runs, what waits and what inputs they hold', async () => {
  const pool = new WorkerPool(2)
  const occupied = await occupy(pool)
  const held = pool.stats().inputBytes
  const waiting = [pool.runTask('noop', Buffer.alloc(1000)), pool.runTask('noop')]
  expect(pool.stats()).toMatchObject({ running: 2, queued: 2 })
  expect(pool.stats().inputBytes - held).toBeGreaterThanOrEqual(1000)
  expect(pool.stats().inputBytes - held).toBeLessThan(1100)
  expect(pool.queueSize).toBe(2)
  await occupied.release()
  await Promise.all(waiting)
  expect(pool.stats()).toMatchObject({ running: 0, queued: 0, inputBytes: 0 })
  await pool.close()
})

test('times how long tasks waited and ran', async () => {
  const pool = new WorkerPool(1)
  await Promise.all([1, 2, 3].map(() => pool.runTask('fault', { kind: 'stall', milliseconds: 30 })))
  const { runTime, waitTime, utilization } = pool.stats()
  for (const summary of [runTime, waitTime]) {
    const { min, p50, p90, p99, p99_9, max, mean } = summary
    const rising = [min, p50, p90, p99, p99_9, max]
    expect(rising).toEqual([...rising].sort((a, b) => a - b))
    expect(mean).toBeGreaterThanOrEqual(min)
    expect(mean).toBeLessThanOrEqual(max)
  }
  // A sleep never ends early; the histogram has two significant digits.
  expect(runTime.min).toBeGreaterThan(29)
  // The third waited for the two before it.
  expect(waitTime.max).toBeGreaterThan(58)
  expect(utilization).toBeGreaterThan(0)
  expect(utilization).toBeLessThanOrEqual(1)
  await pool.close()
})

test('the counts are there when the outcome is', async () => {
  const pool = new WorkerPool(4)
  for (let i = 1; i <= 200; i++) {
    await pool.runTask('noop', i)
    expect(pool.stats().completed).toBe(i)
  }
  await pool.close()
})

test('what stats() gives is the caller’s own', async () => {
  const pool = new WorkerPool(1)
  pool.stats().completed = 99
  expect(pool.stats().completed).toBe(0)
  await pool.close()
})
