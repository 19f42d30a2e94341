// @ts-check
'use strict'

/** Which task runs when and where, and that workers need no help of the thread that has queued them. */

const { once } = require('node:events')
const { MessageChannel } = require('node:worker_threads')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools, sharedCounters, workerFile } = require('./support/worker-pools')

const makePool = makesPools()

/** How many workers are held, and the gate that holds them. */
const [HELD, COUNT, GATE] = [0, 1, 2]

/** A pool whose workers write down what they run. */
function loggingPool(options = {}) {
  const { counters } = sharedCounters()
  const log = new Int32Array(new SharedArrayBuffer(4 * 10_001))
  const pool = makePool(workerFile('scheduling.js'), { size: 1, ...options, workerData: { counters, log } })
  const entries = () => [...log.subarray(1, log[0] + 1)]
  return { pool, counters, entries }
}

/** Such a pool whose workers are all busy until `release()`. */
async function busyPool(options = {}) {
  const made = loggingPool(options)
  const { pool, counters } = made
  const held = Array.from({ length: pool.size }, () => pool.runTask(GATE, { name: 'hold', fairKey: 'holds' }))
  await until(() => counters[HELD] === pool.size)
  const release = async () => {
    Atomics.store(counters, GATE, 1)
    await Promise.all(held)
  }
  return { ...made, release }
}

/** Blocks this thread until the condition holds, at most for ten seconds. @param {() => boolean} condition */
function blockUntil(condition) {
  const deadline = performance.now() + 10_000
  while (!condition()) if (performance.now() > deadline) throw new Error('The condition never held')
}

describe('order', () => {
  test('first in, first out', async () => {
    const { pool, entries, release } = await busyPool()
    const count = 5000
    // Values of every kind take one and the same queue.
    const options = (/** @type {number} */ i) => (i % 2 ? { priority: 0 } : undefined)
    const tasks = Array.from({ length: count }, (_, i) => pool.runTask(i, options(i)))
    await release()
    await Promise.all(tasks)
    expect(entries()).toEqual(Array.from({ length: count }, (_, i) => i))
  })

  test('results come in the order in which the tasks ended', async () => {
    const { pool, release } = await busyPool()
    /** @type {number[]} */
    const order = []
    const tasks = Array.from({ length: 1000 }, (_, i) => pool.runTask(i).then(() => order.push(i)))
    await release()
    await Promise.all(tasks)
    expect(order).toEqual(order.map((_, i) => i))
  })

  test('by priority, first in first out among equals', async () => {
    const { pool, entries, release } = await busyPool()
    const priorities = [0, -5, 3, undefined, 3, -(2 ** 31), 2 ** 31 - 1, -5]
    const tasks = priorities.map((priority, i) => pool.runTask(i, { priority }))
    await release()
    await Promise.all(tasks)
    expect(entries()).toEqual([6, 2, 4, 0, 3, 1, 7, 5])
  })

  test('a task that has waited for a second counts as one priority higher', async () => {
    const { pool, entries, release } = await busyPool()
    const low = pool.runTask(1, { priority: 0 })
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const high = pool.runTask(2, { priority: 1 })
    const higher = pool.runTask(3, { priority: 3 })
    await release()
    await Promise.all([low, high, higher])
    expect(entries()).toEqual([3, 1, 2])
  })

  test('what is cancelled in between leaves the rest as it was', async () => {
    const { pool, entries, release } = await busyPool()
    const controller = new AbortController()
    const outcomes = Promise.allSettled(
      Array.from({ length: 1000 }, (_, i) => pool.runTask(i, i % 3 ? { signal: controller.signal } : undefined)),
    )
    controller.abort()
    await release()
    await outcomes
    expect(entries()).toEqual(Array.from({ length: 334 }, (_, i) => 3 * i))
  })
})

