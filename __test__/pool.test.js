// @ts-check
'use strict'

const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const { WorkerPool } = require('..')
const { occupy } = require('./support/occupied')

describe('new WorkerPool()', () => {
  test('takes a number of threads', async () => {
    const pool = new WorkerPool(3)
    expect(pool.size).toBe(3)
    expect(pool).toBeInstanceOf(EventEmitter)
    await pool.close()
  })

  test('takes options, and a thread more than there are cores', async () => {
    const pool = new WorkerPool({ size: 40, maxQueue: 5, maxQueueBytes: 1e6, name: 'a name longer than the OS shows' })
    expect(pool.size).toBe(40)
    await expect(Promise.all(Array.from({ length: 45 }, (_, i) => pool.runTask('noop', i)))).resolves.toHaveLength(45)
    await pool.close()
  })

  test('takes no size at all', async () => {
    for (const pool of [new WorkerPool(), new WorkerPool({}), new WorkerPool(undefined)]) {
      expect(pool.size).toBeGreaterThanOrEqual(1)
      await expect(pool.runTask('noop', 'default')).resolves.toBe('default')
      await pool.close()
    }
  })

  test.each([
    [0, 'size', 'an integer from 1 to 1024', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [-1, 'size', 'an integer from 1 to 1024', '`-1` (number)', 'ERR_OUT_OF_RANGE'],
    [NaN, 'size', 'an integer from 1 to 1024', '`NaN` (number)', 'ERR_OUT_OF_RANGE'],
    [1.5, 'size', 'an integer from 1 to 1024', '`1.5` (number)', 'ERR_OUT_OF_RANGE'],
    [1e9, 'size', 'an integer from 1 to 1024', '`1000000000` (number)', 'ERR_OUT_OF_RANGE'],
    [Infinity, 'size', 'an integer from 1 to 1024', '`Infinity` (number)', 'ERR_OUT_OF_RANGE'],
    [{ size: 1025 }, 'size', 'an integer from 1 to 1024', '`1025` (number)', 'ERR_OUT_OF_RANGE'],
    [{ size: '4' }, 'size', 'an integer from 1 to 1024', "`'4'` (string)", 'ERR_INVALID_ARG_TYPE'],
    [{ size: null }, 'size', 'an integer from 1 to 1024', '`null` (null)', 'ERR_INVALID_ARG_TYPE'],
    [{ size: 4n }, 'size', 'an integer from 1 to 1024', '`4n` (bigint)', 'ERR_INVALID_ARG_TYPE'],
    [{ maxQueue: 0 }, 'maxQueue', 'an integer >= 1 or Infinity', '`0` (number)', 'ERR_OUT_OF_RANGE'],
    [{ maxQueue: -Infinity }, 'maxQueue', 'an integer >= 1 or Infinity', '`-Infinity` (number)', 'ERR_OUT_OF_RANGE'],
    [{ maxQueue: NaN }, 'maxQueue', 'an integer >= 1 or Infinity', '`NaN` (number)', 'ERR_OUT_OF_RANGE'],
    [{ niceIncrement: 20 }, 'niceIncrement', 'an integer from 0 to 19', '`20` (number)', 'ERR_OUT_OF_RANGE'],
    [{ niceIncrement: -1 }, 'niceIncrement', 'an integer from 0 to 19', '`-1` (number)', 'ERR_OUT_OF_RANGE'],
    [{ maxQueueBytes: 0.5 }, 'maxQueueBytes', 'an integer >= 1 or Infinity', '`0.5` (number)', 'ERR_OUT_OF_RANGE'],
    [{ name: 7 }, 'name', 'a string', '`7` (number)', 'ERR_INVALID_ARG_TYPE'],
    [{ name: '' }, 'name', 'a non-empty string without NUL', "`''` (string)", 'ERR_INVALID_ARG_VALUE'],
    [{ name: 'a\0b' }, 'name', 'a non-empty string without NUL', "`'a\\x00b'` (string)", 'ERR_INVALID_ARG_VALUE'],
    [null, 'options', 'an object', '`null` (null)', 'ERR_INVALID_ARG_TYPE'],
    [true, 'options', 'an object', '`true` (boolean)', 'ERR_INVALID_ARG_TYPE'],
    [[4], 'options', 'an object', '`[ 4 ]` (object)', 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %p', (options, name, expected, got, code) => {
    const make = () => new WorkerPool(/** @type {any} */ (options))
    expect(make).toThrow(expect.objectContaining({ name: 'ArgumentError', code }))
    expect(make).toThrow(`Expected \`${name}\` to be ${expected}, got ${got}`)
  })

  test('refuses an option that does not exist, and lists those that do', () => {
    const make = () => new WorkerPool(/** @type {any} */ ({ threads: 4 }))
    expect(make).toThrow(
      'Unknown option `threads`: expected one of `size`, `maxQueue`, `maxQueueBytes`, `name`, `niceIncrement`',
    )
  })
})

describe('the order of tasks', () => {
  /** Runs tasks of these priorities on one busy thread and gives their indices in the order in which they ran. */
  async function orderOf(/** @type {(number | undefined)[]} */ priorities) {
    const pool = new WorkerPool(1)
    const occupied = await occupy(pool)
    /** @type {number[]} */
    const order = []
    const tasks = priorities.map(async (priority, i) => {
      await pool.runTask('noop', i, priority === undefined ? undefined : { priority })
      order.push(i)
    })
    expect(pool.queueSize).toBe(priorities.length)
    await occupied.release()
    await Promise.all(tasks)
    await pool.close()
    return order
  }

  test('is first in, first out', async () => {
    const order = await orderOf(Array(2000).fill(undefined))
    expect(order).toEqual(order.map((_, i) => i))
  })

  test('is by priority first, and first in, first out among equals', async () => {
    expect(await orderOf([0, -5, 3, undefined, 3, -(2 ** 31), 2 ** 31 - 1, -5])).toEqual([6, 2, 4, 0, 3, 1, 7, 5])
  })
})

test('a hundred thousand tasks at once all give their own result', async () => {
  const pool = new WorkerPool(2)
  const count = 100_000
  const results = await Promise.all(Array.from({ length: count }, (_, i) => pool.runTask('noop', i)))
  expect(results.every((result, i) => result === i)).toBe(true)
  await Promise.all(Array.from({ length: count }, () => pool.runTask('noop')))
  expect(pool.stats()).toMatchObject({ completed: 2 * count, failed: 0, queued: 0, running: 0, inputBytes: 0 })
  await pool.close()
})

test('a task does its work while the main thread is blocked', async () => {
  const pool = new WorkerPool(1)
  const first = pool.runTask('fault', { kind: 'stall', milliseconds: 20 })
  const rest = Array.from({ length: 50 }, () => pool.runTask('noop'))
  // Only the pool's own thread can take the tasks: this one does nothing but look.
  while (pool.stats().completed < 51);
  expect(pool.stats()).toMatchObject({ completed: 51, queued: 0 })
  await Promise.all([first, ...rest])
  await pool.close()
})

test('tasks that are submitted from the continuation of others go on', async () => {
  const pool = new WorkerPool(2)
  /** @param {number} left @returns {Promise<number>} */
  const chain = async (left) => (left === 0 ? 0 : 1 + (await chain((await pool.runTask('noop', left)) - 1)))
  await expect(Promise.all([chain(500), chain(500), chain(500)])).resolves.toEqual([500, 500, 500])
  await pool.close()
})

test('a pool of a subclass works', async () => {
  class Renderers extends WorkerPool {
    render() {
      return this.runTask('noop', 'rendered')
    }
  }
  const pool = new Renderers(1)
  await expect(pool.render()).resolves.toBe('rendered')
  await pool.close()
})

test('the threads stand behind the event loop, by as much as they are told to', async () => {
  const own = os.getPriority()
  // Elsewhere than on Linux the option is taken and does nothing.
  const expected = { default: Math.min(own + 10, 19), none: own, some: Math.min(own + 3, 19) }
  const pools = [
    new WorkerPool({ size: 2, name: 'default' }),
    new WorkerPool({ size: 2, name: 'none', niceIncrement: 0 }),
    new WorkerPool({ size: 2, name: 'some', niceIncrement: 3 }),
  ]
  await Promise.all(pools.map(async (pool) => (await occupy(pool)).release()))
  for (const [name, nice] of Object.entries(process.platform === 'linux' ? expected : {})) {
    expect(nicenessOf(name)).toEqual([nice, nice])
  }
  expect(os.getPriority()).toBe(own)
  await Promise.all(pools.map((pool) => pool.close()))
})

/** The niceness of each of this process's threads with such a name, from Linux's /proc. @param {string} name */
function nicenessOf(name) {
  const tasks = fs.readdirSync('/proc/self/task').map((id) => fs.readFileSync(`/proc/self/task/${id}/stat`, 'utf8'))
  const ours = tasks.filter((stat) => stat.includes(`(${name}-`))
  // proc(5): the 19th field, the name in parentheses being the second.
  return ours.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]))
}
