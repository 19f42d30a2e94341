// @ts-check
'use strict'

/** What the user's code throws in a worker, and what the caller catches. */

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')
const { inspect } = require('node:util')
const { OffloopError, TimeoutError, WorkerError, WorkerPool } = require('..')
const { errorOf } = require('../lib/errors')
const { callerFrames } = require('../lib/workers/values/stack')
const { decodeThrown, encodeThrown } = require('../lib/workers/values/thrown')
const { plainJson } = require('../lib/workers/values/value')
const { failure } = require('./support/failure')

/**
 * As it comes out on the other side, when it goes as text if it can.
 *
 * @param {unknown} thrown
 * @param {string} [callerStack]
 */
function cross(thrown, callerStack) {
  const description = encodeThrown(thrown)
  const text = plainJson(description)
  return decodeThrown(text === undefined ? structuredClone(description) : JSON.parse(text), callerStack)
}

/** @param {() => unknown} action */
function caught(action) {
  try {
    action()
  } catch (error) {
    return /** @type {any} */ (error)
  }
  throw new Error('nothing was thrown')
}

test.each([[Error], [EvalError], [RangeError], [ReferenceError], [SyntaxError], [TypeError], [URIError]])(
  '%p',
  (type) => {
    const error = cross(new type('text'))
    expect(error).toBeInstanceOf(type)
    expect(Object.getPrototypeOf(error)).toBe(type.prototype)
    expect(error).toMatchObject({ name: type.name, message: 'text' })
    expect(Object.keys(error)).toEqual([])
    expect(Object.hasOwn(error, 'cause')).toBe(false)
  },
)

test('an ordinary error goes as text', () => {
  const error = Object.assign(new TypeError('a', { cause: new Error('b') }), { code: 'E', details: { rows: [1] } })
  expect(plainJson(encodeThrown(error))).toBeDefined()
})

test('a class of the user’s shows its name, and is of the built-in class that it extends', () => {
  class PaymentError extends RangeError {}
  class CardError extends PaymentError {
    name = 'CardError'
  }
  class Named extends Error {}
  Named.prototype.name = 'NamedError'
  const payment = cross(new PaymentError('declined'))
  expect(payment).toBeInstanceOf(RangeError)
  expect(payment).toMatchObject({ name: 'PaymentError', message: 'declined' })
  expect(payment.constructor.name).toBe('PaymentError')
  expect(payment.constructor).toBe(cross(new PaymentError('again')).constructor)
  const card = cross(new CardError('expired'))
  expect([card.name, card.constructor.name]).toEqual(['CardError', 'CardError'])
  expect(Object.keys(card)).toEqual(['name'])
  const named = cross(new Named())
  expect([named.name, named.constructor.name]).toEqual(['NamedError', 'Named'])
  expect(inspect(payment)).toMatch(/^PaymentError: declined\n {4}at /)
})

test('an own name of a built-in error', () => {
  const error = cross(Object.assign(new Error('a'), { name: 'Mine' }))
  expect(error).toMatchObject({ name: 'Mine' })
  expect(error.constructor).toBe(Error)
  expect(String(error)).toBe('Mine: a')
  const hidden = cross(Object.defineProperty(new Error('a'), 'name', { value: 'Mine' }))
  expect(hidden.name).toBe('Mine')
  expect(Object.keys(hidden)).toEqual([])
})

test('errors of Node', () => {
  const missing = cross(caught(() => fs.readFileSync('/no/such/file')))
  expect(missing).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open', path: '/no/such/file' })
  const wrong = cross(caught(() => fs.readFileSync(/** @type {any} */ ({}))))
  expect(wrong).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  expect(wrong).toBeInstanceOf(TypeError)
  const aborted = cross(AbortSignal.abort().reason)
  expect(aborted).toBeInstanceOf(DOMException)
  expect(aborted).toMatchObject({ name: 'AbortError', code: 20, message: 'This operation was aborted' })
  const failed = cross(caught(() => execFileSync(process.execPath, ['-e', 'process.exit(3)'], { timeout: 20_000 })))
  expect(failed).toMatchObject({ status: 3, signal: null })
})

