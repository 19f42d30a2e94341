// @ts-check
'use strict'

const { PoolError, WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')

const stall = Object.freeze({ kind: /** @type {const} */ ('stall') })

/** A pool of two threads with work on both and three tasks behind. @param {number} [milliseconds] */
function workingPool(milliseconds) {
  const pool = new WorkerPool(2)
  const tasks = Array.from({ length: 5 }, () => pool.runTask('fault', { ...stall, milliseconds }))
  return { pool, outcomes: Promise.allSettled(tasks) }
}

/** How many tasks gave a result, and how many were stopped by the end of the pool. */
async function counted(/** @type {Promise<PromiseSettledResult<unknown>[]>} */ outcomes) {
  const all = await outcomes
  const closed = all.filter(({ status, ...rest }) => status === 'rejected' && rest['reason'].code === 'ERR_POOL_CLOSED')
  return { completed: all.filter(({ status }) => status === 'fulfilled').length, closed: closed.length }
}

test('close() waits for the tasks that run and for those that wait', async () => {
  const { pool, outcomes } = workingPool(30)
  await pool.close()
  expect(pool.closed).toBe(true)
  expect(pool.stats()).toMatchObject({ completed: 5, running: 0, queued: 0 })
  expect(await counted(outcomes)).toEqual({ completed: 5, closed: 0 })
})

test('close() of an idle pool', async () => {
  const pool = new WorkerPool(2)
  expect(pool.closed).toBe(false)
  await expect(pool.close()).resolves.toBeUndefined()
  expect(pool.closed).toBe(true)
})

test('close({ force }) cancels those that wait, and waits for those that run', async () => {
  const pool = new WorkerPool(2)
  const running = [1, 2].map(() => pool.runTask('fault', { ...stall, milliseconds: 200 }))
  while (pool.stats().running < 2);
  const waiting = Promise.allSettled([1, 2, 3].map(() => pool.runTask('noop')))
  await pool.close({ force: true })
  expect(await counted(waiting)).toEqual({ completed: 0, closed: 3 })
  await expect(Promise.all(running)).resolves.toHaveLength(2)
})

test('close({ timeout }) cancels what is left when the time has run out', async () => {
  const { pool, outcomes } = workingPool()
  await pool.close({ timeout: 20 })
  expect(await counted(outcomes)).toEqual({ completed: 0, closed: 5 })
})

test('close({ timeout }) does not wait for it when the work is done before', async () => {
  const { pool, outcomes } = workingPool(5)
  const start = Date.now()
  await pool.close({ timeout: 120_000 })
  expect(Date.now() - start).toBeLessThan(30_000)
  expect(await counted(outcomes)).toEqual({ completed: 5, closed: 0 })
})

test('a close() that waits can be cut short', async () => {
  const { pool, outcomes } = workingPool()
  const closing = pool.close()
  expect(pool.close({ timeout: 10 })).toBe(closing)
  await closing
  expect(await counted(outcomes)).toEqual({ completed: 0, closed: 5 })
})

test('destroy() cancels everything, and the errors are out when it resolves', async () => {
  const pool = new WorkerPool(1)
  const errors = /** @type {any[]} */ ([])
  for (let i = 0; i < 3; i++) pool.runTask('fault', stall).catch((error) => errors.push(error))
  await pool.destroy()
  expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('ERR_POOL_CLOSED'))
  expect(errors[0]).toBeInstanceOf(PoolError)
  expect(errors[0]).toMatchObject({
    task: 'fault',
    canceled: true,
    message: 'The pool was destroyed before the task ended',
  })
  expect(pool.closed).toBe(true)
})

test('results are out when close() resolves', async () => {
  const pool = new WorkerPool(1)
  /** @type {number[]} */
  const results = []
  for (let i = 0; i < 1000; i++) void pool.runTask('noop', i).then((result) => results.push(result))
  await pool.close()
  expect(results).toHaveLength(1000)
})

test('closing again is the same, in any mixture', async () => {
  const { pool, outcomes } = workingPool(10)
  const first = pool.close()
  expect(pool.close()).toBe(first)
  await Promise.all([first, pool.close({ force: true }), pool.destroy(), pool.destroy(), pool.close({ timeout: 0 })])
  await pool.close()
  await pool.destroy()
  const { completed, closed } = await counted(outcomes)
  expect(completed + closed).toBe(5)
})

