// @ts-check
'use strict'

/** Values between threads: text, bytes and ports give what structured clone gives, whichever is taken. */

const { createSecretKey } = require('node:crypto')
const path = require('node:path')
const vm = require('node:vm')
const { MessageChannel } = require('node:worker_threads')
const { deserialize, plainJson, serialize, uncloneable } = require('../lib/workers/values/value')
const { WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { difference } = require('./support/same-graph')

/** @param {unknown} value */
const asText = (value) => {
  const text = plainJson(value)
  return text === undefined ? undefined : JSON.parse(text)
}

/** @param {unknown} value */
const asBytes = (value) => deserialize(serialize(value))

/** @type {Record<string, unknown>} */
const plain = {
  text: 'a "quoted" \\ text, 日本語 🦀 \u0000 \u2028',
  'lone surrogate': '\ud800',
  'an empty text': '',
  true: true,
  null: null,
  zero: 0,
  number: -1.5e-300,
  'largest number': Number.MAX_VALUE,
  'an empty object': {},
  'an empty array': [],
  'an object': { iterations: 5, name: 'x', list: [1, 2, 3] },
  'without a prototype': Object.assign(Object.create(null), { a: 1 }),
  'an own __proto__': JSON.parse('{"__proto__":{"a":1},"b":2}'),
  'keys in their order': { b: 1, 2: 1, a: 1, 1: 1 },
  'a symbol key': { [Symbol('a')]: 1, a: 1 },
  'what is not enumerable': Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
  'a getter': {
    get a() {
      return [1]
    },
  },
  'toJSON that is no function': { toJSON: 1 },
  rows: Array.from({ length: 300 }, (_, id) => ({ id, name: `row ${id}`, tags: ['a', 'b'], ok: id % 2 === 0 })),
}

const shared = { a: 1 }
const buffer = new ArrayBuffer(16)
const cycle = /** @type {any} */ ({ list: [1] })
cycle.self = cycle
cycle.list.push(cycle.list)
const match = /** @type {object} */ ('abc'.match(/b(c)/))
// eslint-disable-next-line no-sparse-arrays
const holes = [1, , 3]

/** @type {Record<string, unknown>} */
const rich = {
  undefined,
  '-0': -0,
  NaN,
  Infinity,
  'a BigInt': 2n ** 70n,
  'undefined inside': { a: undefined },
  '-0 inside': [-0],
  'NaN inside': { a: [NaN] },
  'a BigInt inside': [1n],
  holes,
  'an almost empty array': Object.assign([], { 4_000_000_000: 1 }),
  'an array with keys': match,
  'a long array with keys': Object.assign(Array.from({ length: 100 }, Number), { more: { a: 1 } }),
  'one object twice': [shared, shared],
  'one object twice among many': [...Array.from({ length: 40 }, () => ({})), shared, { shared }],
  cycle,
  'a Map': new Map(/** @type {[any, any][]} */ ([[1, { a: 1 }], [shared, new Map([[shared, shared]])]])), // prettier-ignore
  'a Set': new Set([1, 'a', shared, new Set([shared])]),
  dates: [new Date(0), new Date(NaN)],
  'regular expressions': [/a\/b/giu, Object.assign(/x/y, { lastIndex: 5 })],
  boxes: [Object(1), Object('a'), Object(true), Object(1n)],
  'a Buffer': Buffer.from('a Buffer out of the pool').subarray(2),
  'views of one buffer': [new Uint8Array(buffer, 2, 3), new Float32Array(buffer, 4), new DataView(buffer, 1), buffer],
  errors: [new TypeError('a'), new RangeError(''), new AggregateError([new Error('b')], 'c')],
  'an error with more': Object.assign(new Error('a', { cause: { b: [new Date(5)] } }), { code: 'E' }),
  'a long array of floats': Float64Array.from({ length: 500 }, Math.random),
  'many numbers': Array.from({ length: 500 }, (_, i) => i / 3),
  'an own toJSON that is hidden': Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 5 }),
  'an object of another realm': vm.runInNewContext('({ a: [1, new Map([[1, 2]])] })'),
}

test.each(Object.entries(plain))('%s goes as text', (_, value) => {
  expect(plainJson(value)).toBeDefined()
  expect(difference(asText(value), structuredClone(value))).toBeUndefined()
  expect(difference(asBytes(value), structuredClone(value))).toBeUndefined()
})

