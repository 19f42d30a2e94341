// @ts-check
'use strict'

/** What becomes of tasks and of the pool when workers break: every task settles, typed, and the pool goes on or says why not. */

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { WorkerError } = require('..')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools, sharedCounters, workerFile } = require('./support/worker-pools')

const breaking = workerFile('breaking.js')
const makePool = makesPools()

/** How many workers of `breaking.js` were started. */
const STARTED = 7

describe('a task breaks its worker', () => {
  test.each([
    ['throwInTimer', 'thrown', 1, { name: 'RangeError', message: 'thrown' }],
    ['rejectUnhandled', 'rejected', 1, { name: 'RangeError', message: 'rejected' }],
    ['throwNothing', undefined, 1, undefined],
    ['exit', 0, 0, undefined],
    ['exit', 7, 7, undefined],
  ])('%s(%p): it rejects with the exit code and the cause, the next one runs', async (name, data, exitCode, cause) => {
    const pool = makePool(breaking)
    const error = await failure(pool.runTask(data, { name }))
    expect(error).toBeInstanceOf(WorkerError)
    expect(error).toMatchObject({
      code: 'ERR_WORKER_EXITED',
      exitCode,
      crashed: true,
      message: `The worker exited with code ${exitCode} before the task had ended`,
    })
    expect({ cause: error.cause }).toMatchObject({ cause })
    await expect(pool.runTask('next')).resolves.toBe('next')
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0]).toMatchObject({
      workerId: 1,
      exitCode,
      reason: name.startsWith('exit') ? 'exited' : 'crashed',
    })
    expect(pool.exits[0].error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode })
    expect(pool.stats()).toMatchObject({ failed: 1, completed: 1, size: 1 })
  })

  test('out of memory', async () => {
    const resourceLimits = { maxOldGenerationSizeMb: 30, maxYoungGenerationSizeMb: 4 }
    const pool = makePool(breaking, { size: 1, resourceLimits })
    const error = await failure(pool.runTask(undefined, { name: 'exhaust' }))
    expect(error).toMatchObject({ name: 'WorkerError', code: 'ERR_WORKER_OUT_OF_MEMORY', exitCode: 1, crashed: true })
    expect(error.cause).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
    await expect(pool.runTask('next')).resolves.toBe('next')
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0].reason).toBe('outOfMemory')
  })

  test('fifty times in a row', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(breaking, { size: 1, workerData })
    const errors = Array.from({ length: 50 }, () => failure(pool.runTask(3, { name: 'exit' })))
    const last = pool.runTask('last')
    for (const error of await Promise.all(errors))
      expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 3 })
    await expect(last).resolves.toBe('last')
    expect(counters[STARTED]).toBe(51)
    expect(pool.stats()).toMatchObject({ completed: 1, failed: 50, size: 1 })
  })

  test('what it answered before stands', async () => {
    const pool = makePool(breaking)
    const result = await pool.runTask(undefined, { name: 'answerAndExit' })
    expect(result.get('a')).toHaveLength(100_000)
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0]).toMatchObject({ reason: 'exited', exitCode: 5 })
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('its neighbours on the same worker are rejected, those on others and those that wait are not', async () => {
    const pool = makePool(breaking, { size: 1, concurrency: 2 })
    const neighbour = failure(pool.runTask(undefined, { name: 'never' }))
    const culprit = failure(pool.runTask(2, { name: 'exit' }))
    const behind = [1, 2, 3].map((i) => pool.runTask(i))
    for (const error of await Promise.all([neighbour, culprit])) {
      expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 2 })
    }
    await expect(Promise.all(behind)).resolves.toEqual([1, 2, 3])
  })

  test('tasks that wait go on with other workers', async () => {
    const pool = makePool(breaking, 2)
    const results = Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => (i % 10 ? pool.runTask(i) : pool.runTask(1, { name: 'exit' }))),
    )
    const outcomes = await results
    expect(outcomes.map((outcome) => outcome['value'] ?? outcome['reason'].code)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 10 ? i : 'ERR_WORKER_EXITED')),
    )
  })
})

