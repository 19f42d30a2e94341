// @ts-check
'use strict'

/** Locks of every kind, in every form, between threads and between processes. */

const { setTimeout: sleep } = require('node:timers/promises')
const { failure } = require('./support/failure')
const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { until } = require('./support/until')
const { Barrier, Condition, Mutex, Once, RwLock, Semaphore } = /** @type {any} */ (require('..'))

jest.setTimeout(20_000)

const { shared, peer } = sharedPeers()

/** The error that a call throws. @param {() => unknown} call @returns {any} */
function thrown(call) {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('Expected an exception')
}

/**
 * Every kind of lock, made at a place, and its calls: to wait for it in both forms, to try it, and to give it back.
 *
 * @type {[string, { make: (...place: any[]) => any, take: string, sync: string, attempt: string, free: string, scope: string }][]}
 */
const locks = [
  [
    'Mutex',
    {
      make: (...place) => new Mutex(...place, { offset: START }),
      take: 'lock',
      sync: 'lockSync',
      attempt: 'tryLock',
      free: 'unlock',
      scope: 'withLock',
    },
  ],
  [
    'RwLock',
    {
      make: (...place) => new RwLock(...place, { offset: START }),
      take: 'write',
      sync: 'writeSync',
      attempt: 'tryWrite',
      free: 'unlockWrite',
      scope: 'withWrite',
    },
  ],
  [
    'Semaphore',
    {
      make: (...place) => new Semaphore(...place, { offset: START, permits: 1 }),
      take: 'acquire',
      sync: 'acquireSync',
      attempt: 'tryAcquire',
      free: 'release',
      scope: 'withPermit',
    },
  ],
]

/** Takes a lock in a peer, and keeps it until a note says otherwise. */
const holding = (
  /** @type {any} */ { offloop, place, notes, pause },
  /** @type {any} */ name,
  /** @type {any} */ names,
) => {
  const lock = new offloop[name](place, { offset: 64, ...(name === 'Semaphore' && { permits: 1 }) })
  lock[names.sync]()
  Atomics.store(notes, 0, 1)
  while (!Atomics.load(notes, 1)) pause(1)
  lock[names.free]()
}

