// @ts-check
'use strict'

const { inspect } = require('node:util')
const offloop = require('..')
const { doors } = require('./support/doors')
const { failure } = require('./support/failure')
const { WorkerPool } = offloop

const pool = new WorkerPool(2)
afterAll(() => pool.close())

describe.each(doors(() => pool))('%s', (_, run) => {
  test('never throws, always rejects', async () => {
    for (const args of [[], [null], [Symbol('name')], ['noop', 1, null], ['noop', 1n], ['noop', {}, { signal: 'x' }]]) {
      const promise = run(...args)
      expect(promise).toBeInstanceOf(Promise)
      expect(await failure(promise)).toBeInstanceOf(offloop.OffloopError)
    }
  })

  test('a failed task shows who called it', async () => {
    async function handleRequest() {
      await run('fault', { kind: 'error' })
    }
    async function serve() {
      await handleRequest()
    }
    const { stack } = await failure(serve())
    expect(stack).toMatch(/^TaskError: The task failed, as it was asked to\n/)
    expect(stack).toMatch(/at (async )?handleRequest \(.*errors\.test\.js:\d+:\d+\)\n\s+at (async )?serve \(/)
  })

  test('so do an abort, a timeout and a bad argument', async () => {
    async function caller(/** @type {any[]} */ ...args) {
      return await run(...args)
    }
    const signal = AbortSignal.timeout(10)
    for (const args of [
      ['fault', { kind: 'stall' }, { signal }],
      ['fault', { kind: 'stall' }, { timeout: 5 }],
      ['fault', { kind: 'stall', milliseconds: NaN }],
      ['unheard of'],
    ]) {
      expect((await failure(caller(...args))).stack).toMatch(/caller.*errors\.test\.js/)
    }
  })

  test('a panic is an error of its task alone, and the same thread goes on', async () => {
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.allSettled([
        run('noop', 'before'),
        run('fault', { kind: 'panic' }),
        run('noop', 'after'),
      ])
      const values = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.code))
      expect(values).toEqual(['before', 'ERR_TASK_PANICKED', 'after'])
    }
  })

  test('the predicates', async () => {
    const panicked = await failure(run('fault', { kind: 'panic' }))
    const failed = await failure(run('fault', { kind: 'error' }))
    const late = await failure(run('fault', { kind: 'stall' }, { timeout: 1 }))
    const aborted = await failure(run('noop', 1, { signal: AbortSignal.abort() }))
    const predicates = [panicked, failed, late, aborted].map(({ crashed, timedOut, canceled }) => {
      return { crashed, timedOut, canceled }
    })
    expect(predicates).toEqual([
      { crashed: true, timedOut: false, canceled: false },
      { crashed: false, timedOut: false, canceled: false },
      { crashed: false, timedOut: true, canceled: false },
      { crashed: false, timedOut: false, canceled: true },
    ])
  })
})

test('an error prints its name, its code and its task, and each is made for one promise only', async () => {
  const [first, second] = await Promise.all([
    failure(pool.runTask('fault', { kind: 'error' })),
    failure(pool.runTask('fault', { kind: 'error' })),
  ])
  expect(first).not.toBe(second)
  expect(Object.keys(first)).toEqual(['code', 'task'])
  expect(inspect(first)).toMatch(/^TaskError: The task failed[^]*code: 'ERR_TASK_FAILED'[^]*task: 'fault'/)
  expect(String(first)).toBe('TaskError: The task failed, as it was asked to')
})

test('an error has no cause unless there is one', async () => {
  expect('cause' in (await failure(pool.runTask('fault', { kind: 'error' })))).toBe(false)
  expect('task' in (await failure(/** @type {any} */ (pool).runTask(5)))).toBe(false)
})

test('what a getter or toJSON of the input throws is the cause', async () => {
  const thrown = new Error('mine')
  const inputs = [
    {
      get value() {
        throw thrown
      },
    },
    {
      nested: {
        toJSON() {
          throw thrown
        },
      },
    },
  ]
  for (const input of inputs) {
    const error = await failure(pool.runTask('noop', input))
    expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(error.message).toBe('The input cannot be written as JSON: Error: mine')
    expect(error.cause).toBe(thrown)
  }
})

test('every class is a class of its own under OffloopError, with its name', () => {
  const names = Object.keys(offloop).filter((name) => name.endsWith('Error'))
  expect(names.sort()).toEqual([
    'AbortError',
    'ArgumentError',
    'ExpressionError',
    'FfmpegError',
    'FileError',
    'ImageError',
    'OffloopError',
    'PdfError',
    'PoolError',
    'ProcessError',
    'SharedError',
    'TaskError',
    'TimeoutError',
    'WorkerError',
  ])
  for (const name of names) {
    const type = /** @type {any} */ (offloop)[name]
    const error = new type('text', { code: 'ERR_FILE' })
    expect(error).toBeInstanceOf(offloop.OffloopError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name, message: 'text', code: 'ERR_FILE' })
  }
})

test('a handled failure leaves nothing behind: no warning, no unhandled rejection', async () => {
  const heard = jest.fn()
  process.on('unhandledRejection', heard).on('warning', heard)
  const controller = new AbortController()
  const { signal } = controller
  const tasks = Array.from({ length: 200 }, (_, i) => {
    return pool.runTask('fault', { kind: i % 2 === 0 ? 'error' : 'stall' }, { signal }).catch(() => {})
  })
  controller.abort()
  await Promise.all(tasks)
  await new Promise((resolve) => setTimeout(resolve, 20))
  process.off('unhandledRejection', heard).off('warning', heard)
  expect(heard).not.toHaveBeenCalled()
})

test('a method that was taken off its pool rejects', async () => {
  const { runTask: taken } = pool
  expect(await failure(taken('noop'))).toBeInstanceOf(TypeError)
})