describe('retry', () => {
  test('runs the task again on another worker, as often as it says', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(breaking, { size: 1, workerData })
    const enough = pool.runTask({ index: 1, times: 3 }, { name: 'exitTimes', retry: 3 })
    await expect(enough).resolves.toBe('survived')
    const tooFew = await failure(pool.runTask({ index: 2, times: 3 }, { name: 'exitTimes', retry: 2 }))
    expect(tooFew).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 9 })
    expect([...counters.subarray(1, 3)]).toEqual([4, 3])
  })

  test.each([
    ['bytes', new Map([['index', 1]])],
    ['shared memory', { gate: new SharedArrayBuffer(8) }],
  ])('gives the worker the same value: %s', async (_, value) => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(workerFile('second-time.js'), { size: 1, workerData })
    expect(await pool.runTask(value, { retry: 1 })).toEqual(value)
    expect(counters[0]).toBe(2)
  })

  test('of a neighbour', async () => {
    const pool = makePool(breaking, { size: 1, concurrency: 2 })
    const neighbour = pool.runTask(100, { name: 'sleep', retry: 1 })
    const error = await failure(pool.runTask(2, { name: 'exit' }))
    expect(error.code).toBe('ERR_WORKER_EXITED')
    await expect(neighbour).resolves.toBe('slept')
  })

  test('a task that is aborted between two runs is not run again', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(breaking, { size: 1, workerData })
    const controller = new AbortController()
    pool.on('workerExit', () => controller.abort())
    const options = { name: 'exitTimes', retry: 1000, signal: controller.signal }
    expect((await failure(pool.runTask({ index: 1, times: 1000 }, options))).code).toBe('ABORT_ERR')
    await pool.close()
    expect(counters[1]).toBeLessThanOrEqual(2)
  })
})

describe('an idle worker', () => {
  test.each([
    ['exits', 'exitLater', { after: 10, code: 3 }, 'exited', 3],
    ['throws in a timer', 'throwLater', 10, 'crashed', 1],
  ])('%s: it is replaced', async (_, name, data, reason, exitCode) => {
    const pool = makePool(breaking)
    await pool.runTask(data, { name })
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0]).toMatchObject({ reason, exitCode })
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(pool.size).toBe(1)
  })

  test('that dies when a task with a transferList has been sent to it: the task is rejected', async () => {
    const pool = makePool(breaking)
    await pool.runTask({ after: 20, block: 400 }, { name: 'blockAndExit' })
    await sleep(100)
    const { buffer } = new Uint8Array(8)
    const error = await failure(pool.runTask(buffer, { transferList: [buffer] }))
    expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 4 })
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0, inputBytes: 0 })
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('that dies when a task has been left to it: another runs it', async () => {
    const pool = makePool(breaking)
    await pool.runTask({ after: 20, block: 400 }, { name: 'blockAndExit' })
    await sleep(100)
    const left = [pool.runTask(1), pool.runTask({ a: 1 }), pool.runTask(new Map([[1, 2]]))]
    await expect(Promise.all(left)).resolves.toEqual([1, { a: 1 }, new Map([[1, 2]])])
  })

  test('that dies as soon as it is there, again and again, is not replaced again and again', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(workerFile('loading.js'), { size: 1, workerData: { ...workerData, how: 'exitSoon' } })
    await sleep(1000)
    expect(counters[0]).toBeLessThan(8)
    // Tasks do not wait until the pool has calmed down.
    for (let i = 0; i < 10; i++) {
      const outcome = await pool.runTask(i).catch((/** @type {any} */ { code }) => code)
      expect([i, 'ERR_WORKER_EXITED']).toContain(outcome)
    }
  })
})

