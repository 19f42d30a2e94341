// @ts-check
'use strict'

/** `runWorker`: one worker, one result, or an error that says why there is none. */

const { getEventListeners } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { AbortError, ArgumentError, TimeoutError, WorkerError, runWorker } = require('..')
const { failure } = require('./support/failure')
const { runProgram } = require('./support/program')
const { workerFiles } = require('./support/worker-files')

/**
 * A worker file as a URL.
 *
 * @param {string} body
 */
function code(body) {
  const text = `import { parentPort, workerData } from 'node:worker_threads'; ${body}`
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

const file = workerFiles()

const spins = code('for (;;);')

test('the tutorial’s compute.js', async () => {
  const compute = path.join(__dirname, 'workers', 'tutorial', 'compute.js')
  const expected = Array.from({ length: 1000 }, (_, i) => Math.sqrt(i)).reduce((sum, root) => sum + root, 0)
  await expect(runWorker(compute, { workerData: { iterations: 1000 } })).resolves.toBe(expected)
  await expect(runWorker(pathToFileURL(compute), { workerData: { iterations: 0 } })).resolves.toBe(0)
  await expect(runWorker(path.relative(process.cwd(), compute), { workerData: { iterations: 2 } })).resolves.toBe(1)
})

describe('the file runs as it would by itself', () => {
  test('CommonJS', async () => {
    const main = file(
      'main.js',
      `const { parentPort, workerData, isMainThread } = require('node:worker_threads')
       parentPort.postMessage([require.main === module, process.argv.slice(1), __filename, workerData, isMainThread])`,
    )
    const result = await runWorker(main, { argv: ['a', 5], workerData: [1] })
    expect(result).toEqual([true, [main, 'a', '5'], main, [1], false])
  })

  test('ESM', async () => {
    const main = file(
      'main.mjs',
      `import threads, { parentPort, workerData } from 'node:worker_threads'
       await new Promise((resolve) => setTimeout(resolve, 1))
       parentPort.postMessage([import.meta.url, process.argv.slice(1), workerData, threads.workerData])`,
    )
    const result = await runWorker(main, { workerData: { a: 1 } })
    expect(result).toEqual([pathToFileURL(main).href, [main], { a: 1 }, { a: 1 }])
  })

  test('without workerData, env and options of the thread', async () => {
    await expect(runWorker(code('parentPort.postMessage([workerData, 1])'))).resolves.toEqual([undefined, 1])
    const env = code('parentPort.postMessage([process.env.A, process.execArgv, process.env.PATH])')
    await expect(runWorker(env, { env: { A: 'b' }, execArgv: ['--no-warnings'] })).resolves.toEqual([
      'b',
      ['--no-warnings'],
      undefined,
    ])
    const limits = code('import { resourceLimits } from "node:worker_threads"; parentPort.postMessage(resourceLimits)')
    const resourceLimits = { maxOldGenerationSizeMb: 64 }
    await expect(runWorker(limits, { resourceLimits })).resolves.toMatchObject(resourceLimits)
  })

  test('what it prints can be dropped', async () => {
    const prints = code('console.log("x".repeat(1e6)); console.error("y"); parentPort.postMessage("printed")')
    await expect(runWorker(prints, { stdout: true, stderr: true })).resolves.toBe('printed')
  })
})

test('the first message is the result, whatever comes after it', async () => {
  for (const after of ['parentPort.postMessage(2)', 'throw new Error("late")', 'process.exit(3)', 'for (;;);']) {
    await expect(runWorker(code(`parentPort.postMessage(1); ${after}`), { gracePeriod: 0 })).resolves.toBe(1)
  }
  await expect(runWorker(code('parentPort.postMessage(undefined)'))).resolves.toBeUndefined()
})

test('after the result, it has its time to end by itself', async () => {
  const marks = file('marks', '')
  const late = code(
    `import { writeFileSync } from 'node:fs'
     parentPort.postMessage(1)
     setTimeout(() => writeFileSync(workerData, 'written'), 20)`,
  )
  await runWorker(late, { workerData: marks, gracePeriod: 60_000 })
  while (fs.readFileSync(marks, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5))
  expect(fs.readFileSync(marks, 'utf8')).toBe('written')
})

describe('values', () => {
  test('are structured clones, both ways', async () => {
    const echo = code('parentPort.postMessage(workerData)')
    const value = { map: new Map([[1, new Set([2n])]]), when: new Date(5), bytes: new Uint8Array([1, 2]) }
    const result = await runWorker(echo, { workerData: value })
    expect(result.map.get(1).has(2n)).toBe(true)
    expect(result.when.getTime()).toBe(5)
    expect([...result.bytes]).toEqual([1, 2])
  })

  test('can be moved, and memory can be shared', async () => {
    const moved = new ArrayBuffer(8)
    const shared = new SharedArrayBuffer(4)
    const adds = code(
      'Atomics.add(new Int32Array(workerData.shared), 0, 5); parentPort.postMessage(workerData.moved.byteLength)',
    )
    await expect(runWorker(adds, { workerData: { moved, shared }, transferList: [moved] })).resolves.toBe(8)
    expect(moved.byteLength).toBe(0)
    expect(new Int32Array(shared)[0]).toBe(5)
  })

  test('that cannot be cloned are named', async () => {
    const error = await failure(runWorker(code(''), { workerData: { rows: [1, { callback() {} }] } }))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE', cause: { name: 'DataCloneError' } })
    expect(error.message).toContain('`workerData.rows[1].callback`')
    const port = await failure(runWorker(code(''), { workerData: { port: new MessageChannel().port1 } }))
    expect(port.message).toContain('`workerData.port`')
    const result = await failure(runWorker(code('parentPort.postMessage(() => {})')))
    expect(result).toMatchObject({ name: 'DataCloneError' })
  })
})

describe('failures', () => {
  test('an error that nobody catches is that error', async () => {
    const thrower = file(
      'thrower.js',
      `class PaymentError extends RangeError {}
       function pay() {
         throw Object.assign(new PaymentError('declined', { cause: new Error('why') }), { code: 'E_PAY', rows: [1] })
       }
       setTimeout(() => pay(), 1)`,
    )
    async function handleRequest() {
      return await runWorker(thrower)
    }
    const error = await failure(handleRequest())
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ name: 'PaymentError', message: 'declined', code: 'E_PAY', rows: [1] })
    expect(error.constructor.name).toBe('PaymentError')
    expect(error.cause).toMatchObject({ message: 'why' })
    const [worker, caller] = error.stack.split(/\n.*thread boundary.*\n/)
    expect(worker).toMatch(/^PaymentError: declined\n {4}at pay \(.*thrower\.js:3/)
    expect(caller).toMatch(/handleRequest.*run-worker\.test\.js/)
    expect(error.stack).not.toContain(path.join('lib', 'workers'))
  })

  test.each([
    ['while it is loaded', 'throw new TypeError("at once")', 'TypeError', 'at once'],
    ['in a rejection', 'Promise.reject(new RangeError("rejected"))', 'RangeError', 'rejected'],
    ['with its syntax', 'let let', 'SyntaxError', ''],
    ['when a module is not there', 'require("no-such-module")', 'Error', 'no-such-module'],
  ])('%s', async (_, body, name, message) => {
    const error = await failure(runWorker(file('fails.js', body)))
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe(name)
    expect(error.message).toContain(message)
    expect(error.stack).toMatch(/run-worker\.test\.js/)
  })

  test.each([
    ['"text"', 'text'],
    ['undefined', undefined],
    ['{ a: [1] }', { a: [1] }],
  ])('throw %s, which is no error', async (thrown, expected) => {
    const outcome = runWorker(file('throws.js', `throw (${thrown})`)).then(
      () => 'nothing was thrown',
      (error) => ({ error }),
    )
    await expect(outcome).resolves.toEqual({ error: expected })
  })

  test('an error that somebody caught is none', async () => {
    const body = `process.on('uncaughtException', () => parentPort.postMessage('saved')); setTimeout(() => { throw 1 })`
    await expect(runWorker(code(body))).resolves.toBe('saved')
    const exits = `process.on('uncaughtException', () => process.exit(4)); setTimeout(() => { throw 1 })`
    expect(await failure(runWorker(code(exits)))).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 4 })
  })

  test.each([[0], [1], [42]])('exit code %p without a result', async (exitCode) => {
    async function handleRequest() {
      return await runWorker(code(exitCode === 0 ? '' : `process.exit(${exitCode})`))
    }
    const error = await failure(handleRequest())
    expect(error).toBeInstanceOf(WorkerError)
    expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode, crashed: true, canceled: false })
    expect(error.message).toBe(`The worker ended with exit code ${exitCode}, without a result`)
    expect(error.stack).toMatch(/handleRequest.*run-worker\.test\.js/)
  })

  test('out of memory', async () => {
    const grows = code('const all = []; for (;;) all.push(new Array(1e4).fill({}))')
    const error = await failure(runWorker(grows, { resourceLimits: { maxOldGenerationSizeMb: 16 } }))
    expect(error).toBeInstanceOf(WorkerError)
    expect(error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY', exitCode: 1, crashed: true })
    expect(error.cause.message).toMatch(/memory/)
  })

  test('a file that is not there', async () => {
    const error = await failure(runWorker('./no/such.js'))
    expect(error).toBeInstanceOf(WorkerError)
    expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', crashed: false })
    expect(error.message).toContain(path.resolve('no/such.js'))
  })

  test.each([
    [[], 'ERR_INVALID_ARG_TYPE', '`file`'],
    [[5], 'ERR_INVALID_ARG_TYPE', '`file`'],
    [[() => {}], 'ERR_INVALID_ARG_TYPE', '`file`'],
    [[spins, 5], 'ERR_INVALID_ARG_TYPE', '`options`'],
    [[spins, { time: 5 }], 'ERR_INVALID_ARG_VALUE', '`time`'],
    [[spins, { timeout: '5' }], 'ERR_INVALID_ARG_TYPE', '`timeout`'],
    [[spins, { timeout: -1 }], 'ERR_OUT_OF_RANGE', '`timeout`'],
    [[spins, { gracePeriod: Infinity }], 'ERR_OUT_OF_RANGE', '`gracePeriod`'],
    [[spins, { signal: {} }], 'ERR_INVALID_ARG_TYPE', '`signal`'],
    [[spins, { transferList: {} }], 'ERR_INVALID_ARG_TYPE', '`transferList`'],
    [[spins, { env: 5 }], 'ERR_INVALID_ARG_TYPE', 'env'],
    [[spins, { execArgv: ['--no-such-flag'] }], 'ERR_INVALID_ARG_VALUE', '--no-such-flag'],
  ])('%# bad arguments reject', async (args, expected, text) => {
    const promise = /** @type {any} */ (runWorker)(...args)
    expect(promise).toBeInstanceOf(Promise)
    const error = await failure(promise)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error).toMatchObject({ code: expected })
    expect(error.message).toContain(text)
  })
})

