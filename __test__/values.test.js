// @ts-check
'use strict'

/** What goes into a task as JSON, and what comes out. Binary values have `buffers.test.js`. */

const { WorkerPool } = require('..')
const { failure } = require('./support/failure')

const pool = new WorkerPool(2)
afterAll(() => pool.close())

/** @param {unknown} value @returns {Promise<any>} */
const echo = (value) => pool.runTask('noop', value)

test.each([
  [undefined],
  [null],
  [true],
  [false],
  [0],
  [-1.5],
  [Number.MAX_SAFE_INTEGER],
  [5e-324],
  [Number.MAX_VALUE],
  [''],
  ['text with "quotes", \\ and \n'],
  ['日本語 🦀 \u0000 \u2028'],
  ['\ud800 alone'],
  [[]],
  [[1, [2, [3]]]],
  [{}],
  [{ a: { b: [null, { c: 'd' }] } }],
  [{ constructor: 1, toString: 'x', 'key with spaces': 2, '': 3 }],
])('%j comes out as it went in', async (value) => {
  await expect(echo(value)).resolves.toEqual(value)
})

test('results are objects of the caller’s realm', async () => {
  const result = await echo({ list: [{}] })
  expect(result).toBeInstanceOf(Object)
  expect(result.list).toBeInstanceOf(Array)
  expect(Object.getPrototypeOf(result.list[0])).toBe(Object.prototype)
})

test('what JSON has a meaning for follows it', async () => {
  class Point {
    constructor() {
      this.x = 1
      this.hidden = undefined
    }
    get length() {
      return 5
    }
    move() {}
  }
  await expect(echo(new Point())).resolves.toEqual({ x: 1 })
  await expect(echo(new Date(0))).resolves.toBe('1970-01-01T00:00:00.000Z')
  await expect(echo({ when: new Date(NaN) })).resolves.toEqual({ when: null })
  await expect(echo(new URL('https://example.org/a'))).resolves.toBe('https://example.org/a')
  await expect(echo([undefined, -0])).resolves.toEqual([null, 0])
  await expect(echo({ a: undefined, [Symbol('key')]: 1 })).resolves.toEqual({})
  await expect(echo([Object(1), Object('x'), Object(true)])).resolves.toEqual([1, 'x', true])
  await expect(echo(Object.assign(Object.create(null), { a: 1 }))).resolves.toEqual({ a: 1 })
  await expect(echo(Object.create({ inherited: 1 }))).resolves.toEqual({})
})

test('toJSON is asked for each value, with its key, and what it gives is checked and may be binary', async () => {
  /** @type {unknown[]} */
  const keys = []
  const value = {
    /** @param {string} key */
    toJSON(key) {
      keys.push(key)
      return { bytes: Buffer.from('from toJSON') }
    },
  }
  await expect(echo({ a: [value] })).resolves.toEqual({ a: [{ bytes: Buffer.from('from toJSON') }] })
  expect(keys).toEqual(['0'])
  const self = {
    n: 1,
    toJSON() {
      return this
    },
  }
  const error = await failure(echo({ a: { toJSON: () => ({ f: () => {} }) }, self }))
  expect(error.message).toContain('Expected `a.f` to be a value that JSON can carry')
})

test('the input is read when the call is made: changing it afterwards changes nothing', async () => {
  const input = { list: [1, 2], name: 'before' }
  const result = echo(input)
  input.list.push(3)
  input.name = 'after'
  await expect(result).resolves.toEqual({ list: [1, 2], name: 'before' })
})

test('the input itself is left as it is', async () => {
  const input = Object.freeze({ bytes: Buffer.from('x'), list: Object.freeze([Buffer.from('y'), new Date(0)]) })
  await echo(input)
  expect(Buffer.isBuffer(input.bytes)).toBe(true)
  expect(input.list[1]).toBeInstanceOf(Date)
})

test('the same object may be there twice', async () => {
  const shared = { bytes: Buffer.from('x') }
  await expect(echo([shared, shared])).resolves.toEqual([shared, shared])
})

test.each([
  ['a function', () => 1, '`[Function (anonymous)]` (function)'],
  ['a class', AbortController, '`[class AbortController]` (function)'],
  ['a symbol', Symbol('s'), '`Symbol(s)` (symbol)'],
  ['a bigint', 10n, '`10n` (bigint)'],
  ['a Map', new Map([[1, 2]]), '`Map(1) { 1 => 2 }` (object)'],
  ['a Set', new Set([1]), '`Set(1) { 1 }` (object)'],
  ['a promise', Promise.resolve(1), '`Promise { 1'],
  ['a regular expression', /x/, '`/x/` (object)'],
  ['an error', new Error('lost'), '`Error: lost` (object)'],
  ['a WeakMap', new WeakMap(), '`WeakMap { <items unknown> }` (object)'],
])('%s would be lost without a word, so it is refused where it stands', async (_, value, got) => {
  for (const [input, where] of /** @type {const} */ ([
    [value, 'input'],
    [{ deep: [0, { down: value }] }, 'deep[1].down'],
    [[value], '[0]'],
  ])) {
    const error = await failure(echo(input))
    expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(error.message).toContain(`Expected \`${where}\` to be a value that JSON can carry, got ${got}`)
  }
})