describe('affinity', () => {
  test('tasks of one key run on one worker, in their order', async () => {
    const { pool, entries } = loggingPool({ size: 3 })
    const keys = ['a', 'b', 5, 'c']
    const runs = Array.from({ length: 80 }, async (_, i) => {
      const affinity = keys[i % keys.length]
      return [affinity, await pool.runTask(i, { name: 'thread', affinity })]
    })
    const homes = new Map()
    for (const [key, thread] of await Promise.all(runs)) homes.set(key, (homes.get(key) ?? new Set()).add(thread))
    for (const threads of homes.values()) expect(threads.size).toBe(1)
    // More than one worker has something to do.
    expect(new Set([...homes.values()].flatMap((threads) => [...threads])).size).toBeGreaterThan(1)
    for (let key = 0; key < keys.length; key++) {
      const own = entries().filter((i) => i % keys.length === key)
      expect(own).toEqual([...own].sort((a, b) => a - b))
    }
  })

  test('tasks without a key run beside them', async () => {
    const { pool } = loggingPool({ size: 2 })
    const tasks = Array.from({ length: 100 }, (_, i) =>
      pool.runTask(i, { name: 'thread', affinity: i % 2 ? 'a' : undefined }),
    )
    await expect(Promise.all(tasks)).resolves.toHaveLength(100)
  })

  test('another worker takes over when theirs dies, with those that wait', async () => {
    const { pool } = loggingPool({ size: 2 })
    const affinity = 'a'
    const home = await pool.runTask(0, { name: 'thread', affinity })
    const crash = failure(pool.runTask(undefined, { name: 'exit', affinity }))
    const waiting = Array.from({ length: 10 }, (_, i) => pool.runTask(i, { name: 'thread', affinity }))
    expect((await crash).code).toBe('ERR_WORKER_EXITED')
    const threads = new Set(await Promise.all(waiting))
    expect(threads.size).toBe(1)
    expect(threads).not.toContain(home)
    await expect(pool.runTask(0, { name: 'thread', affinity })).resolves.toBe([...threads][0])
  })

  test('values that go over a port find their worker, too', async () => {
    const { pool, counters } = loggingPool({ size: 2 })
    const buffers = Array.from({ length: 20 }, () => new ArrayBuffer(2))
    await Promise.all(
      buffers.map((buffer) => pool.runTask(buffer, { name: 'countBytes', affinity: 'a', transferList: [buffer] })),
    )
    expect(counters[COUNT]).toBe(40)
  })
})

describe('fairKey', () => {
  test('keys take turns', async () => {
    const { pool, entries, release } = await busyPool()
    const queue = (/** @type {number[]} */ numbers, fairKey) => numbers.map((i) => pool.runTask(i, { fairKey }))
    const tasks = [
      ...queue([10, 11, 12, 13], 'a'),
      ...queue([20, 21], 'b'),
      ...queue([30], 3),
      ...queue([40, 41], undefined),
    ]
    await release()
    await Promise.all(tasks)
    expect(entries()).toEqual([10, 20, 30, 40, 11, 21, 41, 12, 13])
  })

  test('a key that comes late does not wait for all of another', async () => {
    const { pool, entries, release } = await busyPool({ size: 2 })
    const many = Array.from({ length: 2000 }, (_, i) => pool.runTask(i, { fairKey: 'many' }))
    const few = [5001, 5002, 5003].map((i) => pool.runTask(i, { fairKey: 'few' }))
    const some = [6001, 6002].map((i) => pool.runTask(i, { fairKey: 'some' }))
    await release()
    await Promise.all([...many, ...few, ...some])
    expect(entries().slice(0, 20)).toEqual(expect.arrayContaining([5001, 5002, 5003, 6001, 6002]))
  })

  test('a key leaves places of a bounded queue to others', async () => {
    const { pool, release } = await busyPool({ maxQueue: 8 })
    /** @type {Promise<unknown>[]} */
    const taken = []
    /** @type {string[]} */
    const codes = []
    for (let i = 0; i < 8; i++) {
      taken.push(pool.runTask(i, { fairKey: 'greedy' }).catch((/** @type {any} */ { code }) => codes.push(code)))
    }
    const modest = pool.runTask(100, { fairKey: 'modest' })
    const nobody = pool.runTask(101)
    const { buffer } = new Uint8Array(4)
    expect((await failure(pool.runTask(buffer, { fairKey: 'greedy', transferList: [buffer] }))).code).toBe(
      'ERR_QUEUE_FULL',
    )
    expect(buffer.byteLength).toBe(4)
    await release()
    await expect(Promise.all([modest, nobody, ...taken])).resolves.toHaveLength(10)
    expect(codes).toEqual(Array(4).fill('ERR_QUEUE_FULL'))
  })
})

