// @ts-check
'use strict'

/**
 * Owners that die: threads that are terminated and processes that are killed, at any moment. Nobody waits for the dead, the
 * next owner is told, and nothing is half there.
 *
 * `OFFLOOP_ROUNDS=1000` has 1,000 of them.
 */

const { setTimeout: sleep } = require('node:timers/promises')
const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { until } = require('./support/until')
const { Channel, Condition, Mutex, Once, RwLock, Semaphore, SharedMap } = /** @type {any} */ (require('..'))

const rounds = Number(process.env.OFFLOOP_ROUNDS ?? 20)

/** How soon the next one hears of a death, in ms. 100 is what it should be; this machine may be busy. */
const SOON = 1000

jest.setTimeout(60_000 + rounds * 1500)

const { shared, peer } = sharedPeers()

/** @param {number} most */
const upTo = (most) => Math.random() * most

/** Peers that are made ahead, so that the next one is there when one has died. @param {any} memory */
function line(memory) {
  let next = peer(memory)
  next.catch(() => {})
  return async () => {
    const now = await next
    next = peer(memory)
    next.catch(() => {})
    return now
  }
}

describe.each(kinds)('a %s that dies', (kind) => {
  test(`at any moment with a mutex, ${rounds} times`, async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const pair = new Int32Array(memory.buffer, 960, 2)
    const next = line(memory)
    /** @type {number[]} */
    const late = []
    const counts = { half: 0, untold: 0, torn: 0 }
    for (let round = 0; round < rounds; round++) {
      const other = await next()
      Atomics.store(memory.notes, 0, 0)
      void other.run(({ offloop, place, buffer, notes }) => {
        const mutex = new offloop.Mutex(place, { offset: 64 })
        const pair = new Int32Array(buffer, 960, 2)
        for (;;) {
          mutex.lockSync({ timeout: 60_000 })
          pair[0] += 1
          Atomics.store(notes, 0, 1)
          const end = performance.now() + Math.random() * 2
          while (performance.now() < end);
          pair[1] += 1
          mutex.unlock()
        }
      })
      await until(() => Atomics.load(memory.notes, 0) === 1)
      await sleep(upTo(4))
      // Who waits without blocking is told, and who blocks finds out.
      const isAsync = round % 2 === 0
      const waiting = isAsync ? mutex.lock({ timeout: 30_000 }).then(() => performance.now()) : undefined
      const diedAt = performance.now()
      const ended = other.end()
      if (!isAsync) mutex.lockSync({ timeout: 30_000 })
      const gotAt = (await waiting) ?? performance.now()
      if (gotAt - diedAt > SOON) late.push(gotAt - diedAt)
      const isHalf = pair[0] !== pair[1]
      if (isHalf) counts.half += 1
      if (isHalf && !mutex.ownerDied) counts.untold += 1
      if (pair[0] - pair[1] > 1) counts.torn += 1
      await ended
      pair[1] = pair[0]
      mutex.unlock()
      expect(mutex.isLocked).toBe(false)
    }
    expect({ late, ...counts }).toEqual({ late: [], half: expect.any(Number), untold: 0, torn: 0 })
    // Otherwise it was no test.
    expect(counts.half).toBeGreaterThan(rounds / 10)
  })

  test('with a mutex that several wait for: one of them is told', async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const owner = await peer(memory)
    const others = await Promise.all([1, 2, 3].map(() => peer(memory)))
    void owner.run(({ offloop, place, notes, forever }) => {
      new offloop.Mutex(place, { offset: 64 }).lockSync({ timeout: 1000 })
      Atomics.store(notes, 0, 1)
      forever()
    })
    await until(() => Atomics.load(memory.notes, 0) === 1)
    const waits = others.map((other, i) =>
      other.run(async ({ offloop, place, notes }, isAsync) => {
        const mutex = new offloop.Mutex(place, { offset: 64 })
        Atomics.add(notes, 1, 1)
        if (isAsync) await mutex.lock()
        else mutex.lockSync({ timeout: 30_000 })
        const { ownerDied } = mutex
        mutex.unlock()
        return ownerDied
      }, i > 0),
    )
    const mine = mutex.withLock((/** @type {any} */ { ownerDied }) => ownerDied)
    await until(() => Atomics.load(memory.notes, 1) === 3)
    await sleep(50)
    const diedAt = performance.now()
    await owner.end()
    const told = await Promise.all([mine, ...waits])
    expect(performance.now() - diedAt).toBeLessThan(2 * SOON)
    expect(told.filter(Boolean)).toHaveLength(1)
    mutex.lockSync({ timeout: 1000 })
    expect(mutex.ownerDied).toBe(false)
    mutex.unlock()
  })

  test('between giving a mutex back and telling those that wait: they get it all the same', async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const owner = await peer(memory)
    await owner.run(({ offloop, place }) => new offloop.Mutex(place, { offset: 64 }).lockSync({ timeout: 1000 }))
    const waiting = mutex.lock({ timeout: 10_000 })
    await sleep(100)
    // What a thread leaves that dies in between: the word of the owner, behind the header, is 0, and nobody was told.
    Atomics.store(new BigInt64Array(memory.buffer, START + 8, 1), 0, 0n)
    const diedAt = performance.now()
    await owner.end()
    await waiting
    expect(performance.now() - diedAt).toBeLessThan(SOON)
    mutex.unlock()
  })

  test('while it waits for a mutex: that goes to the next', async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const [first, second] = await Promise.all([peer(memory), peer(memory)])
    await mutex.lock()
    for (const waiter of [first, second]) {
      void waiter.run(async ({ offloop, place, notes }, isAsync) => {
        const mutex = new offloop.Mutex(place, { offset: 64 })
        Atomics.add(notes, 0, 1)
        if (isAsync) await mutex.lock()
        else mutex.lockSync({ timeout: 60_000 })
      }, waiter === second)
    }
    await until(() => Atomics.load(memory.notes, 0) === 2)
    await sleep(30)
    await Promise.all([first.end(), second.end()])
    mutex.unlock()
    await mutex.lock({ timeout: 10_000 })
    expect(mutex.ownerDied).toBe(false)
    mutex.unlock()
  })

  test('with permits: they come back', async () => {
    const memory = shared(kind, 1024)
    const semaphore = new Semaphore(memory.place, { offset: START, permits: 3 })
    const owner = await peer(memory)
    const taken = await owner.run(({ offloop, place }) => {
      const semaphore = new offloop.Semaphore(place, { offset: 64, permits: 3 })
      return [semaphore.tryAcquire(), semaphore.tryAcquire(), semaphore.tryAcquire()]
    })
    expect([taken, semaphore.available]).toEqual([[true, true, true], 0])
    const waits = [semaphore.acquire({ timeout: 30_000 }), semaphore.acquire({ timeout: 30_000 })]
    const diedAt = performance.now()
    await owner.end()
    await waits[0]
    expect([semaphore.ownerDied, performance.now() - diedAt < SOON]).toEqual([true, true])
    await waits[1]
    semaphore.acquireSync({ timeout: 30_000 })
    expect(semaphore.ownerDied).toBe(true)
    for (let i = 0; i < 3; i++) semaphore.release()
    expect(semaphore.available).toBe(3)
  })

  test('as a reader: writers go on', async () => {
    const memory = shared(kind, 1024)
    const lock = new RwLock(memory.place, { offset: START })
    const owner = await peer(memory)
    await owner.run(async ({ offloop, place }) => {
      const lock = new offloop.RwLock(place, { offset: 64 })
      await Promise.all([lock.read(), lock.read()])
    })
    expect(lock.tryWrite()).toBe(false)
    const writing = lock.write({ timeout: 30_000 })
    const diedAt = performance.now()
    await owner.end()
    await writing
    expect([lock.ownerDied, performance.now() - diedAt < SOON]).toEqual([false, true])
    lock.unlockWrite()
  })

  test.each(['read', 'write', 'readSync', 'writeSync'])('as a writer: who comes next by `%s` is told', async (form) => {
    const memory = shared(kind, 1024)
    const lock = new RwLock(memory.place, { offset: START })
    const owner = await peer(memory)
    await owner.run(({ offloop, place }) => new offloop.RwLock(place, { offset: 64 }).write())
    expect([lock.tryRead(), lock.tryWrite()]).toEqual([false, false])
    const diedAt = performance.now()
    const ended = owner.end()
    await lock[form]({ timeout: 30_000 })
    expect([lock.ownerDied, performance.now() - diedAt < SOON]).toEqual([true, true])
    if (form.startsWith('read')) lock.unlockRead()
    else lock.unlockWrite()
    await lock.read({ timeout: 1000 })
    expect(lock.ownerDied).toBe(false)
    await ended
  })

  test('as a writer that waits for readers: new readers come in again', async () => {
    const memory = shared(kind, 1024)
    const lock = new RwLock(memory.place, { offset: START })
    const owner = await peer(memory)
    await lock.read()
    void owner.run(({ offloop, place }) => new offloop.RwLock(place, { offset: 64 }).write())
    await until(() => {
      const isFree = lock.tryRead()
      if (isFree) lock.unlockRead()
      return !isFree
    })
    await owner.end()
    await lock.read({ timeout: 10_000 })
    lock.unlockRead()
    lock.unlockRead()
    await expect(lock.write({ timeout: 10_000 })).resolves.toBeUndefined()
  })

  test('while it does what is done once: the next does it', async () => {
    const memory = shared(kind, 1024)
    const once = new Once(memory.place, { offset: START })
    const owner = await peer(memory)
    void owner.run(({ offloop, place, notes, forever }) =>
      new offloop.Once(place, { offset: 64 }).run(() => {
        Atomics.store(notes, 0, 1)
        forever()
      }),
    )
    await until(() => Atomics.load(memory.notes, 0) === 1)
    const calls = [1, 2].map(() => once.run(() => {}, { timeout: 30_000 }))
    const diedAt = performance.now()
    await owner.end()
    expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(1)
    expect(performance.now() - diedAt).toBeLessThan(SOON)
    expect(once.isDone).toBe(true)
  })

  test('while it waits for a condition: the others are told', async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const condition = new Condition(memory.place, { offset: 128 })
    const owner = await peer(memory)
    void owner.run(({ offloop, place, notes }) => {
      const mutex = new offloop.Mutex(place, { offset: 64 })
      mutex.lockSync({ timeout: 1000 })
      Atomics.store(notes, 0, 1)
      new offloop.Condition(place, { offset: 128 }).waitSync(mutex, { timeout: 60_000 })
    })
    await until(() => Atomics.load(memory.notes, 0) === 1)
    await mutex.lock({ timeout: 10_000 })
    await owner.end()
    const waiting = condition.wait(mutex, { timeout: 10_000 })
    condition.notifyAll()
    await expect(waiting).resolves.toBeUndefined()
    mutex.unlock()
  })

  test('at any moment while it writes to a map: that can be used, and has whole values only', async () => {
    const memory = shared(kind, 64 + SharedMap.byteLength({ capacity: 50, valueBytes: 4096 }))
    const map = new SharedMap(memory.place, { offset: START, capacity: 50, valueBytes: 4096 })
    const next = line(memory)
    /** @type {unknown[]} */
    const torn = []
    for (let round = 0; round < Math.ceil(rounds / 4); round++) {
      const other = await next()
      void other.run(({ offloop, place }) => {
        const map = new offloop.SharedMap(place, { offset: 64, capacity: 50, valueBytes: 4096 })
        for (let i = 0; ; i++) {
          map.set(`key ${i % 50}`, Buffer.alloc(1 + (i % 4096), i % 256))
          map.set('number', map.size)
          if (i % 3 === 0) map.delete(`key ${(i + 25) % 50}`)
          if (map.size > 40) map.clear()
        }
      })
      await until(() => map.size > 0)
      await sleep(upTo(5))
      await other.end()
      const before = performance.now()
      for (const key of map.keys()) {
        const value = map.get(key)
        if (typeof value !== 'number' && value.some((/** @type {number} */ byte) => byte !== value[0])) torn.push(key)
      }
      expect(performance.now() - before).toBeLessThan(SOON)
      map.clear()
      for (let i = 0; i < 50; i++) map.set(`mine ${i}`, i)
      expect([map.size, map.keys().length]).toEqual([50, 50])
      expect(() => map.set('one more', 1)).toThrow(expect.objectContaining({ code: 'ERR_SHARED_FULL' }))
      map.clear()
    }
    expect(torn).toEqual([])
  })

  test('at any moment while it sends: what arrives is whole and in order', async () => {
    const memory = shared(kind, 64 + Channel.byteLength({ capacity: 8192 }))
    const channel = new Channel(memory.place, { offset: START, capacity: 8192 })
    const next = line(memory)
    for (let round = 0; round < rounds / 4; round++) {
      const other = await next()
      void other.run(({ offloop, place }) => {
        const channel = new offloop.Channel(place, { offset: 64, capacity: 8192 })
        for (let i = 0; ; i++) channel.sendSync(Buffer.alloc(8 + (i % 1000), i % 256), { timeout: 60_000 })
      })
      /** @type {Buffer[]} */
      const got = [await channel.receive({ timeout: 30_000 })]
      const end = performance.now() + upTo(10)
      while (performance.now() < end) got.push(await channel.receive({ timeout: 30_000 }))
      await other.end()
      // The dead one's lock is taken from it by who sends next, and then something comes for certain.
      const sent = channel.send('mark', { timeout: 30_000 })
      for (;;) {
        const message = await channel.receive({ timeout: 30_000 })
        if (message === 'mark') break
        got.push(message)
      }
      await sent
      const isWhole = (/** @type {Buffer} */ message, /** @type {number} */ i) =>
        message.equals(Buffer.alloc(8 + (i % 1000), i % 256))
      expect(got.every(isWhole)).toBe(true)
      expect(channel.pendingBytes).toBe(0)
    }
  })

  test('at any moment while it receives: the others go on', async () => {
    const memory = shared(kind, 64 + Channel.byteLength({ capacity: 8192 }))
    const channel = new Channel(memory.place, { offset: START, capacity: 8192 })
    const next = line(memory)
    const message = Buffer.alloc(500, 1)
    for (let round = 0; round < rounds / 4; round++) {
      const other = await next()
      void other.run(({ offloop, place }) => {
        const channel = new offloop.Channel(place, { offset: 64, capacity: 8192 })
        for (;;) channel.receiveSync({ timeout: 60_000 })
      })
      // More than it holds: the other receives.
      for (let i = 0; i < 30; i++) await channel.send(message, { timeout: 30_000 })
      const end = performance.now() + upTo(10)
      while (performance.now() < end) await channel.send(message, { timeout: 30_000 })
      await other.end()
      // What the dead one had locked is taken from it, by who receives and by who sends.
      while (channel.pendingBytes > 0) {
        const got = await channel.receive({ timeout: 30_000 })
        expect(got.equals(message)).toBe(true)
      }
      await channel.send('more', { timeout: 30_000 })
      await expect(channel.receive({ timeout: 30_000 })).resolves.toBe('more')
    }
  })
})

