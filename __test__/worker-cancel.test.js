// @ts-check
'use strict'

/** Tasks of JS workers that are stopped: by a signal, by a time limit, gently and then by force. */

const { setTimeout: sleep } = require('node:timers/promises')
const { AbortError, TimeoutError } = require('..')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools, sharedCounters, workerFile } = require('./support/worker-pools')

const canceled = workerFile('cancel.js')
const makePool = makesPools()

/** A pool whose workers count what happens. */
function countingPool(options = {}) {
  const { counters, workerData } = sharedCounters()
  const pool = makePool(canceled, { size: 1, ...options, workerData })
  return { pool, counters }
}

/** What `cancel.js` counts. */
const [STARTED, STOPPED, GATE] = [0, 1, 2]

describe('a signal', () => {
  test('that has fired: the task never starts', async () => {
    const { pool, counters } = countingPool()
    const reason = { why: 'changed my mind' }
    const error = await failure(pool.runTask(1, { name: 'start', signal: AbortSignal.abort(reason) }))
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', task: 'start', canceled: true })
    expect(error.cause).toBe(reason)
    await pool.close()
    expect(counters[STARTED]).toBe(0)
  })

  test('that fires while the data is read stops the task, too', async () => {
    const { pool, counters } = countingPool()
    const controller = new AbortController()
    const data = {
      get now() {
        controller.abort()
        return 1
      },
    }
    expect((await failure(pool.runTask(data, { name: 'start', signal: controller.signal }))).code).toBe('ABORT_ERR')
    await pool.close()
    expect(counters[STARTED]).toBe(0)
  })

  test('that fires while the task waits: it never starts, and those behind it do', async () => {
    const { pool, counters } = countingPool()
    const held = pool.runTask(GATE, { name: 'hold' })
    const controller = new AbortController()
    const waiting = failure(pool.runTask(1, { name: 'start', signal: controller.signal }))
    const behind = pool.runTask('behind')
    controller.abort()
    expect((await waiting).code).toBe('ABORT_ERR')
    await until(() => pool.queueSize === 1)
    Atomics.store(counters, GATE, 1)
    await Promise.all([held, behind])
    // The first one alone.
    expect(counters[STARTED]).toBe(1)
    // One that never ran is no task that was stopped while it ran.
    expect(pool.stats()).toMatchObject({ completed: 2, canceled: 0 })
  })

  test('that fires while the task runs: the context hears of it, and the worker stays', async () => {
    const { pool, counters } = countingPool({ gracePeriod: 10_000 })
    const controller = new AbortController()
    const task = failure(pool.runTask(undefined, { name: 'listen', signal: controller.signal }))
    await until(() => counters[STARTED] === 1)
    const reason = new RangeError('enough')
    controller.abort(reason)
    const error = await task
    expect(error).toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
      message: 'The task was aborted',
      task: 'listen',
    })
    expect(error.cause).toBe(reason)
    await until(() => counters[STOPPED] === 1)
    await expect(pool.runTask(undefined, { name: 'heard' })).resolves.toEqual({ name: 'AbortError', code: 'ABORT_ERR' })
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(pool.exits).toEqual([])
    expect(pool.stats()).toMatchObject({ canceled: 1, failed: 0 })
  })

  test.each([['spin'], ['spinOnSignal']])('a loop that lets nothing else run can ask: %s', async (name) => {
    const { pool, counters } = countingPool({ gracePeriod: 10_000 })
    const controller = new AbortController()
    const task = failure(pool.runTask(undefined, { name, signal: controller.signal }))
    await until(() => counters[STARTED] === 1)
    controller.abort()
    expect((await task).code).toBe('ABORT_ERR')
    await until(() => counters[STOPPED] === 1)
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(pool.exits).toEqual([])
  })

  test('the promise rejects at once, whatever the worker does', async () => {
    const { pool, counters } = countingPool({ gracePeriod: 60_000 })
    const controller = new AbortController()
    const task = failure(pool.runTask(GATE, { name: 'hold', signal: controller.signal }))
    await until(() => counters[STARTED] === 1)
    controller.abort()
    expect((await task).code).toBe('ABORT_ERR')
    expect(pool.stats().running).toBe(1)
    Atomics.store(counters, GATE, 1)
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('a task that does not stop in time: its worker is ended and replaced', async () => {
    const { pool } = countingPool({ gracePeriod: 20 })
    const controller = new AbortController()
    const task = failure(pool.runTask(undefined, { name: 'hang', signal: controller.signal }))
    const behind = pool.runTask('behind')
    await until(() => pool.stats().running === 1)
    controller.abort()
    expect((await task).code).toBe('ABORT_ERR')
    await expect(behind).resolves.toBe('behind')
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0]).toMatchObject({ reason: 'terminated', error: { code: 'ERR_WORKER_TERMINATED' } })
    expect(pool.stats()).toMatchObject({ size: 1, canceled: 1, completed: 1 })
  })

  test('with no grace at all', async () => {
    const { pool } = countingPool({ gracePeriod: 0 })
    const task = failure(pool.runTask(undefined, { name: 'hang', timeout: 20 }))
    expect((await task).code).toBe('ERR_TASK_TIMEOUT')
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('without a reason the cause is the one of the platform', async () => {
    const { pool } = countingPool()
    const controller = new AbortController()
    const task = failure(pool.runTask(undefined, { name: 'listen', signal: controller.signal }))
    controller.abort()
    expect((await task).cause).toBe(controller.signal.reason)
    const timed = await failure(pool.runTask(undefined, { name: 'listen', signal: AbortSignal.timeout(20) }))
    expect(timed).toMatchObject({ code: 'ABORT_ERR', cause: { name: 'TimeoutError' } })
  })

  test('that fires after the task has settled changes nothing', async () => {
    const { pool } = countingPool({ gracePeriod: 0 })
    const controller = new AbortController()
    await pool.runTask('done', { signal: controller.signal })
    controller.abort()
    await expect(pool.runTask('next')).resolves.toBe('next')
    await sleep(20)
    expect(pool.exits).toEqual([])
  })

  test('a task that ends by itself after it was aborted settles nothing twice', async () => {
    const { pool } = countingPool({ gracePeriod: 10_000 })
    for (let i = 0; i < 200; i++) {
      const controller = new AbortController()
      const outcome = pool.runTask(i, { signal: controller.signal }).catch((/** @type {any} */ { code }) => code)
      if (i % 2) await new Promise(setImmediate)
      controller.abort()
      expect([i, 'ABORT_ERR']).toContain(await outcome)
    }
    await expect(pool.runTask(new Map([[1, 2]]))).resolves.toEqual(new Map([[1, 2]]))
  })

  test('what a stopped task posts does not get to the next one', async () => {
    const { pool, counters } = countingPool({ gracePeriod: 10_000 })
    const controller = new AbortController()
    const task = failure(pool.runTask(undefined, { name: 'lateMap', signal: controller.signal }))
    await until(() => counters[STARTED] === 1)
    controller.abort()
    await task
    await expect(pool.runTask(new Set([7]))).resolves.toEqual(new Set([7]))
  })
})