describe('while this thread is blocked', () => {
  test('a hundred tasks of a millisecond are done when it goes on after 200 ms', async () => {
    const { pool, counters } = loggingPool({ size: 2 })
    await Promise.all([pool.runTask(1), pool.runTask(2)])
    const tasks = Array.from({ length: 100 }, () => pool.runTask(COUNT, { name: 'countSlowly' }))
    // Not 200 ms by the clock: the machine may be busy. Nothing but the workers can do them, either way.
    blockUntil(() => counters[COUNT] === 100)
    expect(pool.stats()).toMatchObject({ queued: 0 })
    await Promise.all(tasks)
  })

  test.each([
    ['a number', COUNT, 'countSlowly'],
    ['an object', { a: 1 }, 'default'],
    ['a Map', new Map([[1, 2]]), 'default'],
  ])('a task that was queued right before starts: %s', async (_, data, name) => {
    const { pool, counters, entries } = loggingPool({ size: 1 })
    await pool.runTask(1)
    // Its worker is asleep by then.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const task = pool.runTask(data, { name })
    blockUntil(() => counters[COUNT] === 1 || entries().length === 2)
    await expect(task).resolves.toBeUndefined()
  })

  test.each([
    ['asleep', 20],
    ['just awake', 0],
  ])('so does one with a value that only a port can carry, on a worker that is %s', async (_, pause) => {
    const { pool, counters } = loggingPool({ size: 1 })
    const memory = new SharedArrayBuffer(4)
    const shared = new Int32Array(memory)
    const { buffer } = new Uint8Array(4)
    const { port1, port2 } = new MessageChannel()
    const rest = async () => void (await pool.runTask(1), await new Promise((resolve) => setTimeout(resolve, pause)))
    await rest()
    const first = pool.runTask({ memory }, { name: 'countIn' })
    blockUntil(() => Atomics.load(shared, 0) === 1)
    await first
    await rest()
    const second = pool.runTask(buffer, { name: 'countBytes', transferList: [buffer] })
    blockUntil(() => Atomics.load(counters, COUNT) === 4)
    await second
    await rest()
    const heard = once(port1, 'message')
    const third = pool.runTask({ port: port2 }, { name: 'answerOn', transferList: [port2] })
    blockUntil(() => Atomics.load(counters, COUNT) === 5)
    await third
    expect((await heard)[0]).toBe('hello')
  })

  test('values that only a port can carry wait for it when all workers are busy, and get through', async () => {
    const { pool, counters, release } = await busyPool()
    const buffers = Array.from({ length: 50 }, () => new ArrayBuffer(2))
    const tasks = buffers.map((buffer) => pool.runTask(buffer, { name: 'countBytes', transferList: [buffer] }))
    expect(buffers.every(({ byteLength }) => byteLength === 0)).toBe(true)
    await release()
    await Promise.all(tasks)
    expect(counters[COUNT]).toBe(100)
  })
})

test('all workers have their share of many tasks', async () => {
  const { pool } = loggingPool({ size: 2 })
  const threads = await Promise.all(Array.from({ length: 200 }, (_, i) => pool.runTask(i, { name: 'thread' })))
  expect(new Set(threads).size).toBe(2)
})
