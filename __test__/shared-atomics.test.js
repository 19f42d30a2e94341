// @ts-check
'use strict'

/** `atomics`: as `Atomics` in all that this has, and what it lacks. */

const { setTimeout: sleep } = require('node:timers/promises')
const { failure } = require('./support/failure')
const { kinds, sharedPeers } = require('./support/shared-peers')
const { until } = require('./support/until')
const { WorkerPool, atomics } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const rounds = Number(process.env.OFFLOOP_ROUNDS ?? 2)

const { shared, peer } = sharedPeers()

/** @type {any} */
const builtIn = Atomics

const integers = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
]
const others = [Uint8ClampedArray, Float32Array, Float64Array]
const names = ['load', 'store', 'add', 'sub', 'and', 'or', 'xor', 'exchange', 'compareExchange', 'notify', 'wait']

/** How a call ended: its result, or the class of its error; and the coercions that it made, in their order. @param {any} call */
function outcome(call) {
  /** @type {string[]} */
  const coerced = []
  try {
    const value = call(coerced)
    return { value: Object.is(value, -0) ? '-0' : value, coerced }
  } catch (error) {
    return { error: /** @type {any} */ (error).constructor.name, coerced }
  }
}

/** Arguments by a name that a message can have, each made anew. @type {[string, (coerced: string[]) => unknown][]} */
const values = [
  ['0', () => 0],
  ['-0', () => -0],
  ['1', () => 1],
  ['-1', () => -1],
  ['1.5', () => 1.5],
  ['2 ** 40', () => 2 ** 40],
  ['"1"', () => '1'],
  ['"x"', () => 'x'],
  ['NaN', () => NaN],
  ['Infinity', () => Infinity],
  ['-Infinity', () => -Infinity],
  ['true', () => true],
  ['null', () => null],
  ['undefined', () => undefined],
  ['0n', () => 0n],
  ['-1n', () => -1n],
  ['2n ** 70n', () => 2n ** 70n],
  ['a symbol', () => Symbol.iterator],
  ['an object', () => ({})],
  ['an array', () => [1]],
  [
    'valueOf 1',
    (coerced) => ({
      valueOf() {
        coerced.push('valueOf')
        return 1
      },
    }),
  ],
  [
    'valueOf 1n',
    (coerced) => ({
      valueOf() {
        coerced.push('valueOf 1n')
        return 1n
      },
    }),
  ],
  [
    'toPrimitive',
    (coerced) => ({
      [Symbol.toPrimitive](/** @type {string} */ hint) {
        coerced.push(hint)
        return 1
      },
    }),
  ],
  [
    'throws',
    () => ({
      valueOf() {
        throw new URIError('mine')
      },
    }),
  ],
]

/** @type {[string, () => any][]} */
const views = [
  ...[...integers, ...others].flatMap((type) => [
    /** @type {[string, () => any]} */ ([`${type.name} shared`, () => new type(new SharedArrayBuffer(32), 8, 2)]),
    /** @type {[string, () => any]} */ ([`${type.name} own`, () => new type(new ArrayBuffer(32), 8, 2)]),
  ]),
  ['an empty Int32Array', () => new Int32Array(new SharedArrayBuffer(0))],
  [
    'a detached Int32Array',
    () => {
      const { buffer } = new Int32Array(4)
      const view = new Int32Array(buffer)
      structuredClone(buffer, { transfer: [/** @type {ArrayBuffer} */ (buffer)] })
      return view
    },
  ],
  ['a DataView', () => new DataView(new SharedArrayBuffer(32))],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(32)],
  ['an array', () => [0, 0]],
  ['an object', () => ({ length: 2, buffer: new SharedArrayBuffer(8), BYTES_PER_ELEMENT: 4 })],
  ['a proxy', () => new Proxy(new Int32Array(new SharedArrayBuffer(32)), {})],
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number', () => 1],
  ['a string', () => 'ab'],
]

/**
 * Both, with arguments of their own. A wait ends at once, by its timeout if by nothing else.
 *
 * @param {string} name
 * @param {() => any} view
 * @param {((coerced: string[]) => unknown)[]} args
 */
