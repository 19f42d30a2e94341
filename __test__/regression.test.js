// @ts-check
'use strict'

/**
 * Defects that pools are known for, each with the case it comes from: reports about other pools, and what our own tests
 * have found.
 */

const { readFileSync, readdirSync } = require('node:fs')
const { WorkerPool, image, runTask } = require('..')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')
const { until } = require('./support/until')

const stall = Object.freeze({ kind: /** @type {const} */ ('stall') })

// piscina#893, #895: close() with several busy workers resolved with the first and killed the rest.
test('close() with several busy threads waits for each of them', async () => {
  const pool = new WorkerPool(4)
  const tasks = [10, 60, 110, 160].map((milliseconds) => pool.runTask('fault', { ...stall, milliseconds }))
  await pool.close()
  await expect(Promise.all(tasks)).resolves.toHaveLength(4)
})

// piscina 5.3.2, maxQueue 0: a task whose promise was rejected stayed in the queue and ran later.
test('a task that was refused never runs', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const occupied = await occupy(pool)
  const taken = pool.runTask('noop')
  for (let i = 0; i < 10; i++)
    expect((await failure(pool.runTask('fault', { kind: 'panic' }))).code).toBe('ERR_QUEUE_FULL')
  await occupied.release()
  await taken
  await pool.close()
  expect(pool.stats()).toMatchObject({ completed: 1, failed: 0 })
})

// piscina 5.3.2: tasks with a signal did not count for needsDrain and drain.
test('tasks with a signal count for back-pressure', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const { signal } = new AbortController()
  const heard = Promise.all(['needsDrain', 'drain'].map((event) => new Promise((resolve) => pool.once(event, resolve))))
  const occupied = await occupy(pool)
  const task = pool.runTask('noop', 1, { signal })
  await occupied.release()
  await task
  await expect(heard).resolves.toHaveLength(2)
  await pool.close()
})

// piscina#805: later tasks never started when the next one in the queue was aborted.
test('tasks behind an aborted one start', async () => {
  const pool = new WorkerPool(1)
  const occupied = await occupy(pool)
  const controller = new AbortController()
  const aborted = failure(pool.runTask('noop', 1, { signal: controller.signal }))
  const later = [2, 3].map((i) => pool.runTask('noop', i))
  controller.abort()
  await occupied.release()
  expect((await aborted).code).toBe('ABORT_ERR')
  await expect(Promise.all(later)).resolves.toEqual([2, 3])
  await pool.close()
})

// piscina#934: aborting one of several tasks ended others.
test('an abort ends its own task only', async () => {
  const pool = new WorkerPool(3)
  const controller = new AbortController()
  const others = [1, 2].map(() => pool.runTask('fault', { ...stall, milliseconds: 60 }))
  const aborted = failure(pool.runTask('fault', stall, { signal: controller.signal }))
  controller.abort()
  expect((await aborted).code).toBe('ABORT_ERR')
  await expect(Promise.all(others)).resolves.toEqual([undefined, undefined])
  await pool.close()
})

// workerpool: a full queue threw in the caller's face where a promise was expected.
test('a full queue rejects and does not throw', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  const occupied = await occupy(pool)
  const taken = pool.runTask('noop')
  const refused = pool.runTask('noop')
  expect(refused).toBeInstanceOf(Promise)
  expect((await failure(refused)).code).toBe('ERR_QUEUE_FULL')
  await occupied.release()
  await taken
  await pool.close()
})

// tinypool#49: destroy() never resolved. poolifier#3211: what was in flight when a worker crashed never settled.
test('destroy() in the middle of panics, aborts and timeouts resolves, and everything has settled', async () => {
  for (let round = 0; round < 20; round++) {
    const pool = new WorkerPool(3)
    const controller = new AbortController()
    let settled = 0
    const kinds = [{ kind: 'panic' }, { kind: 'error' }, stall, { ...stall, milliseconds: 1 }]
    const tasks = Array.from({ length: 200 }, (_, i) => {
      const options = { signal: i % 3 === 0 ? controller.signal : undefined, timeout: i % 5 === 0 ? 1 : undefined }
      const input = /** @type {any} */ (i % 8 < 4 ? kinds[i % 8] : { ...stall, milliseconds: 0 })
      return pool.runTask('fault', input, options).then(
        () => settled++,
        () => settled++,
      )
    })
    if (round % 2 === 0) setImmediate(() => controller.abort())
    await new Promise((resolve) => setTimeout(resolve, round % 4))
    await pool.destroy()
    expect(settled).toBe(200)
    await Promise.all(tasks)
  }
})

