// @ts-check
'use strict'

const { TimeoutError, WorkerPool } = require('..')
const { doors } = require('./support/doors')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')

/** @type {WorkerPool} */
let pool
beforeEach(() => {
  pool = new WorkerPool(1)
})
afterEach(() => pool.destroy())

describe.each(doors(() => pool))('the timeout of %s', (_, run) => {
  test('stops a task that runs too long', async () => {
    const start = Date.now()
    const error = await failure(run('fault', { kind: 'stall', milliseconds: 60_000 }, { timeout: 30 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'ERR_TASK_TIMEOUT', task: 'fault', timedOut: true })
    expect(Date.now() - start).toBeLessThan(5000)
    await expect(run('noop', 'next')).resolves.toBe('next')
  })

  test('of 0 stops a task that looks', async () => {
    expect((await failure(run('fault', { kind: 'stall' }, { timeout: 0 }))).code).toBe('ERR_TASK_TIMEOUT')
  })

  test.each([Infinity, Number.MAX_SAFE_INTEGER, 2 ** 31, 60_000])(
    'of %p leaves a short task alone',
    async (timeout) => {
      await expect(run('fault', { kind: 'stall', milliseconds: 5 }, { timeout })).resolves.toBeUndefined()
    },
  )

  test('ends before the abort that comes later, and the other way round', async () => {
    const late = AbortSignal.timeout(10_000)
    expect((await failure(run('fault', { kind: 'stall' }, { timeout: 10, signal: late }))).code).toBe(
      'ERR_TASK_TIMEOUT',
    )
    const early = AbortSignal.timeout(10)
    expect((await failure(run('fault', { kind: 'stall' }, { timeout: 60_000, signal: early }))).code).toBe('ABORT_ERR')
  })
})

test('the timeout counts from the start of the task, not from its submission', async () => {
  const occupied = await occupy(pool)
  const task = pool.runTask('noop', 'in time', { timeout: 20 })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await occupied.release()
  await expect(task).resolves.toBe('in time')
})

test('a queueTimeout takes a task out that waits too long, and it never runs', async () => {
  const occupied = await occupy(pool)
  const error = await failure(pool.runTask('fault', { kind: 'panic' }, { queueTimeout: 20 }))
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ code: 'ERR_QUEUE_TIMEOUT', task: 'fault', timedOut: true, canceled: false })
  expect(error.message).toBe('The task waited longer than its `queueTimeout`')
  expect(pool.queueSize).toBe(0)
  await occupied.release()
  await expect(pool.runTask('noop', 'next')).resolves.toBe('next')
  expect(pool.stats()).toMatchObject({ failed: 0, completed: 1 })
})

test('a queueTimeout does not stop a task that runs', async () => {
  const task = pool.runTask('fault', { kind: 'stall', milliseconds: 1500 }, { queueTimeout: 1000 })
  await expect(task).resolves.toBeUndefined()
})

test('ten thousand time out in the queue, each once', async () => {
  const occupied = await occupy(pool)
  const tasks = Array.from({ length: 10_000 }, (_, i) => pool.runTask('noop', i, { queueTimeout: 1 + (i % 20) }))
  const outcomes = await Promise.allSettled(tasks)
  expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code))).toEqual(
    new Set(['ERR_QUEUE_TIMEOUT']),
  )
  await occupied.release()
})

test('limits that never come due are no load: a hundred thousand tasks with an hour each', async () => {
  const options = { timeout: 3_600_000, queueTimeout: 3_600_000 }
  await Promise.all(Array.from({ length: 100_000 }, () => pool.runTask('noop', 1, options)))
  expect(pool.stats().completed).toBe(100_000)
})
