// @ts-check
'use strict'

/** Pools of JS workers: how they are made, grow, shrink and end, and what their workers find. */

const { once } = require('node:events')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const { setImmediate: turn } = require('node:timers/promises')
const { pathToFileURL } = require('node:url')
const workerThreads = require('node:worker_threads')
const { WorkerPool, WorkerError } = require('..')
const { failure } = require('./support/failure')
const { runProgram } = require('./support/program')
const { until } = require('./support/until')
const { makesPools, sharedCounters, workerFile } = require('./support/worker-pools')

const tasks = workerFile('tasks.js')
const makePool = makesPools()

describe('a pool is made', () => {
  test.each([
    ['a path', tasks],
    ['a path from the current directory', path.relative(process.cwd(), tasks)],
    ['a URL', pathToFileURL(tasks)],
    ['a URL as a string', pathToFileURL(tasks).href],
  ])('of %s', async (_, file) => {
    const pool = makePool(file, 2)
    expect(pool.size).toBe(2)
    await expect(Promise.all([pool.runTask(1), pool.runTask('two'), pool.runTask()])).resolves.toEqual([
      1,
      'two',
      undefined,
    ])
  })

  test('of a data: URL', async () => {
    const pool = makePool('data:text/javascript,export default (n) => n + 1')
    await expect(pool.runTask(1)).resolves.toBe(2)
  })

  test('of a function', async () => {
    const pool = makePool(
      async (/** @type {number} */ n) => (await import('node:path')).basename(`a/${n}`) + typeof require,
    )
    await expect(pool.runTask(7)).resolves.toBe('7function')
  })

  test('of a function that uses a variable around it, which its task says', async () => {
    const outer = 5
    const pool = makePool((/** @type {number} */ n) => n + outer)
    const error = await failure(pool.runTask(1))
    expect(error).toBeInstanceOf(ReferenceError)
    expect(error.message).toMatch(/^outer is not defined\. A function given to WorkerPool runs without the variables/)
  })

  test('without a size, as large as the budget of the program', async () => {
    const pool = makePool(tasks, {})
    expect(pool.size).toBe(new WorkerPool({}).size)
    await expect(pool.runTask(1)).resolves.toBe(1)
  })

  test.each([
    [0, 'size', 'an integer from 1 to 1024', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [{ size: '2' }, 'size', 'an integer from 1 to 1024', "`'2'` (string)", 'ERR_INVALID_ARG_TYPE'],
    [{ minSize: -1 }, 'minSize', 'an integer from 0 to', '`-1` (number)', 'ERR_OUT_OF_RANGE'],
    [{ minSize: 3, maxSize: 2 }, 'minSize', 'an integer from 0 to 2', '`3` (number)', 'ERR_OUT_OF_RANGE'],
    [{ maxSize: 0 }, 'maxSize', 'an integer from 1 to 1024', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [
      { idleTimeout: -1 },
      'idleTimeout',
      'a number from 0 to 2147483647 or Infinity',
      '`-1` (number)',
      'ERR_OUT_OF_RANGE',
    ],
    [{ concurrency: 0 }, 'concurrency', 'an integer from 1 to 65536', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [
      { startTimeout: 0 },
      'startTimeout',
      'a number from 1 to 2147483647 or Infinity',
      '`0` (number)',
      'ERR_OUT_OF_RANGE',
    ],
    [{ gracePeriod: '1' }, 'gracePeriod', 'a number from 0 to 2147483647', "`'1'` (string)", 'ERR_INVALID_ARG_TYPE'],
    [{ maxQueue: 0 }, 'maxQueue', 'an integer >= 1 or Infinity', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [{ maxQueueBytes: NaN }, 'maxQueueBytes', 'an integer >= 1 or Infinity', '`NaN` (number)', 'ERR_OUT_OF_RANGE'],
    [{ niceIncrement: 20 }, 'niceIncrement', 'an integer from 0 to 19', '`20` (number)', 'ERR_OUT_OF_RANGE'],
    [{ name: '' }, 'name', 'a non-empty string without NUL', "`''` (string)", 'ERR_INVALID_ARG_VALUE'],
    [{ recycleAfter: 5 }, 'recycleAfter', 'an object', '`5` (number)', 'ERR_INVALID_ARG_TYPE'],
    [{ recycleAfter: { tasks: 0 } }, 'recycleAfter.tasks', 'an integer >= 1', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [{ recycleAfter: { heapMb: 0 } }, 'recycleAfter.heapMb', 'a number >= 1', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [
      { recycleAfter: { age: '1' } },
      'recycleAfter.age',
      'a number from 1 to',
      "`'1'` (string)",
      'ERR_INVALID_ARG_TYPE',
    ],
    [null, 'options', 'an object', '`null` (null)', 'ERR_INVALID_ARG_TYPE'],
    ['2', 'options', 'an object', "`'2'` (string)", 'ERR_INVALID_ARG_TYPE'],
  ])('not with %p', (options, name, expected, got, code) => {
    const make = () => new WorkerPool(tasks, /** @type {any} */ (options))
    expect(make).toThrow(expect.objectContaining({ name: 'ArgumentError', code }))
    expect(make).toThrow(new RegExp(`^Expected \`${name}\` to be ${expected}.*, got ${escape(got)}$`))
  })

  test('not with two ways to give its size', () => {
    expect(() => new WorkerPool(tasks, { size: 1, minSize: 1 })).toThrow(
      'Expected either `size` or `minSize` and `maxSize`, not both',
    )
  })

  test.each([
    [{ threads: 4 }, 'Unknown option `threads`: expected one of `size`, `minSize`, `maxSize`, `idleTimeout`'],
    [{ recycleAfter: { calls: 4 } }, 'Unknown option `calls`: expected one of `tasks`, `heapMb`, `age`'],
  ])('not with an unknown option: %p', (options, message) => {
    expect(() => new WorkerPool(tasks, /** @type {any} */ (options))).toThrow(message)
  })

  test('not of a file that is not there', () => {
    const make = () => new WorkerPool('/no/such/worker.js', 2)
    expect(make).toThrow(WorkerError)
    expect(make).toThrow(
      expect.objectContaining({
        code: 'ERR_WORKER_LOAD_FAILED',
        message: 'There is no worker file /no/such/worker.js',
      }),
    )
  })

  test('not with workerData that cannot be cloned', () => {
    const make = () => new WorkerPool(tasks, { size: 2, workerData: { a: [() => 1] } })
    expect(make).toThrow(expect.objectContaining({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' }))
    expect(make).toThrow('workerData.a[0]')
  })

  test.each([
    [{ env: 5 }, 'ERR_INVALID_ARG_TYPE'],
    [{ argv: 5 }, 'ERR_INVALID_ARG_TYPE'],
    [{ execArgv: ['--no-such-flag'] }, 'ERR_WORKER_INVALID_EXEC_ARGV'],
  ])('not with %p, which Node refuses', (options, code) => {
    expect(() => new WorkerPool(tasks, /** @type {any} */ (options))).toThrow(expect.objectContaining({ code }))
  })
})

describe('what a worker finds', () => {
  test('is what the options say', async () => {
    const pool = makePool(workerFile('surroundings.js'), {
      size: 1,
      workerData: { some: ['data'] },
      env: { ONLY: 'this' },
      argv: ['an argument', 5],
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 77, stackSizeMb: 3 },
      trackUnmanagedFds: false,
      name: 'painters',
      niceIncrement: 3,
    })
    const found = await pool.runTask()
    expect(found).toMatchObject({
      workerData: { some: ['data'] },
      env: { ONLY: 'this' },
      argv: ['an argument', '5'],
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 77, stackSizeMb: 3 },
      script: workerFile('surroundings.js'),
    })
    // Elsewhere a priority is that of the process.
    const step = process.platform === 'linux' ? 3 : 0
    expect(found.priority).toBe(Math.min(os.getPriority() + step, 19))
    // Node says so from 24 on.
    const { threadName } = /** @type {any} */ (workerThreads)
    expect(found.threadName).toBe(threadName === undefined ? undefined : 'painters')
  })

  test('is what new Worker() gives when there are no options', async () => {
    const found = await makePool(workerFile('surroundings.js')).runTask()
    expect(found.env.PATH).toBe(process.env.PATH)
    expect(found.workerData).toBeUndefined()
    expect(found.argv).toEqual([])
    expect(found.priority).toBe(os.getPriority())
  })

  test('files that it leaves open are closed with it, unless told otherwise', async () => {
    const [tracked, untracked] = [undefined, false].map((trackUnmanagedFds) =>
      makePool(workerFile('open-file.js'), { size: 1, ...(trackUnmanagedFds === false && { trackUnmanagedFds }) }),
    )
    const [closed, open] = await Promise.all([tracked.runTask(__filename), untracked.runTask(__filename)])
    await Promise.all([tracked.close(), untracked.close()])
    const fs = require('node:fs')
    expect(() => fs.fstatSync(closed)).toThrow(expect.objectContaining({ code: 'EBADF' }))
    expect(fs.fstatSync(open).isFile()).toBe(true)
    fs.closeSync(open)
  })

  test('its stdout and stderr are streams of workerCreate', async () => {
    const pool = makePool(workerFile('surroundings.js'), { size: 1, stdout: true, stderr: true })
    const [{ stdout, stderr }] = await once(pool, 'workerCreate')
    const heard = Promise.all([once(stdout, 'data'), once(stderr, 'data')])
    await pool.runTask('out', { name: 'print' })
    expect((await heard).map(([chunk]) => String(chunk))).toEqual(['out', 'out'])
  })

  test('its number and its thread', async () => {
    const pool = makePool(tasks, 2)
    const ids = await Promise.all([0, 1, 2, 3].map(() => pool.runTask(undefined, { name: 'workerId' })))
    await until(() => pool.created.length === 2)
    expect(pool.created.map(({ workerId }) => workerId)).toEqual(expect.arrayContaining([...new Set(ids)]))
    const threads = pool.created.map(({ threadId }) => threadId)
    expect(threads).toContain(await pool.runTask(undefined, { name: 'threadId' }))
    expect(new Set(threads).size).toBe(2)
  })
})

describe('events', () => {
  test('workerCreate and workerExit come on turns of their own', async () => {
    const pool = makePool(tasks, 2)
    expect(pool.created).toEqual([])
    await turn()
    expect(pool.created).toEqual(
      [1, 2].map((workerId) => expect.objectContaining({ workerId, stdout: null, stderr: null })),
    )
    await pool.runTask(1)
    await pool.close()
    expect(pool.exits).toEqual(
      expect.arrayContaining([1, 2].map((workerId) => expect.objectContaining({ workerId, reason: 'closed' }))),
    )
    expect(pool.exits).toHaveLength(2)
  })

  test('message: what a worker posts outside a task', async () => {
    const pool = makePool(tasks, 1)
    const first = once(pool, 'message')
    await pool.runTask({ a: new Map([[1, 2]]) }, { name: 'post' })
    expect(await first).toEqual([{ a: new Map([[1, 2]]) }, 1])
    const later = once(pool, 'message')
    await pool.runTask('later', { name: 'postLater' })
    expect(await later).toEqual(['later', 1])
  })

  test('needsDrain when the queue is full, drain when it has room again', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 1, maxQueue: 2, workerData })
    /** @type {string[]} */
    const events = []
    pool.on('needsDrain', () => events.push('needsDrain'))
    pool.on('drain', () => events.push('drain'))
    const running = [1, 1, 1].map((index) => pool.runTask(index, { name: 'hold' }))
    expect(events).toEqual([])
    expect(pool.hasRoom).toBe(false)
    await until(() => events.length === 1)
    counters[1] = 1
    await Promise.all(running)
    await until(() => events.length === 2)
    expect(events).toEqual(['needsDrain', 'drain'])
    expect(pool.hasRoom).toBe(true)
  })

  test('error: what an onProgress threw', async () => {
    const pool = makePool()
    const heard = once(pool, 'error')
    const onProgress = () => {
      throw new RangeError('a listener')
    }
    await expect(pool.runTask([1], { name: 'progress', onProgress })).resolves.toBe(1)
    expect((await heard)[0]).toMatchObject({ name: 'RangeError', message: 'a listener' })
  })
})

describe('size', () => {
  test('grows with the tasks that wait, to maxSize, and shrinks to minSize', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { minSize: 1, maxSize: 3, idleTimeout: 50, workerData })
    expect(pool.size).toBe(1)
    const held = Array.from({ length: 5 }, () => pool.runTask(1, { name: 'hold' }))
    await until(() => counters[0] === 3)
    expect(pool.size).toBe(3)
    expect(pool.stats()).toMatchObject({ size: 3, running: 3, queued: 2 })
    Atomics.store(counters, 1, 1)
    await Promise.all(held)
    await until(() => pool.exits.length === 2)
    expect(pool.exits.map(({ reason }) => reason)).toEqual(['idle', 'idle'])
    expect(pool.size).toBe(1)
    await expect(pool.runTask('more')).resolves.toBe('more')
    // And again, more than once.
    counters.fill(0)
    const again = Array.from({ length: 2 }, () => pool.runTask(1, { name: 'hold' }))
    await until(() => counters[0] === 2)
    Atomics.store(counters, 1, 1)
    await Promise.all(again)
    await until(() => pool.exits.length === 3)
    expect(pool.size).toBe(1)
  })

  test('may be none at all while there is nothing to do', async () => {
    const pool = makePool(tasks, { minSize: 0, maxSize: 2, idleTimeout: 0 })
    expect(pool.size).toBe(0)
    await expect(pool.runTask(1)).resolves.toBe(1)
    await until(() => pool.size === 0)
    await expect(Promise.all([pool.runTask(2), pool.runTask(3)])).resolves.toEqual([2, 3])
    await pool.close()
    expect(pool.size).toBe(0)
  })

  test('a worker that is ready is not joined by another while it can take every task', async () => {
    const pool = makePool(tasks, { minSize: 1, maxSize: 4 })
    for (let i = 0; i < 50; i++) await pool.runTask(i)
    await turn()
    expect(pool.size).toBe(1)
  })

  test('workers of a pool that neither grows nor shrinks stay', async () => {
    const pool = makePool(tasks, { size: 2, idleTimeout: 1 })
    await pool.runTask(1)
    await pool.runTask(20, { name: 'sleep' })
    expect(pool.size).toBe(2)
  })
})

describe('back-pressure', () => {
  test('a full queue refuses, and the refused task never runs', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 1, maxQueue: 1, workerData })
    const held = pool.runTask(1, { name: 'hold' })
    const waiting = pool.runTask(2, { name: 'count' })
    await until(() => counters[0] === 1)
    for (const [data, options] of [[2, { name: 'count' }], [2], [{ a: 1 }], [new Map(), { priority: 5 }]]) {
      const error = await failure(pool.runTask(data, options))
      expect(error).toMatchObject({
        name: 'PoolError',
        code: 'ERR_QUEUE_FULL',
        message: 'The queue of the pool is full',
      })
    }
    const { buffer } = new Uint8Array(4)
    expect((await failure(pool.runTask(buffer, { transferList: [buffer] }))).code).toBe('ERR_QUEUE_FULL')
    expect(buffer.byteLength).toBe(4)
    expect(pool.stats()).toMatchObject({ queued: 1, running: 1 })
    Atomics.store(counters, 1, 1)
    await expect(Promise.all([held, waiting])).resolves.toEqual([1, 1])
    await pool.close()
    expect(counters[2]).toBe(1)
  })

  test('ready() resolves when there is room, in turns', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 1, maxQueue: 1, workerData })
    await pool.ready()
    const held = [pool.runTask(1, { name: 'hold' }), pool.runTask(2, { name: 'count' })]
    /** @type {number[]} */
    const order = []
    const producers = [1, 2, 3].map(async (i) => {
      await pool.ready()
      order.push(i)
      await pool.runTask(2, { name: 'count' })
    })
    await turn()
    expect(order).toEqual([])
    Atomics.store(counters, 1, 1)
    await Promise.all([...held, ...producers])
    expect(order).toEqual([1, 2, 3])
    expect(counters[2]).toBe(4)
  })

  test('maxQueueBytes counts the inputs of tasks that wait or run, and nothing is left of them', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 1, maxQueueBytes: 1000, workerData })
    const held = pool.runTask(1, { name: 'hold' })
    const text = pool.runTask('x'.repeat(500))
    expect(pool.hasRoom).toBe(true)
    const bytes = pool.runTask(new Uint8Array(600))
    expect(pool.hasRoom).toBe(false)
    expect(pool.stats().inputBytes).toBeGreaterThanOrEqual(1100)
    expect((await failure(pool.runTask(1))).code).toBe('ERR_QUEUE_FULL')
    Atomics.store(counters, 1, 1)
    await Promise.all([held, text, bytes])
    expect(pool.stats().inputBytes).toBe(0)
    const { buffer } = new Uint8Array(2000)
    await pool.runTask(buffer, { transferList: [buffer] })
    expect(pool.stats().inputBytes).toBe(0)
  })

  test('queueSize and stats()', async () => {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 2, workerData })
    const held = [1, 1].map((index) => pool.runTask(index, { name: 'hold' }))
    await until(() => counters[0] === 2)
    const waiting = [failure(pool.runTask('no', { name: 'fail' })), pool.runTask(1), pool.runTask(2)]
    expect(pool.queueSize).toBe(3)
    expect(pool.stats()).toMatchObject({ size: 2, running: 2, queued: 3, completed: 0 })
    Atomics.store(counters, 1, 1)
    await Promise.all([...held, ...waiting])
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0, completed: 4, failed: 1, canceled: 0 })
    expect(pool.stats().runTime.max).toBeGreaterThan(0)
    expect(pool.stats().waitTime.max).toBeGreaterThan(0)
  })
})

