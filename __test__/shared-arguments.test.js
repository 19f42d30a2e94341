// @ts-check
'use strict'

/** Arguments that cannot be used: a typed error, which names the option, before anything is done. */

const { failure } = require('./support/failure')
const { regionName } = require('./support/shared-peers')
const {
  Barrier,
  Channel,
  Condition,
  Counter,
  Gauge,
  Mutex,
  Once,
  RateLimiter,
  RingBuffer,
  RwLock,
  Semaphore,
  SharedMap,
  SharedRegion,
} = /** @type {any} */ (require('..'))

/** Every class, and the options that it cannot do without. @type {[string, any, any][]} */
const classes = [
  ['Mutex', Mutex, {}],
  ['RwLock', RwLock, {}],
  ['Semaphore', Semaphore, { permits: 2 }],
  ['Barrier', Barrier, { parties: 2 }],
  ['Condition', Condition, {}],
  ['Once', Once, {}],
  ['Counter', Counter, {}],
  ['Gauge', Gauge, {}],
  ['Channel', Channel, { capacity: 64 }],
  ['RingBuffer', RingBuffer, { capacity: 64 }],
  ['RateLimiter', RateLimiter, { tokens: 2 }],
  ['SharedMap', SharedMap, { capacity: 4 }],
]

/** @param {string} code  @param {string} option */
const refusal = (code, option) =>
  expect.objectContaining({ name: 'ArgumentError', code, message: expect.stringContaining(`\`${option}\``) })

/** @param {any} type  @param {any} options @returns {number} */
const lengthOf = (type, options) => (typeof type.byteLength === 'function' ? type.byteLength(options) : type.byteLength)

describe.each(classes)('%s', (name, type, options) => {
  test('lies in fresh memory, a buffer, a region, or a region by a name', () => {
    const length = lengthOf(type, options)
    const fresh = new type(options)
    expect([fresh.byteOffset, fresh.byteLength, fresh.buffer.byteLength]).toEqual([0, length, length])
    expect(fresh.region).toBeInstanceOf(SharedRegion)
    const buffer = new SharedArrayBuffer(64 + length)
    const inBuffer = new type(buffer, { offset: 64, ...options })
    expect([inBuffer.buffer === buffer, inBuffer.byteOffset, inBuffer.region]).toEqual([true, 64, undefined])
    const region = SharedRegion.create(length)
    expect(new type(region, options).region).toBe(region)
    const named = new type(regionName(), options)
    expect([named.byteLength, named.region.byteLength]).toEqual([length, length])
    named.region.close()
  })

  test.each([undefined, null, new Uint8Array(4096)])('the place %p is none', (place) => {
    expect(() => new type(place, options)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'place'))
  })

  test('memory that others do not have is no place', () => {
    expect(() => new type(new ArrayBuffer(1 << 16), options)).toThrow(refusal('ERR_INVALID_ARG_VALUE', 'place'))
  })

  test('a place that is too small', () => {
    const length = lengthOf(type, options)
    expect(() => new type(new SharedArrayBuffer(length - 1), options)).toThrow(refusal('ERR_OUT_OF_RANGE', 'place'))
    const buffer = new SharedArrayBuffer(length + 8)
    expect(() => new type(buffer, { ...options, offset: 16 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'offset'))
    expect(new type(buffer, { ...options, offset: 8 }).byteOffset).toBe(8)
  })

  test.each([
    [-8, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [4, 'ERR_INVALID_ARG_VALUE'],
    ['8', 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ])('the offset %p', (offset, code) => {
    expect(() => new type(new SharedArrayBuffer(1 << 16), { ...options, offset })).toThrow(refusal(code, 'offset'))
  })

  test('options that are none, or unknown', () => {
    expect(() => new type({ ...options, unknown: 1 })).toThrow(refusal('ERR_INVALID_ARG_VALUE', 'unknown'))
    expect(() => new type(new SharedArrayBuffer(1 << 16), { ...options, unknown: 1 })).toThrow(
      refusal('ERR_INVALID_ARG_VALUE', 'unknown'),
    )
    for (const wrong of [1, true, [], () => {}]) {
      expect(() => new type(new SharedArrayBuffer(1 << 16), wrong)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'options'))
    }
  })

  test('memory in which something else is', () => {
    const buffer = new SharedArrayBuffer(1 << 16)
    const other = type === Mutex ? new Once(buffer) : new Mutex(buffer)
    expect(() => new type(buffer, options)).toThrow(
      expect.objectContaining({ name: 'SharedError', code: 'ERR_SHARED_KIND', message: expect.stringContaining(name) }),
    )
    expect(other.byteLength).toBe(64)
  })
})

test.each([
  [Semaphore, 'permits', [0, -1, 1.5, 1025, NaN]],
  [Barrier, 'parties', [0, -1, 1.5, 2 ** 31]],
  [RwLock, 'readers', [0, 1.5, 1025]],
  [Channel, 'capacity', [0, 63, 64.5, 2 ** 31 + 1, Infinity]],
  [RingBuffer, 'capacity', [0, 63, 64.5, 2 ** 31 + 1]],
  [RateLimiter, 'tokens', [0, 1.5, 2e9]],
])('%p: `%s` is out of its range, or no number', (type, option, values) => {
  for (const value of values) {
    expect(() => new type({ [option]: value })).toThrow(refusal('ERR_OUT_OF_RANGE', option))
  }
  for (const value of ['1', 1n, {}, true]) {
    expect(() => new type({ [option]: value })).toThrow(refusal('ERR_INVALID_ARG_TYPE', option))
  }
})

test('what cannot be left out', () => {
  expect(() => new Semaphore()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'permits'))
  expect(() => new Barrier()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'parties'))
  expect(() => new RateLimiter()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'tokens'))
  expect(() => new SharedMap()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'capacity'))
})

