// @ts-check
'use strict'

/** Memory that threads share, or processes, by a name: who gets it, when it is made, and when it goes. */

const fs = require('node:fs')
const path = require('node:path')
const { once } = require('node:events')
const { Worker } = require('node:worker_threads')
const { runProgram } = require('./support/program')
const { regionName, sharedPeers } = require('./support/shared-peers')
const { Channel, Counter, Mutex, SharedRegion } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const { shared, peer } = sharedPeers()

/** The file of a name. Linux has them in /dev/shm. @param {string} name */
const fileOf = (name) =>
  path.join(
    fs.existsSync('/dev/shm') ? '/dev/shm' : require('node:os').tmpdir(),
    `offloop-${process.getuid?.()}-${name}`,
  )

/** @type {any[]} */
const regions = []

/** Opens a region, and closes it after the test. @param {string} name  @param {number} bytes  @param {object} [options] */
function open(name, bytes, options) {
  const region = SharedRegion.open(name, bytes, options)
  regions.push(region)
  return region
}

afterEach(() => regions.splice(0).forEach((region) => region.close()))

/** @param {string} code  @param {string} [message] */
const withCode = (code, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) })

test('a region without a name is a SharedArrayBuffer of zeros', () => {
  const region = SharedRegion.create(100)
  expect(region.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect([region.byteLength, region.name, region.created]).toEqual([100, undefined, true])
  expect(region.view(Uint8Array).every((/** @type {number} */ byte) => byte === 0)).toBe(true)
  region.close()
  region.close()
  expect(region.view(Uint8Array)).toHaveLength(100)
})

test('views of every type, over all of it or a part', () => {
  const region = open(regionName(), 64)
  const types = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ]
  for (const type of types) {
    const view = region.view(type)
    expect([view.constructor.name, view.byteLength, view.buffer === region.buffer]).toEqual([type.name, 64, true])
    const part = region.view(type, 16, 2)
    expect([part.byteOffset, part.length]).toEqual([16, 2])
  }
  region.view(Uint8Array, 8, 1)[0] = 7
  expect(region.view(DataView, 8, 8).getUint8(0)).toBe(7)
})

test('a name is one memory for all that open it', () => {
  const name = regionName()
  const first = open(name, 4096)
  const second = open(name, 4096)
  expect([first.created, second.created, first.name, first.byteLength]).toEqual([true, false, name, 4096])
  first.view(Int32Array)[1000] = 7
  expect(second.view(Int32Array)[1000]).toBe(7)
})

test('a file of its user alone, which goes with the last that has it', () => {
  const name = regionName()
  const first = open(name, 4096)
  const second = open(name, 4096)
  const { mode, uid, size } = fs.statSync(fileOf(name))
  expect([(mode & 0o777).toString(8), uid, size]).toEqual(['600', process.getuid?.(), 4096])
  first.close()
  expect(fs.existsSync(fileOf(name))).toBe(true)
  second.close()
  expect(fs.existsSync(fileOf(name))).toBe(false)
  // What is closed can be used on, and is not what comes next by that name.
  second.view(Int32Array)[0] = 1
  const third = open(name, 64)
  expect([third.created, third.view(Int32Array)[0], first.view(Int32Array)[0]]).toEqual([true, 0, 1])
})

test('another size is refused', () => {
  const name = regionName()
  open(name, 4096)
  expect(() => open(name, 8192)).toThrow(withCode('ERR_SHARED_SIZE', `${name} has 4096 bytes, not 8192`))
  expect(() => open(name, 100)).toThrow(expect.objectContaining({ name: 'SharedError', code: 'ERR_SHARED_SIZE' }))
})

test('`create: false` does not make it', () => {
  const name = regionName()
  expect(() => open(name, 64, { create: false })).toThrow(withCode('ERR_SHARED_MISSING', name))
  expect(fs.existsSync(fileOf(name))).toBe(false)
  const region = open(name, 64)
  expect(open(name, 64, { create: false }).created).toBe(false)
  expect(region.created).toBe(true)
})

test('`onMissing` is called by who made it, before anybody gets it', () => {
  const name = regionName()
  /** @type {any[]} */
  const calls = []
  const onMissing = (/** @type {any} */ region) => {
    region.view(Int32Array)[0] = 42
    calls.push(region)
  }
  const first = open(name, 64, { onMissing })
  const second = open(name, 64, { onMissing })
  expect(calls).toEqual([first])
  expect(second.view(Int32Array)[0]).toBe(42)
})

test('a region that is open to others is refused', () => {
  const name = regionName()
  open(name, 64)
  fs.chmodSync(fileOf(name), 0o644)
  expect(() => open(name, 64)).toThrow(withCode('ERR_SHARED_FOREIGN', name))
})

test('a link is not followed', () => {
  const name = regionName()
  const target = path.join(fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'offloop-region-')), 'target')
  fs.writeFileSync(target, 'precious', { mode: 0o600 })
  fs.symlinkSync(target, fileOf(name))
  try {
    expect(() => open(name, 64)).toThrow(withCode('ERR_SHARED_FAILED', name))
    expect(fs.readFileSync(target, 'utf8')).toBe('precious')
  } finally {
    fs.rmSync(fileOf(name))
    fs.rmSync(path.dirname(target), { recursive: true })
  }
})