describe('the end', () => {
  /** A pool of two with work on both and three tasks behind. */
  async function workingPool() {
    const { counters, workerData } = sharedCounters()
    const pool = makePool(tasks, { size: 2, workerData })
    const outcomes = Promise.allSettled(Array.from({ length: 5 }, () => pool.runTask(1, { name: 'hold' })))
    await until(() => counters[0] === 2)
    const codes = async () => (await outcomes).map((outcome) => outcome['value'] ?? outcome['reason'].code)
    return { pool, codes, release: () => Atomics.store(counters, 1, 1) }
  }

  test('close() waits for the tasks that run and for those that wait', async () => {
    const { pool, codes, release } = await workingPool()
    const closing = pool.close()
    expect(pool.closed).toBe(true)
    expect((await failure(pool.runTask(1))).code).toBe('ERR_POOL_CLOSED')
    release()
    await closing
    expect(await codes()).toEqual([1, 1, 1, 1, 1])
    expect(pool.size).toBe(0)
  })

  test('close({ force }) cancels those that wait, and waits for those that run', async () => {
    const { pool, codes, release } = await workingPool()
    const closing = pool.close({ force: true })
    release()
    await closing
    expect(await codes()).toEqual([1, 1, 'ERR_POOL_CLOSED', 'ERR_POOL_CLOSED', 'ERR_POOL_CLOSED'])
  })

  test('close({ timeout }) cancels what is left when the time has run out', async () => {
    const { pool, codes } = await workingPool()
    await pool.close({ timeout: 20 })
    expect(await codes()).toEqual(Array(5).fill('ERR_POOL_CLOSED'))
  })

  test('destroy() stops workers that listen to nothing', async () => {
    const pool = makePool(tasks, 2)
    const hanging = [1, 2, 3].map(() => failure(pool.runTask(undefined, { name: 'hang' })))
    await until(() => pool.stats().running === 2)
    await pool.destroy()
    for (const error of await Promise.all(hanging))
      expect(error).toMatchObject({ name: 'PoolError', code: 'ERR_POOL_CLOSED' })
    expect(pool.exits.map(({ reason }) => reason)).toEqual(['closed', 'closed'])
  })

  test('while the workers are being started', async () => {
    const pools = [makePool(tasks, 2), makePool(tasks, 2), makePool(tasks, 2)]
    const [early, late] = [pools[1].runTask(1), failure(pools[2].runTask(1))]
    await Promise.all([pools[0].close(), pools[1].close(), pools[2].destroy()])
    await expect(early).resolves.toBe(1)
    expect((await late).code).toBe('ERR_POOL_CLOSED')
    expect(pools.map(({ size }) => size)).toEqual([0, 0, 0])
  })

  test('a closing pool replaces the workers that it needs for what is left', async () => {
    const pool = makePool(tasks, { size: 1, recycleAfter: { tasks: 1 } })
    const results = Promise.all([1, 2, 3].map((i) => pool.runTask(i)))
    await pool.close()
    await expect(results).resolves.toEqual([1, 2, 3])
    expect(pool.exits).toHaveLength(3)
  })

  test('drain() waits until no task is left, and the pool goes on', async () => {
    const { pool, codes, release } = await workingPool()
    const drained = pool.drain()
    release()
    await drained
    expect(pool.stats()).toMatchObject({ running: 0, queued: 0, completed: 5 })
    await codes()
    await expect(pool.runTask('more')).resolves.toBe('more')
  })

  test('Symbol.asyncDispose closes the pool', async () => {
    const pool = makePool()
    const task = pool.runTask('last')
    await pool[Symbol.asyncDispose]()
    await expect(task).resolves.toBe('last')
    expect(pool.closed).toBe(true)
  })
})

