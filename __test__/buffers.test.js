// @ts-check
'use strict'

/** Binary values: copied by default, moved when asked to, read in place when shared. */

const vm = require('node:vm')
const { types } = require('node:util')
const { WorkerPool } = require('..')
const { doors } = require('./support/doors')
const { failure } = require('./support/failure')
const { occupy } = require('./support/occupied')

/** @type {WorkerPool} */
let pool
beforeEach(() => {
  pool = new WorkerPool(1)
})
afterEach(() => pool.destroy())

const views = [
  Buffer.from([1, 2, 3]),
  Buffer.alloc(0),
  new Uint8Array([1, 255]),
  new Uint8ClampedArray([1, 255]),
  new Int8Array([-1, 127]),
  new Uint16Array([65535]),
  new Int16Array([-32768]),
  new Uint32Array([2 ** 32 - 1]),
  new Int32Array([-(2 ** 31)]),
  new Float32Array([0.5, NaN]),
  new Float64Array([Math.PI, -Infinity]),
  new BigInt64Array([-5n]),
  new BigUint64Array([2n ** 64n - 1n]),
  new Float64Array(0),
]

describe.each(doors(() => pool))('%s', (_, run) => {
  test.each(views.map((view) => [view.constructor.name, view.length, view]))(
    'a %s of %p elements keeps its type and its values',
    async (_name, _length, view) => {
      const { inside } = await run('noop', { inside: view })
      expect(inside).toEqual(view)
      expect(Object.getPrototypeOf(inside)).toBe(Object.getPrototypeOf(view))
      expect(inside.buffer === view.buffer).toBe(false)
      await expect(run('noop', view)).resolves.toEqual(view)
    },
  )

  test('an ArrayBuffer and a DataView come out as an ArrayBuffer', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4)
    const whole = await run('noop', bytes.buffer)
    expect(types.isArrayBuffer(whole)).toBe(true)
    expect([...new Uint8Array(whole)]).toEqual([1, 2, 3, 4])
    const part = await run('noop', new DataView(bytes.buffer, 1, 2))
    expect([...new Uint8Array(part)]).toEqual([2, 3])
  })

  test('a part of a larger buffer goes in alone', async () => {
    const large = new Float64Array(1000).fill(7)
    const part = await run('noop', large.subarray(10, 12))
    expect(part).toEqual(Float64Array.of(7, 7))
    expect(part.buffer.byteLength).toBe(16)
  })

  test('what is in the transfer list is moved', async () => {
    const numbers = Float64Array.of(1, 2, 3)
    const bytes = new Uint8Array([9, 8])
    const task = run(
      'noop',
      { numbers, both: [bytes, numbers.subarray(1)] },
      {
        transferList: [numbers.buffer, bytes.buffer],
      },
    )
    expect([numbers.length, bytes.length]).toEqual([0, 0])
    await expect(task).resolves.toEqual({
      numbers: Float64Array.of(1, 2, 3),
      both: [new Uint8Array([9, 8]), Float64Array.of(2, 3)],
    })
  })

  test('a buffer that cannot be transferred is refused, and none is moved', async () => {
    const good = new ArrayBuffer(4)
    const twice = await failure(run('noop', 1, { transferList: [good, good] }))
    expect(twice).toMatchObject({ name: 'ArgumentError', code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(twice.message).toContain('cannot be transferred')
    expect(twice.cause).toBeDefined()
    expect(good.byteLength).toBe(4)
    const shared = new SharedArrayBuffer(4)
    const error = await failure(run('noop', 1, { transferList: [shared] }))
    expect(error.message).toContain('Expected `transferList[0]` to be an ArrayBuffer, got `SharedArrayBuffer')
  })

  test('memory that Node does not let go of stays with the caller', async () => {
    const { buffer } = new WebAssembly.Memory({ initial: 1 })
    // Node 20 makes a copy of it, later versions refuse.
    const outcome = await run('noop', buffer, { transferList: [buffer] }).catch(({ code }) => code)
    expect([buffer, 'ERR_VALUE_NOT_CLONEABLE']).toContainEqual(outcome)
    expect(buffer.byteLength).toBe(65536)
  })

  test('a transferred buffer that is not part of the input is moved all the same', async () => {
    const buffer = new ArrayBuffer(4)
    await expect(run('noop', 'without it', { transferList: [buffer] })).resolves.toBe('without it')
    expect(buffer.byteLength).toBe(0)
  })

  test('a Buffer out of Node’s pool goes in, transferred or not', async () => {
    const small = Buffer.from('from the pool')
    const task = run('noop', small, { transferList: [] })
    await expect(task).resolves.toEqual(Buffer.from('from the pool'))
  })
})

test('JavaScript may change a buffer while its task waits: the task has a copy', async () => {
  const occupied = await occupy(pool)
  const bytes = new Uint8Array(1000).fill(1)
  const task = pool.runTask('noop', bytes)
  bytes.fill(2)
  await occupied.release()
  expect((await task).every((/** @type {number} */ byte) => byte === 1)).toBe(true)
})

