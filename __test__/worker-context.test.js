// @ts-check
'use strict'

/** What an exported function gets beside the data. */

const { setTimeout: sleep } = require('node:timers/promises')
const { MessageChannel } = require('node:worker_threads')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools } = require('./support/worker-pools')

const poolOf = makesPools()

/** Long enough that no worker is ended for not having stopped by itself. */
const patient = { size: 1, gracePeriod: 20_000 }

describe('when the task is to stop', () => {
  /** Runs until its signal fires, and puts what it saw where the test can see it. */
  const untilAborted = (/** @type {any} */ seen, /** @type {any} */ { signal, progress }) => {
    progress('started')
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        const { name, code } = signal.reason
        seen.port.postMessage([name, code, signal.aborted])
        reject(signal.reason)
      })
    })
  }

  test.each([
    ['by its caller', 'ABORT_ERR', 'AbortError', (/** @type {AbortController} */ controller) => controller.abort()],
    ['by its timeout', 'ERR_TASK_TIMEOUT', 'TimeoutError', () => {}],
  ])('%s, the signal fires and the worker goes on', async (_, code, name, stop) => {
    const pool = poolOf(untilAborted, patient)
    const { port1, port2 } = new MessageChannel()
    const seen = new Promise((resolve) => port1.once('message', resolve))
    const controller = new AbortController()
    const task = pool.runTask(
      { port: port2 },
      {
        signal: controller.signal,
        transferList: [port2],
        onProgress: () => stop(controller),
        ...(code === 'ERR_TASK_TIMEOUT' && { timeout: 50 }),
      },
    )
    expect(await failure(task)).toMatchObject({ code, name })
    await expect(seen).resolves.toEqual([name, code, true])
    port1.close()
    await until(() => pool.stats().running === 0)
  })

  test('a loop sees it, in `aborted` and in the signal', async () => {
    for (const how of ['aborted', 'signal']) {
      const pool = poolOf((/** @type {any} */ { flag, how }, /** @type {any} */ context) => {
        Atomics.store(flag, 0, 1)
        if (how === 'signal') while (!context.signal.aborted);
        else while (!context.aborted);
        Atomics.store(flag, 0, context.aborted && context.signal.aborted ? 2 : 3)
      }, patient)
      const flag = new Int32Array(new SharedArrayBuffer(4))
      const controller = new AbortController()
      const task = pool.runTask({ flag, how }, { signal: controller.signal })
      await until(() => Atomics.load(flag, 0) === 1)
      controller.abort()
      expect(await failure(task)).toMatchObject({ code: 'ABORT_ERR' })
      await until(() => Atomics.load(flag, 0) !== 1)
      expect(Atomics.load(flag, 0)).toBe(2)
    }
  })

  test('its neighbours do not see it', async () => {
    const pool = poolOf(
      async (/** @type {any} */ ms, /** @type {any} */ context) => {
        const { setTimeout: sleep } = require('node:timers/promises')
        const { signal } = context
        await sleep(ms)
        return [context.aborted, signal.aborted]
      },
      { ...patient, concurrency: 3 },
    )
    const controller = new AbortController()
    const others = [pool.runTask(60), pool.runTask(80)]
    const stopped = failure(pool.runTask(40, { signal: controller.signal }))
    await until(() => pool.stats().running === 3)
    controller.abort()
    expect(await stopped).toMatchObject({ code: 'ABORT_ERR' })
    await expect(Promise.all(others)).resolves.toEqual([
      [false, false],
      [false, false],
    ])
    // In the same places.
    await expect(Promise.all([1, 1, 1].map((ms) => pool.runTask(ms)))).resolves.toEqual(
      Array.from({ length: 3 }, () => [false, false]),
    )
  })

  test('a task that is not to stop has a signal that says so', async () => {
    const pool = poolOf((/** @type {any} */ _, /** @type {any} */ { signal, aborted }) => {
      return [signal instanceof AbortSignal, signal.aborted, aborted]
    })
    await expect(pool.runTask()).resolves.toEqual([true, false, false])
  })
})