describe('map()', () => {
  const collect = async (/** @type {AsyncIterable<unknown>} */ results) => {
    const collected = []
    for await (const result of results) collected.push(result)
    return collected
  }

  test('runs the default export on every item, results in order', async () => {
    const items = Array.from({ length: 200 }, (_, i) => ({ i }))
    expect(await collect(makePool(tasks, 2).map(items))).toEqual(items)
  })

  test('runs a named export, with options', async () => {
    const pool = makePool(tasks, 2)
    expect(await collect(pool.map([3, 2, 1], 'spin', { concurrency: 2, priority: 1 }))).toEqual([3, 2, 1])
    expect(await collect(pool.map([[1], []], 'progress'))).toEqual([1, 0])
  })

  test('takes options in place of a name', async () => {
    expect(await collect(makePool(tasks, 1).map([1, 2], { concurrency: 1 }))).toEqual([1, 2])
  })

  test('runs a function here, which may use the pool', async () => {
    const pool = makePool(tasks, 2)
    const work = async (/** @type {number} */ item, /** @type {number} */ index) => (await pool.runTask(item)) + index
    expect(await collect(pool.map([10, 20], work))).toEqual([10, 21])
  })

  test('ends with the first failure', async () => {
    const results = makePool(tasks, 1).map(['a', 'b'], 'fail')
    const error = await failure(results.next())
    expect(error).toMatchObject({ name: 'TypeError', message: 'a' })
    expect(await results.next()).toEqual({ done: true, value: undefined })
  })

  test('a break stops what is on its way', async () => {
    const pool = makePool(tasks, 2)
    let read = 0
    const items = (function* () {
      for (;;) yield read++
    })()
    for await (const result of pool.map(items, 'spin', { concurrency: 4 })) if (result === 3) break
    expect(read).toBeLessThan(20)
    await pool.drain()
    // What was stopped while it ran may take until it looks.
    await until(() => pool.stats().running === 0)
    expect(pool.queueSize).toBe(0)
  })

  test('stays within the bound of the queue', async () => {
    const pool = makePool(tasks, { size: 1, maxQueue: 1 })
    const items = Array.from({ length: 30 }, (_, i) => i)
    expect(await collect(pool.map(items, undefined, { concurrency: 10 }))).toEqual(items)
  })

  test.each([
    [[[1], 5], 'Expected `work` to be the name of an export or a function, got `5` (number)'],
    [[[1], 'spin', { transferList: [] }], 'Unknown option `transferList`'],
    [[[1], 'spin', { name: 'spin' }], 'Unknown option `name`'],
  ])('refuses %j', async (args, message) => {
    expect((await failure(/** @type {any} */ (makePool()).map(...args).next())).message).toContain(message)
  })
})