test.each([NaN, Infinity, -Infinity])('%p is no number that JSON has', async (value) => {
  const error = await failure(echo({ sizes: [1, value] }))
  expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_INVALID_ARG_VALUE' })
  expect(error.message).toBe(`Expected \`sizes[1]\` to be a finite number, got \`${value}\` (number)`)
})

test('a circle is named where it closes', async () => {
  /** @type {any} */
  const root = { name: 'root', child: { list: [1] } }
  root.child.list.push(root)
  const error = await failure(echo(root))
  expect(error).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE' })
  expect(error.message).toContain('Expected `child.list[1]` to be free of circular references')
  /** @type {any} */
  const itself = []
  itself[0] = itself
  expect((await failure(echo(itself))).message).toContain('Expected `[0]` to be free of circular references')
})

test('an input may be nested 64 levels deep', async () => {
  const nested = (/** @type {number} */ depth) => {
    /** @type {any} */
    let value = 1
    for (let i = 0; i < depth; i++) value = { a: value }
    return value
  }
  await expect(echo(nested(64))).resolves.toEqual(nested(64))
  const error = await failure(echo(nested(65)))
  expect(error.code).toBe('ERR_INVALID_ARG_VALUE')
  expect(error.message).toContain('Expected `a` to be nested at most 64 levels deep')
})

test('the place of a binary value cannot be forged', async () => {
  expect((await failure(echo({ $binary: 0 }))).message).toBe('The key `$binary` is reserved')
  const forged = { toJSON: () => ({ $binary: 7 }) }
  expect((await failure(echo([Buffer.from('x'), forged]))).message).toBe('The key `$binary` is reserved')
  // By a getter that answers differently the second time: what comes out is data, and nothing hangs.
  let asked = 0
  const sly = {
    get value() {
      return asked++ === 0 ? 1 : { $binary: 7 }
    },
  }
  await expect(echo([Buffer.from('x'), sly])).resolves.toEqual([Buffer.from('x'), { value: { $binary: 7 } }])
  await expect(echo('next')).resolves.toBe('next')
})

test('a proxy is read as what it stands for', async () => {
  const proxy = new Proxy({ a: [1], b: 'x' }, {})
  await expect(echo(proxy)).resolves.toEqual({ a: [1], b: 'x' })
})

test('ten megabytes of text come through', async () => {
  const text = 'é'.repeat(5_000_000)
  expect((await echo({ text })).text === text).toBe(true)
})

test('AsyncLocalStorage follows a task and its progress', async () => {
  const { AsyncLocalStorage } = require('node:async_hooks')
  const storage = new AsyncLocalStorage()
  const seen = await Promise.all(
    ['a', 'b', 'c'].map((id) =>
      storage.run(id, async () => {
        /** @type {unknown[]} */
        const progress = []
        const onProgress = () => progress.push(storage.getStore())
        await pool.runTask('fault', { kind: 'stall', milliseconds: 20 }, { onProgress })
        return [storage.getStore(), ...new Set(progress)]
      }),
    ),
  )
  expect(seen).toEqual([
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
  ])
})

test('what the caller’s own code does while the input is read fails only that task, with a typed error', async () => {
  const shrinking = new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 64 })
  const thrown = Object.create(null)
  for (const input of [
    {
      get field() {
        throw thrown
      },
    },
    [new Uint8Array(shrinking, 0, 32), { toJSON: () => shrinking.resize(8) }],
  ]) {
    const error = await failure(pool.runTask('noop', input))
    expect(error.code).toBe('ERR_VALUE_NOT_CLONEABLE')
  }
  const inspected = {
    [Symbol.for('nodejs.util.inspect.custom')]: () => {
      throw thrown
    },
  }
  const error = await failure(pool.runTask('noop', 1, /** @type {any} */ ({ timeout: inspected })))
  expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
})

test('an abort while the input is read counts', async () => {
  const controller = new AbortController()
  const input = { toJSON: () => controller.abort('now') }
  const error = await failure(pool.runTask('noop', input, { signal: controller.signal }))
  expect([error.code, error.cause]).toEqual(['ABORT_ERR', 'now'])
})