describe('abort and timeout', () => {
  test('before it starts', async () => {
    const reason = new Error('not today')
    const error = await failure(runWorker(spins, { signal: AbortSignal.abort(reason) }))
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({ code: 'ABORT_ERR', canceled: true, cause: reason })
  })

  test.each([[0], [5], [60]])('%p ms after the call', async (delay) => {
    const controller = new AbortController()
    const reason = { why: 'enough' }
    setTimeout(() => controller.abort(reason), delay)
    const error = await failure(runWorker(spins, { signal: controller.signal }))
    expect(error).toBeInstanceOf(AbortError)
    expect(error.cause).toBe(reason)
    expect(error.stack).toMatch(/run-worker\.test\.js/)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('a signal that does not fire is left as it was', async () => {
    const { signal } = new AbortController()
    await runWorker(code('parentPort.postMessage(1)'), { signal })
    await failure(runWorker(code('process.exit(1)'), { signal }))
    await failure(runWorker(code('for (;;);'), { signal, timeout: 1 }))
    await failure(runWorker(code(''), { signal, workerData: () => {} }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('an abort after the result changes nothing', async () => {
    const controller = new AbortController()
    const promise = runWorker(code('parentPort.postMessage(1)'), { signal: controller.signal })
    await expect(promise).resolves.toBe(1)
    controller.abort()
    await expect(promise).resolves.toBe(1)
  })

  test('timeout, of a worker that computes and of one that waits', async () => {
    for (const body of ['for (;;);', 'setInterval(() => {}, 1000)']) {
      const error = await failure(runWorker(code(body), { timeout: 20 }))
      expect(error).toBeInstanceOf(TimeoutError)
      expect(error).toMatchObject({ code: 'ERR_TASK_TIMEOUT', timedOut: true })
      expect(error.stack).toMatch(/run-worker\.test\.js/)
    }
    await expect(runWorker(code('parentPort.postMessage(1)'), { timeout: Infinity })).resolves.toBe(1)
  })

  test('the time before its start does not count', async () => {
    const promise = runWorker(code('parentPort.postMessage(1)'), { timeout: 20_000 })
    const until = performance.now() + 50
    while (performance.now() < until);
    await expect(promise).resolves.toBe(1)
  })
})

test('many at once, each with its own outcome', async () => {
  const body = `if (workerData % 3 === 0) process.exit(workerData)
                if (workerData % 3 === 1) throw new Error(String(workerData))
                parentPort.postMessage(workerData)`
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) => runWorker(code(body), { workerData: i })),
  )
  const seen = outcomes.map((outcome) => {
    return outcome.status === 'fulfilled' ? outcome.value : (outcome.reason.exitCode ?? outcome.reason.message)
  })
  expect(seen).toEqual([0, '1', 2, 3, '4', 5, 6, '7', 8, 9, '10', 11])
})

test.each([
  ['listens', 'result\n', 0],
  ['outstanding', 'late\n', 0],
  ['timeout', 'ERR_TASK_TIMEOUT\n', 0],
  ['exit', '', 7],
  ['many', 'none is left\n', 0],
])('the process can end: %s', async (name, stdout, exitCode) => {
  await expect(runProgram('run-worker.js', [name])).resolves.toEqual({
    code: exitCode,
    signal: null,
    stdout,
    stderr: '',
  })
})