function both(name, view, args) {
  return [atomics, builtIn].map((object) => {
    const own = view()
    const { value, ...rest } = outcome((/** @type {string[]} */ coerced) => {
      const result = object[name](own, ...args.map((arg) => arg(coerced)))
      if (name !== 'waitAsync') return result
      if (result.async) [0, 1].forEach((index) => atomics.notify(own, index))
      return `${result.async} ${result.async ? 'promise' : result.value}`
    })
    const left = ArrayBuffer.isView(own) && own.byteLength > 0 ? String(own) : undefined
    return { value, ...rest, left }
  })
}

/** How the two differ, if they do. @param {object} of which call  @param {any[]} both @returns {object[]} */
const difference = (of, [ours, theirs]) =>
  JSON.stringify(ours, text) === JSON.stringify(theirs, text) ? [] : [{ ...of, ours, theirs }]

/** For JSON, which knows no big integers. @param {string} _  @param {unknown} value */
const text = (_, value) => (typeof value === 'bigint' ? `${value}n` : typeof value === 'number' ? String(value) : value)

/** What a wait as a timeout would take for ever. */
const forever = ['NaN', 'Infinity', 'undefined', '"x"', '2 ** 40', 'an object']

describe('as the built-in', () => {
  test.each([...names, 'waitAsync'])('%s: every view, every index', (name) => {
    const differences = []
    for (const [viewName, view] of views) {
      for (const [indexName, index] of values) {
        // Not what is there: there is nothing to wait for.
        const value = () => (viewName.startsWith('Big') ? 1n : 1)
        differences.push(...difference({ viewName, indexName }, both(name, view, [index, value, value])))
      }
    }
    expect(differences).toEqual([])
  })

  test.each([...names, 'waitAsync'])('%s: every value, and what comes after it', (name) => {
    const differences = []
    const some = views.filter(([viewName]) => /^Big|^U?[iI]nt(8|32)Array|^Float64/.test(viewName))
    const rests = values.filter(([restName]) => name !== 'wait' || !forever.includes(restName))
    for (const [viewName, view] of some) {
      for (const [valueName, value] of values) {
        for (const [restName, rest] of rests) {
          const args = [() => 0, value, rest]
          differences.push(...difference({ viewName, valueName, restName }, both(name, view, args)))
        }
      }
    }
    expect(differences).toEqual([])
  })

  test.each([...names, 'waitAsync', 'isLockFree'])('%s: too few arguments', (name) => {
    for (const count of [0, 1, 2]) {
      // Nothing to wait for.
      const args = () => [new Int32Array(new SharedArrayBuffer(4)).fill(1), 9].slice(0, count)
      expect(outcome(() => atomics[name](...args()))).toEqual(outcome(() => builtIn[name](...args())))
    }
  })

  test('the order in which arguments are looked at', () => {
    const spies = ['index', 'value', 'rest'].map((name) => (/** @type {string[]} */ coerced) => ({
      valueOf() {
        coerced.push(name)
        return 0
      },
    }))
    for (const name of [...names, 'waitAsync']) {
      const [ours, theirs] = both(name, () => new Int32Array(new SharedArrayBuffer(8)), spies)
      expect({ name, ...ours }).toEqual({ name, ...theirs })
    }
  })

  test('its properties and functions', () => {
    for (const name of Object.getOwnPropertyNames(builtIn)) {
      const [ours, theirs] = [atomics, builtIn].map((object) => {
        const { value, ...rest } = /** @type {any} */ (Object.getOwnPropertyDescriptor(object, name))
        const own = ['name', 'length'].map((key) => Object.getOwnPropertyDescriptor(value, key))
        return { ...rest, own, hasPrototype: 'prototype' in value, keys: Reflect.ownKeys(value) }
      })
      expect({ name, ...ours, keys: [] }).toEqual({ name, ...theirs, keys: [] })
      expect(ours.keys.sort()).toEqual(theirs.keys.sort())
      expect(() => new atomics[name]()).toThrow(TypeError)
    }
    const tag = Object.getOwnPropertyDescriptor(atomics, Symbol.toStringTag)
    expect(tag).toEqual(Object.getOwnPropertyDescriptor(builtIn, Symbol.toStringTag))
    expect([Object.keys(atomics), String(atomics), Object.isExtensible(atomics)]).toEqual([
      [],
      '[object Atomics]',
      true,
    ])
    expect(Object.getPrototypeOf(atomics)).toBe(Object.getPrototypeOf(builtIn))
    expect(typeof atomics).toBe('object')
  })

  test('`pause` takes whole numbers only', () => {
    expect([atomics.pause(), atomics.pause(5), atomics.pause(undefined), atomics.pause.length]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ])
    for (const n of [1.5, '1', NaN, Infinity, null, {}, 1n]) expect(() => atomics.pause(n)).toThrow(TypeError)
  })
})

