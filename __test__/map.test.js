// @ts-check
'use strict'

const { WorkerPool } = require('..')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

/** @type {WorkerPool} */
let pool
beforeEach(() => {
  pool = new WorkerPool(2)
})
afterEach(() => pool.destroy())

/** @param {AsyncIterable<any>} iterable */
async function collect(iterable) {
  const results = []
  for await (const result of iterable) results.push(result)
  return results
}

/** Numbers from 0, and how many were read and whether the source was closed. */
function counter(end = Infinity) {
  const source = {
    read: 0,
    closed: false,
    *[Symbol.iterator]() {
      try {
        while (source.read < end) yield source.read++
      } finally {
        source.closed = true
      }
    },
  }
  return source
}

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
const upTo = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i)

test('gives the results of a native task in the order of the items', async () => {
  await expect(collect(pool.map(upTo(1000), 'noop'))).resolves.toEqual(upTo(1000))
})

test('gives them in order although later ones are ready before', async () => {
  const mapper = async (/** @type {number} */ item) => {
    await sleep(item % 2 === 0 ? 20 : 1)
    return item * 2
  }
  await expect(collect(pool.map(upTo(10), mapper))).resolves.toEqual(upTo(10).map((i) => i * 2))
})

test('gives them as they are ready when they need not be ordered', async () => {
  /** @type {(value?: unknown) => void} */
  let goOn = () => {}
  const held = new Promise((resolve) => (goOn = resolve))
  const mapper = (/** @type {number} */ item) => (item === 0 ? held.then(() => item) : item)
  const seen = []
  for await (const result of pool.map(counter(10), mapper, { concurrency: 2, ordered: false })) {
    if (seen.push(result) === 9) goOn()
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
  const all = await collect(pool.map(upTo(1000), 'noop', { ordered: false }))
  expect(all.sort((a, b) => a - b)).toEqual(upTo(1000))
})

test('takes arrays, sets, generators, async generators and nothing at all', async () => {
  await expect(collect(pool.map(new Set(['a', 'b']), 'noop'))).resolves.toEqual(['a', 'b'])
  await expect(collect(pool.map(counter(5), 'noop'))).resolves.toEqual(upTo(5))
  async function* slowly() {
    for (const item of upTo(5)) {
      await sleep(1)
      yield item
    }
  }
  await expect(collect(pool.map(slowly(), 'noop'))).resolves.toEqual(upTo(5))
  await expect(collect(pool.map([], 'noop'))).resolves.toEqual([])
})

test('hands the item, its index and a signal to a function, which may give a value or a promise', async () => {
  const mapper = jest.fn((item, index, { signal }) => {
    expect(signal.aborted).toBe(false)
    return index % 2 === 0 ? `${item}${index}` : Promise.resolve(`${item}${index}`)
  })
  await expect(collect(pool.map(['a', 'b', 'c'], mapper))).resolves.toEqual(['a0', 'b1', 'c2'])
  // When the iteration is over, so is whatever the function started.
  expect(mapper.mock.calls[0][2].signal.aborted).toBe(true)
})

test('a function may use the pool, with the signal it is given', async () => {
  /** @param {number} item @param {number} _ @param {import('..').MapContext} context */
  const mapper = async (item, _, { signal }) => (await pool.runTask('noop', item, { signal })) + 1
  await expect(collect(pool.map(upTo(100), mapper))).resolves.toEqual(upTo(100).map((i) => i + 1))
})

test('has at most `concurrency` on their way', async () => {
  let now = 0
  let most = 0
  const mapper = async () => {
    most = Math.max(most, ++now)
    await sleep(1)
    now--
  }
  await collect(pool.map(upTo(50), mapper, { concurrency: 3 }))
  expect(most).toBe(3)
  most = 0
  await collect(pool.map(upTo(50), mapper))
  expect(most).toBe(2 * pool.size)
})

test('reads the source no further ahead of the consumer than `concurrency`', async () => {
  const source = counter()
  const results = pool.map(source, 'noop', { concurrency: 4 })
  expect(source.read).toBe(0)
  for (let taken = 1; taken <= 20; taken++) {
    expect((await results.next()).value).toBe(taken - 1)
    expect(source.read).toBeLessThanOrEqual(taken + 4)
  }
  await sleep(20)
  expect(source.read).toBeLessThanOrEqual(24)
  await results.return()
  expect(source.closed).toBe(true)
})

test('gives a result as soon as it is there, without waiting for more items', async () => {
  /** @type {(value?: unknown) => void} */
  let goOn = () => {}
  async function* waitsForTheConsumer() {
    yield 'first'
    await new Promise((resolve) => (goOn = resolve))
    yield 'second'
  }
  const results = pool.map(waitsForTheConsumer(), 'noop', { concurrency: 8 })
  await expect(results.next()).resolves.toEqual({ done: false, value: 'first' })
  goOn()
  await expect(results.next()).resolves.toEqual({ done: false, value: 'second' })
  await expect(results.next()).resolves.toEqual({ done: true, value: undefined })
})

describe('back-pressure', () => {
  test('a full pool makes it wait, not fail', async () => {
    const small = new WorkerPool({ size: 1, maxQueue: 1 })
    const two = [small.map(upTo(200), 'noop', { concurrency: 50 }), small.map(upTo(200), 'noop', { concurrency: 50 })]
    await expect(Promise.all(two.map(collect))).resolves.toEqual([upTo(200), upTo(200)])
    await small.close()
  })

  test('a bound in bytes does, too', async () => {
    const small = new WorkerPool({ size: 1, maxQueueBytes: 1000 })
    const inputs = Array.from({ length: 30 }, () => Buffer.alloc(600))
    await expect(collect(small.map(inputs, 'noop', { concurrency: 8 }))).resolves.toHaveLength(30)
    await small.close()
  })

  test('it ends when the pool is closed while it waits', async () => {
    const small = new WorkerPool({ size: 1, maxQueue: 1 })
    const stall = { kind: 'stall' }
    const results = failure(
      collect(
        small.map(
          Array.from({ length: 9 }, () => stall),
          'fault',
          { concurrency: 9 },
        ),
      ),
    )
    await until(() => !small.hasRoom)
    await small.destroy()
    expect((await results).code).toBe('ERR_POOL_CLOSED')
  })
})

describe('ends early', () => {
  test('by break: what is on its way is stopped and the source closed', async () => {
    const source = counter()
    const stalls = (function* () {
      for (const i of source) yield i === 0 ? { kind: 'stall', milliseconds: 1 } : { kind: 'stall' }
    })()
    for await (const result of pool.map(stalls, 'fault', { concurrency: 6 })) {
      expect(result).toBeUndefined()
      break
    }
    expect(source.closed).toBe(true)
    expect(source.read).toBeLessThanOrEqual(7)
    await until(() => pool.stats().running === 0)
    expect(pool.queueSize).toBe(0)
  })

  test('by the failure of a task, in its turn', async () => {
    const source = counter()
    const seen = []
    const mapper = async (/** @type {number} */ item) => {
      if (item === 5) return pool.runTask('fault', { kind: 'error' })
      return pool.runTask('noop', item)
    }
    const error = await failure(
      (async () => {
        for await (const result of pool.map(source, mapper)) seen.push(result)
      })(),
    )
    expect(error).toMatchObject({ code: 'ERR_TASK_FAILED', task: 'fault' })
    expect(seen).toEqual(upTo(5))
    expect(source.closed).toBe(true)
  })

  test('by what a function throws, as it is', async () => {
    const thrown = new RangeError('mine')
    const mapper = () => {
      throw thrown
    }
    expect(await failure(collect(pool.map([1, 2, 3], mapper)))).toBe(thrown)
  })

  test('by the failure of the source, after what came before it', async () => {
    const broken = new Error('the source')
    async function* source() {
      yield 1
      yield 2
      throw broken
    }
    const seen = []
    const results = async (/** @type {boolean} */ ordered) => {
      for await (const result of pool.map(source(), 'noop', { ordered })) seen.push(result)
    }
    expect(await failure(results(true))).toBe(broken)
    expect(seen.splice(0)).toEqual([1, 2])
    expect(await failure(results(false))).toBe(broken)
    expect(seen.sort()).toEqual([1, 2])
    const noIterator = { [Symbol.iterator]: () => ({ next: () => /** @type {any} */ (5) }) }
    expect(await failure(collect(pool.map(noIterator, 'noop')))).toBeInstanceOf(TypeError)
    const noResult = { [Symbol.asyncIterator]: () => ({ next: async () => /** @type {any} */ (undefined) }) }
    expect(await failure(collect(pool.map(noResult, 'noop')))).toBeInstanceOf(TypeError)
  })

  test.each(['before', 'during'])('by an abort %s', async (when) => {
    const controller = new AbortController()
    const { signal } = controller
    if (when === 'before') controller.abort('stop')
    const inputs = Array.from({ length: 9 }, () => ({ kind: 'stall' }))
    const results = failure(collect(pool.map(inputs, 'fault', { signal, concurrency: 9 })))
    if (when === 'during') {
      await until(() => pool.stats().running === 2)
      controller.abort('stop')
    }
    expect(await results).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'stop' })
    await until(() => pool.stats().running === 0)
    expect(pool.queueSize).toBe(0)
  })

  test('by an abort while the source, the pool or a function does not answer', async () => {
    const never = new Promise(() => {})
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => never, return: () => never }) }
    async function* stuck() {
      yield 1
      await never
    }
    const full = new WorkerPool({ size: 1, maxQueue: 1 })
    const stall = { kind: 'stall' }
    const occupied = [1, 2].map(() => failure(full.runTask('fault', /** @type {any} */ (stall))))
    for (const start of [
      (/** @type {any} */ options) => pool.map(/** @type {any} */ (silent), 'noop', options),
      (/** @type {any} */ options) => pool.map(stuck(), 'noop', options),
      (/** @type {any} */ options) => pool.map([1, 2], () => never, options),
      (/** @type {any} */ options) => full.map([1, 2], 'noop', options),
    ]) {
      const controller = new AbortController()
      const results = failure(collect(start({ signal: controller.signal })))
      await sleep(5)
      controller.abort()
      expect((await results).code).toBe('ABORT_ERR')
    }
    await full.destroy()
    await Promise.all(occupied)
  })
})