test('what a closed pool answers', async () => {
  const pool = new WorkerPool({ size: 2, maxQueue: 4 })
  await pool.close()
  for (const args of [['noop'], ['noop', 1], ['noop', 1, { priority: 1 }]]) {
    const error = await failure(/** @type {any} */ (pool).runTask(...args))
    expect(error).toMatchObject({
      name: 'PoolError',
      code: 'ERR_POOL_CLOSED',
      task: 'noop',
      message: 'The pool is closed',
    })
  }
  const { buffer } = new Uint8Array(4)
  expect((await failure(pool.runTask('noop', buffer, { transferList: [buffer] }))).code).toBe('ERR_POOL_CLOSED')
  expect(buffer.byteLength).toBe(4)
  expect((await failure(pool.ready())).code).toBe('ERR_POOL_CLOSED')
  expect((await failure(pool.map([1], 'noop').next())).code).toBe('ERR_POOL_CLOSED')
  expect(pool.hasRoom).toBe(false)
  expect(pool).toMatchObject({ size: 2, queueSize: 0, closed: true })
  expect(pool.stats()).toMatchObject({ size: 2, completed: 0 })
  await pool.drain()
})

test('a producer that waits for room hears that the pool was closed', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const tasks = [pool.runTask('fault', stall), pool.runTask('fault', stall)].map(failure)
  const waiting = [failure(pool.ready()), failure(pool.ready())]
  await pool.destroy()
  for (const error of await Promise.all([...tasks, ...waiting])) expect(error.code).toBe('ERR_POOL_CLOSED')
})

test('drain() waits until no task is left, and the pool goes on', async () => {
  const pool = new WorkerPool(2)
  await pool.drain()
  const tasks = Array.from({ length: 10 }, () => pool.runTask('fault', { ...stall, milliseconds: 5 }))
  // More comes in from the continuation of the last.
  const chained = Promise.all(tasks).then(() => pool.runTask('fault', { ...stall, milliseconds: 5 }))
  await Promise.all([pool.drain(), pool.drain()])
  expect(pool.stats()).toMatchObject({ running: 0, queued: 0, completed: 11 })
  await chained
  await expect(pool.runTask('noop', 'more')).resolves.toBe('more')
  await pool.close()
})

test('drain() settles when the tasks fail, too', async () => {
  const pool = new WorkerPool(1)
  const failures = [
    failure(pool.runTask('fault', { kind: 'error' })),
    failure(pool.runTask('fault', { kind: 'panic' })),
  ]
  await pool.drain()
  expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(['ERR_TASK_FAILED', 'ERR_TASK_PANICKED'])
  await pool.close()
})

test('Symbol.asyncDispose closes the pool', async () => {
  const { pool, outcomes } = workingPool(5)
  await pool[Symbol.asyncDispose]()
  expect(pool.closed).toBe(true)
  expect(await counted(outcomes)).toEqual({ completed: 5, closed: 0 })
})

test.each([
  [
    { timeout: -1 },
    'ERR_OUT_OF_RANGE',
    'Expected `timeout` to be a number from 0 to 2147483647 or Infinity, got `-1` (number)',
  ],
  [{ timeout: 2 ** 31 }, 'ERR_OUT_OF_RANGE', 'Expected `timeout` to be a number from 0 to 2147483647 or Infinity'],
  [{ force: 1 }, 'ERR_INVALID_ARG_TYPE', 'Expected `force` to be a boolean, got `1` (number)'],
  [{ forced: true }, 'ERR_INVALID_ARG_VALUE', 'Unknown option `forced`: expected one of `timeout`, `force`'],
  [null, 'ERR_INVALID_ARG_TYPE', 'Expected `options` to be an object, got `null` (null)'],
])('close(%p) is refused, and the pool stays open', async (options, code, message) => {
  const pool = new WorkerPool(1)
  const error = await failure(pool.close(/** @type {any} */ (options)))
  expect(error).toMatchObject({ name: 'ArgumentError', code })
  expect(error.message).toContain(message)
  expect(pool.closed).toBe(false)
  await expect(pool.runTask('noop', 'open')).resolves.toBe('open')
  await pool.close()
})

test('a pool closed while its tasks are being aborted still ends', async () => {
  const pool = new WorkerPool(1)
  const occupied = await occupy(pool)
  const controller = new AbortController()
  const waiting = Array.from({ length: 100 }, () => failure(pool.runTask('noop', 1, { signal: controller.signal })))
  const closing = pool.close()
  controller.abort()
  await occupied.release()
  await closing
  expect((await Promise.all(waiting)).every(({ code }) => code === 'ABORT_ERR')).toBe(true)
})
