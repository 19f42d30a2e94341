// @ts-check
'use strict'

/** What follows a task through asynchronous code: the caller's AsyncLocalStorage, async_hooks, diagnostics_channel. */

const { AsyncLocalStorage, createHook, executionAsyncId } = require('node:async_hooks')
const { subscribe, unsubscribe } = require('node:diagnostics_channel')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools, workerFile } = require('./support/worker-pools')

const makePool = makesPools()

describe('AsyncLocalStorage', () => {
  test('of the caller goes on after the task, and in onProgress', async () => {
    const storage = new AsyncLocalStorage()
    const pool = makePool(workerFile('tasks.js'), 2)
    const request = (/** @type {number} */ id) =>
      storage.run(id, async () => {
        /** @type {unknown[]} */
        const seen = []
        await pool.runTask(id)
        seen.push(storage.getStore())
        await failure(pool.runTask('no', { name: 'fail' }))
        seen.push(storage.getStore())
        const onProgress = () => seen.push(storage.getStore())
        await pool.runTask([1], { name: 'progress', onProgress })
        await pool.runTask(1, { signal: AbortSignal.abort() }).catch(() => seen.push(storage.getStore()))
        for await (const _ of pool.map([1], 'spin')) seen.push(storage.getStore())
        return seen
      })
    const seen = await Promise.all(Array.from({ length: 50 }, (_, id) => request(id)))
    expect(seen).toEqual(Array.from({ length: 50 }, (_, id) => Array(5).fill(id)))
    expect(storage.getStore()).toBeUndefined()
  })

  test('of a caller does not get into events of the pool or into other tasks', async () => {
    const storage = new AsyncLocalStorage()
    const pool = makePool()
    /** @type {unknown[]} */
    const seen = []
    const outer = pool.runTask('outer').then(() => seen.push(storage.getStore()))
    await storage.run('inner', () => pool.runTask('inner'))
    await outer
    expect(seen).toEqual([undefined])
  })
})

test('each task is an AsyncResource of the type offloop.Task', async () => {
  const pool = makePool()
  await pool.runTask(1)
  /** @type {Map<number, { trigger: number, events: string[] }>} */
  const resources = new Map()
  const hook = createHook({
    init(id, type, trigger) {
      if (type === 'offloop.Task') resources.set(id, { trigger, events: [] })
    },
    before: (id) => void resources.get(id)?.events.push('before'),
    after: (id) => void resources.get(id)?.events.push('after'),
    destroy: (id) => void resources.get(id)?.events.push('destroy'),
  }).enable()
  const caller = executionAsyncId()
  const tasks = [
    pool.runTask(1),
    pool.runTask({ a: 1 }, { priority: 1 }),
    failure(pool.runTask('no', { name: 'fail' })),
  ]
  await Promise.all(tasks)
  const destroyed = () => [...resources.values()].every(({ events }) => events.includes('destroy'))
  await until(destroyed)
  hook.disable()
  expect([...resources.values()]).toEqual(Array(3).fill({ trigger: caller, events: ['before', 'after', 'destroy'] }))
})

test('a task that is refused leaves no AsyncResource behind', async () => {
  const pool = makePool()
  await pool.close()
  /** @type {Set<number>} */
  const alive = new Set()
  const hook = createHook({
    init: (id, type) => void (type === 'offloop.Task' && alive.add(id)),
    destroy: (id) => void alive.delete(id),
  }).enable()
  for (const args of [[1], [{ a: 1 }, { priority: 1 }], [() => {}]]) await failure(pool.runTask(...args))
  await until(() => alive.size === 0)
  hook.disable()
  expect(alive.size).toBe(0)
})

describe('diagnostics_channel', () => {
  /** @type {[string, any][]} */
  let heard
  const kinds = ['enqueue', 'start', 'end', 'error']
  const listeners = kinds.map((kind) => (/** @type {unknown} */ message) => heard.push([kind, message]))
  beforeEach(() => {
    heard = []
    kinds.forEach((kind, i) => subscribe(`offloop:task:${kind}`, listeners[i]))
  })
  afterEach(() => kinds.forEach((kind, i) => unsubscribe(`offloop:task:${kind}`, listeners[i])))

  test('tells of a task that gives a result', async () => {
    const pool = makePool(workerFile('tasks.js'), { size: 1, name: 'painters' })
    await pool.runTask(1)
    await pool.runTask(1, { name: 'spin' })
    expect(heard.map(([kind]) => kind)).toEqual(['enqueue', 'start', 'end', 'enqueue', 'start', 'end'])
    const [[, first], , , [, second]] = heard
    // One object for all messages of a task.
    expect(heard.map(([, message]) => message)).toEqual([first, first, first, second, second, second])
    expect(heard[2][1]).toBe(first)
    expect(first).toMatchObject({ task: 'default', pool: 'painters' })
    expect(second).toMatchObject({ task: 'spin', pool: 'painters' })
    expect(first.enqueuedAt).toBeLessThanOrEqual(first.startedAt)
    expect(first.startedAt).toBeLessThanOrEqual(first.endedAt)
    expect(first).not.toHaveProperty('error')
  })

  test.each([
    ['throws', ['no', { name: 'fail' }], ['enqueue', 'start', 'error'], undefined],
    ['takes too long', [1000, { name: 'wait', timeout: 10 }], ['enqueue', 'start', 'error'], 'ERR_TASK_TIMEOUT'],
    [
      'asks for an export that is not there',
      [undefined, { name: 'gone' }],
      ['enqueue', 'start', 'error'],
      'ERR_TASK_UNKNOWN',
    ],
  ])('tells of a task that %s', async (_, args, expected, code) => {
    const pool = makePool()
    const error = await failure(pool.runTask(...args))
    expect(heard.map(([kind]) => kind)).toEqual(expected)
    expect(heard[0][1].error).toBe(error)
    expect(error.code).toBe(code)
    expect(heard[0][1].endedAt).toBeGreaterThan(0)
  })

  test('tells of tasks that are lost with their worker', async () => {
    const pool = makePool(workerFile('breaking.js'))
    const error = await failure(pool.runTask(1, { name: 'exit' }))
    expect(heard.map(([kind]) => kind)).toEqual(['enqueue', 'start', 'error'])
    expect(heard[2][1].error).toBe(error)
  })

  test('tells of a task that never starts', async () => {
    const pool = makePool()
    const controller = new AbortController()
    const error = failure(pool.runTask(1, { signal: controller.signal }))
    controller.abort()
    await error
    expect(heard.map(([kind]) => kind)).toEqual(['enqueue', 'error'])
    expect(heard[1][1].error).toBe(await error)
  })

  test('says nothing of a task that is refused', async () => {
    const pool = makePool()
    await pool.close()
    await failure(pool.runTask(1))
    await failure(pool.runTask(1, { priority: 1 }))
    expect(heard).toEqual([])
  })
})