describe.each(locks)('%s', (name, { make, ...names }) => {
  /** A lock that a peer has until it is let go. @param {import('./support/shared-peers').Kind} kind */
  async function held(kind) {
    const memory = shared(kind, 1024)
    const lock = make(memory.place)
    const other = await peer(memory)
    const done = other.run(holding, name, names)
    await until(() => Atomics.load(memory.notes, 0) === 1)
    return { lock, other, letGo: () => Atomics.store(memory.notes, 1, 1), done }
  }

  test('is taken and given back in every form', async () => {
    const lock = make()
    expect(lock[names.attempt]()).toBe(true)
    expect(lock[names.attempt]()).toBe(false)
    lock[names.free]()
    lock[names.sync]({ timeout: 1000 })
    expect(lock[names.attempt]()).toBe(false)
    lock[names.free]()
    await expect(lock[names.take]()).resolves.toBeUndefined()
    expect(lock[names.attempt]()).toBe(false)
    expect(lock.ownerDied).toBe(false)
    lock[names.free]()
  })

  test('a function gets it, and gives it back when it has settled', async () => {
    const lock = make()
    await expect(lock[names.scope](() => lock[names.attempt]())).resolves.toBe(false)
    await expect(
      lock[names.scope](async () => {
        await sleep(5)
        return lock[names.attempt]()
      }),
    ).resolves.toBe(false)
    const error = new Error('mine')
    expect(await failure(lock[names.scope](() => Promise.reject(error)))).toBe(error)
    const thrower = () => {
      throw error
    }
    expect(await failure(lock[names.scope](thrower))).toBe(error)
    expect(lock[names.attempt]()).toBe(true)
    await expect(lock[names.scope](() => 1, { timeout: 5 })).rejects.toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    await expect(lock[names.scope](1)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  test('what this thread does not have it cannot give back', () => {
    const lock = make()
    expect(thrown(() => lock[names.free]())).toMatchObject({ name: 'SharedError', code: 'ERR_SHARED_NOT_OWNER' })
    expect(lock[names.attempt]()).toBe(true)
  })

  test('code of one thread waits for other code of it', async () => {
    const lock = make()
    /** @type {number[]} */
    const inside = []
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        lock[names.scope](async () => {
          inside.push(i)
          most = Math.max(most, inside.length)
          await sleep(1)
          inside.pop()
        }),
      ),
    )
    expect(most).toBe(1)
  })

  test('an abort before and during the wait', async () => {
    const lock = make()
    lock[names.attempt]()
    const early = await failure(lock[names.take]({ signal: AbortSignal.abort('why') }))
    expect(early).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'why', canceled: true })
    const controller = new AbortController()
    const waiting = failure(lock[names.take]({ signal: controller.signal }))
    setTimeout(() => controller.abort('now'), 20)
    expect(await waiting).toMatchObject({ name: 'AbortError', cause: 'now' })
    // Nobody has taken it for the one who went.
    lock[names.free]()
    expect(lock[names.attempt]()).toBe(true)
    lock[names.free]()
    const later = new AbortController()
    await lock[names.take]({ signal: later.signal })
    later.abort()
    expect(lock[names.attempt]()).toBe(false)
  })

  test('a timeout that no timer can hold is no short one', async () => {
    const lock = make()
    lock[names.attempt]()
    const waiting = lock[names.take]({ timeout: 2 ** 40 })
    await sleep(50)
    lock[names.free]()
    await expect(waiting).resolves.toBeUndefined()
  })

  test('the main thread is not blocked for ever', async () => {
    const { lock } = await held('thread')
    expect(thrown(() => lock[names.sync]())).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('`timeout`'),
    })
    expect(thrown(() => lock[names.sync]({ timeout: Infinity }))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })

  describe.each(kinds)('that another %s has', (kind) => {
    test('is waited for, in every form', async () => {
      const { lock, other, letGo, done } = await held(kind)
      expect(lock[names.attempt]()).toBe(false)
      const early = thrown(() => lock[names.sync]({ timeout: 30 }))
      expect(early).toMatchObject({ name: 'SharedError', code: 'ERR_SHARED_TIMEOUT', timedOut: true })
      const late = await failure(lock[names.take]({ timeout: 30 }))
      expect(late).toMatchObject({ name: 'SharedError', code: 'ERR_SHARED_TIMEOUT', timedOut: true })
      expect(thrown(() => lock[names.free]())).toMatchObject({ code: 'ERR_SHARED_NOT_OWNER' })
      const waiting = lock[names.take]()
      letGo()
      await waiting
      await done
      lock[names.free]()
      // And once more, blocking: it lets go by itself.
      const sync = other.run(
        (/** @type {any} */ { offloop, place, notes, pause }, /** @type {any} */ name, /** @type {any} */ names) => {
          const lock = new offloop[name](place, { offset: 64, ...(name === 'Semaphore' && { permits: 1 }) })
          lock[names.sync]()
          Atomics.store(notes, 2, 1)
          pause(50)
          lock[names.free]()
        },
        name,
        names,
      )
      await until(() => Atomics.load(new Int32Array(lock.buffer, 0, 16), 2) === 1)
      lock[names.sync]({ timeout: 20_000 })
      await sync
      expect(lock.ownerDied).toBe(false)
      lock[names.free]()
    })
  })
})

