// @ts-check
'use strict'

/** Every task of JS workers settles exactly once, with a typed error if not with its result, whatever becomes of workers. */

const path = require('node:path')
const { MessageChannel } = require('node:worker_threads')
const { WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { runProgram } = require('./support/program')
const { until } = require('./support/until')

const MB = 2 ** 20
const file = path.join(__dirname, 'workers', 'misbehaving.js')

/** @type {import('..').WorkerPool<any>[]} */
const pools = []

/** @param {object} [options] */
function open(options) {
  const pool = new WorkerPool(file, { size: 1, workerData: {}, ...options })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.destroy()))
})

/** A worker file that is loaded in these ways, one after the other: 0 well, 1 by throwing, 2 by exiting. @param {number[]} plan */
function loads(...plan) {
  const shared = new Int32Array(new SharedArrayBuffer(4 * (plan.length + 1)))
  shared.set([1, ...plan])
  return { loads: shared }
}

test('10,000 random tasks on random pools', async () => {
  const seed = Number(process.env.OFFLOOP_SEED ?? Date.now() % 2 ** 31)
  const { code, stdout, stderr } = await runProgram(path.join('settlement', 'index.js'), [String(seed), '10000'], {
    // Without the second flag, an exception in what the engine calls would be a warning.
    node: ['--expose-gc', '--force-node-api-uncaught-exceptions-policy=true'],
    killAfter: 280_000,
  })
  expect({ seed, code, stderr }).toEqual({ seed, code: 0, stderr: '' })
  const { settled, before, after } = JSON.parse(stdout)
  expect(settled).toBeGreaterThanOrEqual(8000)
  expect(after.threads).toBe(before.threads)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(8 * MB)
  expect(after.rss - before.rss).toBeLessThan(150 * MB)
}, 300_000)

test('a closed pool starts another worker for the tasks that wait', async () => {
  const pool = open()
  const tasks = [
    pool.runTask({ kind: 'exit', code: 3 }),
    pool.runTask(1),
    pool.runTask({ kind: 'exit', retry: 1 }),
    pool.runTask(2),
  ]
  const closed = pool.close()
  const outcomes = await Promise.allSettled(tasks)
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code))).toEqual([
    'ERR_WORKER_EXITED',
    1,
    'ERR_WORKER_EXITED',
    2,
  ])
  await closed
  expect(pool.size).toBe(0)
})

test('a closed pool whose workers cannot be loaded rejects the tasks that wait', async () => {
  const pool = open({ workerData: loads(1) })
  const task = failure(pool.runTask(1))
  const closed = pool.close()
  await expect(task).resolves.toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED' })
  await closed
  expect(pool.size).toBe(0)
})

test('a pool of workers that come and go gets over one that cannot be loaded', async () => {
  const pool = open({ size: undefined, minSize: 0, maxSize: 1, workerData: loads(0, 1, 2, 0, 1, 0) })
  await expect(pool.runTask(1)).resolves.toBe(1)
  for (const id of [2, 3]) {
    await expect(pool.runTask({ kind: 'exit', code: 0 })).rejects.toMatchObject({ code: 'ERR_WORKER_EXITED' })
    await expect(pool.runTask(id)).resolves.toBe(id)
  }
})

test('what is tried again on a pool that cannot load workers any more is rejected', async () => {
  const pool = open({ size: 2, concurrency: 2, workerData: loads(0, 0, ...Array(20).fill(1)) })
  await pool.runTask({ kind: 'exit later', id: 1, milliseconds: 2000, code: 0 }, { affinity: 'a' })
  const kept = failure(pool.runTask({ kind: 'never' }, { affinity: 'a', retry: 1 }))
  await until(() => pool.stats().running === 1)
  await failure(pool.runTask({ kind: 'exit', code: 0 }, { affinity: 'b' }))
  await until(() => pool.size === 1)
  await expect(kept).resolves.toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED' })
  expect(pool.size).toBe(0)
})

test('a pool that cannot start another worker stops', async () => {
  /** @type {any} */
  const workerData = {}
  const pool = open({ workerData })
  await pool.runTask(1)
  workerData.cannotBeCloned = () => {}
  const tasks = [pool.runTask({ kind: 'exit', code: 0 }), pool.runTask(2)].map(failure)
  const [first, second] = await Promise.all(tasks)
  expect([first.code, second.code]).toEqual(['ERR_WORKER_EXITED', 'ERR_WORKER_LOAD_FAILED'])
})

test('a task whose value was sent to a worker that ends before it starts', async () => {
  const pool = open()
  await pool.runTask({ kind: 'burn and exit later', id: 1, milliseconds: 200 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { buffer } = new Uint8Array(8)
  const task = failure(pool.runTask(buffer, { transferList: [buffer] }))
  await expect(task).resolves.toMatchObject({ code: 'ERR_WORKER_EXITED' })
  await expect(pool.runTask(2)).resolves.toBe(2)
})

test('a port that is closed while its task waits fails that task only', async () => {
  const pool = open()
  const blocker = pool.runTask({ kind: 'sleep', id: 1, milliseconds: 100 })
  await until(() => pool.stats().running === 1)
  const { port1, port2 } = new MessageChannel()
  const task = failure(pool.runTask({ kind: 'port', id: 2, port: port1 }, { transferList: [port1] }))
  const next = pool.runTask(3)
  port2.close()
  await expect(task).resolves.toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
  await expect(Promise.all([blocker, next])).resolves.toEqual([1, 3])
})

test('a worker that reads its mail in a task hears that there is another one', async () => {
  const pool = open({ concurrency: 2, gracePeriod: 100_000 })
  const controller = new AbortController()
  const first = failure(pool.runTask({ kind: 'look at the signal' }, { signal: controller.signal }))
  await until(() => pool.stats().running === 1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const second = pool.runTask(2)
  controller.abort()
  await expect(first).resolves.toMatchObject({ code: 'ABORT_ERR' })
  await expect(second).resolves.toBe(2)
})
