// @ts-check
'use strict'

/** Pools whose workers are processes: what they have in common with pools of threads, and what differs. */

const path = require('node:path')
const { serialize } = require('node:v8')
const { SHARE_ENV } = require('node:worker_threads')
const { WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { workerFiles } = require('./support/worker-files')
const { makesPools, workerFile } = require('./support/worker-pools')

const file = workerFiles()
const pools = makesPools()

/** @param {any} [worker] @param {any} [options] */
const makePool = (worker = workerFile('process.js'), options = {}) => {
  return pools(worker, { size: 1, runtime: 'process', ...options })
}

describe.each(['thread', 'process'])('runtime: %s', (runtime) => {
  test.each([
    ['CommonJS', 'function.cjs', 'module.exports = (n) => n + 1'],
    ['ESM', 'function.mjs', 'const one = await Promise.resolve(1)\nexport default (n) => n + one'],
    [
      'parentPort',
      'port.cjs',
      "const { parentPort } = require('node:worker_threads')\nparentPort.on('message', (n) => parentPort.postMessage(n + 1))",
    ],
    [
      'parentPort in ESM',
      'port.mjs',
      "import { parentPort } from 'node:worker_threads'\nparentPort.once('message', function next(n) { parentPort.postMessage(n + 1); parentPort.once('message', next) })",
    ],
    [
      'one message from workerData',
      'shot.cjs',
      "const { parentPort, workerData } = require('node:worker_threads')\nparentPort.postMessage(workerData + 1)",
    ],
  ])('a file in the style of %s', async (_, name, text) => {
    const pool = makePool(file(`${runtime}/${name}`, text), { size: 2, runtime })
    const results = await Promise.all([1, 2, 3, 4].map((n) => pool.runTask(n)))
    expect(results).toEqual([2, 3, 4, 5])
  })

  test('a function', async () => {
    const pool = makePool((/** @type {number} */ n) => require('node:path').join('a', String(n)), { runtime })
    await expect(pool.runTask(1)).resolves.toBe(path.join('a', '1'))
  })

  test('an error arrives with its class, code, cause, properties, and both stacks', async () => {
    const error = await failure(makePool(undefined, { runtime }).runTask('broken', { name: 'fail' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'broken', code: 'E_OWN', cause: { message: 'why' } })
    expect(error.details.get('at')).toEqual(new Date(5))
    expect(error.stack).toMatch(/at fail .*process\.js[^]*thread boundary[^]*worker-process-pool/)
    expect(error.stack).not.toContain('node:')
  })

  test('progress, the newest value at the end', async () => {
    /** @type {any[]} */
    const seen = []
    const options = { name: 'progress', onProgress: (/** @type {any} */ value) => seen.push(value) }
    await expect(makePool(undefined, { runtime }).runTask([{ step: 1 }, 2, 3], options)).resolves.toBe(3)
    expect(seen[0]).toEqual({ step: 1 })
    expect([...seen.at(-1)]).toEqual([['last', true]])
  })

  test('the context', async () => {
    const pool = makePool(undefined, { runtime })
    const { moved, ...rest } = await pool.runTask(undefined, { name: 'context' })
    expect(rest).toEqual({ workerId: 1, name: 'context', aborted: false })
    expect([...moved]).toEqual([1, 2])
  })

  test('an export that is not there', async () => {
    const error = await failure(makePool(undefined, { runtime }).runTask(1, { name: 'nothing' }))
    expect(error).toMatchObject({ name: 'TaskError', code: 'ERR_TASK_UNKNOWN' })
    expect(error.message).toContain('it exports `default`, `pid`')
  })

  test('an aborted task hears of it and the worker goes on', async () => {
    const pool = makePool(undefined, { runtime, gracePeriod: 5000 })
    for (const name of ['listen', 'poll', 'spin', 'spinOnSignal']) {
      const controller = new AbortController()
      const task = failure(pool.runTask(undefined, { name, signal: controller.signal }))
      await until(() => pool.stats().running === 1)
      controller.abort(new Error('enough'))
      expect(await task).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } })
      await until(() => pool.stats().running === 0)
    }
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(pool.exits).toEqual([])
  })

  test('one that does not listen is ended after the grace period, and another worker goes on', async () => {
    const pool = makePool(undefined, { runtime, gracePeriod: 20 })
    await pool.runTask(1)
    const error = await failure(pool.runTask(undefined, { name: 'hang', timeout: 50 }))
    expect(error).toMatchObject({ code: 'ERR_TASK_TIMEOUT', timedOut: true })
    await expect(pool.runTask('next')).resolves.toBe('next')
    expect(pool.exits).toMatchObject([{ workerId: 1, reason: 'terminated', error: { code: 'ERR_WORKER_TERMINATED' } }])
  })

  test('queueTimeout, priority, and a bounded queue', async () => {
    const pool = makePool(undefined, { runtime, maxQueue: 2 })
    await pool.runTask(1)
    const first = pool.runTask(300, { name: 'sleep' })
    /** @type {string[]} */
    const order = []
    const low = failure(pool.runTask('low', { queueTimeout: 20 }))
    const high = pool.runTask('high', { priority: 1 }).then((/** @type {string} */ value) => order.push(value))
    expect((await failure(pool.runTask('too many'))).code).toBe('ERR_QUEUE_FULL')
    expect((await low).code).toBe('ERR_QUEUE_TIMEOUT')
    const last = pool.runTask('last').then((/** @type {string} */ value) => order.push(value))
    await Promise.all([first, high, last])
    expect(order).toEqual(['high', 'last'])
  })

  test('concurrency, affinity and fairKey', async () => {
    const pool = makePool(undefined, { runtime, size: 2, concurrency: 4 })
    await Promise.all([1, 2, 3, 4].map((n) => pool.runTask(n)))
    const start = performance.now()
    await Promise.all(Array.from({ length: 8 }, () => pool.runTask(300, { name: 'sleep' })))
    expect(performance.now() - start).toBeLessThan(900)
    const name = 'context'
    const homes = await Promise.all(Array.from({ length: 9 }, () => pool.runTask(0, { name, affinity: 'a' })))
    expect(new Set(homes.map(({ workerId }) => workerId)).size).toBe(1)
    await Promise.all(['a', 'b'].map((fairKey) => pool.runTask(1, { fairKey })))
  })

  test('a pool grows with what waits, shrinks when it is idle, and workers are replaced after so many tasks', async () => {
    const pool = makePool(undefined, { runtime, size: undefined, minSize: 0, maxSize: 2, idleTimeout: 100 })
    expect(pool.size).toBe(0)
    await Promise.all([1, 2, 3, 4].map(() => pool.runTask(100, { name: 'sleep' })))
    expect(pool.size).toBe(2)
    await until(() => pool.size === 0)
    expect(pool.exits.map((/** @type {any} */ { reason }) => reason)).toEqual(['idle', 'idle'])
    const recycled = makePool(undefined, { runtime, recycleAfter: { tasks: 2 } })
    const workers = await Promise.all([1, 2, 3, 4].map(() => recycled.runTask(0, { name: 'context' })))
    expect(workers.map(({ workerId }) => workerId)).toEqual([1, 1, 2, 2])
  })

  test('map()', async () => {
    const pool = makePool(undefined, { runtime, size: 2 })
    const results = []
    for await (const result of pool.map([1, { a: 2 }, 3])) results.push(result)
    expect(results).toEqual([1, { a: 2 }, 3])
  })

  test('a file that cannot be loaded says why', async () => {
    const pool = makePool(file(`${runtime}/throws.cjs`, "throw new RangeError('no way')"), { runtime })
    const error = await failure(pool.runTask(1))
    expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', message: 'The worker cannot be loaded: no way' })
    expect(error.cause).toBeInstanceOf(RangeError)
    const empty = makePool(file(`${runtime}/empty.cjs`, ''), { runtime })
    expect((await failure(empty.runTask(1))).message).toContain('it neither exports a function')
    const slow = makePool(file(`${runtime}/slow.cjs`, 'for (;;);'), { runtime, startTimeout: 300 })
    expect((await failure(slow.runTask(1))).message).toContain('it was not ready after 300 ms')
  })

  test('close() waits for the tasks that are in, destroy() does not', async () => {
    const pool = makePool(undefined, { runtime })
    const tasks = Promise.all([1, 2, 3].map((n) => pool.runTask(n)))
    await pool.close()
    await expect(tasks).resolves.toEqual([1, 2, 3])
    expect(pool.size).toBe(0)
    const other = makePool(undefined, { runtime })
    await other.runTask(1)
    const hanging = failure(other.runTask(1, { name: 'hang' }))
    await other.destroy()
    expect((await hanging).code).toBe('ERR_POOL_CLOSED')
    expect(other.exits).toMatchObject([{ reason: 'closed' }])
  })
})