describe('a file that cannot be loaded', () => {
  /** A pool of workers that fail while they are loaded, from the one time to the other. */
  function failingPool(how, { from = 1, until = Infinity, ...options } = {}) {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(workerFile('loading.js'), {
      size: 2,
      ...options,
      workerData: { ...workerData, how, from, until },
    })
    return { pool, started: () => counters[0] }
  }

  test.each([
    ['throw', 1, 'no way', { name: 'RangeError', message: 'no way', code: 'E_NO_WAY' }],
    ['reject', 1, 'rejected', { name: 'RangeError', message: 'rejected' }],
    ['exit', 6, 'it exited with code 6', undefined],
    ['exit0', 0, 'it exited with code 0', undefined],
    ['exit1', 1, 'it exited with code 1', undefined],
    [
      'exportsNothing',
      1,
      'it neither exports a function nor listens to messages on `parentPort`',
      { code: 'ERR_WORKER_LOAD_FAILED' },
    ],
    ['hang', 1, 'it was not ready after 300 ms', undefined],
    ['never', 1, 'it was not ready after 300 ms', undefined],
  ])('%s: all tasks are rejected, no worker is started again', async (how, exitCode, why, cause) => {
    const { pool, started } = failingPool(how, how === 'hang' || how === 'never' ? { startTimeout: 300 } : {})
    const errors = await Promise.all([pool.runTask(1), pool.runTask({}, { priority: 5 }), pool.runTask(3)].map(failure))
    for (const error of errors) {
      expect(error).toBeInstanceOf(WorkerError)
      expect(error).toMatchObject({
        code: 'ERR_WORKER_LOAD_FAILED',
        exitCode,
        message: `The worker cannot be loaded: ${why}`,
      })
      expect({ cause: error.cause }).toMatchObject({ cause })
    }
    // Those that come later, too, and at once.
    expect(await failure(pool.runTask(4))).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', exitCode })
    expect(await failure(pool.runTask(4))).not.toBe(errors[0])
    await until(() => pool.exits.length === 2)
    expect(pool.exits[0]).toMatchObject({ reason: 'loadFailed', exitCode })
    await sleep(300)
    expect(pool.created).toHaveLength(2)
    expect(started()).toBeLessThanOrEqual(2)
    expect(pool.size).toBe(0)
    await pool.close()
  })

  test('a syntax error', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-'))
    const file = path.join(folder, 'worker.cjs')
    fs.writeFileSync(file, 'module.exports = {')
    const error = await failure(makePool(file, 2).runTask(1))
    fs.rmSync(folder, { recursive: true })
    expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', cause: { name: 'SyntaxError' } })
    expect(error.cause.stack).toContain('worker.cjs:1')
  })

  test('a module that is not there', async () => {
    const pool = makePool('data:text/javascript,import "./no/such.js"', 1)
    expect((await failure(pool.runTask(1))).code).toBe('ERR_WORKER_LOAD_FAILED')
  })

  test('a stopped pool can be drained, closed and destroyed', async () => {
    for (const end of ['drain', 'close', 'destroy']) {
      const { pool } = failingPool('throw')
      await failure(pool.runTask(1))
      await pool[end]()
      await pool.close()
      expect(pool.size).toBe(0)
    }
  })

  test('a pool that is closed while its workers fail', async () => {
    const { pool } = failingPool('throw')
    const errors = Promise.all([1, 2, 3].map((i) => failure(pool.runTask(i))))
    await pool.close()
    expect((await errors).map(({ code }) => code)).toEqual(Array(3).fill('ERR_WORKER_LOAD_FAILED'))
  })

  test('a pool without tasks says why by workerExit', async () => {
    const { pool } = failingPool('throw')
    await until(() => pool.exits.length === 2)
    expect(pool.exits[1].error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', cause: { message: 'no way' } })
  })

  test('any more: the pool tries a few times, and stops', async () => {
    const { pool, started } = failingPool('throw', { size: 1, from: 2 })
    await pool.runTask(1)
    expect((await failure(pool.runTask(2, { name: 'exit' }))).code).toBe('ERR_WORKER_EXITED')
    const errors = await Promise.all([1, 2, 3].map((i) => failure(pool.runTask(i))))
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('ERR_WORKER_LOAD_FAILED'))
    expect(started()).toBe(4)
  })

  test('for a while: a pool without a minimum tries again for what waits', async () => {
    const { pool, started } = failingPool('throw', { size: undefined, minSize: 0, maxSize: 1, from: 2, until: 2 })
    await pool.runTask(1)
    await failure(pool.runTask(2, { name: 'exit' }))
    await expect(pool.runTask('third')).resolves.toBe('third')
    expect(started()).toBe(3)
  })

  test('any more, while other workers live: they go on', async () => {
    const { pool, started } = failingPool('throw', { size: 2, from: 3 })
    await Promise.all([1, 2].map((i) => pool.runTask(i)))
    await until(() => started() === 2)
    await failure(pool.runTask(2, { name: 'exit' }))
    await until(() => pool.exits.length >= 3)
    for (let i = 0; i < 20; i++) await expect(pool.runTask(i)).resolves.toBe(i)
    // And when the last one is gone, the pool stops.
    expect((await failure(pool.runTask(2, { name: 'exit', retry: 1 }))).code).toMatch(
      /^ERR_WORKER_(EXITED|LOAD_FAILED)$/,
    )
    expect((await failure(pool.runTask(1))).code).toBe('ERR_WORKER_LOAD_FAILED')
    expect(started()).toBeLessThan(10)
  })

  test('the time to start does not run once a worker is ready', async () => {
    const pool = makePool(breaking, { size: 1, startTimeout: 5000 })
    await pool.runTask(1)
    await expect(pool.runTask(50, { name: 'sleep' })).resolves.toBe('slept')
    expect(pool.exits).toEqual([])
  })
})