test.each(Object.entries(rich))('%s goes as bytes', (_, value) => {
  expect(plainJson(value)).toBeUndefined()
  expect(difference(asBytes(value), structuredClone(value))).toBeUndefined()
})

test('what goes as text arrives in the caller’s realm', () => {
  const value = asText({ list: [{}] })
  expect(value).toBeInstanceOf(Object)
  expect(value.list).toBeInstanceOf(Array)
})

test('deep nesting goes as bytes, and what is too deep for those fails as structured clone does', () => {
  const nested = (/** @type {number} */ depth) => {
    /** @type {any} */
    let value = 1
    for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { value }
    return value
  }
  expect(plainJson(nested(64))).toBeDefined()
  expect(plainJson(nested(65))).toBeUndefined()
  expect(difference(asBytes(nested(500)), structuredClone(nested(500)))).toBeUndefined()
  expect(plainJson(nested(1e5))).toBeUndefined()
  expect(() => serialize(nested(1e5))).toThrow('call stack')
})

/** A small generator of random numbers, the same in each run. */
function random(/** @type {number} */ seed) {
  let state = seed
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/**
 * @param {(below: number) => number} pick
 * @param {boolean} wild whether to make what JSON cannot say
 */
function makeValue(pick, wild) {
  /** @type {object[]} */
  const made = []
  const primitives = [0, 1, -7.25, 1e300, 5e-324, '', 'a', 'é\ud83e', true, false, null]
  const odd = [undefined, -0, NaN, Infinity, 12n]
  /** @param {number} depth @returns {any} */
  const make = (depth) => {
    const kind = pick(wild ? 14 : 6)
    if (depth === 0 || kind < 2) return primitives[pick(primitives.length)]
    const count = pick(5)
    if (kind < 4) return fill({}, count, depth)
    if (kind < 6) return fill([], count, depth)
    if (kind === 6) return odd[pick(odd.length)]
    if (kind === 7 && made.length > 0) return made[pick(made.length)]
    if (kind === 8) return fill(new Map(), count, depth)
    if (kind === 9) return fill(new Set(), count, depth)
    if (kind === 10) return new Uint16Array(buffer, 2 * pick(4), pick(4))
    if (kind === 11) return new Date(pick(1e9))
    if (kind === 12) return Object.assign(new RangeError('made', { cause: make(depth - 1) }))
    return fill(Object.assign([], { length: pick(4) }), count, depth)
  }
  /** @param {any} container @param {number} count @param {number} depth */
  const fill = (container, count, depth) => {
    made.push(container)
    for (let i = 0; i < count; i++) {
      const part = make(depth - 1)
      if (container instanceof Map) container.set(make(depth - 1), part)
      else if (container instanceof Set) container.add(part)
      else if (Array.isArray(container) && pick(8) > 0) container.push(part)
      else if (!Array.isArray(container) || wild) container[['a', 'b', 'key 3', '7', '__proto'][pick(5)]] = part
    }
    return container
  }
  return make(5)
}

test.each([
  [false, 3000],
  [true, 300],
])('3,000 made values, wild: %s', (wild, atLeast) => {
  const pick = random(wild ? 7 : 3)
  let texts = 0
  for (let i = 0; i < 3000; i++) {
    const value = makeValue(pick, wild)
    const expected = structuredClone(value)
    expect(difference(asBytes(value), expected)).toBeUndefined()
    const text = plainJson(value)
    if (text === undefined) continue
    texts++
    expect(difference(JSON.parse(text), expected)).toBeUndefined()
  }
  expect(texts).toBeGreaterThanOrEqual(atLeast)
})

class Point {
  x = 1
}

test.each([
  ['a function', () => {}],
  ['a symbol', Symbol('a')],
  ['a promise', Promise.resolve()],
  ['a Proxy', new Proxy({}, {})],
  ['arguments', argumentsOf()],
  ['a WeakMap', new WeakMap()],
  ['a SharedArrayBuffer', new SharedArrayBuffer(8)],
  ['a view of one', new Uint8Array(new SharedArrayBuffer(8))],
  ['a port', new MessageChannel().port1],
  ['a Blob', new Blob(['a'])],
  ['a URL', new URL('file:///a')],
  ['a DOMException', new DOMException('a', 'AbortError')],
  ['an instance of a class', new Point()],
  ['an instance of a class of errors', new (class extends Error {})('a')],
  ['a getter that throws', Object.defineProperty({}, 'a', { get: thrower, enumerable: true })],
])('neither text nor bytes carry %s, wherever it is', (_, value) => {
  for (const whole of [value, { a: value }, [1, value], new Map([[1, { value }]]), new Set([[value]])]) {
    expect(plainJson(whole)).toBeUndefined()
    expect(() => serialize(whole)).toThrow(/cloned|MessagePort|mine/)
  }
})

/** @returns {never} */
function thrower() {
  throw new RangeError('mine')
}

function argumentsOf() {
  return arguments
}

test('a toJSON of a class is not asked, since structured clone does not ask it', () => {
  expect(plainJson({ when: new Date(0) })).toBeUndefined()
  expect(plainJson({ toJSON: () => 5 })).toBeUndefined()
})

describe('what cannot be cloned is named', () => {
  /** @param {unknown} value @param {any[]} more */
  const blame = (value, ...more) => {
    const cause = new Error('could not be cloned')
    const [root, transferList] = more
    const error = uncloneable(value, cause, root, transferList)
    expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    return error
  }
  const callback = () => {}
  const looped = /** @type {any} */ ({ child: {} })
  looped.child.parent = looped
  looped.last = [Symbol('s')]

  test.each([
    [callback, 'Expected `data` to be a value that can be cloned, got `[Function: callback]` (function)'],
    [{ rows: [0, 1, 2, { callback }] }, '`data.rows[3].callback`'],
    [{ 'content-type': { ['0']: callback } }, '`data["content-type"]["0"]`'],
    [[[callback]], '`data[0][0]`'],
    [new Map([['a', { callback }]]), '`data.get("a").callback`'],
    [new Map([[callback, 1]]), '`data.keys()[0]`'],
    [new Set([1, { callback }]), '`data.values()[1].callback`'],
    [new Error('a', { cause: { callback } }), '`data.cause.callback`'],
    [{ a: Promise.resolve() }, '`data.a` to be a value that can be cloned, got `Promise'],
    [{ a: new Proxy({}, {}) }, '`data.a`'],
    [{ a: new WeakRef({}) }, '`data.a`'],
    [new (class Service { handlers = { callback } })(), '`data.handlers.callback`'], // prettier-ignore
    [looped, '`data.last[0]` to be a value that can be cloned, got `Symbol(s)` (symbol)'],
    [{ a: [detached()] }, '`data.a[0]`'],
  ])('%#', (value, message) => {
    expect(blame(value).message).toContain(message)
  })

  test('under the name it is given, with the cause', () => {
    const error = blame({ a: callback }, 'result')
    expect(error.message).toContain('`result.a`')
    expect(error.cause).toMatchObject({ message: 'could not be cloned' })
  })

  test('a getter that throws, with what it threw', () => {
    const error = blame({ a: [Object.defineProperty({}, 'b', { get: thrower, enumerable: true })] })
    expect(error.message).toBe('Expected `data.a[0].b` to be readable, got RangeError: mine')
    expect(error.cause).toBeInstanceOf(RangeError)
  })

  test('a port that is not in the transferList, and not one that is', () => {
    const { port1, port2 } = new MessageChannel()
    expect(blame({ a: port1, b: port2 }, 'data', [port1]).message).toContain('`data.b`')
    port1.close()
  })

  test('when nothing is found, the cause is told', () => {
    expect(blame({ a: 1 }).message).toBe('The `data` cannot be cloned: Error: could not be cloned')
    expect(blame(Array.from({ length: 120_000 }, () => ({}))).message).toContain('Error: could not be cloned')
  })
})

describe('through a pool', () => {
  const pool = new WorkerPool(path.join(__dirname, 'workers', 'values.mjs'), 2)
  afterAll(() => pool.close())

  /** @param {unknown} value @param {any} [options] @returns {Promise<any>} */
  const run = (value, options) => /** @type {any} */ (pool).runTask(value, options)

  test.each(Object.entries({ ...plain, ...rich }))('%s', async (_, value) => {
    expect(difference(await run(value), structuredClone(structuredClone(value)))).toBeUndefined()
  })

  test('1,000 made values at once', async () => {
    const pick = random(11)
    const values = Array.from({ length: 1000 }, (_, i) => makeValue(pick, i % 2 === 0))
    const results = await Promise.all(values.map((value) => run(value)))
    const differences = results.map((result, i) => difference(result, structuredClone(structuredClone(values[i]))))
    expect(differences.filter((found) => found !== undefined)).toEqual([])
  })

  test('the data is that of the moment of the call', async () => {
    const values = [{ a: [1] }, new Map([['a', 1]]), Object.assign(new Point(), { y: [1] }), new Uint8Array([1])]
    const results = values.map((value) => run(value))
    const [object, map, point, bytes] = /** @type {any[]} */ (values)
    object.a.push(2)
    map.set('b', 2)
    point.y.push(2)
    bytes[0] = 2
    const arrived = await Promise.all(results)
    expect(arrived[0]).toEqual({ a: [1] })
    expect([...arrived[1].keys()]).toEqual(['a'])
    expect([...arrived[2].y]).toEqual([1])
    expect([...arrived[3]]).toEqual([1])
  })

  test('shared memory is shared', async () => {
    const cells = new Int32Array(new SharedArrayBuffer(8))
    const results = await Promise.all(Array.from({ length: 20 }, () => run({ cells, by: 5 }, { name: 'add' })))
    expect(cells[0]).toBe(100)
    Atomics.store(cells, 1, 7)
    expect(results.map((result) => result.cells[1])).toEqual(Array.from({ length: 20 }, () => 7))
  })

  test('what only Node can clone: an instance, a Blob, a key, a DOMException', async () => {
    class Account extends Point {
      #secret = 1
      owner = { name: 'a', secret: this.#secret }
    }
    expect(difference(await run(new Account()), structuredClone(new Account()))).toBeUndefined()
    const { blob } = await run({ blob: new Blob(['text']) })
    await expect(blob.text()).resolves.toBe('text')
    const [key] = await run([createSecretKey(Buffer.from('secret'))])
    expect(key.export().toString()).toBe('secret')
  })

  test('a port in the transferList, and moved memory', async () => {
    const { port1, port2 } = new MessageChannel()
    const heard = new Promise((resolve) => port1.once('message', resolve))
    await run({ port: port2, text: 'hello' }, { name: 'sayOn', transferList: [port2] })
    await expect(heard).resolves.toBe('hello')
    port1.close()
    const buffer = new Uint8Array([1, 2, 3]).buffer
    const result = await run({ buffer }, { transferList: [buffer] })
    expect([...new Uint8Array(result.buffer)]).toEqual([1, 2, 3])
    expect(buffer.byteLength).toBe(0)
  })

  test('what cannot be cloned fails its own task only', async () => {
    const tasks = Array.from({ length: 30 }, (_, i) => run(i % 3 === 0 ? { list: [i, () => {}] } : i))
    const outcomes = await Promise.allSettled(tasks)
    const seen = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message))
    const refused = expect.stringContaining('Expected `data.list[1]` to be a value that can be cloned')
    expect(seen).toEqual(seen.map((_, i) => (i % 3 === 0 ? refused : i)))
  })

  test.each([
    ['function', 'Expected `result.rows[1].callback` to be a value that can be cloned, got `[Function: callback]`'],
    ['promise', '`result.get("a")`'],
    ['proxy', '`result[0]`'],
    ['symbol', '`result` to be a value that can be cloned, got `Symbol(s)` (symbol)'],
    ['port', '`result.port`'],
    ['getter', 'Expected `result.broken` to be readable, got RangeError: mine'],
  ])('a result that cannot be cloned is named: %s', async (name, message) => {
    async function handleRequest() {
      return await run(name, { name: 'uncloneable' })
    }
    const error = await failure(handleRequest())
    expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(error.message).toContain(message)
    expect(error.stack).toMatch(/handleRequest.*worker-values\.test\.js/)
    await expect(run('the next')).resolves.toBe('the next')
  })
})

function detached() {
  const buffer = new ArrayBuffer(8)
  const view = new Uint8Array(buffer)
  structuredClone(buffer, { transfer: [buffer] })
  return view
}