describe('a process', () => {
  test('is another one, which workerCreate tells', async () => {
    const pool = makePool(undefined, { size: 2 })
    const pid = await pool.runTask(undefined, { name: 'pid' })
    await until(() => pool.created.length === 2)
    expect(pool.created.map((/** @type {any} */ created) => created.pid)).toContain(pid)
    expect(pid).not.toBe(process.pid)
    expect(Object.keys(pool.created[0])).toEqual(['workerId', 'pid', 'stdout', 'stderr'])
  })

  test('a script for `fork` is a worker file, as it is', async () => {
    const script = "process.on('message', async ({ n }) => process.send({ n: n + 1 }, () => {}))"
    const pool = makePool(file('forked.cjs', script), { size: 2 })
    const results = await Promise.all([1, 2, 3, 4].map((n) => pool.runTask({ n })))
    expect(results.map(({ n }) => n)).toEqual([2, 3, 4, 5])
  })

  test('what it sends outside a task is the pool’s `message`', async () => {
    const pool = makePool()
    const heard = new Promise((resolve) => pool.once('message', (/** @type {any[]} */ ...args) => resolve(args)))
    await pool.runTask(new Map([[1, 2]]), { name: 'stray' })
    expect(await heard).toEqual([new Map([[1, 2]]), 1])
  })

  test('finds what the options say', async () => {
    const pool = makePool(undefined, {
      env: { ONLY: 'this' },
      argv: ['a', 1],
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 100, maxYoungGenerationSizeMb: 12 },
      workerData: new Map([['key', new Date(5)]]),
    })
    const { env, argv, execArgv } = await pool.runTask(undefined, { name: 'surroundings' })
    expect({ ONLY: env.ONLY, PATH: env.PATH }).toEqual({ ONLY: 'this', PATH: undefined })
    expect(argv).toEqual(['a', '1'])
    expect(execArgv).toEqual(['--no-warnings', '--max-old-space-size=100', '--max-semi-space-size=4'])
    expect(await pool.runTask(undefined, { name: 'data' })).toEqual(new Map([['key', new Date(5)]]))
  })

  test('its outputs are streams, when the options ask for them', async () => {
    const pool = makePool(undefined, { stdout: true, stderr: true })
    await pool.runTask(1)
    await until(() => pool.created.length === 1)
    const { stdout, stderr } = pool.created[0]
    const texts = Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.once('data', resolve))))
    await pool.runTask({ out: 'to stdout', err: 'to stderr' }, { name: 'write' })
    expect((await texts).map(String)).toEqual(['to stdout', 'to stderr'])
  })

  test('values of every size and kind arrive as structured clone has them', async () => {
    const pool = makePool()
    const values = [
      undefined,
      -0,
      2n ** 70n,
      'é\ud83e\0',
      { a: undefined, list: [1, , 3] }, // eslint-disable-line no-sparse-arrays
      new Map([[{ a: 1 }, new Set([1])]]),
      new Float32Array([1, 2]),
      Buffer.alloc(3_000_000, 7),
      { bytes: new Uint8Array(300_000).fill(3), text: 'x'.repeat(1_000_000) },
    ]
    const results = await Promise.all(values.map((value) => pool.runTask(value)))
    for (const [i, value] of values.entries()) {
      // As bytes, since Jest takes its time to compare large ones.
      expect(serialize(results[i]).equals(serialize(structuredClone(value)))).toBe(true)
    }
    const plain = await pool.runTask(undefined, { name: 'instance' })
    expect({ ...plain, error: plain.error.name }).toEqual({ x: 1, inside: {}, error: 'RangeError' })
  })

  test.each([
    ['data', { cells: new Int32Array(new SharedArrayBuffer(8)) }, '`data.cells`'],
    ['data', [new Blob(['a'])], '`data[0]`'],
    ['data', { deep: [() => {}] }, '`data.deep[0]`'],
    ['result', 'shared', '`result`'],
    ['result', 'blob', '`result`'],
    ['result', 'callback', '`result`'],
  ])('what threads alone can share is refused, and named: %s %#', async (what, value, named) => {
    const pool = makePool()
    const error = await failure(pool.runTask(value, what === 'result' ? { name: 'result' } : {}))
    expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(error.message).toMatch(/^Expected `/)
    expect(error.message).toContain(named)
    await expect(pool.runTask('next')).resolves.toBe('next')
  })

  test('nothing can be moved to it', async () => {
    const buffer = new ArrayBuffer(8)
    const error = await failure(makePool().runTask(buffer, { transferList: [buffer] }))
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(error.message).toContain('`transferList`')
    expect(buffer.byteLength).toBe(8)
  })

  test.each([
    [{ runtime: 'fiber' }, "Expected `runtime` to be 'thread' or 'process'"],
    [{ trackUnmanagedFds: false }, '`trackUnmanagedFds` is for threads'],
    [{ env: SHARE_ENV }, '`env: SHARE_ENV` is for threads'],
    [{ resourceLimits: { stackSizeMb: 4 } }, '`resourceLimits.stackSizeMb` is for threads'],
    [{ resourceLimits: { maxOldGenerationSizeMb: '4' } }, '`resourceLimits.maxOldGenerationSizeMb`'],
    [{ execArgv: 'a' }, '`execArgv`'],
    [{ argv: 'a' }, '`argv`'],
    [{ workerData: { shared: new SharedArrayBuffer(8) } }, '`workerData.shared`'],
  ])('an option that cannot hold is refused by name: %#', (options, message) => {
    const written = /** @type {any} */ ({ size: 1, runtime: 'process', ...options })
    expect(() => new WorkerPool(workerFile('process.js'), written)).toThrow(message)
  })
})
