// @ts-check
'use strict'

/** `needsDrain`, `drain` and `error`: every announcement is true, and none is lost. */

const { once } = require('node:events')
const { WorkerPool } = require('..')
const { occupy } = require('./support/occupied')
const { until } = require('./support/until')

test('a producer that fills up at every drain never stops', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 4 })
  let [left, settled] = [2000, 0]
  const produce = () => {
    while (left > 0 && pool.hasRoom) {
      left--
      void pool.runTask('noop').then(() => settled++)
    }
  }
  pool.on('drain', produce)
  // Takes the room that each drain announces before the producer does, now and then.
  const rival = setInterval(() => pool.hasRoom && pool.runTask('noop'), 1)
  produce()
  await until(() => left === 0 && pool.stats().queued === 0)
  clearInterval(rival)
  await pool.close()
  expect(settled).toBe(2000)
})

test('drain is not announced when the room was taken meanwhile', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const announced = /** @type {boolean[]} */ ([])
  pool.on('drain', () => announced.push(pool.hasRoom))
  const first = pool.runTask('noop')
  const stall = await occupyLater(pool, first)
  // The news of the room that the first task left is on its way; it comes to a full pool.
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(announced).toEqual([])
  stall.abort()
  await once(pool, 'drain')
  expect(announced).toEqual([true])
  await pool.destroy()
})

/**
 * Fills the pool again in the very turn in which its first task has settled.
 *
 * @param {WorkerPool} pool
 * @param {Promise<unknown>} first
 */
async function occupyLater(pool, first) {
  const stall = new AbortController()
  const stalling = () => pool.runTask('fault', { kind: 'stall' }, { signal: stall.signal }).catch(() => {})
  void stalling()
  // Blocks the loop until the threads have told of the room, so that their news waits while the pool fills up.
  while (!pool.hasRoom);
  void stalling()
  await first
  return stall
}

test('drain comes also when the pool is closed', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const { release } = await occupy(pool)
  const waiting = pool.runTask('noop')
  await once(pool, 'needsDrain')
  const drained = once(pool, 'drain')
  const closed = pool.close()
  expect(await drained).toEqual([])
  await release()
  await Promise.all([waiting, closed])
})

test('what an onProgress throws is an error event of the pool', async () => {
  const pool = new WorkerPool(1)
  const thrown = new Error('mine')
  const heard = /** @type {unknown[]} */ ([])
  pool.on('error', (error) => heard.push(error))
  const onProgress = () => {
    throw thrown
  }
  await pool.runTask('fault', { kind: 'stall', milliseconds: 5 }, { onProgress })
  await until(() => heard.length > 0)
  expect(heard[0]).toBe(thrown)
  await pool.close()
})

test('events come also under fake timers', async () => {
  jest.useFakeTimers()
  try {
    const pool = new WorkerPool({ size: 1, maxQueue: 1 })
    const events = /** @type {string[]} */ ([])
    pool.on('needsDrain', () => events.push('needsDrain')).on('drain', () => events.push('drain'))
    const drained = once(pool, 'drain')
    const stall = new AbortController()
    const stalling = pool.runTask('fault', { kind: 'stall' }, { signal: stall.signal }).catch(() => {})
    const waiting = pool.runTask('noop')
    stall.abort()
    await Promise.all([stalling, waiting, drained])
    expect(events).toEqual(['needsDrain', 'drain'])
    await pool.close()
  } finally {
    jest.useRealTimers()
  }
})