describe('one signal for ten thousand tasks', () => {
  const count = 10_000

  test('stops those that wait and the one that runs', async () => {
    const { pool, counters } = countingPool()
    const controller = new AbortController()
    const options = { name: 'start', signal: controller.signal }
    const running = failure(pool.runTask(undefined, { name: 'listen', signal: controller.signal }))
    await until(() => counters[STARTED] === 1)
    const tasks = Promise.allSettled(Array.from({ length: count }, (_, i) => pool.runTask(i, options)))
    expect(pool.queueSize).toBe(count)
    controller.abort('enough')
    expect(pool.queueSize).toBe(0)
    const outcomes = await tasks
    expect(
      outcomes.every((outcome) => outcome['reason']?.code === 'ABORT_ERR' && outcome['reason'].cause === 'enough'),
    ).toBe(true)
    expect((await running).cause).toBe('enough')
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(counters[STARTED]).toBe(1)
  })

  test('has one listener, and none when they have settled', async () => {
    const { pool } = countingPool()
    const { signal } = new AbortController()
    const listeners = { added: 0, removed: 0 }
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (/** @type {any[]} */ ...args) => {
      listeners.added++
      return Reflect.apply(addEventListener, signal, args)
    }
    signal.removeEventListener = (/** @type {any[]} */ ...args) => {
      listeners.removed++
      return Reflect.apply(removeEventListener, signal, args)
    }
    await Promise.all(Array.from({ length: count }, (_, i) => pool.runTask(i, { signal })))
    expect(listeners).toEqual({ added: 1, removed: 1 })
    await failure(pool.runTask(1, { name: 'throws', signal }))
    await failure(pool.runTask(1, { name: 'exits', signal }))
    await failure(pool.runTask(1, { name: 'listen', signal, timeout: 10 }))
    await failure(pool.runTask(() => {}, { signal }))
    expect(listeners.added).toBe(4)
    expect(listeners.removed).toBe(4)
  })
})

