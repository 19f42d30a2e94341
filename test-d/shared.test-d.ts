import { workerData } from 'node:worker_threads'
import { expectAssignable, expectError, expectType } from 'tsd'
import {
  Barrier,
  Channel,
  Condition,
  Counter,
  Gauge,
  Mutex,
  OffloopError,
  Once,
  RateLimiter,
  RingBuffer,
  RwLock,
  Semaphore,
  SharedError,
  SharedMap,
  SharedRegion,
  atomics,
} from '..'
import type { ErrorCode, SharedErrorCode, SharedObject } from '..'

const signal = new AbortController().signal
const block = { timeout: 100 }
const wait = { timeout: 100, signal, ref: false }

// Atomics, as it is.
expectAssignable<Atomics>(atomics)
const whole = new Int32Array(new SharedArrayBuffer(8))
const big = new BigInt64Array(new SharedArrayBuffer(8))
expectType<number>(atomics.add(whole, 0, 1))
expectType<bigint>(atomics.compareExchange(big, 0, 0n, 1n))
expectError(atomics.add(big, 0, 1))
expectType<'ok' | 'not-equal' | 'timed-out'>(atomics.wait(whole, 0, 0, 100))
expectType<'ok' | 'not-equal' | 'timed-out'>(atomics.wait(big, 0, 0n))
expectError(atomics.wait(new Uint32Array(1), 0, 0))
expectType<number>(atomics.notify(whole, 0, 1))
atomics.pause()

// Waiting without blocking takes options beside the timeout.
const waiting = atomics.waitAsync(whole, 0, 0, wait)
if (waiting.async) expectType<Promise<'ok' | 'timed-out'>>(waiting.value)
else expectType<'not-equal' | 'timed-out'>(waiting.value)
void atomics.waitAsync(big, 0, 0n, 100)
expectError(atomics.waitAsync(whole, 0, 0n))
expectError(atomics.waitAsync(whole, 0, 0, { timeOut: 100 }))

// What Atomics lacks.
const floats = new Float64Array(8)
expectType<number>(atomics.addFloat(floats, 0, 0.5))
expectError(atomics.addFloat(whole, 0, 0.5))
expectType<number>(atomics.min(floats, 0, 0.5))
expectType<bigint>(atomics.max(big, 0, 5n))
expectError(atomics.max(big, 0, 5))
expectType<number>(atomics.fetchUpdate(whole, 0, (value) => value * 2))
expectType<bigint>(atomics.fetchUpdate(big, 0, (value) => value * 2n))
expectError(atomics.fetchUpdate(whole, 0, String))
expectType<void>(atomics.addMany(whole, [1, 2], 0))
expectType<void>(atomics.addMany(big, new BigInt64Array(1)))
const { fill } = atomics
expectAssignable<Int32Array>(fill(whole, 1, 0, -1))
expectType<number>(atomics.sum(floats))
expectType<bigint>(atomics.sum(big, 0, 1))
expectError(atomics.sum(new Uint8ClampedArray(1)))

// Regions are made by name or without one, and looked at by every view.
const region = SharedRegion.create(4096)
expectType<SharedRegion>(SharedRegion.get('cache', 4096, { onMissing: (made) => expectType<SharedRegion>(made) }))
expectType<SharedRegion>(SharedRegion.open('cache', 4096, { create: false }))
expectError(SharedRegion.open('cache'))
expectError(SharedRegion.get('cache', 4096, { create: false }))
expectType<string | undefined>(region.name)
expectType<boolean>(region.created)
expectType<ArrayBuffer | SharedArrayBuffer>(region.buffer)
expectType<number>(region.byteLength)
expectAssignable<Int32Array>(region.view(Int32Array))
expectAssignable<BigUint64Array>(region.view(BigUint64Array, 8, 2))
expectAssignable<DataView>(region.view(DataView, 8, 2))
expectType<void>(region.close())
expectAssignable<Disposable>(region)

// Every object takes a place, options, both or neither.
const mutex = new Mutex()
void new Mutex({ offset: 64 })
void new Mutex(region)
void new Mutex('lock', { offset: 64 })
void new Mutex(new SharedArrayBuffer(64))
void new Mutex(workerData.buffer)
expectError(new Mutex(64))
expectError(new Mutex(new Uint8Array(64)))
expectError(new Mutex({ permits: 1 }))
expectAssignable<SharedObject>(mutex)
expectType<ArrayBuffer | SharedArrayBuffer>(mutex.buffer)
expectType<SharedRegion | undefined>(mutex.region)
expectType<number>(Mutex.byteLength + mutex.byteLength + mutex.byteOffset)
expectError((mutex.byteOffset = 8))

// Sync, async, try.
expectType<boolean>(mutex.tryLock())
expectType<void>(mutex.lockSync(block))
expectError(mutex.lockSync({ signal }))
expectType<Promise<void>>(mutex.lock(wait))
expectType<void>(mutex.unlock())
expectType<Promise<string>>(mutex.withLock(() => 'done', wait))
expectType<Promise<string>>(mutex.withLock(async () => 'done'))
expectType<boolean>(mutex.ownerDied)
expectType<boolean>(mutex.isLocked)