describe('exports', () => {
  test.each([
    ['ESM', 'exports.mjs'],
    ['CommonJS', 'tasks.js'],
  ])('are called by name, and the default one without: %s', async (_, file) => {
    const pool = makePool(workerFile(file))
    await expect(pool.runTask('x')).resolves.toBe('x')
    await expect(pool.runTask('x', { name: 'default' })).resolves.toBe('x')
    await expect(pool.runTask(3, { name: 'spin' })).resolves.toBe(3)
  })

  test('one that is not there fails its task alone, and those that are there are listed', async () => {
    const pool = makePool(workerFile('exports.mjs'))
    const error = await failure(pool.runTask(1, { name: 'nothing' }))
    expect(error).toMatchObject({
      name: 'TaskError',
      code: 'ERR_TASK_UNKNOWN',
      message: 'The worker file exports no function `nothing`: it exports `default`, `spin`',
    })
    await expect(pool.runTask(1)).resolves.toBe(1)
  })

  test.each([
    [{ name: 5 }, 'Expected `name` to be the name of an export, got `5` (number)'],
    [{ affinity: {} }, 'Expected `affinity` to be a string or a number, got `{}` (object)'],
    [{ fairKey: true }, 'Expected `fairKey` to be a string or a number, got `true` (boolean)'],
    [{ retry: -1 }, 'Expected `retry` to be an integer from 0 to 1000, got `-1` (number)'],
    [{ retry: 1, transferList: [new ArrayBuffer(1)] }, 'Expected `retry` to be 0 with a `transferList`'],
    [{ transferList: 5 }, 'Expected `transferList` to be an array of transferable objects, got `5` (number)'],
    [{ onProgress: 5 }, 'Expected `onProgress` to be a function, got `5` (number)'],
    [{ signal: {} }, 'Expected `signal` to be an AbortSignal, got `{}` (object)'],
    [{ timeout: -1 }, 'Expected `timeout` to be a number from 0 to 9007199254740991 or Infinity, got `-1` (number)'],
    [
      { queueTimeout: '1' },
      "Expected `queueTimeout` to be a number from 0 to 9007199254740991 or Infinity, got `'1'` (string)",
    ],
    [{ priority: 0.5 }, 'Expected `priority` to be an integer from -2147483648 to 2147483647, got `0.5` (number)'],
    [{ filename: 'x' }, 'Unknown option `filename`: expected one of `name`, `signal`'],
    [5, 'Expected `options` to be an object, got `5` (number)'],
    [null, 'Expected `options` to be an object, got `null` (null)'],
  ])('runTask(data, %p) rejects', async (options, message) => {
    const error = await failure(makePool().runTask(1, options))
    expect(error.name).toBe('ArgumentError')
    expect(error.message).toContain(message)
  })
})