describe('waits', () => {
  const view = () => new Int32Array(new SharedArrayBuffer(64))

  test.each([
    ['Int32Array', () => view(), 0, 1],
    ['BigInt64Array', () => new BigInt64Array(new SharedArrayBuffer(64)), 0n, 1n],
  ])('of a %s: not equal, timed out, told', async (_, make, zero, one) => {
    const words = /** @type {any} */ (make())
    expect(atomics.wait(words, 1, one)).toBe('not-equal')
    expect(atomics.waitAsync(words, 1, one)).toEqual({ async: false, value: 'not-equal' })
    expect(atomics.wait(words, 1, zero, 10)).toBe('timed-out')
    expect(atomics.waitAsync(words, 1, zero, 0)).toEqual({ async: false, value: 'timed-out' })
    const late = atomics.waitAsync(words, 1, zero, 10)
    expect(late.async).toBe(true)
    await expect(late.value).resolves.toBe('timed-out')
    const { value } = atomics.waitAsync(words, 1, zero)
    expect([
      atomics.notify(words, 0),
      atomics.notify(words, 1, 0),
      atomics.notify(words, 1),
      atomics.notify(words, 1),
    ]).toEqual([0, 0, 1, 0])
    await expect(value).resolves.toBe('ok')
  })

  test('the first that came is told first, and no more than asked for', async () => {
    const words = view()
    /** @type {number[]} */
    const told = []
    const waits = [0, 1, 2, 3, 4].map((i) => atomics.waitAsync(words, 0, 0).value.then(() => told.push(i)))
    expect(atomics.notify(words, 0, 2)).toBe(2)
    await Promise.all(waits.slice(0, 2))
    await sleep(10)
    expect(told).toEqual([0, 1])
    expect([atomics.notify(words, 0, 1.9), atomics.notify(words, 0, -1), atomics.notify(words, 0, Infinity)]).toEqual([
      1, 0, 2,
    ])
    await Promise.all(waits)
    expect(told).toEqual([0, 1, 2, 3, 4])
  })

  test('workers that block are told in their order', async () => {
    const memory = shared('thread', 1024)
    const words = new Int32Array(memory.buffer, 512, 4)
    const peers = await Promise.all([0, 1, 2].map(() => peer(memory)))
    const waits = []
    for (const [i, peer] of peers.entries()) {
      const wait = peer.run(async ({ offloop, buffer, notes }, i) => {
        const words = new Int32Array(buffer, 512, 4)
        const result = i === 1 ? await offloop.atomics.waitAsync(words, 0, 0).value : offloop.atomics.wait(words, 0, 0)
        return [result, Atomics.add(notes, 0, 1)]
      }, i)
      waits.push(wait)
      // It waits when it can be told, or would be: nothing else can be seen of it.
      await sleep(100)
    }
    for (let i = 0; i < 3; i++) {
      expect(atomics.notify(words, 0, 1)).toBe(1)
      expect(await waits[i]).toEqual(['ok', i])
    }
    expect(atomics.notify(words, 0)).toBe(0)
  })

  test('many waits and tells between workers: none is lost', async () => {
    const memory = shared('thread', 1024)
    const peers = await Promise.all([0, 1].map(() => peer(memory)))
    const ping = async (
      /** @type {any} */ { offloop, buffer },
      /** @type {number} */ own,
      /** @type {boolean} */ isAsync,
    ) => {
      const words = new Int32Array(buffer, 512, 1)
      for (let i = 0; i < 1000; i++) {
        for (let seen = Atomics.load(words, 0); seen % 2 !== own; seen = Atomics.load(words, 0)) {
          if (isAsync) await offloop.atomics.waitAsync(words, 0, seen).value
          else offloop.atomics.wait(words, 0, seen)
        }
        Atomics.add(words, 0, 1)
        offloop.atomics.notify(words, 0)
      }
    }
    await Promise.all([peers[0].run(ping, 0, false), peers[1].run(ping, 1, true)])
    expect(new Int32Array(memory.buffer, 512, 1)[0]).toBe(2000)
  })

  test('those that wait by the built-in are told too, after ours', async () => {
    const memory = shared('thread', 1024)
    const words = new Int32Array(memory.buffer, 512, 4)
    const other = await peer(memory)
    const blocked = other.run(({ buffer, notes }) => {
      Atomics.store(notes, 0, 1)
      return Atomics.wait(new Int32Array(buffer, 512, 4), 0, 0, 30_000)
    })
    await until(() => Atomics.load(memory.notes, 0) === 1)
    await sleep(100)
    const ours = atomics.waitAsync(words, 0, 0)
    expect(atomics.notify(words, 0, 1)).toBe(1)
    await expect(ours.value).resolves.toBe('ok')
    const again = atomics.waitAsync(words, 0, 0)
    expect(atomics.notify(words, 0)).toBe(2)
    await expect(Promise.all([again.value, blocked])).resolves.toEqual(['ok', 'ok'])
  })

  test('a wait is told by another view over the same memory', async () => {
    const words = view()
    const { value } = atomics.waitAsync(words, 5, 0)
    expect(atomics.notify(new Int32Array(words.buffer, 16), 1)).toBe(1)
    await expect(value).resolves.toBe('ok')
  })

  test('200 short timeouts: none is early', async () => {
    const words = view()
    /** @type {number[]} */
    const early = []
    const one = async (/** @type {number} */ ms) => {
      const start = performance.now()
      const result = await atomics.waitAsync(words, 0, 0, ms).value
      const took = performance.now() - start
      if (result !== 'timed-out' || took < ms) early.push(took - ms)
    }
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let i = 0; i < 10; i++) await one(1 + Math.random() * 20)
      }),
    )
    for (let i = 0; i < 20; i++) {
      const ms = 0.1 + Math.random() * 3
      const start = performance.now()
      atomics.wait(words, 0, 0, ms)
      if (performance.now() - start < ms) early.push(performance.now() - start - ms)
    }
    expect(early).toEqual([])
    expect(atomics.notify(words, 0)).toBe(0)
  })

  test('a timeout that no timer can hold is no short one', async () => {
    const words = view()
    const { value } = atomics.waitAsync(words, 0, 0, 2 ** 40)
    await sleep(30)
    expect(atomics.notify(words, 0)).toBe(1)
    await expect(value).resolves.toBe('ok')
  })

  test('an abort before and during the wait', async () => {
    const words = view()
    const early = atomics.waitAsync(words, 0, 0, { signal: AbortSignal.abort('why') })
    expect(await failure(early.value)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why' })
    const controller = new AbortController()
    const waiting = atomics.waitAsync(words, 0, 0, { signal: controller.signal, timeout: 60_000 })
    controller.abort('now')
    expect(await failure(waiting.value)).toMatchObject({ name: 'AbortError', cause: 'now', canceled: true })
    expect(atomics.notify(words, 0)).toBe(0)
    const told = atomics.waitAsync(words, 0, 0, { signal: new AbortController().signal })
    atomics.notify(words, 0)
    await expect(told.value).resolves.toBe('ok')
  })

  test('options in an object', async () => {
    const words = view()
    await expect(atomics.waitAsync(words, 0, 0, { timeout: 5, ref: true }).value).resolves.toBe('timed-out')
    expect(() => atomics.waitAsync(words, 0, 0, { timeout: 5, ref: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('`ref`') }),
    )
    expect(() => atomics.waitAsync(words, 0, 0, { signal: {} })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('`signal`') }),
    )
    expect(() => atomics.waitAsync(words, 0, 0, { timeout: 5, sginal: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('`sginal`') }),
    )
    expect(atomics.notify(words, 0)).toBe(0)
  })

  test('a worker that ends while it waits takes nobody’s turn', async () => {
    const memory = shared('thread', 1024)
    const words = new Int32Array(memory.buffer, 512, 4)
    const peers = await Promise.all([0, 1].map(() => peer(memory)))
    void peers[0].run(({ offloop, buffer }) => offloop.atomics.waitAsync(new Int32Array(buffer, 512, 4), 0, 0).value)
    void peers[1].run(({ offloop, buffer, notes }) => {
      Atomics.store(notes, 0, 1)
      offloop.atomics.wait(new Int32Array(buffer, 512, 4), 0, 0)
    })
    await until(() => Atomics.load(memory.notes, 0) === 1)
    await sleep(50)
    await Promise.all(peers.map((peer) => peer.end()))
    const { value } = atomics.waitAsync(words, 0, 0, 20_000)
    expect(atomics.notify(words, 0, 1)).toBe(1)
    await expect(value).resolves.toBe('ok')
  })
})

