// @ts-check
'use strict'

// `imageBatch()`: many pictures, of which each may fail alone.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { ArgumentError, FileError, ImageError, PoolError, TimeoutError, WorkerPool, image, imageBatch } = require('..')
const { Tally } = require('../lib/image/tally')
const { failure } = require('./support/failure')
const { until } = require('./support/until')

const photos = path.join(__dirname, '../examples/photos')
const coffee = path.join(photos, 'coffee.jpg')
const chelsea = path.join(photos, 'chelsea.jpg')
/** 32 × 32 pixels in 164 bytes. */
const dot = fs.readFileSync(path.join(__dirname, 'fixtures/pngsuite/basn0g01.png'))
const noImage = Buffer.from('no image')

/** @type {string} */
let folder
/** @type {WorkerPool} */
let pool

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-batch-'))
  pool = new WorkerPool(2)
})

afterEach(async () => {
  await pool.destroy()
  fs.rmSync(folder, { recursive: true })
})

/** @param {AsyncIterable<any>} results */
async function collect(results) {
  const list = []
  for await (const result of results) list.push(result)
  return list
}

/** @param {string} name */
const into = (name) => path.join(folder, name)

/** @param {import('..').Image} photo */
const thumbnail = (photo) => photo.resize(30, 20).webp()

/** Work that goes on until it is stopped, or for a long time. @param {import('..').Image} photo */
const endless = (photo) => photo.resize(9000, 9000, { fit: 'fill' }).webp({ effort: 6 })

/** So many small pictures, and how many were read. */
function dots(count = Infinity) {
  const source = {
    read: 0,
    closed: false,
    async *[Symbol.asyncIterator]() {
      try {
        while (source.read < count) {
          source.read++
          yield dot
        }
      } finally {
        source.closed = true
      }
    },
  }
  return source
}