describe.each(kinds)('with each other %s', (kind) => {
  /** Counts in plain memory under a lock, by one form of it. */
  const counting = async (
    /** @type {any} */ { offloop, place, buffer },
    /** @type {string} */ name,
    /** @type {any} */ names,
    /** @type {string} */ form,
    /** @type {number} */ times,
  ) => {
    const lock = new offloop[name](place, { offset: 64, ...(name === 'Semaphore' && { permits: 1 }) })
    const plain = new Int32Array(buffer, 960, 1)
    const change = () => {
      const value = plain[0]
      for (let i = 0; i < 50; i++) Math.hypot(i, value)
      plain[0] = value + 1
    }
    for (let i = 0; i < times; i++) {
      if (form === 'scope') await lock[names.scope](change)
      else {
        if (form === 'sync') lock[names.sync]({ timeout: 30_000 })
        else if (form === 'async') await lock[names.take]()
        else while (!lock[names.attempt]());
        change()
        lock[names.free]()
      }
    }
  }

  test.each(locks)('%s: a plain counter is exact', async (name, { make, ...names }) => {
    const memory = shared(kind, 1024)
    const lock = make(memory.place)
    const plain = new Int32Array(memory.buffer, 960, 1)
    const forms = ['sync', 'async', 'scope', 'try']
    const peers = await Promise.all(forms.map(() => peer(memory)))
    const times = [5000, 300, 300, 2000]
    const main = async () => {
      for (let i = 0; i < 200; i++) await lock[names.scope](() => void (plain[0] += 1))
    }
    await Promise.all([main(), ...peers.map((peer, i) => peer.run(counting, name, names, forms[i], times[i]))])
    expect(plain[0]).toBe(7800)
    expect(lock[names.attempt]()).toBe(true)
  })

  test('readers see no half of what writers do, and are there together', async () => {
    const memory = shared(kind, 1024)
    const lock = new RwLock(memory.place, { offset: START })
    const pair = new Int32Array(memory.buffer, 960, 2)
    const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
    const torn = await Promise.all(
      peers.map((peer, i) =>
        peer.run(async ({ offloop, place, buffer, notes }, writes) => {
          const lock = new offloop.RwLock(place, { offset: 64 })
          const pair = new Int32Array(buffer, 960, 2)
          let torn = 0
          for (let i = 0; i < 1500; i++) {
            if (writes) {
              lock.writeSync({ timeout: 30_000 })
              pair[0] += 1
              for (let i = 0; i < 100; i++) Math.hypot(i, i)
              pair[1] += 1
              lock.unlockWrite()
            } else {
              if (i % 10 === 0) await lock.read()
              else lock.readSync({ timeout: 30_000 })
              const together = Atomics.add(notes, 0, 1) + 1
              if (together > Atomics.load(notes, 1)) Atomics.store(notes, 1, together)
              if (pair[0] !== pair[1]) torn += 1
              Atomics.sub(notes, 0, 1)
              lock.unlockRead()
            }
          }
          return torn
        }, i === 0),
      ),
    )
    expect(torn).toEqual([0, 0, 0])
    expect([...pair]).toEqual([1500, 1500])
    // And those of one thread: as many as there is room for.
    await Promise.all([lock.read(), lock.read()])
    expect(lock.tryWrite()).toBe(false)
    lock.unlockRead()
    lock.unlockRead()
    expect(lock.tryWrite()).toBe(true)
  })

  test('no more have a permit than there are', async () => {
    const memory = shared(kind, 1024)
    const semaphore = new Semaphore(memory.place, { offset: START, permits: 2 })
    const peers = await Promise.all([1, 2, 3, 4].map(() => peer(memory)))
    const most = await Promise.all(
      peers.map((peer, i) =>
        peer.run(
          async ({ offloop, place, notes, pause }, isAsync) => {
            const semaphore = new offloop.Semaphore(place, { offset: 64, permits: 2 })
            let most = 0
            for (let i = 0; i < 100; i++) {
              if (isAsync) await semaphore.acquire()
              else semaphore.acquireSync({ timeout: 30_000 })
              most = Math.max(most, Atomics.add(notes, 0, 1) + 1)
              pause(0.2)
              Atomics.sub(notes, 0, 1)
              semaphore.release()
            }
            return most
          },
          i % 2 === 0,
        ),
      ),
    )
    expect(Math.max(...most)).toBe(2)
    expect(semaphore.available).toBe(2)
  })

  test('a barrier lets all pass together, one of them as the last, again and again', async () => {
    const memory = shared(kind, 1024)
    const barrier = new Barrier(memory.place, { offset: START, parties: 4 })
    const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
    const outcomes = peers.map((peer, i) =>
      peer.run(async ({ offloop, place, notes }, isAsync) => {
        const barrier = new offloop.Barrier(place, { offset: 64, parties: 4 })
        let [lasts, early] = [0, 0]
        for (let round = 1; round <= 50; round++) {
          Atomics.add(notes, 0, 1)
          if (isAsync ? await barrier.arrive() : barrier.arriveSync({ timeout: 30_000 })) lasts += 1
          if (Atomics.load(notes, 0) < 4 * round) early += 1
        }
        return [lasts, early]
      }, i === 0),
    )
    let lasts = 0
    for (let round = 1; round <= 50; round++) {
      Atomics.add(memory.notes, 0, 1)
      if (await barrier.arrive()) lasts += 1
      expect(Atomics.load(memory.notes, 0)).toBeGreaterThanOrEqual(4 * round)
    }
    const all = await Promise.all(outcomes)
    expect(all.map(([, early]) => early)).toEqual([0, 0, 0])
    expect(all.reduce((sum, [own]) => sum + own, lasts)).toBe(50)
    expect(barrier.waiting).toBe(0)
  })

  test('a condition: a queue of one, which is filled and emptied in turn', async () => {
    const memory = shared(kind, 1024)
    const mutex = new Mutex(memory.place, { offset: START })
    const condition = new Condition(memory.place, { offset: 128 })
    const [filler, taker] = await Promise.all([peer(memory), peer(memory)])
    const slot = new Int32Array(memory.buffer, 960, 1)
    const filled = filler.run(({ offloop, place, buffer }) => {
      const mutex = new offloop.Mutex(place, { offset: 64 })
      const condition = new offloop.Condition(place, { offset: 128 })
      const slot = new Int32Array(buffer, 960, 1)
      for (let i = 1; i <= 300; i++) {
        mutex.lockSync({ timeout: 30_000 })
        while (slot[0] !== 0) condition.waitSync(mutex, { timeout: 30_000 })
        slot[0] = i
        condition.notifyAll()
        mutex.unlock()
      }
    })
    const taking = async (/** @type {any} */ { offloop, place, buffer }, /** @type {number} */ times) => {
      const mutex = new offloop.Mutex(place, { offset: 64 })
      const condition = new offloop.Condition(place, { offset: 128 })
      const slot = new Int32Array(buffer, 960, 1)
      const taken = []
      for (let i = 0; i < times; i++) {
        mutex.lockSync({ timeout: 30_000 })
        while (slot[0] === 0) await condition.wait(mutex)
        taken.push(slot[0])
        slot[0] = 0
        condition.notifyAll()
        mutex.unlock()
      }
      return taken
    }
    const theirs = taker.run(taking, 150)
    /** @type {number[]} */
    const mine = []
    const main = async () => {
      for (let i = 0; i < 150; i++) {
        await mutex.withLock(async () => {
          while (slot[0] === 0) await condition.wait(mutex)
          mine.push(slot[0])
          slot[0] = 0
          condition.notifyAll()
        })
      }
    }
    const [taken] = await Promise.all([theirs, filled, main()])
    const all = [...mine, ...taken].sort((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  })

  test('what is done once is done by one, and all wait for it', async () => {
    const memory = shared(kind, 1024)
    const once = new Once(memory.place, { offset: START })
    const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
    const started = peers.map((peer, i) =>
      peer.run(async ({ offloop, place, notes, pause }, isAsync) => {
        const once = new offloop.Once(place, { offset: 64 })
        const fn = () => {
          Atomics.add(notes, 0, 1)
          pause(30)
          Atomics.store(notes, 1, 7)
        }
        const done = isAsync ? await once.run(fn) : once.runSync(fn, { timeout: 30_000 })
        return [done, Atomics.load(notes, 1), once.isDone]
      }, i === 0),
    )
    const mine = once.run(() => {
      Atomics.add(memory.notes, 0, 1)
      Atomics.store(memory.notes, 1, 7)
    })
    const all = await Promise.all(started)
    expect([await mine, ...all.map(([done]) => done)].filter(Boolean)).toHaveLength(1)
    expect(all.map((outcome) => outcome.slice(1))).toEqual([
      [7, true],
      [7, true],
      [7, true],
    ])
    expect(memory.notes[0]).toBe(1)
    expect(once.isDone).toBe(true)
  })
})

describe('Mutex', () => {
  test('who has it already is told so instead of waiting for itself', () => {
    const mutex = new Mutex()
    mutex.lockSync()
    expect(mutex.isLocked).toBe(true)
    expect(thrown(() => mutex.lockSync())).toMatchObject({ name: 'SharedError', code: 'ERR_SHARED_DEADLOCK' })
    expect(thrown(() => mutex.lockSync({ timeout: 5 }))).toMatchObject({ code: 'ERR_SHARED_DEADLOCK' })
    mutex.unlock()
    expect(mutex.isLocked).toBe(false)
  })
})

describe('RwLock', () => {
  test('a writer waits for readers and keeps new ones out, until it gives up', async () => {
    const lock = new RwLock()
    await lock.read()
    const writing = failure(lock.write({ timeout: 100 }))
    expect(lock.tryRead()).toBe(false)
    expect(await failure(lock.read({ timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    const reading = lock.read()
    expect(await writing).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    await reading
    expect(thrown(() => lock.writeSync({ timeout: 5 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(lock.tryRead()).toBe(true)
    for (let i = 0; i < 3; i++) lock.unlockRead()
    expect(thrown(() => lock.unlockRead())).toMatchObject({ code: 'ERR_SHARED_NOT_OWNER' })
    await expect(lock.withWrite(() => lock.tryRead())).resolves.toBe(false)
  })

  test('there are so many readers and no more', async () => {
    const lock = new RwLock({ readers: 2 })
    expect([lock.tryRead(), lock.tryRead(), lock.tryRead()]).toEqual([true, true, false])
    const third = lock.read()
    expect(await failure(lock.read({ timeout: 20 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    lock.unlockRead()
    await third
    await expect(lock.withRead(() => 1, { timeout: 20 })).rejects.toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    lock.unlockRead()
    await expect(lock.withRead(async () => 2)).resolves.toBe(2)
    lock.readSync({ timeout: 10 })
    expect(thrown(() => lock.readSync({ timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
  })
})

describe('Semaphore', () => {
  test('counts its permits', async () => {
    const semaphore = new Semaphore({ permits: 3 })
    expect([semaphore.permits, semaphore.available]).toEqual([3, 3])
    await Promise.all([semaphore.acquire(), semaphore.acquire()])
    semaphore.acquireSync({ timeout: 100 })
    expect([semaphore.available, semaphore.tryAcquire()]).toEqual([0, false])
    const waiting = semaphore.acquire()
    semaphore.release()
    await waiting
    for (let i = 0; i < 3; i++) semaphore.release()
    expect(semaphore.available).toBe(3)
  })
})

describe('Barrier', () => {
  test('who gives up has not arrived', async () => {
    const barrier = new Barrier({ parties: 2 })
    expect(await failure(barrier.arrive({ timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(barrier.waiting).toBe(0)
    const controller = new AbortController()
    const waiting = failure(barrier.arrive({ signal: controller.signal }))
    await until(() => barrier.waiting === 1)
    controller.abort()
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR' })
    expect(thrown(() => barrier.arriveSync({ timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(thrown(() => barrier.arriveSync())).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(barrier.waiting).toBe(0)
    const first = barrier.arrive()
    expect(barrier.arriveSync({ timeout: 10 })).toBe(true)
    await expect(first).resolves.toBe(false)
    expect(new Barrier({ parties: 1 }).arriveSync()).toBe(true)
  })

  test('a signal that has fired already is no arrival', async () => {
    const barrier = new Barrier({ parties: 1 })
    const early = await failure(barrier.arrive({ signal: AbortSignal.abort() }))
    expect(early).toMatchObject({ code: 'ABORT_ERR' })
    await expect(barrier.arrive()).resolves.toBe(true)
  })
})

describe('Condition', () => {
  test('a wait that ends without being told has the mutex again', async () => {
    const [mutex, condition] = [new Mutex(), new Condition()]
    mutex.lockSync()
    expect(await failure(condition.wait(mutex, { timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(mutex.tryLock()).toBe(false)
    const controller = new AbortController()
    const waiting = failure(condition.wait(mutex, { signal: controller.signal }))
    await until(() => !mutex.isLocked)
    controller.abort()
    expect(await waiting).toMatchObject({ code: 'ABORT_ERR' })
    expect(thrown(() => condition.waitSync(mutex, { timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    mutex.unlock()
    expect(mutex.isLocked).toBe(false)
  })

  test.each([
    ['no timeout on the main thread', undefined, 'ERR_INVALID_ARG_VALUE'],
    ['a wrong timeout', { timeout: -1 }, 'ERR_OUT_OF_RANGE'],
    ['an unknown option', { unknown: 1 }, 'ERR_INVALID_ARG_VALUE'],
  ])('%s: it says so, and has the mutex still', (_, options, code) => {
    const [mutex, condition] = [new Mutex(), new Condition()]
    mutex.lockSync()
    expect(thrown(() => condition.waitSync(mutex, options))).toMatchObject({ code })
    mutex.unlock()
  })

  test.each([
    ['a signal that has fired', { signal: AbortSignal.abort() }, 'ABORT_ERR'],
    ['a wrong timeout', { timeout: -1 }, 'ERR_OUT_OF_RANGE'],
    ['an unknown option', { unknown: 1 }, 'ERR_INVALID_ARG_VALUE'],
  ])('%s, without blocking: it says so, and has the mutex still', async (_, options, code) => {
    const [mutex, condition] = [new Mutex(), new Condition()]
    mutex.lockSync()
    expect(await failure(condition.wait(mutex, options))).toMatchObject({ code })
    mutex.unlock()
  })

  test('without the mutex there is no wait, and no mutex afterwards', async () => {
    const [mutex, condition] = [new Mutex(), new Condition()]
    const sync = thrown(() => condition.waitSync(mutex, { timeout: 10 }))
    expect(sync).toMatchObject({ code: 'ERR_SHARED_NOT_OWNER' })
    expect(mutex.isLocked).toBe(false)
    expect(await failure(condition.wait(mutex, { timeout: 10 }))).toMatchObject({ code: 'ERR_SHARED_NOT_OWNER' })
    expect(mutex.isLocked).toBe(false)
    expect(await failure(condition.wait({}))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(thrown(() => condition.waitSync({}))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  test('one is told, or all', async () => {
    const [mutex, condition] = [new Mutex(), new Condition()]
    let told = 0
    const wait = async () => {
      await mutex.lock()
      await condition.wait(mutex)
      told += 1
      mutex.unlock()
    }
    const waits = [wait(), wait(), wait()]
    await sleep(50)
    expect(told).toBe(0)
    condition.notify()
    await until(() => told >= 1)
    condition.notifyAll()
    await Promise.all(waits)
    // Who comes later is not told.
    await mutex.lock()
    expect(await failure(condition.wait(mutex, { timeout: 20 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
  })
})

describe('Once', () => {
  test('what fails is done by the next', async () => {
    const once = new Once()
    const error = new Error('mine')
    expect(await failure(once.run(() => Promise.reject(error)))).toBe(error)
    const thrower = () => {
      throw error
    }
    expect(thrown(() => once.runSync(thrower))).toBe(error)
    expect(once.isDone).toBe(false)
    await expect(once.run(() => {})).resolves.toBe(true)
    expect([once.isDone, once.runSync(thrower), await once.run(thrower)]).toEqual([true, false, false])
  })

  test('who waits may give up', async () => {
    const once = new Once()
    /** @type {(value?: unknown) => void} */
    let finish = () => {}
    const first = once.run(() => new Promise((resolve) => (finish = resolve)))
    await sleep(5)
    const controller = new AbortController()
    const aborted = failure(once.run(() => {}, { signal: controller.signal }))
    controller.abort()
    expect(await aborted).toMatchObject({ code: 'ABORT_ERR' })
    expect(await failure(once.run(() => {}, { timeout: 5 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(thrown(() => once.runSync(() => {}, { timeout: 5 }))).toMatchObject({ code: 'ERR_SHARED_TIMEOUT' })
    expect(thrown(() => once.runSync(() => {}))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    const second = once.run(() => {})
    finish()
    expect([await first, await second]).toEqual([true, false])
  })
})
