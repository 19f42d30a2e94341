// @ts-check
'use strict'

/** Data and workers that do what one would not think of. */

const { WorkerPool } = require('..')
const { failure } = require('./support/failure')

/** @type {WorkerPool} */
let pool
afterEach(() => pool.destroy())

test('data that aborts the call while it is read', async () => {
  pool = new WorkerPool(() => new Promise(() => {}), 1)
  const controller = new AbortController()
  const data = {
    get rows() {
      controller.abort()
      return []
    },
  }
  expect(await failure(pool.runTask(data, { signal: controller.signal }))).toMatchObject({ code: 'ABORT_ERR' })
})

test('a call that is refused for its `fairKey` costs the caller no buffer', async () => {
  pool = new WorkerPool(() => new Promise(() => {}), { size: 1, maxQueue: 3 })
  const settled = Promise.allSettled([1, 2].map((data) => pool.runTask(data, { fairKey: 'greedy' })))
  const buffer = new ArrayBuffer(8)
  const error = await failure(pool.runTask(buffer, { fairKey: 'greedy', transferList: [buffer] }))
  expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL' })
  expect(buffer.byteLength).toBe(8)
  void pool.destroy()
  await settled
})

test('names without end', async () => {
  pool = new WorkerPool(() => 1, 1)
  const codes = await Promise.all(
    Array.from({ length: 10_001 }, (_, i) => failure(pool.runTask(i, { name: `name${i}` }))),
  )
  expect(new Set(codes.map(({ code }) => code))).toEqual(new Set(['ERR_TASK_UNKNOWN']))
  expect(codes[10_000].message).toBe('Calls of too many different names')
  await expect(pool.runTask(0)).resolves.toBe(1)
})

test('a file that throws what cannot be made text', async () => {
  pool = new WorkerPool('data:text/javascript,throw { message: { toString: 1, valueOf: 1 } }', 1)
  const error = await failure(pool.runTask(1))
  expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', cause: { message: { toString: 1 } } })
})