describe('a worker that cannot be started any more', () => {
  test('stops the pool, which says why', async () => {
    const detachable = new ArrayBuffer(8)
    const pool = makePool(breaking, { size: 1, workerData: { detachable } })
    await pool.runTask(1)
    structuredClone(detachable, { transfer: [detachable] })
    expect((await failure(pool.runTask(2, { name: 'exit' }))).code).toBe('ERR_WORKER_EXITED')
    const error = await failure(pool.runTask(1))
    expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', message: 'A worker cannot be started' })
    expect(error.cause.code).toBe('ERR_VALUE_NOT_CLONEABLE')
  })

  test('nor a first one', async () => {
    const detachable = new ArrayBuffer(8)
    const pool = makePool(breaking, { minSize: 0, maxSize: 1, workerData: { detachable } })
    structuredClone(detachable, { transfer: [detachable] })
    const signal = new AbortController().signal
    expect((await failure(pool.runTask(1, { signal }))).code).toBe('ERR_WORKER_LOAD_FAILED')
    expect((await failure(pool.runTask(1))).code).toBe('ERR_WORKER_LOAD_FAILED')
    await pool.drain()
  })
})

describe('a pool that is closed', () => {
  test('goes on after a crash until the last task has ended', async () => {
    const pool = makePool(breaking)
    const crash = failure(pool.runTask(1, { name: 'exit' }))
    const behind = [1, 2, 3].map((i) => pool.runTask(i))
    await pool.close()
    expect((await crash).code).toBe('ERR_WORKER_EXITED')
    await expect(Promise.all(behind)).resolves.toEqual([1, 2, 3])
    expect(pool.size).toBe(0)
  })

  test('and grows for it, when it has no minimum', async () => {
    const pool = makePool(breaking, { minSize: 0, maxSize: 1 })
    const crash = failure(pool.runTask(1, { name: 'exit' }))
    const behind = pool.runTask('behind')
    await pool.close()
    expect((await crash).code).toBe('ERR_WORKER_EXITED')
    await expect(behind).resolves.toBe('behind')
  })
})