test('concurrency: so many tasks at a time on one worker, the others wait', async () => {
  const pool = makePool(tasks, { size: 1, concurrency: 3 })
  const waiting = Array.from({ length: 6 }, () => pool.runTask(30, { name: 'sleep' }))
  await until(() => pool.stats().running === 3)
  expect(pool.stats()).toMatchObject({ running: 3, queued: 3 })
  await expect(Promise.all(waiting)).resolves.toHaveLength(6)
  // As many again as there are places, each with its own result.
  const many = Array.from({ length: 1000 }, (_, i) => pool.runTask(i))
  expect((await Promise.all(many)).every((result, i) => result === i)).toBe(true)
})

test('fifty thousand tasks at once all give their own result', async () => {
  const pool = makePool(tasks, 2)
  const count = 50_000
  const results = await Promise.all(Array.from({ length: count }, (_, i) => pool.runTask(i % 2 ? i : { i })))
  expect(results.every((result, i) => (i % 2 ? result : result.i) === i)).toBe(true)
  expect(pool.stats()).toMatchObject({ completed: count, failed: 0, queued: 0, running: 0, inputBytes: 0 })
})

describe('recycleAfter', () => {
  test('tasks: a worker runs so many, and a fresh one goes on', async () => {
    const pool = makePool(tasks, { size: 1, recycleAfter: { tasks: 3 } })
    const ids = await Promise.all(Array.from({ length: 9 }, () => pool.runTask(undefined, { name: 'workerId' })))
    expect(ids).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
    await until(() => pool.exits.length === 3)
    expect(pool.exits.every(({ reason }) => reason === 'recycled')).toBe(true)
    expect(pool.stats()).toMatchObject({ completed: 9, failed: 0 })
  })

  test('age: one that is too old after a task', async () => {
    const pool = makePool(tasks, { size: 1, recycleAfter: { age: 1 } })
    await pool.runTask(5, { name: 'spin' })
    await until(() => pool.exits.length === 1)
    expect(pool.exits[0].reason).toBe('recycled')
    await expect(pool.runTask('fresh')).resolves.toBe('fresh')
  })

  test('heapMb: one that holds more after a task', async () => {
    const pool = makePool(workerFile('leak.js'), { size: 1, recycleAfter: { heapMb: 60 } })
    let most = 0
    while (pool.exits.length < 2) most = Math.max(most, await pool.runTask(8))
    expect(pool.exits.map(({ reason }) => reason)).toEqual(['recycled', 'recycled'])
    expect(most).toBeLessThan(200)
    expect(pool.stats().failed).toBe(0)
  })

  test('with several tasks at a time, none is cut short', async () => {
    const pool = makePool(tasks, { size: 1, concurrency: 4, recycleAfter: { tasks: 5 } })
    const sleeping = Array.from({ length: 20 }, () => pool.runTask(5, { name: 'sleep' }))
    await expect(Promise.all(sleeping)).resolves.toEqual(Array(20).fill('slept'))
  })
})