test.each([
  '',
  '/',
  'a/b',
  '../escape',
  '/etc/passwd',
  'a\0b',
  'a b',
  'a\n',
  'ä',
  '%2e%2e',
  'a\\b',
  '~',
  'a'.repeat(101),
])('the name %j is refused', (name) => {
  expect(() => open(name, 64)).toThrow(withCode('ERR_INVALID_ARG_VALUE', '`name`'))
  expect(() => SharedRegion.get(name, 64)).toThrow(withCode('ERR_INVALID_ARG_VALUE', '`name`'))
})

test.each(['.', '..', '-rf', 'a'.repeat(100)])('the name %j is one like others', (name) => {
  const own = `${name}${regionName()}`.slice(-100)
  expect(open(own, 64).created).toBe(true)
  expect(fs.existsSync(fileOf(own))).toBe(true)
})

test('processes share it', async () => {
  const memory = shared('process', 4096)
  const counter = new Counter(memory.place, { offset: 64 })
  const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
  await Promise.all(
    peers.map((peer) =>
      peer.run(({ offloop, place }) => {
        const counter = new offloop.Counter(place, { offset: 64 })
        for (let i = 0; i < 10_000; i++) counter.increment()
      }),
    ),
  )
  expect(counter.value).toBe(30_000)
})

test.each(['close', 'return', 'exit', 'throw'])('a process that ends by `%s` leaves no name', async (how) => {
  const name = regionName()
  const { stdout } = await runProgram('shared/region.js', [how, name])
  expect(stdout).toBe('open\n')
  expect(fs.existsSync(fileOf(name))).toBe(false)
})

test('a process that has it open still is not the last', async () => {
  const name = regionName()
  const region = open(name, 64)
  await runProgram('shared/region.js', ['return', name])
  expect(fs.existsSync(fileOf(name))).toBe(true)
  expect(region.view(Int32Array)[0]).toBe(7)
})

test('names that killed processes leave behind are gone after one open of any name', async () => {
  const names = [regionName(), regionName(), regionName()]
  const killed = await Promise.all(names.map((name) => runProgram('shared/region.js', ['kill', name])))
  expect(killed.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL'])
  open(regionName(), 64)
  const prefix = path.basename(fileOf('jest-'))
  const left = fs.readdirSync(path.dirname(fileOf(''))).filter((file) => file.startsWith(prefix))
  expect(left.filter((file) => names.some((name) => file.endsWith(name)))).toEqual([])
})

test('what a killed process left is not taken over', async () => {
  const name = regionName()
  await runProgram('shared/region.js', ['kill', name])
  const region = open(name, 64)
  expect([region.created, region.view(Int32Array)[0]]).toEqual([true, 0])
})

test('`get` is one memory for the threads of the process, until nobody has it', async () => {
  const name = regionName()
  const region = SharedRegion.get(name, 4096)
  const again = SharedRegion.get(name, 4096)
  expect([region.created, again.created, fs.existsSync(fileOf(name))]).toEqual([true, false, false])
  region.view(Int32Array)[0] = 5
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    const { SharedRegion } = require(${JSON.stringify(path.join(__dirname, '..'))})
    const region = SharedRegion.get(workerData, 4096)
    const before = Atomics.add(region.view(Int32Array), 0, 1)
    parentPort.postMessage([region.created, before])`
  const worker = new Worker(code, { eval: true, workerData: name })
  const [message] = await once(worker, 'message')
  await worker.terminate()
  expect([message, again.view(Int32Array)[0]]).toEqual([[false, 5], 6])
  expect(() => SharedRegion.get(name, 64)).toThrow(withCode('ERR_SHARED_SIZE'))
  // The names of `open` are others.
  expect(open(name, 64).created).toBe(true)
})

test('a region has room for many objects', async () => {
  const memory = shared('process', 8192)
  const [mutex, channel] = [
    new Mutex(memory.place, { offset: 64 }),
    new Channel(memory.place, { offset: 128, capacity: 1024 }),
  ]
  const other = await peer(memory)
  await mutex.lock()
  const sent = other.run(async ({ offloop, place }) => {
    await new offloop.Mutex(place, { offset: 64 }).withLock(() =>
      new offloop.Channel(place, { offset: 128, capacity: 1024 }).send('inside'),
    )
  })
  expect(channel.tryReceive()).toBeUndefined()
  mutex.unlock()
  await expect(channel.receive()).resolves.toBe('inside')
  await sent
})

test('an object by a name has a region of its own', () => {
  const name = regionName()
  const [first, second] = [new Mutex(name), new Mutex(name)]
  regions.push(first.region, second.region)
  first.lockSync()
  expect([second.tryLock(), second.isLocked, first.region.name]).toEqual([false, true, name])
  expect(fs.statSync(fileOf(name)).size).toBe(64)
  first.unlock()
})

test('the copy that a message makes of a named region is refused as a place', () => {
  const region = open(regionName(), 256)
  const copy = structuredClone(region.buffer)
  expect(() => new Mutex(copy)).toThrow(withCode('ERR_INVALID_ARG_VALUE', '`place`'))
})

test('objects, buffers and views live on without the region that they came from', async () => {
  const mutex = new Mutex(SharedRegion.open(regionName(), 64))
  regions.push(mutex.region)
  // Enough for the garbage collector to run.
  const sizes = Array.from({ length: 20 }, () => new Uint8Array(50e6).length)
  expect(sizes).toHaveLength(20)
  mutex.lockSync()
  expect(mutex.isLocked).toBe(true)
  mutex.unlock()
})
