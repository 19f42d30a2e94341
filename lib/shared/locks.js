// @ts-check
'use strict'

/**
 * Locks, permits, barriers, conditions, and what is done once: for all threads and processes that have the memory.
 *
 * @module
 */

const native = require('../native')
const { errorOf } = require('../errors')
const { checkFunction, checkNumber, unexpected } = require('../options')
const { HEADER, SharedObject, placed } = require('./memory')
const { WAIT, block, wait } = require('./wait')

/** Bytes of an object without slots: a cache line, so that neighbours do not slow each other down. */
const LINE = 64
const SLOT = 8
const MAX_SLOTS = 1024
/** How many threads may read at once, unless more is asked for. */
const READERS = 64
/** The answer of an attempt that took from a dead owner. */
const FROM_DEAD = 2

/** @param {string} what */
const notOwner = (what) =>
  errorOf(`This thread cannot give back what it does not have: ${what}`, { code: 'ERR_SHARED_NOT_OWNER' })

/** @param {string} name  @param {unknown} value  @param {number} [max] @returns {number} */
const count = (name, value, max = MAX_SLOTS) => checkNumber(name, value, { min: 1, max, integer: true })

/**
 * Runs what is done with something that was just taken, and gives that back.
 *
 * @template T
 * @param {{ ownerDied: boolean }} object
 * @param {(state: { ownerDied: boolean }) => T | Promise<T>} fn
 * @param {() => void} giveBack
 * @returns {Promise<T>}
 */
async function holding({ ownerDied }, fn, giveBack) {
  try {
    return await fn({ ownerDied })
  } finally {
    giveBack()
  }
}

/** What this thread writes into a lock that it takes. @type {bigint} */
let me