test('other options than the first had', () => {
  const buffer = new SharedArrayBuffer(1 << 16)
  const made = new Semaphore(buffer, { permits: 2 })
  expect(() => new Semaphore(buffer, { permits: 3 })).toThrow(expect.objectContaining({ code: 'ERR_SHARED_KIND' }))
  expect(new Semaphore(buffer, { permits: 2 }).available).toBe(made.available)
})

test('options of a limiter and of a map', () => {
  expect(() => new RateLimiter({ tokens: 1, interval: 0 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'interval'))
  expect(() => new RateLimiter({ tokens: 1, burst: 0 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'burst'))
  expect(() => new SharedMap({ capacity: 0 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'capacity'))
  expect(() => new SharedMap({ capacity: 1, keyBytes: 0 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'keyBytes'))
  expect(() => new SharedMap({ capacity: 1, valueBytes: 7 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'valueBytes'))
  expect(() => SharedMap.byteLength()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'options'))
})

test.each([
  ['bytes', () => SharedRegion.create(0), 'ERR_OUT_OF_RANGE'],
  ['bytes', () => SharedRegion.create(1.5), 'ERR_OUT_OF_RANGE'],
  ['bytes', () => SharedRegion.create(2 ** 32), 'ERR_OUT_OF_RANGE'],
  ['bytes', () => SharedRegion.create('1'), 'ERR_INVALID_ARG_TYPE'],
  ['bytes', () => SharedRegion.open('name'), 'ERR_INVALID_ARG_TYPE'],
  ['bytes', () => SharedRegion.get('name', -1), 'ERR_OUT_OF_RANGE'],
  ['name', () => SharedRegion.open(1, 64), 'ERR_INVALID_ARG_TYPE'],
  ['name', () => SharedRegion.get(undefined, 64), 'ERR_INVALID_ARG_TYPE'],
  ['create', () => SharedRegion.open('name', 64, { create: 1 }), 'ERR_INVALID_ARG_TYPE'],
  ['create', () => SharedRegion.get('name', 64, { create: true }), 'ERR_INVALID_ARG_VALUE'],
  ['onMissing', () => SharedRegion.open('name', 64, { onMissing: 1 }), 'ERR_INVALID_ARG_TYPE'],
  ['unknown', () => SharedRegion.open('name', 64, { unknown: 1 }), 'ERR_INVALID_ARG_VALUE'],
  ['options', () => SharedRegion.open('name', 64, 1), 'ERR_INVALID_ARG_TYPE'],
])('a region: `%s`', (option, call, code) => {
  expect(call).toThrow(refusal(code, option))
})

test('a region is not made by `new`', () => {
  expect(() => new SharedRegion()).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
})

/** Calls that have to wait, blocking or not, all of them with the same options. @type {[string, (options: any) => any][]} */
const waits = [
  ['Mutex.lock', (options) => locked().lock(options)],
  ['RwLock.read', (options) => written().read(options)],
  ['RwLock.write', (options) => written().write(options)],
  ['Semaphore.acquire', (options) => taken().acquire(options)],
  ['Barrier.arrive', (options) => new Barrier({ parties: 2 }).arrive(options)],
  ['Channel.receive', (options) => new Channel().receive(options)],
  ['Channel.send', (options) => full().send('a', options)],
  ['RingBuffer.read', (options) => new RingBuffer().read(Buffer.alloc(1), options)],
]

/** @type {[string, (options: any) => any][]} */
const blocks = [
  ['RwLock.readSync', (options) => written().readSync(options)],
  ['RwLock.writeSync', (options) => written().writeSync(options)],
  ['Semaphore.acquireSync', (options) => taken().acquireSync(options)],
  ['Barrier.arriveSync', (options) => new Barrier({ parties: 2 }).arriveSync(options)],
  ['Channel.receiveSync', (options) => new Channel().receiveSync(options)],
  ['Channel.sendSync', (options) => full().sendSync('a', options)],
  ['RingBuffer.readSync', (options) => new RingBuffer().readSync(Buffer.alloc(1), options)],
]

const locked = () => {
  const mutex = new Mutex()
  mutex.tryLock()
  return mutex
}
const written = () => {
  const lock = new RwLock()
  lock.tryWrite()
  return lock
}
const taken = () => {
  const semaphore = new Semaphore({ permits: 1 })
  semaphore.tryAcquire()
  return semaphore
}
const full = () => {
  const channel = new Channel({ capacity: 64 })
  channel.sendSync(Buffer.alloc(56))
  return channel
}
const empty = () => {
  const limiter = new RateLimiter({ tokens: 1, interval: 1e6 })
  limiter.tryTake()
  return limiter
}

/** What none of them takes. @type {[string, any, string][]} */
const wrong = [
  ['timeout', { timeout: -1 }, 'ERR_OUT_OF_RANGE'],
  ['timeout', { timeout: NaN }, 'ERR_OUT_OF_RANGE'],
  ['timeout', { timeout: '10' }, 'ERR_INVALID_ARG_TYPE'],
  ['timeout', { timeout: null }, 'ERR_INVALID_ARG_TYPE'],
  ['unknown', { timeout: 5, unknown: 1 }, 'ERR_INVALID_ARG_VALUE'],
  ['options', 5, 'ERR_INVALID_ARG_TYPE'],
]

/** @type {[string, any, string][]} */
const wrongSignal = [['signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE']]

describe.each(waits)('%s', (_, wait) => {
  test.each([...wrong, ...wrongSignal, ['ref', { ref: 1 }, 'ERR_INVALID_ARG_TYPE']])(
    '`%s`: %p',
    async (option, options, code) => {
      expect(await failure(wait(options))).toEqual(refusal(code, option))
    },
  )
})

describe.each(blocks)('%s', (_, wait) => {
  test.each([
    ...wrong,
    ['signal', { signal: new AbortController().signal }, 'ERR_INVALID_ARG_VALUE'],
    ['timeout', {}, 'ERR_INVALID_ARG_VALUE'],
    ['timeout', undefined, 'ERR_INVALID_ARG_VALUE'],
  ])('`%s`: %p', (option, options, code) => {
    expect(() => wait(options)).toThrow(refusal(code, option))
  })
})

test.each([...wrong, ...wrongSignal])('RateLimiter.take: `%s`: %p', async (option, options, code) => {
  expect(await failure(empty().take(1, options))).toEqual(refusal(code, option))
})

test.each([
  ['Mutex.withLock', () => new Mutex().withLock(1)],
  ['RwLock.withRead', () => new RwLock().withRead()],
  ['RwLock.withWrite', () => new RwLock().withWrite('fn')],
  ['Semaphore.withPermit', () => new Semaphore({ permits: 1 }).withPermit({})],
  ['Once.run', () => new Once().run()],
])('%s: no function', async (_, call) => {
  expect(await failure(call())).toEqual(refusal('ERR_INVALID_ARG_TYPE', 'fn'))
})

test('what is no bytes', async () => {
  const ring = new RingBuffer()
  for (const wrong of ['text', [1], new ArrayBuffer(8), new Int32Array(2), undefined]) {
    expect(() => ring.tryWrite(wrong)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'bytes'))
    expect(() => ring.writeSync(wrong)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'bytes'))
    expect(await failure(ring.write(wrong))).toEqual(refusal('ERR_INVALID_ARG_TYPE', 'bytes'))
    expect(() => ring.tryRead(wrong)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'into'))
    expect(() => ring.readSync(wrong)).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'into'))
    expect(await failure(ring.read(wrong))).toEqual(refusal('ERR_INVALID_ARG_TYPE', 'into'))
  }
})

test('`byteLength` checks what it is given', () => {
  expect([Mutex.byteLength, Counter.byteLength, RwLock.byteLength(), Channel.byteLength()]).toEqual([
    64,
    128,
    expect.any(Number),
    expect.any(Number),
  ])
  expect(() => Semaphore.byteLength()).toThrow(refusal('ERR_INVALID_ARG_TYPE', 'permits'))
  expect(() => Channel.byteLength({ capacity: 1 })).toThrow(refusal('ERR_OUT_OF_RANGE', 'capacity'))
})
