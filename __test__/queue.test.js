// @ts-check
'use strict'

const { PoolError, WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')

/** A pool of one busy thread. @param {import('..').PoolOptions} options */
async function busyPool(options) {
  const pool = new WorkerPool({ size: 1, ...options })
  return { pool, occupied: await occupy(pool) }
}

test('a full queue refuses', async () => {
  const { pool, occupied } = await busyPool({ maxQueue: 2 })
  const taken = [pool.runTask('noop', 1), pool.runTask('noop', 2)]
  for (const args of [['noop'], ['noop', 3], ['noop', 3, { priority: 9 }]]) {
    const error = await failure(/** @type {any} */ (pool).runTask(...args))
    expect(error).toBeInstanceOf(PoolError)
    expect(error).toMatchObject({ name: 'PoolError', code: 'ERR_QUEUE_FULL', task: 'noop' })
    expect(error.message).toBe('The queue of the pool is full')
  }
  expect(pool.queueSize).toBe(2)
  await occupied.release()
  await expect(Promise.all(taken)).resolves.toEqual([1, 2])
  expect(pool.stats().completed).toBe(2)
  await pool.close()
})

test('as many tasks as there are threads and places are taken, however busy the threads are', async () => {
  const pool = new WorkerPool({ size: 3, maxQueue: 4 })
  const tasks = Array.from({ length: 7 }, () => pool.runTask('fault', { kind: 'stall', milliseconds: 5 }))
  expect(pool.hasRoom).toBe(false)
  expect((await failure(pool.runTask('noop'))).code).toBe('ERR_QUEUE_FULL')
  await expect(Promise.all(tasks)).resolves.toHaveLength(7)
  await pool.close()
})

test('an aborted task leaves its place to another', async () => {
  const { pool, occupied } = await busyPool({ maxQueue: 1 })
  const controller = new AbortController()
  const waiting = failure(pool.runTask('noop', 1, { signal: controller.signal }))
  expect(pool.hasRoom).toBe(false)
  controller.abort()
  expect(pool.hasRoom).toBe(true)
  const next = pool.runTask('noop', 2)
  expect((await waiting).code).toBe('ABORT_ERR')
  await occupied.release()
  await expect(next).resolves.toBe(2)
  await pool.close()
})

test('hasRoom and ready() keep a producer from ever being refused', async () => {
  const pool = new WorkerPool({ size: 2, maxQueue: 3 })
  let most = 0
  const producer = async () => {
    const tasks = []
    for (let i = 0; i < 500; i++) {
      while (!pool.hasRoom) await pool.ready()
      tasks.push(pool.runTask('noop', i))
      most = Math.max(most, pool.queueSize)
    }
    return Promise.all(tasks)
  }
  const results = await Promise.all([producer(), producer(), producer()])
  expect(results.map((result) => result.length)).toEqual([500, 500, 500])
  expect(most).toBeLessThanOrEqual(5)
  await pool.close()
})

test('ready() is at once while there is room, and serves in the order of asking', async () => {
  const { pool, occupied } = await busyPool({ maxQueue: 1 })
  await pool.ready()
  const waiting = pool.runTask('noop')
  /** @type {number[]} */
  const order = []
  const asked = [0, 1, 2].map(async (i) => {
    await pool.ready()
    order.push(i)
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(order).toEqual([])
  await occupied.release()
  await Promise.all([waiting, ...asked])
  expect(order).toEqual([0, 1, 2])
  await pool.close()
})

test('needsDrain when the queue is full, drain when it has room: once each, by turns', async () => {
  const { pool, occupied } = await busyPool({ maxQueue: 2 })
  /** @type {string[]} */
  const events = []
  pool.on('needsDrain', () => events.push('needsDrain'))
  pool.on('drain', () => events.push('drain'))
  const tasks = [pool.runTask('noop'), pool.runTask('noop')]
  expect(events).toEqual([])
  await failure(pool.runTask('noop'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(events).toEqual(['needsDrain'])
  const drained = new Promise((resolve) => pool.once('drain', () => resolve(pool.hasRoom)))
  await occupied.release()
  await expect(drained).resolves.toBe(true)
  await Promise.all(tasks)
  expect(events).toEqual(['needsDrain', 'drain'])
  await pool.close()
})

test('a pool without bounds has no such events', async () => {
  const pool = new WorkerPool(1)
  const heard = jest.fn()
  pool.on('needsDrain', heard).on('drain', heard)
  await Promise.all(Array.from({ length: 2000 }, () => pool.runTask('noop')))
  expect(heard).not.toHaveBeenCalled()
  await pool.close()
})

describe('maxQueueBytes', () => {
  const large = Buffer.alloc(600)

  test('counts the inputs of tasks that wait or run, and takes the one that reaches it', async () => {
    const { pool, occupied } = await busyPool({ maxQueueBytes: 1000 })
    const before = pool.stats().inputBytes
    const tasks = [pool.runTask('noop', large), pool.runTask('noop', large)]
    expect(pool.stats().inputBytes).toBeGreaterThanOrEqual(before + 1200)
    expect(pool.hasRoom).toBe(false)
    expect((await failure(pool.runTask('noop', 1))).code).toBe('ERR_QUEUE_FULL')
    await occupied.release()
    await Promise.all(tasks)
    expect(pool.stats().inputBytes).toBe(0)
    await pool.close()
  })

  test('an input larger than the bound is taken when there is room', async () => {
    const pool = new WorkerPool({ size: 1, maxQueueBytes: 10 })
    for (let i = 0; i < 3; i++) {
      await pool.ready()
      await expect(pool.runTask('noop', large)).resolves.toHaveLength(600)
    }
    await pool.close()
  })

  test('hasRoom is the truth for a task of any size', async () => {
    const pool = new WorkerPool({ size: 1, maxQueueBytes: 1000 })
    const tasks = []
    for (let i = 0; i < 50; i++) {
      while (!pool.hasRoom) await pool.ready()
      tasks.push(pool.runTask('noop', large))
    }
    await expect(Promise.all(tasks)).resolves.toHaveLength(50)
    await pool.close()
  })

  test('a task that is refused keeps the buffers it would have moved', async () => {
    const { pool, occupied } = await busyPool({ maxQueue: 1 })
    const waiting = pool.runTask('noop')
    const { buffer } = new Uint8Array(8)
    const error = await failure(pool.runTask('noop', buffer, { transferList: [buffer] }))
    expect(error.code).toBe('ERR_QUEUE_FULL')
    expect(buffer.byteLength).toBe(8)
    await occupied.release()
    await waiting
    await pool.close()
  })
})