describe('time limits', () => {
  test('timeout counts from the start, however long the task has waited', async () => {
    const { pool, counters } = countingPool()
    const held = pool.runTask(GATE, { name: 'hold' })
    const limited = pool.runTask('in time', { timeout: 100 })
    await sleep(200)
    Atomics.store(counters, GATE, 1)
    await held
    await expect(limited).resolves.toBe('in time')
  })

  test('timeout stops a task that runs', async () => {
    const { pool, counters } = countingPool({ gracePeriod: 10_000 })
    const error = await failure(pool.runTask(undefined, { name: 'listen', timeout: 50 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_TASK_TIMEOUT', timedOut: true, canceled: false, task: 'listen' })
    await until(() => counters[STOPPED] === 1)
    await expect(pool.runTask(undefined, { name: 'heard' })).resolves.toEqual({
      name: 'TimeoutError',
      code: 'ERR_TASK_TIMEOUT',
    })
    expect(pool.exits).toEqual([])
  })

  test('timeout stops a loop, and the worker with it', async () => {
    const { pool } = countingPool({ gracePeriod: 20 })
    expect((await failure(pool.runTask(undefined, { name: 'hang', timeout: 30 }))).code).toBe('ERR_TASK_TIMEOUT')
    await expect(pool.runTask('next')).resolves.toBe('next')
    await until(() => pool.exits.length === 1)
  })

  test('queueTimeout counts from the call, and lets go of a task that runs', async () => {
    const { pool, counters } = countingPool()
    await pool.runTask(1)
    const running = pool.runTask(GATE, { name: 'hold', queueTimeout: 2000 })
    await until(() => counters[STARTED] === 1)
    const error = await failure(pool.runTask(undefined, { name: 'start', queueTimeout: 30 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_QUEUE_TIMEOUT', timedOut: true, task: 'start' })
    expect(pool.queueSize).toBe(0)
    await sleep(2100)
    Atomics.store(counters, GATE, 1)
    await expect(running).resolves.toBe('held')
    expect(counters[STARTED]).toBe(1)
  })

  test('queueTimeout covers the start of the first worker', async () => {
    const { pool } = countingPool({ minSize: 0, maxSize: 1, size: undefined })
    const error = await failure(pool.runTask(undefined, { name: 'start', queueTimeout: 0 }))
    expect(error.code).toBe('ERR_QUEUE_TIMEOUT')
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('a limit of Infinity, or one that is not reached, changes nothing', async () => {
    const { pool } = countingPool()
    await expect(pool.runTask(1, { timeout: Infinity, queueTimeout: Infinity })).resolves.toBe(1)
    await expect(pool.runTask(2, { timeout: 60_000, queueTimeout: 60_000 })).resolves.toBe(2)
  })
})

describe('neighbours on a worker that is ended', () => {
  test('are rejected with ERR_WORKER_TERMINATED', async () => {
    const { pool, counters } = countingPool({ concurrency: 3, gracePeriod: 20 })
    const controller = new AbortController()
    const neighbours = [1, 2].map(() => failure(pool.runTask(undefined, { name: 'never' })))
    const culprit = failure(pool.runTask(undefined, { name: 'never', signal: controller.signal }))
    await until(() => counters[STARTED] === 3)
    controller.abort()
    expect((await culprit).code).toBe('ABORT_ERR')
    for (const error of await Promise.all(neighbours)) {
      expect(error).toMatchObject({ name: 'WorkerError', code: 'ERR_WORKER_TERMINATED', crashed: true })
    }
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('run again with retry', async () => {
    const { pool, counters } = countingPool({ concurrency: 2, gracePeriod: 20 })
    const neighbour = pool.runTask(undefined, { name: 'secondTime', retry: 1 })
    const culprit = failure(pool.runTask(undefined, { name: 'never', timeout: 50 }))
    expect((await culprit).code).toBe('ERR_TASK_TIMEOUT')
    await expect(neighbour).resolves.toBe('second')
    expect(counters[STARTED]).toBe(3)
  })

  test('stay when the culprit stops by itself', async () => {
    const { pool, counters } = countingPool({ concurrency: 2, gracePeriod: 10_000 })
    const neighbour = pool.runTask(GATE, { name: 'holdAsync' })
    const culprit = failure(pool.runTask(undefined, { name: 'listen', timeout: 30 }))
    expect((await culprit).code).toBe('ERR_TASK_TIMEOUT')
    await until(() => counters[STOPPED] === 1)
    Atomics.store(counters, GATE, 1)
    await expect(neighbour).resolves.toBe('held')
  })
})

test('a parcel of a task that is aborted while it waits is let go of', async () => {
  const { pool, counters } = countingPool()
  const held = pool.runTask(GATE, { name: 'hold' })
  const controller = new AbortController()
  const { buffer } = new Uint8Array(1000)
  const waiting = failure(pool.runTask(buffer, { transferList: [buffer], signal: controller.signal }))
  expect(pool.stats().inputBytes).toBe(1000)
  controller.abort()
  expect((await waiting).code).toBe('ABORT_ERR')
  expect(pool.stats().inputBytes).toBe(0)
  Atomics.store(counters, GATE, 1)
  await held
  const next = new Uint8Array([1, 2]).buffer
  await expect(pool.runTask(next, { transferList: [next] })).resolves.toHaveProperty('byteLength', 2)
})
