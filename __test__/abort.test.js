// @ts-check
'use strict'

const { AbortError, WorkerPool } = require('..')
const { doors } = require('./support/doors')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')
const { until } = require('./support/until')

/** @type {WorkerPool} */
let pool
beforeEach(() => {
  pool = new WorkerPool(1)
})
afterEach(() => pool.destroy())

describe.each(doors(() => pool))('%s', (_, run) => {
  test('a signal that has fired: the task never starts', async () => {
    const reason = { why: 'changed my mind' }
    const error = await failure(run('fault', { kind: 'stall' }, { signal: AbortSignal.abort(reason) }))
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', task: 'fault', canceled: true })
    expect(error.cause).toBe(reason)
  })

  test('a signal that fires while the task runs stops it', async () => {
    const controller = new AbortController()
    const task = run('fault', { kind: 'stall', milliseconds: 60_000 }, { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 30)
    const start = Date.now()
    const error = await failure(task)
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', message: 'The task was aborted' })
    expect(error.cause).toEqual(new Error('enough'))
    expect(Date.now() - start).toBeLessThan(5000)
  })

  test('without a reason the cause is the one of the platform', async () => {
    const controller = new AbortController()
    const task = run('fault', { kind: 'stall' }, { signal: controller.signal })
    controller.abort()
    expect((await failure(task)).cause).toBe(controller.signal.reason)
  })

  test('a signal that fires after the task has settled changes nothing', async () => {
    const controller = new AbortController()
    await expect(run('noop', 'done', { signal: controller.signal })).resolves.toBe('done')
    controller.abort()
    await expect(run('noop', 'next')).resolves.toBe('next')
  })

  test('AbortSignal.timeout() stops the task, and its reason is the cause', async () => {
    const error = await failure(run('fault', { kind: 'stall' }, { signal: AbortSignal.timeout(20) }))
    expect(error.code).toBe('ABORT_ERR')
    expect(error.cause.name).toBe('TimeoutError')
  })

  test('the slot is free for the next task', async () => {
    const controller = new AbortController()
    const task = failure(run('fault', { kind: 'stall' }, { signal: controller.signal }))
    const next = run('noop', 'next')
    controller.abort()
    await expect(next).resolves.toBe('next')
    expect((await task).code).toBe('ABORT_ERR')
  })
})

test('a task that waits is aborted at once, and never runs', async () => {
  const occupied = await occupy(pool)
  const controller = new AbortController()
  const waiting = failure(pool.runTask('fault', { kind: 'panic' }, { signal: controller.signal }))
  const behind = pool.runTask('noop', 'behind')
  controller.abort()
  expect((await waiting).code).toBe('ABORT_ERR')
  expect(pool.queueSize).toBe(1)
  await occupied.release()
  await expect(behind).resolves.toBe('behind')
  expect(pool.stats()).toMatchObject({ failed: 0, completed: 1, canceled: 1 })
})

test('the neighbours of an aborted task go on', async () => {
  const neighbours = new WorkerPool(4)
  const controller = new AbortController()
  const task = failure(neighbours.runTask('fault', { kind: 'stall' }, { signal: controller.signal }))
  const others = Array.from({ length: 8 }, () => neighbours.runTask('fault', { kind: 'stall', milliseconds: 30 }))
  controller.abort()
  expect((await task).code).toBe('ABORT_ERR')
  await expect(Promise.all(others)).resolves.toHaveLength(8)
  await neighbours.close()
})

test('a listener may abort, submit and close while outcomes are delivered', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const waiting = Array.from({ length: 50 }, () => pool.runTask('noop', 1, { signal }).catch(({ code }) => code))
  /** @type {any[]} */
  const acted = []
  const onProgress = () => {
    if (acted.length > 0) return
    controller.abort()
    acted.push(pool.runTask('noop', 'late'), pool.close())
  }
  await pool.runTask('fault', { kind: 'stall', milliseconds: 300 }, { onProgress, priority: 1 })
  expect(await Promise.all(acted)).toEqual(['late', undefined])
  for (const outcome of await Promise.all(waiting)) expect(['ABORT_ERR', 1]).toContain(outcome)
})

test('the signal is let go of when the task has settled', async () => {
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
  await Promise.all(Array.from({ length: 100 }, () => pool.runTask('noop', 1, { signal })))
  await failure(pool.runTask('fault', { kind: 'error' }, { signal }))
  expect(listeners.added).toBeGreaterThan(0)
  expect(listeners.removed).toBe(listeners.added)
})

describe('a hundred thousand tasks that wait, aborted', () => {
  const count = 100_000

  test('by one signal', async () => {
    const occupied = await occupy(pool)
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const tasks = Array.from({ length: count }, () => pool.runTask('fault', { kind: 'panic' }, options))
    const settled = Promise.allSettled(tasks)
    expect(pool.queueSize).toBe(count)
    controller.abort()
    expect(pool.queueSize).toBe(0)
    const outcomes = await settled
    const aborted = outcomes.filter((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'ABORT_ERR')
    expect(aborted).toHaveLength(count)
    await occupied.release()
    await expect(pool.runTask('noop', 'next')).resolves.toBe('next')
    expect(pool.stats()).toMatchObject({ failed: 0, queued: 0, inputBytes: 0 })
  })

  test('by a signal each', async () => {
    const occupied = await occupy(pool)
    const controllers = Array.from({ length: count }, () => new AbortController())
    const settled = Promise.allSettled(
      controllers.map(({ signal }) => pool.runTask('fault', { kind: 'panic' }, { signal })),
    )
    for (const [i, controller] of controllers.entries()) controller.abort(i)
    const outcomes = await settled
    expect(outcomes.every((outcome, i) => outcome.status === 'rejected' && outcome.reason.cause === i)).toBe(true)
    await occupied.release()
    expect(pool.stats()).toMatchObject({ failed: 0, queued: 0 })
  })
})

test('abort races with the end of the task: each settles once, one way or the other', async () => {
  for (let round = 0; round < 200; round++) {
    const controller = new AbortController()
    const task = pool.runTask('noop', round, { signal: controller.signal }).catch(({ code }) => code)
    if (round % 2 === 0) setImmediate(() => controller.abort())
    else controller.abort()
    expect([round, 'ABORT_ERR']).toContain(await task)
  }
  await until(() => pool.stats().running === 0)
})