test('own properties, but for those that cannot be cloned', () => {
  const when = new Date(5)
  const error = cross(
    Object.assign(new Error('a'), {
      code: 'E_MINE',
      status: 500,
      nothing: undefined,
      details: { rows: [1, 2], at: new Map([[1, when]]) },
      callback() {},
      request: { socket: { on() {} } },
      inner: new RangeError('b'),
      several: [new TypeError('c'), 5],
      __proto__: undefined,
    }),
  )
  expect(Object.keys(error)).toEqual(['code', 'status', 'nothing', 'details', 'inner', 'several'])
  expect(error).toMatchObject({ code: 'E_MINE', status: 500, nothing: undefined })
  expect(error.details.rows).toEqual([1, 2])
  expect(error.details.at.get(1).getTime()).toBe(5)
  expect(error.inner).toBeInstanceOf(RangeError)
  expect(error.several[0]).toBeInstanceOf(TypeError)
  expect(error.several[1]).toBe(5)
})

test('causes, also of causes, in circles, and those that are no errors', () => {
  const root = new TypeError('root')
  const error = cross(new Error('a', { cause: new Error('b', { cause: root }) }))
  expect(error.cause.cause).toBeInstanceOf(TypeError)
  expect(error.cause.cause.message).toBe('root')
  expect(Object.keys(error)).toEqual([])
  expect(Object.keys(error.cause)).toEqual([])

  const circle = /** @type {any} */ (new Error('c'))
  circle.cause = new Error('d', { cause: circle })
  circle.other = circle.cause
  const round = cross(circle)
  expect(round.cause.cause).toBe(round)
  expect(round.other).toBe(round.cause)

  expect(cross(new Error('e', { cause: { a: 1 } })).cause).toEqual({ a: 1 })
  expect(cross(new Error('e', { cause: undefined }))).toHaveProperty('cause', undefined)
  expect('cause' in cross(new Error('e', { cause: () => {} }))).toBe(false)

  let long = new Error('end')
  for (let i = 0; i < 10_000; i++) long = new Error(`link ${i}`, { cause: long })
  expect(cross(long).cause.cause.cause.message).toBe('link 9996')
})

test('AggregateError', () => {
  const same = new Error('same')
  const error = cross(new AggregateError([new TypeError('a'), 'b', same, same], 'all failed'))
  expect(error).toBeInstanceOf(AggregateError)
  expect(error.message).toBe('all failed')
  expect(error.errors).toHaveLength(4)
  expect(error.errors[0]).toBeInstanceOf(TypeError)
  expect(error.errors[1]).toBe('b')
  expect(error.errors[2]).toBe(error.errors[3])
  expect(Object.keys(error)).toEqual([])
  expect(cross(new AggregateError([])).errors).toEqual([])
})

test('offloop’s own errors are of offloop’s classes, and others of the same name are not', () => {
  const error = cross(errorOf('late', { code: 'ERR_TASK_TIMEOUT', task: 'noop', cause: new Error('why') }))
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ name: 'TimeoutError', code: 'ERR_TASK_TIMEOUT', task: 'noop', timedOut: true })
  expect(error.cause.message).toBe('why')
  expect(Object.keys(error)).toEqual(['code', 'task'])
  const missing = cross(errorOf('gone', { code: 'ERR_FILE', errno: 'ENOENT' }))
  expect(missing).toMatchObject({ name: 'FileError', code: 'ENOENT' })
  expect('task' in missing).toBe(false)
  const theirs = cross(new (class TimeoutError extends Error {})('mine'))
  expect(theirs).toMatchObject({ name: 'TimeoutError', message: 'mine' })
  expect(theirs).not.toBeInstanceOf(OffloopError)
  const exited = cross(errorOf('exited', { code: 'ERR_WORKER_EXITED', exitCode: 3 }))
  expect(exited).toBeInstanceOf(WorkerError)
  expect(exited).toMatchObject({ exitCode: 3, crashed: true })
  const derived = cross(new (class Derived extends TimeoutError {})('x', { code: 'ERR_QUEUE_TIMEOUT' }))
  expect(derived).toBeInstanceOf(TimeoutError)
  expect(derived).toMatchObject({ name: 'Derived', timedOut: true })
})

test.each([
  [undefined],
  [null],
  ['text'],
  [''],
  [0],
  [NaN],
  [10n],
  [{ status: 404, body: [1] }],
  [[1, 'a']],
  [new Map([[1, new Date(5)]])],
])('%p arrives as it was thrown', (thrown) => {
  expect(cross(thrown)).toEqual(structuredClone(thrown))
})

test.each([
  [() => {}, '[Function (anonymous)]'],
  [Symbol('a'), 'Symbol(a)'],
  [{ status: 5, retry() {} }, '{ status: 5, retry: [Function: retry] }'],
  [new WeakSet(), 'WeakSet { <items unknown> }'],
])('of %p, which cannot be cloned, the text arrives', (thrown, text) => {
  const error = cross(thrown)
  expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
  expect(error.message).toBe(`The thrown value cannot be cloned: ${text}`)
})