test('a worker that is blocked is terminated at once', async () => {
  const memory = shared('thread', 8192)
  const mutex = new Mutex(memory.place, { offset: START })
  await mutex.lock()
  /** @type {Record<string, (here: any) => void>} */
  const blocks = {
    'Mutex.lockSync': ({ offloop, place, notes }) => {
      Atomics.store(notes, 0, 1)
      new offloop.Mutex(place, { offset: 64 }).lockSync()
    },
    'Channel.receiveSync': ({ offloop, place, notes }) => {
      Atomics.store(notes, 0, 1)
      new offloop.Channel(place, { offset: 1024, capacity: 1024 }).receiveSync()
    },
    'RingBuffer.readSync': ({ offloop, place, notes }) => {
      Atomics.store(notes, 0, 1)
      new offloop.RingBuffer(place, { offset: 4096, capacity: 1024 }).readSync(new Uint8Array(8))
    },
    'Barrier.arriveSync': ({ offloop, place, notes }) => {
      Atomics.store(notes, 0, 1)
      new offloop.Barrier(place, { offset: 128, parties: 2 }).arriveSync()
    },
    'atomics.wait': ({ offloop, notes }) => {
      Atomics.store(notes, 0, 1)
      offloop.atomics.wait(notes, 5, 0)
    },
  }
  /** @type {Record<string, number>} */
  const took = {}
  for (const [name, block] of Object.entries(blocks)) {
    const other = await peer(memory)
    Atomics.store(memory.notes, 0, 0)
    void other.run(block)
    await until(() => Atomics.load(memory.notes, 0) === 1)
    await sleep(30)
    const before = performance.now()
    await other.end()
    took[name] = performance.now() - before
  }
  // A slice of the wait is 20 ms.
  expect(Object.entries(took).filter(([, ms]) => ms > 500)).toEqual([])
})