describe('results', () => {
  test('go to files where items say so, and are Buffers elsewhere', async () => {
    const items = [{ input: coffee, output: into('coffee.webp'), id: 7 }, { input: chelsea }]
    const { results, ...totals } = await imageBatch(items, thumbnail, { pool }).all()
    const expected = { width: 30, height: 20, format: 'webp' }
    expect(results).toEqual([
      {
        item: items[0],
        index: 0,
        path: into('coffee.webp'),
        bytesIn: fs.statSync(coffee).size,
        info: expect.objectContaining({ ...expected, size: fs.statSync(into('coffee.webp')).size }),
      },
      {
        item: items[1],
        index: 1,
        data: await thumbnail(image(chelsea, { pool })).toBuffer(),
        bytesIn: fs.statSync(chelsea).size,
        info: expect.objectContaining(expected),
      },
    ])
    expect(results.some(({ info }) => info && ('path' in info || 'data' in info))).toBe(false)
    const sum = (/** @type {number[]} */ sizes) => sizes.reduce((a, b) => a + b)
    expect(totals).toEqual({
      done: 2,
      failed: 0,
      bytesIn: sum(results.map(({ bytesIn }) => Number(bytesIn))),
      bytesOut: sum(results.map(({ info }) => Number(info?.size))),
    })
  })

  test('of paths, URLs, Buffers and objects, from arrays, Sets and async iterables', async () => {
    const url = pathToFileURL(coffee)
    const items = [coffee, url, fs.readFileSync(coffee), { input: url.href }]
    const expected = await thumbnail(image(coffee, { pool })).toBuffer()
    async function* slowly() {
      for (const item of items) yield Promise.resolve(item)
    }
    for (const source of [items, new Set(items), slowly()]) {
      const { results } = await imageBatch(source, thumbnail, { pool }).all()
      expect(results).toHaveLength(4)
      for (const [i, { item, data, bytesIn }] of results.entries()) {
        expect(item).toBe(items[i])
        expect(data).toEqual(expected)
        expect(bytesIn).toBe(fs.statSync(coffee).size)
      }
    }
  })

  test('where options say what an item means', async () => {
    const rows = [{ file: coffee, name: 'a' }, { file: chelsea }]
    const { results } = await imageBatch(rows, thumbnail, {
      pool,
      input: (row) => row.file,
      output: (row, index) => row.name && pathToFileURL(into(`${row.name}${index}.webp`)),
    }).all()
    expect(results.map(({ path, data }) => [path, Buffer.isBuffer(data)])).toEqual([
      [into('a0.webp'), false],
      [undefined, true],
    ])
  })

  test('come as they are ready, and from `all()` in the order of the items', async () => {
    /** @type {(value?: unknown) => void} */
    let goOn = () => {}
    const held = new Promise((resolve) => (goOn = resolve))
    /** @param {import('..').Image} photo @param {unknown} _ @param {number} index */
    const holdFirst = async (photo, _, index) => {
      if (index === 0) await held
      return thumbnail(photo)
    }
    const indexes = []
    const items = Array.from({ length: 10 }, () => dot)
    for await (const { index } of imageBatch(items, holdFirst, { pool, concurrency: 2 })) {
      if (indexes.push(index) === 9) goOn()
    }
    expect(indexes).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
    const { results } = await imageBatch(items, holdFirst, { pool, concurrency: 2 }).all()
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('of nothing are none', async () => {
    const onProgress = jest.fn()
    const none = imageBatch([], thumbnail, { pool, onProgress })
    const totals = { done: 0, failed: 0, bytesIn: 0, bytesOut: 0 }
    await expect(none.all()).resolves.toEqual({ results: [], ...totals })
    expect(onProgress.mock.calls).toEqual([[{ ...totals, total: 0, percent: 100 }]])
  })

  test('of an animation have its frames when the options of every image say so', async () => {
    const gif = path.join(__dirname, 'fixtures/formats/animated.gif')
    const [{ info }] = await collect(imageBatch([gif], (photo) => photo.webp(), { pool, animated: true }))
    expect(info.pages).toBeGreaterThan(1)
  })

  test('come from the default pool, too', async () => {
    expect(await collect(imageBatch([dot], thumbnail))).toMatchObject([{ index: 0, info: { width: 30 } }])
  })
})

describe('the pipeline', () => {
  test('gets the image, the item and the index, and may be async', async () => {
    const items = [
      { input: coffee, width: 10 },
      { input: coffee, width: 20 },
    ]
    const { results } = await imageBatch(items, async (photo, { width }, index) => photo.resize(width + index), {
      pool,
    }).all()
    expect(results.map(({ info }) => info?.width)).toEqual([10, 21])
  })

  test('may return nothing, or another chain', async () => {
    const pipelines = [
      (/** @type {import('..').Image} */ photo) => void photo.resize(12),
      (/** @type {import('..').Image} */ photo) => photo.clone().resize(12),
    ]
    for (const pipeline of pipelines) {
      expect(await collect(imageBatch([coffee], pipeline, { pool }))).toMatchObject([{ info: { width: 12 } }])
    }
  })

  test('fails for its item only', async () => {
    const thrown = new RangeError('mine')
    const reasons = [undefined, thrown, 'a string', undefined]
    /** @param {import('..').Image} photo @param {unknown} _ @param {number} index */
    const pipeline = (photo, _, index) => {
      if (reasons[index]) throw reasons[index]
      return index === 3 ? /** @type {any} */ (photo.toBuffer()) : thumbnail(photo)
    }
    const { results, done, failed } = await imageBatch([dot, dot, dot, dot], pipeline, { pool }).all()
    expect([done, failed]).toEqual([1, 3])
    expect(results[1].error).toBe(thrown)
    expect(results[2].error).toMatchObject({ message: "The pipeline threw 'a string'", cause: 'a string' })
    expect(results[3].error).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('Expected `pipeline` to be a function that returns the image it is given, got'),
    })
  })
})

