// @ts-check
'use strict'

// Taking a lock and giving it back: alone, and while another thread wants it too.

const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median } = require('../lib/stats')
const { number } = require('../lib/number')
const { allTogether, meet, now } = require('./threads')

const PAIRS = 2_000_000
const CONTENDED = 200_000
const GOAL_NS = 100
const SYNC = 'offloop Mutex'
/** Room for every lock. */
const LOCK_BYTES = 128

/** The mutex of three states that is in every text about futexes: free, locked, locked and waited for. */
class AtomicsMutex {
  /** @param {SharedArrayBuffer} memory */
  constructor(memory) {
    this.state = new Int32Array(memory, 0, 1)
  }

  lock() {
    if (Atomics.compareExchange(this.state, 0, 0, 1) === 0) return
    while (Atomics.exchange(this.state, 0, 2) !== 0) Atomics.wait(this.state, 0, 2)
  }

  unlock() {
    if (Atomics.exchange(this.state, 0, 0) === 2) Atomics.notify(this.state, 0, 1)
  }
}

/**
 * What a thread does with the lock: so many times, `work` between lock and unlock.
 *
 * @typedef {(times: number, work: () => void) => void | Promise<void>} Locker
 *
 * @type {Record<string, { shared: boolean, open: (memory: SharedArrayBuffer) => Locker }>} `shared`: between threads
 */
const contestants = {
  [SYNC]: {
    shared: true,
    open: (memory) => {
      const mutex = new /** @type {any} */ (require('../..')).Mutex(memory)
      return (times, work) => {
        for (let i = 0; i < times; i++) {
          mutex.lockSync()
          work()
          mutex.unlock()
        }
      }
    },
  },
  'offloop Mutex, await lock()': {
    shared: true,
    open: (memory) => {
      const mutex = new /** @type {any} */ (require('../..')).Mutex(memory)
      return async (times, work) => {
        for (let i = 0; i < times; i++) {
          await mutex.lock()
          work()
          mutex.unlock()
        }
      }
    },
  },
  'async-mutex': {
    shared: false,
    open: () => {
      const mutex = new (require('async-mutex').Mutex)()
      return async (times, work) => {
        for (let i = 0; i < times; i++) {
          const release = await mutex.acquire()
          work()
          release()
        }
      }
    },
  },
  'hand-written Atomics mutex': {
    shared: true,
    open: (memory) => {
      const mutex = new AtomicsMutex(memory)
      return (times, work) => {
        for (let i = 0; i < times; i++) {
          mutex.lock()
          work()
          mutex.unlock()
        }
      }
    },
  },
}

/** @param {{ name: string, pairs: number }} input  @returns {Promise<number>} ns for each pair */
async function alone({ name, pairs }) {
  const lockMany = contestants[name].open(new SharedArrayBuffer(LOCK_BYTES))
  const work = () => {}
  await lockMany(pairs / 5, work)
  const began = now()
  await lockMany(pairs, work)
  return (now() - began) / pairs
}

/**
 * Adds, with the lock, to a number that is not atomic.
 *
 * @param {{ name: string, memory: SharedArrayBuffer, pairs: number, line: SharedArrayBuffer, threads: number }} input
 */
async function lockMany({ name, memory, pairs, line, threads }) {
  const total = new Float64Array(memory, LOCK_BYTES, 1)
  const lockMany = contestants[name].open(memory)
  meet(line, threads)
  const began = now()
  await lockMany(pairs, () => {
    total[0]++
  })
  return { began, ended: now() }
}

/** @param {{ name: string, pairs: number }} input  @returns {Promise<number>} ns for each pair of either thread */
async function contended({ name, pairs }) {
  const memory = new SharedArrayBuffer(2 * LOCK_BYTES)
  const ns = await allTogether(__filename, 'lockMany', 2, { name, memory, pairs })
  const [total] = new Float64Array(memory, LOCK_BYTES, 1)
  if (total !== 2 * pairs) throw new Error(`With ${name}, ${total} of ${2 * pairs} additions have arrived`)
  return ns / (2 * pairs)
}

/** @param {import('../run').Context & { rounds: number }} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say, rounds }) {
  const names = Object.keys(contestants).filter(enters)
  const divisor = quick ? 20 : 1
  const samples = await interleaved({ rounds, contestants: names, say }, async (name) => ({
    alone: await fresh(__filename, 'alone', { name, pairs: PAIRS / divisor }),
    contended: contestants[name].shared
      ? await fresh(__filename, 'contended', { name, pairs: CONTENDED / divisor })
      : undefined,
  }))
  const rows = names.map((name) => ({
    name,
    alone: median(samples[name].map(({ alone }) => alone)),
    contended: contestants[name].shared ? median(samples[name].map(({ contended }) => contended)) : undefined,
  }))
  const own = rows.find(({ name }) => name === SYNC)
  return {
    tables: [
      {
        title: 'a lock, taken and given back',
        columns: { alone: 'nobody else wants it (ns)', contended: 'two threads want it all the time (ns)' },
        rows,
      },
    ],
    charts: [
      {
        title: 'A lock, taken and given back, when nobody else wants it',
        unit: 'ns',
        better: 'lower',
        bars: rows.map(({ name, alone }) => ({ name, value: alone })),
      },
    ],
    goals: own
      ? [
          {
            goal: `\`Mutex\`, lock and unlock alone: at most ${GOAL_NS} ns`,
            measured: `${number(own.alone)} ns`,
            met: own.alone <= GOAL_NS,
          },
        ]
      : [],
    notes: [
      'With the lock, two threads add to a number that is not atomic, and no addition is lost. async-mutex is for one thread;',
      'the hand-written mutex stays locked for ever when its owner dies.',
    ],
  }
}

module.exports = { run, measure: { alone, contended }, threads: { lockMany } }