describe('what Atomics lacks', () => {
  /** @param {any} type */
  const make = (type) => new type(new SharedArrayBuffer(64))

  test.each([...integers, Float32Array, Float64Array].map((type) => [type.name, type]))('%s', (_, type) => {
    const words = make(type)
    const of = (/** @type {number} */ value) => (typeof words[0] === 'bigint' ? BigInt(value) : value)
    expect([atomics.max(words, 1, of(5)), atomics.max(words, 1, of(3)), words[1]]).toEqual([of(0), of(5), of(5)])
    expect([atomics.min(words, 1, of(9)), atomics.min(words, 1, of(2)), words[1]]).toEqual([of(5), of(5), of(2)])
    expect([atomics.fetchUpdate(words, 1, (/** @type {any} */ value) => value + of(8)), words[1]]).toEqual([
      of(2),
      of(10),
    ])
    expect(atomics.fill(words, of(1))).toBe(words)
    expect(atomics.sum(words)).toBe(of(words.length))
    atomics.addMany(words, [of(1), of(2), of(3)], 1)
    expect([...words.subarray(0, 5)]).toEqual([1, 2, 3, 4, 1].map(of))
    atomics.addMany(words, [of(1)])
    expect([words[0], atomics.sum(words, 0, 4), atomics.sum(words, -1), atomics.sum(words, 3, 3)]).toEqual(
      [2, 11, 1, 0].map(of),
    )
    atomics.fill(words, of(7), 1, 3)
    atomics.fill(words, of(9), -1)
    expect([...words.subarray(0, 4), words.at(-1)]).toEqual([2, 7, 7, 4, 9].map(of))
  })

  test('floats are added to, and told from whole numbers', () => {
    const floats = make(Float64Array)
    expect([atomics.addFloat(floats, 2, 0.1), atomics.addFloat(floats, 2, 0.2), floats[2]]).toEqual([0, 0.1, 0.1 + 0.2])
    const single = make(Float32Array)
    expect([atomics.addFloat(single, 0, 1.5), single[0]]).toEqual([0, 1.5])
    const wrong = { code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('`view`') }
    expect(() => atomics.addFloat(make(Int32Array), 0, 1)).toThrow(expect.objectContaining(wrong))
    expect(() => atomics.addFloat([0], 0, 1)).toThrow(expect.objectContaining(wrong))
    floats[0] = NaN
    atomics.max(floats, 0, 5)
    expect(floats[0]).toBeNaN()
  })

  test('wrong arguments', () => {
    const words = make(Int32Array)
    expect(() => atomics.max(words, 99, 1)).toThrow(RangeError)
    expect(() => atomics.addFloat(make(Float64Array), -1, 1)).toThrow(RangeError)
    expect(() => atomics.min([], 0, 1)).toThrow(TypeError)
    expect(() => atomics.fetchUpdate(words, 0, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('`fn`') }),
    )
    expect(() => atomics.addMany(words, [1, 2], 15)).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining('`start`') }),
    )
    expect([...words].every((word) => word === 0)).toBe(true)
  })

  test.each(kinds)('with each other %s: nothing is lost', async (kind) => {
    const memory = shared(kind, 1024)
    const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
    const work = (/** @type {any} */ { offloop, buffer }, /** @type {number} */ own) => {
      const { atomics } = offloop
      const [words, floats, big] = [
        new Int32Array(buffer, 64, 8),
        new Float64Array(buffer, 128, 8),
        new BigInt64Array(buffer, 256, 8),
      ]
      for (let i = 1; i <= 5000; i++) {
        atomics.addFloat(floats, 0, 0.5)
        atomics.max(floats, 1, i * own)
        atomics.min(words, 0, -i * own)
        atomics.fetchUpdate(words, 1, (/** @type {number} */ value) => value + 3)
        atomics.fetchUpdate(big, 0, (/** @type {bigint} */ value) => value + 1n)
        atomics.addMany(words, [1, 2, 3], 2)
        atomics.addMany(floats, [1, 0.25], 2)
      }
    }
    await Promise.all(peers.map((peer, i) => peer.run(work, i + 1)))
    const [words, floats, big] = [
      new Int32Array(memory.buffer, 64, 8),
      new Float64Array(memory.buffer, 128, 8),
      new BigInt64Array(memory.buffer, 256, 8),
    ]
    expect([...words.subarray(0, 5)]).toEqual([-15_000, 45_000, 15_000, 30_000, 45_000])
    expect([...floats.subarray(0, 4)]).toEqual([7500, 15_000, 15_000, 3750])
    expect(big[0]).toBe(15_000n)
  })
})