describe('progress', () => {
  test('comes at most 20 times a second, the newest value, and the last before the result', async () => {
    const pool = poolOf((/** @type {number} */ ms, /** @type {any} */ { progress }) => {
      const end = performance.now() + ms
      let count = 0
      while (performance.now() < end) progress(++count)
      return count
    })
    /** @type {number[]} */
    const values = []
    const count = await pool.runTask(220, { onProgress: (/** @type {number} */ value) => values.push(value) })
    expect(values[0]).toBe(1)
    expect(values.at(-1)).toBe(count)
    // At 0, 50, 100, 150 and 200 ms, and at the end.
    expect(values.length).toBeGreaterThanOrEqual(2)
    expect(values.length).toBeLessThanOrEqual(6)
    expect([...values].sort((a, b) => a - b)).toEqual(values)
  })

  test('does not wait for the next value', async () => {
    const pool = poolOf(async (/** @type {any} */ _, /** @type {any} */ { progress, signal }) => {
      progress(1)
      progress(2)
      progress(3)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }, patient)
    const controller = new AbortController()
    /** @type {number[]} */
    const values = []
    const task = pool.runTask(0, {
      signal: controller.signal,
      onProgress: (/** @type {number} */ value) => {
        values.push(value)
        if (value === 3) controller.abort()
      },
    })
    expect(await failure(task)).toMatchObject({ code: 'ABORT_ERR' })
    expect(values).toEqual([1, 3])
  })

  test('is any value, as it was when it was given', async () => {
    const pool = poolOf((/** @type {any} */ _, /** @type {any} */ { progress }) => {
      const state = { seen: new Map([['a', 1]]), list: [1] }
      progress(undefined)
      progress(state)
      state.seen.set('b', 2)
      state.list.push(2)
      return 'done'
    })
    /** @type {unknown[]} */
    const values = []
    await pool.runTask(0, { onProgress: (/** @type {unknown} */ value) => values.push(value) })
    expect(values).toEqual([undefined, { seen: new Map([['a', 1]]), list: [1] }])
  })

  test('costs nothing when nobody wants it, and is over with the task', async () => {
    const pool = poolOf(async (/** @type {any} */ late, /** @type {any} */ { progress }) => {
      if (late) setTimeout(() => progress('late'), 10)
      // It could not be cloned.
      else progress(() => {})
      return 1
    })
    await expect(pool.runTask(false)).resolves.toBe(1)
    const onProgress = jest.fn()
    await expect(pool.runTask(true, { onProgress })).resolves.toBe(1)
    await sleep(50)
    expect(onProgress).not.toHaveBeenCalled()
  })

  test('that cannot be cloned throws where it is given', async () => {
    const pool = poolOf((/** @type {any} */ again, /** @type {any} */ { progress }) => {
      if (again) progress(1)
      progress({ rows: [() => {}] })
    })
    for (const again of [false, true]) {
      const error = await failure(pool.runTask(again, { onProgress: () => {} }))
      expect(error).toMatchObject({
        code: 'ERR_VALUE_NOT_CLONEABLE',
        message: expect.stringContaining('progress.rows[0]'),
      })
    }
  })
})

describe('move', () => {
  test('transfers a part of the result, which arrives as it is', async () => {
    const pool = poolOf((/** @type {any} */ _, /** @type {any} */ { move }) => {
      const pixels = new Uint8Array(1000).fill(7)
      return { width: 10, pixels: move(pixels) }
    })
    const { width, pixels } = await pool.runTask()
    expect(width).toBe(10)
    expect(pixels).toEqual(new Uint8Array(1000).fill(7))
  })

  test('finds buffers in objects, arrays, Maps and Sets', async () => {
    const pool = poolOf(async (/** @type {any} */ _, /** @type {any} */ { move }) => {
      const buffers = Array.from({ length: 4 }, (_, i) => new Uint8Array(10).fill(i))
      const result = move({
        a: buffers[0],
        list: [{ b: buffers[1].buffer }],
        map: new Map([['c', buffers[2]]]),
        set: new Set([buffers[3]]),
      })
      result.self = result
      return result
    })
    const { a, list, map, set, self } = await pool.runTask()
    expect([a, list[0].b, map.get('c'), [...set][0]].map((part) => part.byteLength)).toEqual([10, 10, 10, 10])
    expect(self.a).toBe(a)
  })

  test('detaches what it moves, and copies a Buffer of the common pool', async () => {
    const pool = poolOf((/** @type {any} */ check, /** @type {any} */ { move }) => {
      if (check) return globalThis.kept.map((/** @type {any} */ buffer) => buffer.length)
      globalThis.kept = [new Uint8Array(10), Buffer.from('pooled')]
      return move(globalThis.kept)
    })
    const [zeroes, text] = await pool.runTask(false)
    expect([zeroes.length, Buffer.from(text).toString()]).toEqual([10, 'pooled'])
    await expect(pool.runTask(true)).resolves.toEqual([0, 6])
  })

  test('ports and streams', async () => {
    const pool = poolOf((/** @type {any} */ _, /** @type {any} */ { move }) => {
      const { MessageChannel } = require('node:worker_threads')
      const { port1, port2 } = new MessageChannel()
      port1.once('message', (/** @type {any} */ n) => {
        port1.postMessage(n + 1)
        port1.close()
      })
      const stream = new ReadableStream({
        start(controller) {
          controller.enqueue('part')
          controller.close()
        },
      })
      return move({ port: port2, stream })
    })
    const { port, stream } = await pool.runTask()
    port.postMessage(1)
    await expect(new Promise((resolve) => port.once('message', resolve))).resolves.toBe(2)
    port.close()
    const parts = []
    for await (const part of stream) parts.push(part)
    expect(parts).toEqual(['part'])
  })

  test('what cannot be moved any more fails the task', async () => {
    const pool = poolOf((/** @type {any} */ _, /** @type {any} */ { move }) => {
      const buffer = new ArrayBuffer(8)
      structuredClone(buffer, { transfer: [buffer] })
      return move({ buffer })
    })
    expect(await failure(pool.runTask())).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE' })
  })
})

test('says which worker and which export runs', async () => {
  const pool = poolOf(
    new URL(
      'data:text/javascript,export default (_, { workerId, name }) => ({ workerId, name }); export const other = (_, { name }) => name',
    ),
    2,
  )
  const both = await Promise.all([pool.runTask(), pool.runTask()])
  for (const { workerId, name } of both) {
    expect(workerId).toEqual(expect.any(Number))
    expect(name).toBe('default')
  }
  await expect(pool.runTask(0, { name: 'other' })).resolves.toBe('other')
})

test('a context of an earlier task is not that of the next in its place', async () => {
  const pool = poolOf((/** @type {any} */ step, /** @type {any} */ context) => {
    if (step === 1) {
      globalThis.first = context
      return undefined
    }
    return [globalThis.first !== context, globalThis.first.aborted, globalThis.first.signal.aborted]
  })
  await pool.runTask(1)
  await expect(pool.runTask(2)).resolves.toEqual([true, false, false])
})