describe('an idle worker turns its event loop', () => {
  test('its timers run', async () => {
    const pool = makePool()
    await pool.runTask(1)
    const heard = once(pool, 'message')
    await pool.runTask('tick', { name: 'postLater' })
    expect((await heard)[0]).toBe('tick')
  })

  test('its sockets answer', async () => {
    const pool = makePool(workerFile('server.js'))
    const port = await pool.runTask()
    const answers = await Promise.all([1, 2, 3].map((i) => get(`http://127.0.0.1:${port}/${i}`)))
    expect(answers).toEqual(['/1', '/2', '/3'])
  })

  test('while tasks come without end, too', async () => {
    const pool = makePool()
    let answered = false
    pool.once('message', () => (answered = true))
    await pool.runTask('tick', { name: 'postLater' })
    while (!answered) await Promise.all(Array.from({ length: 100 }, () => pool.runTask(1, { name: 'spin' })))
    expect(answered).toBe(true)
  })
})

describe('the process', () => {
  test.each([
    ['idle', 'an idle pool does not keep it alive', 'idle\n'],
    ['unused', 'nor one that never had a task', ''],
    ['pending', 'tasks that are on their way do', 'slept 1,2,3\n'],
    ['closing', 'and so does close()', 'closed\n'],
  ])('%s: %s', async (mode, _, expected) => {
    const { code, signal, stdout, stderr } = await runProgram('worker-pool.js', [mode], { killAfter: 20_000 })
    expect({ code, signal, stdout, stderr }).toEqual({ code: 0, signal: null, stdout: expected, stderr: '' })
  })
})

/** @param {string} url @returns {Promise<string>} */
function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { timeout: 10_000 }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('end', () => resolve(body))
    })
    request.on('error', reject)
  })
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[()$.*+?[\]{}|^\\]/g, '\\$&')
}