const lock = new RwLock(region, { readers: 8 })
expectType<number>(RwLock.byteLength({ readers: 8 }))
expectType<boolean>(lock.tryRead() && lock.tryWrite())
expectType<void>(lock.readSync(block))
expectType<void>(lock.writeSync(block))
expectType<Promise<void>>(lock.read(wait))
expectType<Promise<void>>(lock.write(wait))
expectType<Promise<number>>(lock.withRead(() => 1))
expectType<Promise<number>>(lock.withWrite(async () => 1, wait))
lock.unlockRead()
lock.unlockWrite()

const semaphore = new Semaphore('permits', { permits: 4 })
expectError(new Semaphore())
expectError(new Semaphore('permits'))
expectType<number>(Semaphore.byteLength({ permits: 4 }))
expectError(Semaphore.byteLength())
expectType<number>(semaphore.permits + semaphore.available)
expectType<boolean>(semaphore.tryAcquire())
expectType<void>(semaphore.acquireSync(block))
expectType<Promise<void>>(semaphore.acquire(wait))
expectType<Promise<number>>(semaphore.withPermit(() => 1))
semaphore.release()

const barrier = new Barrier({ parties: 4 })
expectError(new Barrier(region))
expectType<number>(barrier.parties + barrier.waiting)
expectType<boolean>(barrier.arriveSync(block))
expectType<Promise<boolean>>(barrier.arrive(wait))

const condition = new Condition(region, { offset: 64 })
expectType<void>(condition.waitSync(mutex, block))
expectType<Promise<void>>(condition.wait(mutex, wait))
expectError(condition.wait(lock))
condition.notify()
condition.notifyAll()

const once = new Once('set-up')
expectType<boolean>(once.isDone)
expectType<boolean>(once.runSync(() => {}, block))
expectType<Promise<boolean>>(once.run(async () => {}, wait))

// Numbers.
const counter = new Counter('requests')
expectType<number>(counter.add(5) + counter.increment() + counter.decrement() + counter.reset())
counter.value = 0
expectError(counter.add(1n))
const gauge = new Gauge()
expectType<number>(gauge.add(0.5) + gauge.min(1) + gauge.max(1) + gauge.value)
expectError(gauge.add())

// Messages are of any type, or of one.
const channel = new Channel<{ job: number }>('jobs', { capacity: 1 << 16 })
expectType<Channel<any>>(new Channel())
expectType<number>(Channel.byteLength({ capacity: 1 << 16 }))
expectType<boolean>(channel.trySend({ job: 1 }))
expectError(channel.trySend(1))
expectType<void>(channel.sendSync({ job: 1 }, block))
expectType<Promise<void>>(channel.send({ job: 1 }, wait))
expectType<{ job: number } | undefined>(channel.tryReceive())
expectType<{ job: number } | undefined>(channel.receiveSync(block))
expectType<Promise<{ job: number } | undefined>>(channel.receive(wait))
expectType<number>(channel.maxMessage + channel.pendingBytes)
expectType<boolean>(channel.isClosed)
channel.close()

const ring = new RingBuffer({ capacity: 4096 })
expectType<number>(ring.tryWrite(Buffer.from('bytes')) + ring.tryRead(Buffer.alloc(8)))
expectType<void>(ring.writeSync(new Uint8Array(8), block))
expectType<Promise<void>>(ring.write(new Uint8Array(8), wait))
expectError(ring.write('text'))
expectType<number>(ring.readSync(new Uint8Array(8), block))
expectType<Promise<number>>(ring.read(new Uint8Array(8), wait))
expectType<number>(ring.capacity + ring.readable + ring.writable)
void (async () => {
  for await (const message of channel) expectType<{ job: number }>(message)
  for await (const bytes of ring) expectType<Buffer>(bytes)
})()

const limiter = new RateLimiter('requests', { tokens: 100, interval: 60_000, burst: 20 })
expectError(new RateLimiter({ interval: 1000 }))
expectType<boolean>(limiter.tryTake())
expectType<{ allowed: boolean; retryAfter: number }>(limiter.attempt(2))
expectType<Promise<void>>(limiter.take(1, { signal, timeout: 100 }))
expectError(limiter.take({ signal }))
expectType<number>(limiter.available + limiter.burst)
limiter.reset()

const map = new SharedMap('cache', { capacity: 1000, keyBytes: 40, valueBytes: 1024 })
expectError(new SharedMap('cache'))
expectType<number>(SharedMap.byteLength({ capacity: 1000 }))
expectType<number | Buffer | undefined>(map.get('a'))
expectType<SharedMap>(map.set('a', 1).set('b', 'text').set('c', Buffer.alloc(8), { ttl: 1000 }))
expectError(map.set('a', { any: 'thing' }))
expectType<number>(map.increment('a', 1, { ttl: 60_000 }))
expectType<boolean>(map.has('a') && map.delete('a'))
expectType<string[]>(map.keys())
expectType<number>(map.size + map.capacity)
map.clear()

// Errors are of the family.
declare const error: unknown
if (error instanceof SharedError) {
  expectAssignable<OffloopError>(error)
  expectType<SharedErrorCode>(error.code)
  expectType<boolean>(error.timedOut)
}
expectAssignable<ErrorCode>('ERR_SHARED_TIMEOUT' satisfies SharedErrorCode)