describe('failures', () => {
  const items = () => [
    { input: coffee, output: into('good.webp') },
    { input: into('missing.jpg'), output: into('missing.webp') },
    { input: noImage, output: into('bad.webp') },
    { input: fs.readFileSync(coffee).subarray(0, 5000) },
    { input: chelsea, output: into('no/such/folder.webp') },
    { input: /** @type {any} */ (undefined) },
    /** @type {any} */ (undefined),
    { input: /** @type {any} */ (7) },
    { input: chelsea, output: /** @type {any} */ (7) },
    { input: chelsea, output: into('last.webp') },
  ]
  const expected = [
    undefined,
    [FileError, 'ENOENT'],
    [ImageError, 'ERR_IMAGE_INVALID'],
    [ImageError, 'ERR_IMAGE_INVALID'],
    [FileError, 'ENOENT'],
    [ArgumentError, 'ERR_INVALID_ARG_TYPE'],
    [ArgumentError, 'ERR_INVALID_ARG_TYPE'],
    [ArgumentError, 'ERR_INVALID_ARG_TYPE'],
    [ArgumentError, 'ERR_INVALID_ARG_TYPE'],
    undefined,
  ]
  const kind = (/** @type {any} */ error) => error && [error.constructor, error.code]

  test('are results among the others', async () => {
    const { results, done, failed } = await imageBatch(items(), thumbnail, { pool }).all()
    expect(results.map(({ error }) => kind(error))).toEqual(expected)
    expect(results.map(({ item }) => item)).toEqual(items())
    expect([done, failed]).toEqual([2, 8])
    expect(Object.keys(results[1])).toEqual(['item', 'index', 'error'])
    expect(fs.readdirSync(folder).sort()).toEqual(['good.webp', 'last.webp'])
  })

  test('go to `onError` instead', async () => {
    /** @type {[number, unknown, unknown][]} */
    const failures = []
    const onError = async (/** @type {Error} */ error, /** @type {any} */ item, /** @type {number} */ index) => {
      await undefined
      failures.push([index, kind(error), item])
    }
    const { results, done, failed } = await imageBatch(items(), thumbnail, { pool, onError }).all()
    expect(results.map(({ index }) => index)).toEqual([0, 9])
    expect([done, failed]).toEqual([2, 8])
    const sorted = failures.sort(([a], [b]) => a - b)
    expect(sorted).toEqual(items().flatMap((item, i) => (expected[i] ? [[i, expected[i], item]] : [])))
  })

  test('end the batch when `onError` throws', async () => {
    const mine = new Error('mine')
    const throwing = () => {
      throw mine
    }
    for (const onError of [throwing, async () => throwing()]) {
      const source = dots()
      /** @param {import('..').Image} photo @param {unknown} _ @param {number} index */
      const pipeline = (photo, _, index) => (index === 2 ? photo.resize(0) : thumbnail(photo))
      expect(await failure(imageBatch(source, pipeline, { pool, onError }).all())).toBe(mine)
      expect(source.closed).toBe(true)
    }
  })

  test('of two items with one output is the second one’s', async () => {
    const output = into('one.webp')
    const same = [output, pathToFileURL(output), pathToFileURL(output).href, path.relative(process.cwd(), output)]
    const items = same.map((output) => ({ input: coffee, output }))
    const { results } = await imageBatch(items, thumbnail, { pool }).all()
    expect(results.map(({ error }) => kind(error))).toEqual([
      undefined,
      ...Array(3).fill([ArgumentError, 'ERR_INVALID_ARG_VALUE']),
    ])
    expect(results[3].error?.message).toMatch(/^Expected `output` to be a file of its own for each item, got `'.*'/)
  })

  test('of an item that would be written over its input leaves it as it is', async () => {
    const file = into('coffee.jpg')
    fs.copyFileSync(coffee, file)
    const [{ error }] = await collect(imageBatch([{ input: file, output: file }], thumbnail, { pool }))
    expect(kind(error)).toEqual([ArgumentError, 'ERR_INVALID_ARG_VALUE'])
    expect(fs.readFileSync(file)).toEqual(fs.readFileSync(coffee))
  })

  test('by a timeout are the item’s', async () => {
    const { results } = await imageBatch([coffee, coffee], endless, { pool, timeout: 30 }).all()
    expect(results.map(({ error }) => kind(error))).toEqual(Array(2).fill([TimeoutError, 'ERR_TASK_TIMEOUT']))
  })
})

describe('a bounded window', () => {
  test('thousands of pictures have at most `concurrency` on their way', async () => {
    const source = dots(2000)
    let taken = 0
    let most = 0
    const pipeline = (/** @type {import('..').Image} */ photo) => {
      most = Math.max(most, source.read - taken)
      return photo.resize(4)
    }
    for await (const { info } of imageBatch(source, pipeline, { pool, concurrency: 5 })) {
      taken++
      expect(info?.width).toBe(4)
    }
    expect(taken).toBe(2000)
    expect(most).toBe(5)
  })

  test('is twice the pool’s threads unless said otherwise, and holds for the consumer', async () => {
    const source = dots()
    const results = imageBatch(source, thumbnail, { pool })
    expect(source.read).toBe(0)
    for (let taken = 1; taken <= 5; taken++) {
      await results.next()
      // All that may run has run, and nobody takes it.
      await until(() => pool.stats().running + pool.queueSize === 0)
      await new Promise((resolve) => setImmediate(resolve))
      expect(source.read).toBeGreaterThan(taken)
      expect(source.read).toBeLessThanOrEqual(taken + 4)
    }
    await results.return()
    expect(source.closed).toBe(true)
  })

  test('is no reason for a pool with a bound to refuse a picture', async () => {
    const small = new WorkerPool({ size: 1, maxQueue: 1 })
    const { done, failed } = await imageBatch(dots(100), thumbnail, { pool: small, concurrency: 20 }).all()
    expect([done, failed]).toEqual([100, 0])
    await small.close()
  })
})

describe('ends early', () => {
  const large = () => Array.from({ length: 6 }, (_, i) => ({ input: coffee, output: into(`${i}.webp`) }))
  const untilRunning = () => until(() => pool.stats().running === 2)
  const untilIdle = () => until(() => pool.stats().running + pool.queueSize === 0)

  test('by an abort: what runs is stopped, and no half file stays', async () => {
    const controller = new AbortController()
    const ended = failure(imageBatch(large(), endless, { pool, signal: controller.signal }).all())
    await untilRunning()
    controller.abort('enough')
    expect(await ended).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
    await untilIdle()
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('by an abort half-way, after what was taken before', async () => {
    const controller = new AbortController()
    const source = dots()
    let taken = 0
    const ended = async () => {
      for await (const _ of imageBatch(source, thumbnail, { pool, signal: controller.signal })) {
        if (++taken === 50) controller.abort()
      }
    }
    expect((await failure(ended())).code).toBe('ABORT_ERR')
    expect(taken).toBe(50)
    expect(source.closed).toBe(true)
  })

  test('before it begins, by a signal that has fired', async () => {
    const source = dots()
    const ended = imageBatch(source, thumbnail, { pool, signal: AbortSignal.abort() }).all()
    expect((await failure(ended)).code).toBe('ABORT_ERR')
    expect(source.read).toBe(0)
  })

  test('by break: what runs is stopped, the source is closed, and no half file stays', async () => {
    const pipeline = (
      /** @type {import('..').Image} */ photo,
      /** @type {unknown} */ _,
      /** @type {number} */ index,
    ) => (index === 0 ? thumbnail(photo) : endless(photo))
    const onProgress = jest.fn()
    for await (const { index } of imageBatch(large(), pipeline, { pool, onProgress })) {
      expect(index).toBe(0)
      await untilRunning()
      break
    }
    expect(pool.stats().running + pool.queueSize).toBe(0)
    expect(fs.readdirSync(folder)).toEqual(['0.webp'])
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ done: 1, failed: 0, total: 6 }))
  })

  test('by a source that fails, after the results of what it gave', async () => {
    const broken = new Error('the source')
    function* sync() {
      yield* [dot, dot, dot]
      throw broken
    }
    async function* async() {
      yield* sync()
    }
    for (const source of [sync, async]) {
      const indexes = []
      const ended = async () => {
        for await (const { index } of imageBatch(source(), thumbnail, { pool })) indexes.push(index)
      }
      expect(await failure(ended())).toBe(broken)
      expect(indexes.sort()).toEqual([0, 1, 2])
    }
  })

  test('by the end of the pool, which is no failure of a picture', async () => {
    const onError = jest.fn()
    const ended = failure(imageBatch(large(), endless, { pool, onError }).all())
    await untilRunning()
    await pool.destroy()
    const error = await ended
    expect(error).toBeInstanceOf(PoolError)
    expect(error.code).toBe('ERR_POOL_CLOSED')
    expect(onError).not.toHaveBeenCalled()
    const late = failure(imageBatch(dots(), thumbnail, { pool }).all())
    expect((await late).code).toBe('ERR_POOL_CLOSED')
  })
})

describe('progress', () => {
  test('counts pictures, failures and bytes', async () => {
    const onProgress = jest.fn()
    const items = [dot, noImage, dot, dot]
    const { bytesOut } = await imageBatch(items, thumbnail, { pool, onProgress }).all()
    expect(onProgress).toHaveBeenLastCalledWith({
      done: 3,
      failed: 1,
      total: 4,
      percent: 100,
      bytesIn: 3 * dot.length,
      bytesOut,
    })
    expect(bytesOut).toBeGreaterThan(0)
    const finished = onProgress.mock.calls.map(([{ done, failed }]) => done + failed)
    expect(finished).toEqual([...finished].sort((a, b) => a - b))
  })

  test('has no total where nobody knows it, and that of a Set', async () => {
    const onProgress = jest.fn()
    await imageBatch(dots(3), thumbnail, { pool, onProgress }).all()
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ done: 3, total: null, percent: null }))
    await imageBatch(new Set([coffee, chelsea]), thumbnail, { pool, onProgress }).all()
    expect(onProgress).toHaveBeenLastCalledWith(expect.objectContaining({ done: 2, total: 2, percent: 100 }))
  })

  test('that throws is an error of the pool, and no picture’s', async () => {
    const mine = new Error('mine')
    const onPoolError = jest.fn()
    pool.on('error', onPoolError)
    const onProgress = () => {
      throw mine
    }
    const { done, failed } = await imageBatch([dot, dot], thumbnail, { pool, onProgress }).all()
    expect([done, failed]).toEqual([2, 0])
    await until(() => onPoolError.mock.calls.length === 2)
    expect(onPoolError).toHaveBeenCalledWith(mine)
  })

  test('is told at once, then at most every 50 milliseconds, and at the end', () => {
    jest.useFakeTimers()
    try {
      /** @type {any[]} */
      const told = []
      const tally = new Tally(
        () => 1000,
        (progress) => told.push(progress),
      )
      for (let i = 0; i < 500; i++) tally.succeed(10, 1)
      expect(told.map(({ done }) => done)).toEqual([1])
      jest.advanceTimersByTime(49)
      expect(told).toHaveLength(1)
      jest.advanceTimersByTime(1)
      expect(told.map(({ done }) => done)).toEqual([1, 500])
      // Nothing has changed: nothing is told.
      jest.advanceTimersByTime(1000)
      expect(told).toHaveLength(2)
      tally.fail()
      tally.fail()
      tally.end()
      jest.advanceTimersByTime(1000)
      expect(told.map(({ done, failed, percent }) => [done, failed, percent])).toEqual([
        [1, 0, 0.1],
        [500, 0, 50],
        [500, 1, 50.1],
        [500, 2, 50.2],
      ])
      tally.succeed(10, 1)
      tally.end()
      expect(told).toHaveLength(4)
      expect(told.at(-1)).toMatchObject({ bytesIn: 5000, bytesOut: 500, total: 1000 })
    } finally {
      jest.useRealTimers()
    }
  })
})

test.each(
  /** @type {[string, any[]][]} */ ([
    ['Expected `items` to be an iterable or async iterable of images, got `undefined`', [undefined, thumbnail]],
    ["Expected `items` to be an iterable or async iterable of images, got `'a.jpg'`", ['a.jpg', thumbnail]],
    ['Expected `items` to be an iterable or async iterable of images, got `Buffer(164)', [dot, thumbnail]],
    ['Expected `pipeline` to be a function, got `undefined`', [[], undefined]],
    ['Expected `pipeline` to be a function', [[], image()]],
    ['Expected `options` to be an object, got `5`', [[], thumbnail, 5]],
    ['Unknown option `quality`: expected one of `concurrency`, `input`, `output`', [[], thumbnail, { quality: 5 }]],
    ['Unknown option `create`', [[], thumbnail, { create: {} }]],
    ['Expected `concurrency` to be an integer >= 1 or Infinity, got `0`', [[], thumbnail, { concurrency: 0 }]],
    ['Expected `signal` to be an AbortSignal, got `1`', [[], thumbnail, { signal: 1 }]],
    ['Expected `pool` to be a WorkerPool of Rust threads, got `1`', [[], thumbnail, { pool: 1 }]],
    ['Expected `timeout` to be a number', [[], thumbnail, { timeout: -1 }]],
    ['Expected `onError` to be a function, got `1`', [[], thumbnail, { onError: 1 }]],
    ['Expected `onProgress` to be a function, got `1`', [[], thumbnail, { onProgress: 1 }]],
    ['Expected `input` to be a function, got `1`', [[], thumbnail, { input: 1 }]],
    ["Expected `output` to be a function, got `'a'`", [[], thumbnail, { output: 'a' }]],
  ]),
)('refused: %s', (message, args) => {
  const call = () => /** @type {any} */ (imageBatch)(...args)
  expect(call).toThrow(ArgumentError)
  expect(call).toThrow(message)
})
