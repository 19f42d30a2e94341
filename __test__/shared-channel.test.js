// @ts-check
'use strict'

/** Channels and ring buffers: what is sent arrives once, whole and in order, between threads and between processes. */

const { createHash } = require('node:crypto')
const { setTimeout: sleep } = require('node:timers/promises')
const { failure } = require('./support/failure')
const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { until } = require('./support/until')
const { Channel, RingBuffer } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const { shared, peer } = sharedPeers()

/** @typedef {import('./support/shared-peers').Kind} Kind */

/** @param {string} code */
const withCode = (code) => expect.objectContaining({ code })

describe('a channel', () => {
  test.each([
    ['bytes', Buffer.from([1, 2, 3])],
    ['no bytes', Buffer.alloc(0)],
    ['text', 'Grüße, 世界 \u{1f30d}'],
    ['no text', ''],
    ['a number', -0],
    ['null', null],
    ['an object', { a: [1, 2n, new Date(3), new Map([[4, new Set([5])]])], f: new Float64Array([1.5]), e: /x/g }],
    ['an error', new RangeError('mine')],
    ['more than the desk holds', Buffer.alloc(20_000, 'abc')],
    ['text that is long', 'ö'.repeat(20_000)],
    ['an object that is long', { text: 'x'.repeat(20_000) }],
  ])('%s: arrives as it was sent, by every form', async (_, message) => {
    const channel = new Channel({ capacity: 1 << 20 })
    expect(channel.trySend(message)).toBe(true)
    expect(channel.tryReceive()).toEqual(message)
    channel.sendSync(message)
    expect(channel.receiveSync()).toEqual(message)
    await channel.send(message)
    await expect(channel.receive()).resolves.toEqual(message)
    const waiting = channel.receive()
    await channel.send(message)
    await expect(waiting).resolves.toEqual(message)
    expect(channel.pendingBytes).toBe(0)
  })

  test('a Uint8Array arrives as a Buffer of its own bytes', () => {
    const channel = new Channel()
    const bytes = new Uint8Array(10).fill(7)
    channel.sendSync(bytes.subarray(2, 5))
    bytes.fill(8)
    channel.sendSync('other')
    const got = channel.receiveSync()
    expect([Buffer.isBuffer(got), got]).toEqual([true, Buffer.from([7, 7, 7])])
    channel.receiveSync()
    expect(got).toEqual(Buffer.from([7, 7, 7]))
  })

  test('is full, and has room again', async () => {
    const channel = new Channel({ capacity: 64 })
    expect([channel.maxMessage, channel.isClosed, channel.tryReceive()]).toEqual([56, false, undefined])
    channel.sendSync(Buffer.alloc(24))
    channel.sendSync(Buffer.alloc(24))
    expect([channel.pendingBytes, channel.trySend('')]).toEqual([64, false])
    expect(() => channel.sendSync('', { timeout: 10 })).toThrow(withCode('ERR_SHARED_TIMEOUT'))
    expect(() => channel.sendSync('')).toThrow(withCode('ERR_INVALID_ARG_VALUE'))
    expect(await failure(channel.send('', { timeout: 10 }))).toMatchObject({
      code: 'ERR_SHARED_TIMEOUT',
      timedOut: true,
    })
    let isSent = false
    const sent = channel.send('late').then(() => (isSent = true))
    await sleep(20)
    expect(isSent).toBe(false)
    channel.receiveSync()
    await sent
    expect([channel.receiveSync(), channel.receiveSync()]).toEqual([Buffer.alloc(24), 'late'])
  })

  test('what is too long, or no value, is not sent', async () => {
    const channel = new Channel({ capacity: 64 })
    const tooLong = { name: 'ArgumentError', code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining('`message`') }
    expect(() => channel.trySend(Buffer.alloc(57))).toThrow(expect.objectContaining(tooLong))
    expect(() => channel.sendSync('x'.repeat(57))).toThrow(expect.objectContaining(tooLong))
    expect(await failure(channel.send({ text: 'x'.repeat(57) }))).toMatchObject(tooLong)
    expect(() => channel.trySend(() => {})).toThrow(withCode('ERR_VALUE_NOT_CLONEABLE'))
    expect(await failure(channel.send(Symbol('s')))).toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE' })
    expect(() => channel.trySend(undefined)).toThrow(withCode('ERR_INVALID_ARG_VALUE'))
    expect(channel.pendingBytes).toBe(0)
    expect(channel.trySend(Buffer.alloc(56))).toBe(true)
  })

  test('is waited for with a timeout and a signal', async () => {
    const channel = new Channel()
    expect(() => channel.receiveSync({ timeout: 10 })).toThrow(withCode('ERR_SHARED_TIMEOUT'))
    expect(() => channel.receiveSync()).toThrow(withCode('ERR_INVALID_ARG_VALUE'))
    expect(await failure(channel.receive({ timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(await failure(channel.receive({ signal: AbortSignal.abort(1) }))).toMatchObject({
      code: 'ABORT_ERR',
      cause: 1,
    })
    const controller = new AbortController()
    const waiting = failure(channel.receive({ signal: controller.signal }))
    await sleep(5)
    controller.abort(2)
    expect(await waiting).toMatchObject({ name: 'AbortError', cause: 2 })
    // Who went has taken nothing along.
    channel.sendSync('a')
    await expect(channel.receive()).resolves.toBe('a')
  })

  test('is closed: what is there is received, and then the end', async () => {
    const channel = new Channel()
    const waiting = new Channel().receive({ timeout: 20 })
    await failure(waiting)
    channel.sendSync(1)
    channel.sendSync(2)
    channel.close()
    channel.close()
    expect(channel.isClosed).toBe(true)
    expect(() => channel.sendSync(3)).toThrow(
      expect.objectContaining({ name: 'SharedError', code: 'ERR_SHARED_CLOSED' }),
    )
    expect(() => channel.trySend(3)).toThrow(withCode('ERR_SHARED_CLOSED'))
    expect(await failure(channel.send(3))).toMatchObject({ code: 'ERR_SHARED_CLOSED' })
    expect([channel.receiveSync(), await channel.receive()]).toEqual([1, 2])
    expect([channel.receiveSync(), await channel.receive(), channel.tryReceive()]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('those that wait hear of the end', async () => {
    const [empty, full] = [new Channel(), new Channel({ capacity: 64 })]
    full.sendSync(Buffer.alloc(56))
    const waits = [empty.receive(), empty.receive(), failure(full.send('a')), failure(full.send('b'))]
    await sleep(10)
    empty.close()
    full.close()
    const [first, second, third, fourth] = await Promise.all(waits)
    expect([first, second, third.code, fourth.code]).toEqual([
      undefined,
      undefined,
      'ERR_SHARED_CLOSED',
      'ERR_SHARED_CLOSED',
    ])
  })

  test('is iterated over until it is closed; a `break` leaves it open', async () => {
    const channel = new Channel()
    for (const message of [null, 'b', 3]) channel.sendSync(message)
    for await (const message of channel) {
      expect(message).toBeNull()
      break
    }
    setTimeout(() => {
      channel.sendSync(4)
      channel.close()
    }, 10)
    const rest = []
    for await (const message of channel) rest.push(message)
    expect(rest).toEqual(['b', 3, 4])
  })
})

describe.each(kinds)('with each other %s', (kind) => {
  /** Sends numbered messages of a size. */
  const sending = async (
    /** @type {any} */ { offloop, place },
    /** @type {any} */ options,
    /** @type {number} */ from,
    /** @type {number} */ count,
    /** @type {number} */ size,
    /** @type {boolean} */ isAsync,
  ) => {
    const channel = new offloop.Channel(place, options)
    const message = Buffer.alloc(size, from)
    for (let i = 0; i < count; i++) {
      message.writeUInt32LE(i, 0)
      message[4] = from
      message.writeUInt32LE(i, size - 4)
      if (isAsync) await channel.send(message)
      else channel.sendSync(message, { timeout: 60_000 })
    }
  }

  /** Receives all, and gives what it got as `[sender, number]`; -1 for what was not whole. */
  const receiving = async (
    /** @type {any} */ { offloop, place },
    /** @type {any} */ options,
    /** @type {boolean} */ isAsync,
  ) => {
    const channel = new offloop.Channel(place, options)
    /** @type {number[][]} */
    const got = []
    const take = (/** @type {Buffer} */ message) => {
      const i = message.readUInt32LE(0)
      const from = message[4]
      const isWhole =
        message.readUInt32LE(message.length - 4) === i &&
        (message.length < 16 || message.subarray(5, -4).every((byte) => byte === from))
      got.push([isWhole ? from : -1, i])
    }
    if (isAsync) for await (const message of channel) take(message)
    else {
      for (;;) {
        const message = channel.receiveSync({ timeout: 60_000 })
        if (message === undefined) break
        take(message)
      }
    }
    return got
  }

  test.each([
    ['64 B', 64, 3000, 8192],
    ['4 KB', 4096, 300, 3 * 4104],
    ['1 MB', 1 << 20, 6, 3 << 20],
  ])(
    'three senders and three receivers, %s: each message arrives once, in order of its sender',
    async (_, size, count, capacity) => {
      const options = { offset: START, capacity }
      const memory = shared(kind, START + Channel.byteLength({ capacity }))
      const channel = new Channel(memory.place, options)
      const peers = await Promise.all([1, 2, 3, 4].map(() => peer(memory)))
      const received = [
        peers[2].run(receiving, options, false),
        peers[3].run(receiving, options, true),
        receiving({ offloop: { Channel }, place: memory.place }, options, true),
      ]
      const sent = [
        peers[0].run(sending, options, 1, count, size, false),
        peers[1].run(sending, options, 2, count, size, true),
        sending({ offloop: { Channel }, place: memory.place }, options, 3, count, size, true),
      ]
      await Promise.all(sent)
      channel.close()
      const got = await Promise.all(received)
      for (const from of [1, 2, 3]) {
        const byReceiver = got.map((messages) => messages.filter(([sender]) => sender === from).map(([, i]) => i))
        for (const numbers of byReceiver) expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
        const all = byReceiver.flat().sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: count }, (_, i) => i))
      }
      expect(got.flat()).toHaveLength(3 * count)
    },
  )

  test('a sender waits while there is no room', async () => {
    const options = { offset: START, capacity: 4096 }
    const memory = shared(kind, START + Channel.byteLength(options))
    const channel = new Channel(memory.place, options)
    const other = await peer(memory)
    const sent = other.run(({ offloop, place, notes }, options) => {
      const channel = new offloop.Channel(place, options)
      for (let i = 0; i < 100; i++) {
        channel.sendSync(Buffer.alloc(1000, i), { timeout: 60_000 })
        Atomics.add(notes, 0, 1)
      }
      channel.close()
    }, options)
    await until(() => Atomics.load(memory.notes, 0) === 4)
    await sleep(50)
    expect(Atomics.load(memory.notes, 0)).toBe(4)
    let count = 0
    for await (const message of channel) {
      expect(message[0]).toBe(count)
      count += 1
      expect(Atomics.load(memory.notes, 0)).toBeLessThanOrEqual(count + 4)
    }
    expect(count).toBe(100)
    await sent
  })

  test('values of every type', async () => {
    const memory = shared(kind, 1 << 17)
    const options = { offset: START, capacity: 1 << 16 }
    const channel = new Channel(memory.place, options)
    const other = await peer(memory)
    const values = [1, 'two', { three: [3n] }, Buffer.from('four'), new Map([['five', new Date(5)]]), null, true]
    const echoed = other.run(
      async ({ offloop, place }, options, count) => {
        const channel = new offloop.Channel(place, options)
        const got = []
        for (let i = 0; i < count; i++) got.push(await channel.receive())
        for (const value of got) await channel.send(value)
      },
      options,
      values.length,
    )
    for (const value of values) channel.sendSync(value)
    await echoed
    const got = []
    for (let i = 0; i < values.length; i++) got.push(channel.receiveSync())
    expect(got).toEqual(values)
  })

  /** Writes bytes that are made of a seed, in parts of changing length, and gives their hash. */
  const writing = async (
    /** @type {any} */ { offloop, place, require },
    /** @type {any} */ options,
    /** @type {number} */ total,
    /** @type {string} */ form,
  ) => {
    const { createHash } = require('node:crypto')
    const ring = new offloop.RingBuffer(place, options)
    const hash = createHash('sha256')
    let seed = 12345
    for (let done = 0; done < total;) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      const part = Buffer.alloc(Math.min(1 + (seed % 9000), total - done))
      for (let i = 0; i < part.length; i += 7) part[i] = seed >> (i % 24)
      hash.update(part)
      done += part.length
      if (form === 'async') await ring.write(part)
      else if (form === 'sync') ring.writeSync(part, { timeout: 60_000 })
      else for (let at = 0; at < part.length;) at += ring.tryWrite(part.subarray(at))
    }
    ring.close()
    return hash.digest('hex')
  }

  test.each(['sync', 'async', 'try'])(
    'a stream of bytes, written and read by `%s`, is the same byte for byte',
    async (form) => {
      const options = { offset: START, capacity: 4000 }
      const memory = shared(kind, START + RingBuffer.byteLength(options))
      const ring = new RingBuffer(memory.place, options)
      const other = await peer(memory)
      const written = other.run(writing, options, 1_000_000, form)
      const hash = createHash('sha256')
      let length = 0
      const take = (/** @type {Buffer} */ bytes) => {
        hash.update(bytes)
        length += bytes.length
      }
      if (form === 'async') for await (const bytes of ring) take(bytes)
      else {
        const into = Buffer.alloc(1777)
        for (;;) {
          const count = form === 'sync' ? ring.readSync(into, { timeout: 60_000 }) : ring.tryRead(into)
          if (count < 0) break
          take(into.subarray(0, count))
        }
      }
      expect(length).toBe(1_000_000)
      expect(hash.digest('hex')).toBe(await written)
    },
  )
})

describe('a ring buffer', () => {
  test('says how much can be read and written', () => {
    const ring = new RingBuffer({ capacity: 64 })
    expect([ring.capacity, ring.readable, ring.writable]).toEqual([64, 0, 64])
    expect(ring.tryWrite(Buffer.alloc(50, 1))).toBe(50)
    expect(ring.tryWrite(Buffer.alloc(50, 2))).toBe(14)
    expect(ring.tryWrite(Buffer.alloc(50, 3))).toBe(0)
    expect([ring.readable, ring.writable]).toEqual([64, 0])
    const into = new Uint8Array(60)
    expect([ring.tryRead(into), into[49], into[50]]).toEqual([60, 1, 2])
    expect([ring.tryRead(into), ring.tryRead(into)]).toEqual([4, 0])
    expect([ring.tryWrite(new Uint8Array(0)), ring.tryRead(new Uint8Array(0))]).toEqual([0, 0])
  })

  test('is waited for with a timeout and a signal', async () => {
    const ring = new RingBuffer({ capacity: 64 })
    const into = Buffer.alloc(8)
    expect(() => ring.readSync(into, { timeout: 10 })).toThrow(withCode('ERR_SHARED_TIMEOUT'))
    expect(() => ring.readSync(into)).toThrow(withCode('ERR_INVALID_ARG_VALUE'))
    expect(await failure(ring.read(into, { timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(() => ring.writeSync(Buffer.alloc(65), { timeout: 10 })).toThrow(withCode('ERR_SHARED_TIMEOUT'))
    expect(ring.readable).toBe(64)
    expect(await failure(ring.write(into, { timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    const controller = new AbortController()
    const waiting = failure(ring.write(into, { signal: controller.signal }))
    await sleep(5)
    controller.abort()
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR' })
    expect(ring.tryRead(Buffer.alloc(100))).toBe(64)
    const reading = ring.read(into)
    ring.writeSync(Buffer.from('hello'))
    await expect(reading).resolves.toBe(5)
    expect(into.toString('utf8', 0, 5)).toBe('hello')
  })

  test('is closed: what is there is read, and then the end', async () => {
    const ring = new RingBuffer({ capacity: 64 })
    ring.writeSync(Buffer.from('abc'))
    ring.close()
    expect(ring.isClosed).toBe(true)
    expect(() => ring.tryWrite(Buffer.from('d'))).toThrow(withCode('ERR_SHARED_CLOSED'))
    expect(() => ring.writeSync(Buffer.from('d'))).toThrow(withCode('ERR_SHARED_CLOSED'))
    expect(await failure(ring.write(Buffer.from('d')))).toMatchObject({ code: 'ERR_SHARED_CLOSED' })
    const into = Buffer.alloc(8)
    expect([ring.readSync(into), ring.readSync(into), await ring.read(into), ring.tryRead(into)]).toEqual([
      3, -1, -1, -1,
    ])
  })
})