describe('nothing that is thrown breaks it', () => {
  const fail = () => {
    throw new Error('hostile')
  }
  const hostile = new Proxy(new Error('a'), {
    get: fail,
    getPrototypeOf: fail,
    ownKeys: fail,
    getOwnPropertyDescriptor: fail,
  })
  const getters = new Error('b')
  for (const key of ['stack', 'message', 'name', 'cause', 'code', 'mine', 'constructor']) {
    Object.defineProperty(getters, key, { get: fail, enumerable: true })
  }
  const strange = Object.assign(new Error('c'), { message: { a: 1 }, stack: 5, name: Symbol('d'), constructor: null })

  test.each([
    ['a hostile Proxy', hostile],
    ['a revoked Proxy', revoked()],
    ['a Proxy in an error', Object.assign(new Error('d'), { inner: hostile, cause: hostile })],
    ['getters that throw', getters],
    ['properties of other types', strange],
    ['an error without a prototype', Object.setPrototypeOf(new Error('e'), null)],
    ['a prototype that is a Proxy', Object.setPrototypeOf(new Error('f'), hostile)],
    ['a list of hostile things', [hostile, new Error('g')]],
    ['an object with a hostile toString', { toString: fail, [Symbol.toPrimitive]: fail, get a() { return fail() } }], // prettier-ignore
    ['the error of another realm', vm.runInNewContext('new (class Far extends TypeError {})("far")')],
  ])('%s', (_, thrown) => {
    const description = encodeThrown(thrown)
    expect(() => structuredClone(description)).not.toThrow()
    expect(() => inspect(cross(thrown))).not.toThrow()
  })

  test('what can be read of it arrives', () => {
    expect(cross(Object.assign(new Error('d'), { inner: hostile, more: 5 }))).toMatchObject({ message: 'd', more: 5 })
    const far = cross(vm.runInNewContext('new (class Far extends TypeError {})("far")'))
    expect(far).toBeInstanceOf(TypeError)
    expect(far).toMatchObject({ name: 'Far', message: 'far' })
  })

  test('classes without end do not fill the memory', () => {
    for (let i = 0; i < 3000; i++) {
      const error = new Error('a')
      Object.setPrototypeOf(error, Object.create(Error.prototype, { constructor: { value: { name: `Class${i}` } } }))
      expect(cross(error).constructor.name).toBe(`Class${i}`)
    }
  })
})

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('the stack', () => {
  test('has the frames of the worker, a line, and those of the caller', async () => {
    function insideTask() {
      return new RangeError('two\n    at fake.js:1:1\nlines')
    }
    async function handleRequest() {
      await Promise.resolve()
      const caller = await framesOfCaller()
      return cross(insideTask(), caller)
    }
    async function framesOfCaller() {
      await Promise.resolve()
      return callerFrames()
    }
    const { stack } = await handleRequest()
    expect(stack.startsWith('RangeError: two\n    at fake.js:1:1\nlines\n    at insideTask (')).toBe(true)
    const [worker, caller] = stack.split('\n    --- thread boundary: the worker above, its caller below ---\n')
    expect(worker).toMatch(/at insideTask \(.*worker-errors\.test\.js:\d+:\d+\)/)
    expect(caller).toMatch(/^ {4}at .*\n {4}at (async )?handleRequest \(.*worker-errors\.test\.js/)
  })

  test('has no frames of offloop, nor those of Node that lead there', () => {
    const error = new Error('a')
    const inside = require.resolve('../lib/workers/values/value')
    error.stack = [
      'Error: a',
      `    at report (${inside}:1:1)`,
      '    at task (/app/worker.js:3:9)',
      '    at node:internal/process/task_queues:95:5',
      '    at each (/app/worker.js:9:9)',
      `    at run (${inside}:2:2)`,
      `    at async file://${inside}:2:2`,
      '    at [nodejs.internal.kHybridDispatch] (node:internal/event_target:757:20)',
    ].join('\n')
    expect(cross(error, `Error: ignored\n    at submit (${inside}:1:1)\n    at main (/app/main.js:1:1)`).stack).toBe(
      [
        'Error: a',
        '    at task (/app/worker.js:3:9)',
        '    at node:internal/process/task_queues:95:5',
        '    at each (/app/worker.js:9:9)',
        '    --- thread boundary: the worker above, its caller below ---',
        '    at main (/app/main.js:1:1)',
      ].join('\n'),
    )
  })

  test('of a cause is its own', () => {
    const error = cross(new Error('a', { cause: new Error('b') }), '    at main (/app/main.js:1:1)')
    expect(error.stack).toContain('/app/main.js')
    expect(error.cause.stack).toMatch(/^Error: b\n {4}at .*worker-errors\.test\.js/)
    expect(error.cause.stack).not.toContain('/app/main.js')
    expect(Object.keys(error)).toEqual([])
  })

  test('is there without one in the worker, and without a caller', () => {
    const bare = new TypeError('a')
    Object.defineProperty(bare, 'stack', { value: undefined })
    expect(cross(bare).stack).toBe('TypeError: a')
    const error = new TypeError('b')
    expect(cross(error).stack).toBe(error.stack)
    expect(cross('text', '    at main (/app/main.js:1:1)')).toBe('text')
    expect(cross(Symbol('a'), '    at main (/app/main.js:1:1)').stack).toBe(
      'ArgumentError: The thrown value cannot be cloned: Symbol(a)\n    at main (/app/main.js:1:1)',
    )
  })
})

describe('through a pool', () => {
  const file = path.join(__dirname, 'workers', 'errors.mjs')
  const pool = new WorkerPool(file, 1)
  afterAll(() => pool.close())

  /** @param {string} name @param {unknown} [value] @returns {Promise<any>} */
  const run = (name, value) => /** @type {any} */ (pool).runTask(value, { name })

  test('class, code, cause, properties, and both stacks', async () => {
    async function handleRequest() {
      return await run('pay')
    }
    async function serve() {
      await handleRequest()
    }
    const error = await failure(serve())
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ name: 'PaymentError', message: 'declined', code: 'E_PAY', details: { rows: [1] } })
    expect(error.constructor.name).toBe('PaymentError')
    expect(Object.keys(error)).toEqual(['code', 'details'])
    expect(error.cause.cause).toBeInstanceOf(TypeError)
    const [worker, caller] = error.stack.split('\n    --- thread boundary: the worker above, its caller below ---\n')
    expect(worker).toMatch(/^PaymentError: declined\n {4}at (Object\.)?pay \(file:.*errors\.mjs:\d+:\d+\)$/)
    expect(caller).toMatch(/handleRequest \(.*worker-errors\.test\.js.*\n.*serve \(.*worker-errors\.test\.js/)
    expect(error.cause.stack).toMatch(/^Error: no money\n {4}at (Object\.)?pay \(file:.*errors\.mjs/)
  })

  test('a rejection', async () => {
    const error = await failure(run('rejects'))
    expect(error).toBeInstanceOf(AggregateError)
    expect(error.message).toBe('all failed')
    expect(error.errors[0]).toBeInstanceOf(TypeError)
    expect(error.errors[1]).toBe('b')
    expect(error.stack).toMatch(/at (async )?(Module\.)?rejects/)
  })

  test.each([[undefined], [null], ['text'], [5], [NaN], [10n], [{ status: 404 }], [new Map([[1, 2]])]])(
    'throw %p, which is no error',
    async (thrown) => {
      const outcome = run('fail', thrown).then(
        () => 'nothing was thrown',
        (error) => ({ error }),
      )
      expect(await outcome).toEqual({ error: structuredClone(thrown) })
    },
  )

  test('whatever it is, the next task runs', async () => {
    const message = 'The thrown value cannot be cloned: [Function: function]'
    expect(await failure(run('strange', 'function'))).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE', message })
    expect(await failure(run('strange', 'symbol'))).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE' })
    const circle = await failure(run('strange', 'circle'))
    expect(circle.cause).toBe(circle)
    expect(circle.name).toBe('Round')
    for (const name of ['proxy', 'getters']) {
      const outcome = await run('strange', name).then(
        () => 'given',
        () => 'thrown',
      )
      expect(outcome).toBe('thrown')
    }
    await expect(run('default', 'the next')).resolves.toBe('the next')
  })

  test('an export that is not there', async () => {
    const error = await failure(run('nothing'))
    expect(error).toBeInstanceOf(OffloopError)
    expect(error).toMatchObject({ name: 'TaskError', code: 'ERR_TASK_UNKNOWN' })
    expect(error.stack).not.toContain('thread boundary')
    expect(error.stack).toMatch(/worker-errors\.test\.js/)
  })

  test('ten thousand failures, each for its own caller', async () => {
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 500 }, (_, i) => run('fail', i)))
      expect(
        outcomes.every(({ status }, i) => status === 'rejected' && /** @type {any} */ (outcomes[i]).reason === i),
      ).toBe(true)
    }
  })
})