describe('the task `atomics.increment`', () => {
  /** @type {any} */
  let pool
  beforeAll(() => (pool = new WorkerPool(4)))
  afterAll(() => pool.destroy())

  test(
    `four tasks and four workers, 1,000,000 each, in one counter: exact, ${rounds} times`,
    async () => {
      const memory = shared('thread', 1024)
      const words = new Int32Array(memory.buffer, 64, 4)
      const peers = await Promise.all([1, 2, 3, 4].map(() => peer(memory)))
      for (let round = 0; round < rounds; round++) {
        Atomics.store(words, 1, 0)
        const tasks = [1, 2, 3, 4].map(() =>
          pool.runTask('atomics.increment', { view: words, index: 1, count: 1_000_000 }),
        )
        const workers = peers.map((peer) =>
          peer.run(({ buffer }) => {
            const words = new Int32Array(buffer, 64, 4)
            for (let i = 0; i < 1_000_000; i++) Atomics.add(words, 1, 1)
          }),
        )
        const results = await Promise.all(tasks)
        await Promise.all(workers)
        expect(results).toEqual(Array(4).fill({ count: 1_000_000 }))
        expect([...words]).toEqual([0, 8_000_000, 0, 0])
      }
    },
    60_000 + rounds * 2000,
  )

  test.each(integers.map((type) => [type.name, type]))('counts in a %s, and wraps at its end', async (_, type) => {
    const words = /** @type {any} */ (new type(new SharedArrayBuffer(64), 16, 4))
    await pool.runTask('atomics.increment', { view: words, index: 3, count: 70_000, by: 3 })
    const expected = /** @type {any} */ (new type(1))
    expected[0] = typeof expected[0] === 'bigint' ? 210_000n : 210_000
    expect([words[2], words[3]]).toEqual([expected[1] ?? words[0], expected[0]])
    await pool.runTask('atomics.increment', { view: words, index: 3, count: 70_000, by: -3 })
    expect(Number(words[3])).toBe(0)
  })

  test('can be aborted', async () => {
    const words = new Int32Array(new SharedArrayBuffer(4))
    const controller = new AbortController()
    const task = failure(pool.runTask('atomics.increment', { view: words, count: 1e12 }, { signal: controller.signal }))
    await until(() => Atomics.load(words, 0) > 0)
    controller.abort()
    expect(await task).toMatchObject({ code: 'ABORT_ERR' })
    const at = Atomics.load(words, 0)
    await sleep(20)
    expect(Atomics.load(words, 0)).toBe(at)
  })

  test.each([
    [
      'a view of floats',
      { view: new Float64Array(new SharedArrayBuffer(8)), count: 1 },
      'ERR_INVALID_ARG_TYPE',
      'view',
    ],
    ['memory of its own', { view: new Int32Array(1), count: 1 }, 'ERR_INVALID_ARG_TYPE', 'view'],
    [
      'an index too large',
      { view: new Int32Array(new SharedArrayBuffer(8)), index: 2, count: 1 },
      'ERR_OUT_OF_RANGE',
      'index',
    ],
  ])('refuses %s', async (_, input, code, option) => {
    expect(await failure(pool.runTask('atomics.increment', input))).toMatchObject({
      code,
      message: expect.stringContaining(`\`${option}\``),
    })
  })
})