test('failures that nobody waits for any more are not unhandled', async () => {
  const unhandled = jest.fn()
  process.on('unhandledRejection', unhandled)
  const mapper = (/** @type {number} */ item) => (item === 0 ? 'first' : Promise.reject(new Error(`item ${item}`)))
  for await (const result of pool.map(upTo(8), mapper)) {
    expect(result).toBe('first')
    await sleep(10)
    break
  }
  await sleep(10)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test.each([
  [[null, 'noop'], 'Expected `iterable` to be an iterable or async iterable, got `null` (null)'],
  [[5, 'noop'], 'Expected `iterable` to be an iterable or async iterable, got `5` (number)'],
  [[[], 7], 'Expected `work` to be the name of a native task or a function, got `7` (number)'],
  [[[1], 'nop'], 'No native task is named `nop`: did you mean `noop`?'],
  [[[], 'noop', { concurrency: 0 }], 'Expected `concurrency` to be an integer >= 1 or Infinity, got `0` (number)'],
  [[[], 'noop', { concurrency: NaN }], 'Expected `concurrency` to be an integer >= 1 or Infinity, got `NaN` (number)'],
  [[[], 'noop', { ordered: 1 }], 'Expected `ordered` to be a boolean, got `1` (number)'],
  [[[], 'noop', { signal: 1 }], 'Expected `signal` to be an AbortSignal, got `1` (number)'],
  [[[], 'noop', { transferList: [] }], 'Unknown option `transferList`'],
  [[[], 'noop', { timeout: -1 }], 'Expected `timeout` to be'],
])('refuses %p', async (args, message) => {
  const error = await failure(/** @type {any} */ (pool).map(...args).next())
  expect(error.message).toContain(message)
})

test('its options are those of each task', async () => {
  const error = await failure(collect(pool.map([{ kind: 'stall' }], 'fault', { timeout: 10 })))
  expect(error.code).toBe('ERR_TASK_TIMEOUT')
})