/** One thread at a time. */
class Mutex extends SharedObject {
  #native
  /** The words of src/shared/mutex.rs: taking and giving back where nobody waits needs no call. */
  #owner
  #waiting
  /** Whether the last owner had died with the lock when this object got it: what it protects may be half changed. */
  ownerDied = false

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, [])
    super('Mutex', place, options.offset, LINE)
    me ??= native.sharedMe()
    this.#native = new native.SharedMutex(this.bytes)
    this.#owner = new BigUint64Array(this.buffer, this.byteOffset + HEADER, 1)
    this.#waiting = new Int32Array(this.buffer, this.byteOffset + HEADER + 12, 1)
  }

  static byteLength = LINE

  /** Whether anybody has it. */
  get isLocked() {
    return Atomics.load(this.#owner, 0) !== 0n
  }

  tryLock() {
    if (Atomics.compareExchange(this.#owner, 0, 0n, me) !== 0n) return false
    this.ownerDied = false
    return true
  }

  /** @param {object} [options] */
  lockSync(options) {
    if (this.tryLock()) return
    if (Atomics.load(this.#owner, 0) === me) {
      const message = 'This thread has the lock already, and would wait for itself for ever'
      throw errorOf(message, { code: 'ERR_SHARED_DEADLOCK' })
    }
    this.#got(block('Locking the mutex', options, (cares) => this.#native.lock(cares)))
  }

  /** @param {object} [options] @returns {Promise<void>} */
  lock(options) {
    const done = (/** @type {number} */ answer) => this.#got(answer)
    return wait('Locking the mutex', options, (cares) => this.#native.lock(cares), { done })
  }

  /** @param {number} answer */
  #got(answer) {
    this.ownerDied = answer === FROM_DEAD
  }

  unlock() {
    if (Atomics.compareExchange(this.#owner, 0, me, 0n) !== me) throw notOwner('the lock')
    if (Atomics.load(this.#waiting, 0) !== 0) this.#native.tell()
  }

  /**
   * @template T
   * @param {(state: { ownerDied: boolean }) => T | Promise<T>} fn
   * @param {object} [options]
   * @returns {Promise<T>}
   */
  async withLock(fn, options) {
    checkFunction('fn', fn)
    await this.lock(options)
    return holding(this, fn, () => this.unlock())
  }
}

/** Many readers, or one writer. */
class RwLock extends SharedObject {
  #native
  /** As for `Mutex`, of a writer. */
  ownerDied = false

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['readers'])
    const readers = count('readers', options.readers ?? READERS)
    super('RwLock', place, options.offset, LINE + SLOT * readers, readers)
    this.#native = new native.SharedRwLock(this.bytes, readers)
  }

  /** @param {{ readers?: number }} [options] */
  static byteLength({ readers = READERS } = {}) {
    return LINE + SLOT * count('readers', readers)
  }

  tryRead() {
    return this.#got(this.#native.tryRead())
  }

  tryWrite() {
    return this.#got(this.#native.tryWrite())
  }

  /** @param {number} answer */
  #got(answer) {
    if (answer > 0) this.ownerDied = answer === FROM_DEAD
    return answer > 0
  }

  /** @param {object} [options] */
  readSync(options) {
    this.#got(block('Locking to read', options, (cares) => this.#native.read(cares)))
  }

  /** @param {object} [options] @returns {Promise<void>} */
  read(options) {
    const done = (/** @type {number} */ answer) => void this.#got(answer)
    return wait('Locking to read', options, (cares) => this.#native.read(cares), { done })
  }

  /** @param {object} [options] */
  writeSync(options) {
    const { attempt, giveUp } = this.#writing()
    try {
      this.#got(block('Locking to write', options, attempt))
    } catch (error) {
      giveUp()
      throw error
    }
  }

  /** @param {object} [options] @returns {Promise<void>} */
  write(options) {
    const { attempt, giveUp } = this.#writing()
    const done = (/** @type {number} */ answer) => void this.#got(answer)
    return wait('Locking to write', options, attempt, { done, giveUp })
  }

  /** Two halves: first no new readers, then none any more. */
  #writing() {
    let claimed = WAIT
    return {
      attempt: (/** @type {boolean} */ cares) => {
        if (claimed === WAIT) claimed = this.#native.claim(cares)
        return claimed === WAIT ? WAIT : this.#native.drained(claimed, cares)
      },
      giveUp: () => {
        if (claimed !== WAIT) this.#native.giveUpWrite(claimed)
        return true
      },
    }
  }

  unlockRead() {
    if (!this.#native.unlockRead()) throw notOwner('a reader’s lock')
  }

  unlockWrite() {
    if (!this.#native.unlockWrite()) throw notOwner('the writer’s lock')
  }

  /** @template T  @param {(state: { ownerDied: boolean }) => T | Promise<T>} fn  @param {object} [options] @returns {Promise<T>} */
  async withRead(fn, options) {
    checkFunction('fn', fn)
    await this.read(options)
    return holding(this, fn, () => this.unlockRead())
  }

  /** @template T  @param {(state: { ownerDied: boolean }) => T | Promise<T>} fn  @param {object} [options] @returns {Promise<T>} */
  async withWrite(fn, options) {
    checkFunction('fn', fn)
    await this.write(options)
    return holding(this, fn, () => this.unlockWrite())
  }
}

/** So many at a time. */
class Semaphore extends SharedObject {
  #native
  /** How many permits there are. @type {number} */
  permits
  /** Whether the last permit that this object got was a dead owner's. */
  ownerDied = false

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['permits'])
    const permits = count('permits', options.permits)
    super('Semaphore', place, options.offset, LINE + SLOT * permits, permits)
    this.permits = permits
    this.#native = new native.SharedSemaphore(this.bytes, permits)
  }

  /** @param {{ permits: number }} options */
  static byteLength({ permits } = /** @type {any} */ ({})) {
    return LINE + SLOT * count('permits', permits)
  }

  /** How many are free at this moment. */
  get available() {
    return this.#native.available()
  }

  tryAcquire() {
    const acquired = this.#native.tryAcquire()
    if (acquired) this.ownerDied = false
    return acquired
  }

  /** @param {object} [options] */
  acquireSync(options) {
    this.ownerDied = block('Acquiring a permit', options, (cares) => this.#native.acquire(cares)) === FROM_DEAD
  }

  /** @param {object} [options] @returns {Promise<void>} */
  acquire(options) {
    const done = (/** @type {number} */ answer) => void (this.ownerDied = answer === FROM_DEAD)
    return wait('Acquiring a permit', options, (cares) => this.#native.acquire(cares), { done })
  }

  release() {
    if (!this.#native.release()) throw notOwner('a permit')
  }

  /** @template T  @param {(state: { ownerDied: boolean }) => T | Promise<T>} fn  @param {object} [options] @returns {Promise<T>} */
  async withPermit(fn, options) {
    checkFunction('fn', fn)
    await this.acquire(options)
    return holding(this, fn, () => this.release())
  }
}

/** All go on together. */
class Barrier extends SharedObject {
  #native
  /** How many have to arrive. @type {number} */
  parties

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['parties'])
    const parties = count('parties', options.parties, 2 ** 31 - 1)
    super('Barrier', place, options.offset, LINE, parties)
    this.parties = parties
    this.#native = new native.SharedBarrier(this.bytes, parties)
  }

  static byteLength = LINE

  /** How many have arrived and wait. */
  get waiting() {
    return this.#native.arrived()
  }

  /** @param {object} [options] @returns {boolean} whether this was the last to arrive, which is true for one of them */
  arriveSync(options) {
    const round = this.#native.arrive()
    if (round < 0) return true
    try {
      block('Waiting at the barrier', options, () => this.#native.pass(round))
    } catch (error) {
      if (this.#native.leave(round)) throw error
    }
    return false
  }

  /** @param {object} [options] @returns {Promise<boolean>} */
  async arrive(options) {
    /** @type {number | undefined} */
    let round
    const attempt = () => {
      round ??= /** @type {number} */ (this.#native.arrive())
      return round < 0 ? 1 : this.#native.pass(round)
    }
    const done = () => /** @type {number} */ (round) < 0
    return wait('Waiting at the barrier', options, attempt, {
      done,
      giveUp: () => this.#native.leave(/** @type {number} */ (round)),
    })
  }
}

/** Waiting, with a mutex, for something that another thread makes true. */
class Condition extends SharedObject {
  #native

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, [])
    super('Condition', place, options.offset, LINE)
    this.#native = new native.SharedCondition(this.bytes)
  }

  static byteLength = LINE

  /**
   * Gives up the mutex, waits to be told, and takes it again. It may return although nobody has told: look again.
   *
   * @param {Mutex} mutex which this thread has
   * @param {object} [options]
   */
  waitSync(mutex, options) {
    const waiting = this.#waiting(mutex)
    try {
      block('Waiting for the condition', options, waiting.attempt)
    } finally {
      if (waiting.isOut()) relock(mutex)
    }
  }

  /** @param {Mutex} mutex  @param {object} [options] @returns {Promise<void>} */
  async wait(mutex, options) {
    const waiting = this.#waiting(mutex)
    try {
      await wait('Waiting for the condition', options, waiting.attempt)
    } finally {
      if (waiting.isOut()) await mutex.lock()
    }
  }

  /** Looks at the signal while it still has the mutex, and so misses nobody who tells. @param {Mutex} mutex */
  #waiting(mutex) {
    if (!(mutex instanceof Mutex)) throw unexpected('mutex', 'a Mutex', mutex, 'ERR_INVALID_ARG_TYPE')
    let isOut = false
    const signal = this.#native.signal()
    return {
      isOut: () => isOut,
      attempt: () => {
        if (!isOut) mutex.unlock()
        isOut = true
        return this.#native.wait(signal)
      },
    }
  }

  notify() {
    this.#native.notify(false)
  }

  notifyAll() {
    this.#native.notify(true)
  }
}

/** What was given up for a moment comes back, however long that takes. @param {Mutex} mutex */
function relock(mutex) {
  while (!mutex.tryLock()) {
    try {
      mutex.lockSync({ timeout: 1000 })
      return
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'ERR_SHARED_TIMEOUT') throw error
    }
  }
}

/** Something that is done once, by whoever comes first. */
class Once extends SharedObject {
  #native

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, [])
    super('Once', place, options.offset, LINE)
    this.#native = new native.SharedOnce(this.bytes)
  }

  static byteLength = LINE

  get isDone() {
    return this.#native.isDone()
  }

  /**
   * Does it, or waits until another has done it. When it fails, or its thread dies, the next one does it.
   *
   * @param {() => unknown} fn
   * @param {object} [options]
   * @returns {Promise<boolean>} whether this call has done it
   */
  async run(fn, options) {
    checkFunction('fn', fn)
    const turn = await wait('Waiting for what is done once', options, (cares) => this.#native.attempt(cares))
    if (turn === 0) return false
    let done = false
    try {
      await fn()
      done = true
    } finally {
      this.#native.finish(done)
    }
    return true
  }

  /** @param {() => unknown} fn  @param {object} [options] */
  runSync(fn, options) {
    checkFunction('fn', fn)
    const turn = block('Waiting for what is done once', options, (cares) => this.#native.attempt(cares))
    if (turn === 0) return false
    let done = false
    try {
      fn()
      done = true
    } finally {
      this.#native.finish(done)
    }
    return true
  }
}

module.exports = { Barrier, Condition, Mutex, Once, RwLock, Semaphore }