// A listener that threw while outcomes were delivered: the rest of the batch was lost, its promises never settled.
test('a drain listener that throws costs nobody an outcome', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 3 })
  const thrown = new Promise((resolve) => {
    // Under Jest the `process` of a test is not the real one: what is thrown is caught where it is emitted.
    const { emit } = pool
    pool.emit = (/** @type {any[]} */ ...args) => {
      try {
        return Reflect.apply(emit, pool, args)
      } catch (error) {
        resolve(error)
        return true
      }
    }
  })
  const broken = new Error('in the listener')
  pool.on('drain', () => {
    throw broken
  })
  const occupied = await occupy(pool)
  const tasks = [1, 2, 3].map((i) => pool.runTask('noop', i))
  const released = occupied.release()
  // All outcomes are in one batch, and the news that there is room among them.
  while (pool.stats().completed < 3);
  await expect(Promise.all(tasks)).resolves.toEqual([1, 2, 3])
  await released
  expect(await thrown).toBe(broken)
  await pool.close()
})

// For the same reason a listener never runs inside the call that caused its event, where it would find half of the state.
test('an event is not emitted inside the call that caused it', async () => {
  const pool = new WorkerPool({ size: 1, maxQueue: 1 })
  let inside = false
  /** @type {boolean[]} */
  const seen = []
  pool.on('needsDrain', () => seen.push(inside))
  const occupied = await occupy(pool)
  inside = true
  const task = pool.runTask('noop')
  inside = false
  await occupied.release()
  await task
  expect(seen).toEqual([false])
  await pool.close()
})

// A listener for each task on one shared signal: adding the n-th took n steps, minutes for a hundred thousand tasks.
test('one signal for many tasks has one listener', async () => {
  const pool = new WorkerPool(1)
  const occupied = await occupy(pool)
  const controller = new AbortController()
  const add = jest.spyOn(controller.signal, 'addEventListener')
  const tasks = Array.from({ length: 1000 }, () => failure(pool.runTask('noop', 1, { signal: controller.signal })))
  tasks.push(...Array.from({ length: 10 }, () => failure(runTask('fault', stall, { signal: controller.signal }))))
  expect(add).toHaveBeenCalledTimes(1)
  controller.abort()
  expect((await Promise.all(tasks)).every(({ code }) => code === 'ABORT_ERR')).toBe(true)
  await occupied.release()
  await pool.close()
})

// Threads of a pool that was destroyed while they took tasks up waited for ever; their number never went down.
if (process.platform === 'linux')
  test('the threads of closed and destroyed pools end', async () => {
    const name = 'regression'
    const threads = () => {
      return readdirSync('/proc/self/task').filter((id) => {
        try {
          return readFileSync(`/proc/self/task/${id}/comm`, 'utf8').startsWith(name)
        } catch {
          return false
        }
      }).length
    }
    for (let round = 0; round < 60; round++) {
      const pool = new WorkerPool({ size: 3, name })
      const tasks = Array.from({ length: 100 }, () => pool.runTask('fault', stall).catch(() => {}))
      if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      await (round % 2 === 0 ? pool.destroy() : pool.close({ timeout: 0, force: true }))
      await Promise.all(tasks)
    }
    await until(() => threads() === 0)
    expect(threads()).toBe(0)
  })

// The crate gif 0.14.2 lost the end of a frame read by rows, where one word of its dictionary is longer than a row.
test('a GIF of one colour is read to its end', async () => {
  for (const width of [1, 2, 31, 100, 700]) {
    const height = 40
    const create = { width, height, channels: 3, background: '#000' }
    const gif = await image({ create }).gif().toBuffer()
    const { data, info } = await image(gif).raw().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width, height })
    expect(data.every((sample) => sample === 0)).toBe(true)
  }
})