test('JavaScript may detach a buffer while its task waits', async () => {
  const occupied = await occupy(pool)
  const bytes = new Uint8Array(1000).fill(1)
  const task = pool.runTask('noop', bytes)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  await occupied.release()
  expect((await task).every((/** @type {number} */ byte) => byte === 1)).toBe(true)
})

test('JavaScript may resize a buffer while its task waits', async () => {
  const occupied = await occupy(pool)
  const buffer = new ArrayBuffer(1000, { maxByteLength: 100_000 })
  const tracking = new Uint8Array(buffer)
  tracking.fill(3)
  const tasks = [pool.runTask('noop', tracking), pool.runTask('noop', buffer)]
  buffer.resize(0)
  buffer.resize(100_000)
  await occupied.release()
  const [view, whole] = await Promise.all(tasks)
  expect(view).toEqual(new Uint8Array(1000).fill(3))
  expect(new Uint8Array(whole)).toEqual(new Uint8Array(1000).fill(3))
})

test('a resizable buffer may be transferred', async () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 64 })
  new Uint8Array(buffer).fill(4)
  const task = pool.runTask('noop', new Uint8Array(buffer), { transferList: [buffer] })
  expect(buffer.byteLength).toBe(0)
  await expect(task).resolves.toEqual(new Uint8Array(8).fill(4))
})

test('a view over memory that was detached or cut off is refused or empty, never a crash', async () => {
  const gone = new Uint8Array(8)
  structuredClone(gone.buffer, { transfer: [gone.buffer] })
  for (const input of [gone, gone.buffer, { a: { b: gone } }]) {
    expect(await failure(pool.runTask('noop', input))).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE' })
  }
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 })
  const outside = new Uint8Array(buffer, 8, 8)
  buffer.resize(4)
  await expect(pool.runTask('noop', outside)).resolves.toEqual(new Uint8Array(0))
  await expect(pool.runTask('noop', new Uint8Array(buffer, 2, 0))).resolves.toEqual(new Uint8Array(0))
})

test('a view over a SharedArrayBuffer is read in place, when the task runs', async () => {
  const occupied = await occupy(pool)
  const shared = new Int32Array(new SharedArrayBuffer(4096))
  const task = pool.runTask('noop', { shared, part: shared.subarray(1, 3) })
  Atomics.store(shared, 1, 42)
  await occupied.release()
  const result = await task
  expect(result.shared[1]).toBe(42)
  expect(result.part).toEqual(Int32Array.of(42, 0))
  // What comes out is the task's own.
  expect(types.isSharedArrayBuffer(result.shared.buffer)).toBe(false)
})

test('a SharedArrayBuffer may grow, and a Buffer may be over one', async () => {
  const occupied = await occupy(pool)
  const growing = new SharedArrayBuffer(8, { maxByteLength: 1 << 20 })
  const tasks = [pool.runTask('noop', growing), pool.runTask('noop', Buffer.from(new SharedArrayBuffer(3)))]
  growing.grow(1 << 20)
  await occupied.release()
  const [whole, buffer] = await Promise.all(tasks)
  expect(whole.byteLength).toBe(8)
  expect(buffer).toEqual(Buffer.alloc(3))
})

test('values of another realm are taken for what they are', async () => {
  const foreign = vm.runInNewContext(`({
    floats: Float64Array.of(1.5), buffer: new ArrayBuffer(2), list: [1, { a: 2 }], date: new Date(0),
    shared: new Uint8Array(new SharedArrayBuffer(1)),
  })`)
  const result = await pool.runTask('noop', foreign)
  expect(result).toEqual({
    floats: Float64Array.of(1.5),
    buffer: new ArrayBuffer(2),
    list: [1, { a: 2 }],
    date: '1970-01-01T00:00:00.000Z',
    shared: new Uint8Array(1),
  })
  expect(result.floats).toBeInstanceOf(Float64Array)
  expect((await failure(pool.runTask('noop', vm.runInNewContext('new Map()')))).code).toBe('ERR_VALUE_NOT_CLONEABLE')
  const transferList = vm.runInNewContext('[new ArrayBuffer(8)]')
  await pool.runTask('noop', transferList[0], { transferList })
  expect(transferList[0].byteLength).toBe(0)
})

test('an array that lies about its type is taken for what it is', async () => {
  const lying = new Uint8Array(new SharedArrayBuffer(16), 1, 8)
  Object.defineProperty(lying, Symbol.toStringTag, { value: 'Float64Array' })
  const result = await pool.runTask('noop', lying)
  expect(result).toBeInstanceOf(Uint8Array)
  expect(result).toHaveLength(8)
})

test('two hundred megabytes of binary values come through', async () => {
  const large = new Uint8Array(100 << 20)
  large[large.length - 1] = 1
  const [copied, moved] = [await pool.runTask('noop', large), new Uint8Array(large)]
  expect(copied.at(-1)).toBe(1)
  const result = await pool.runTask('noop', moved, { transferList: [moved.buffer] })
  expect(result).toHaveLength(100 << 20)
  expect(result.at(-1)).toBe(1)
})

test('a thousand binary values in one input', async () => {
  const list = Array.from({ length: 1000 }, (_, i) => Uint16Array.of(i))
  await expect(pool.runTask('noop', list)).resolves.toEqual(list)
})
