// @ts-check
'use strict'

// What a thread costs while it has nothing to do.

const { setTimeout: sleep } = require('node:timers/promises')
const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { collectGarbage } = require('../lib/garbage')
const { interleaved } = require('../lib/rounds')
const { median } = require('../lib/stats')
const { number } = require('../lib/number')

const NATIVE_THREADS = 16
const JS_WORKERS = 8

/** Resident memory once garbage is gone and things are quiet, in MB. */
async function settledMemory() {
  for (let i = 0; i < 3; i++) {
    await sleep(150)
    collectGarbage()
  }
  return process.memoryUsage.rss() / 1e6
}

/** Gives every thread of the pool something to do. @param {import('../peers').Pool} pool  @param {boolean} native */
async function occupyAll(pool, native) {
  if (native) {
    // The idle threads join the first; the others are enough for everyone.
    await Promise.all([1e8, ...Array(64).fill(1e4)].map((to) => pool.run({ from: 0, to })))
  } else {
    const input = { arrived: new Int32Array(new SharedArrayBuffer(4)), threads: JS_WORKERS }
    await Promise.all(Array.from({ length: JS_WORKERS }, () => pool.run(input)))
  }
}

/** MB per idle thread. @param {string} name  @returns {Promise<number>} */
async function idleThread(name) {
  const { native, load, open } = peers[name]
  const module = await load()
  const before = await settledMemory()
  const threads = native ? NATIVE_THREADS : JS_WORKERS
  const pool = open(module, { threads, work: native ? 'sqrt-sum' : 'meet' })
  await occupyAll(pool, native)
  return ((await settledMemory()) - before) / threads
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = Object.keys(peers).filter((name) => enters(name) && !peers[name].tuned)
  const rounds = quick ? 1 : 3
  const samples = await interleaved({ rounds, contestants, say }, (name) => fresh(__filename, 'idleThread', name))

  const rows = contestants.map((name) => ({ name, idle: median(samples[name]) }))
  const own = rows.find(({ name }) => name === 'offloop')
  return {
    tables: [{ title: 'an idle thread of a pool', columns: { idle: 'resident memory (MB)' }, rows }],
    charts: [
      {
        title: 'An idle thread of a pool',
        unit: 'MB of resident memory, median',
        better: 'lower',
        log: true,
        bars: rows.map(({ name, idle }) => ({ name, value: idle })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [{ goal: 'at most 0.3 MB per idle thread', measured: `${number(own.idle)} MB`, met: own.idle <= 0.3 }],
    notes: [
      `Growth of a fresh process by a pool of ${NATIVE_THREADS} Rust threads or ${JS_WORKERS} JS workers, each of which has`,
      `run a task, per thread; median of ${rounds} rounds.`,
    ],
  }
}

module.exports = { title: 'Memory', run, measure: { idleThread } }
