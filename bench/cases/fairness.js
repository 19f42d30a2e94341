// @ts-check
'use strict'

// Small tasks behind a long one: what they wait, and what they cost the long one.

const { setTimeout: sleep } = require('node:timers/promises')
const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median, medians, percentile } = require('../lib/stats')
const { number } = require('../lib/number')

const THREADS = 2
const NAMES = ['offloop', 'tutorial pool', 'piscina']
const SMALL_MS = 1
const EVERY_MS = 20

/** How long a promise takes, in ms. @param {PromiseLike<unknown>} promise */
async function timed(promise) {
  const start = performance.now()
  await promise
  return performance.now() - start
}

/** The range that takes this long, found on a shorter one. @param {(to: number) => PromiseLike<unknown>} sum @param {number} ms */
async function rangeOf(sum, ms) {
  let to = 1e5
  let took = 0
  for (; took < Math.min(ms, 300) / 2; to *= 2) took = await timed(sum(to))
  const samples = []
  for (let i = 0; i < 5; i++) samples.push(await timed(sum(to)))
  return Math.round((to * ms) / median(samples))
}

/**
 * @param {{ name: string, longMs: number }} input
 * @returns {Promise<{ alone: number, beside: number, small: number, p50: number, p99: number }>} ms
 */
async function fairness({ name, longMs }) {
  const { native, load, open } = peers[name]
  const pool = open(await load(), { threads: THREADS, work: 'sqrt-sum' })
  const small = (/** @type {number} */ to) => pool.run({ from: 0, to })
  // One Rust task uses every idle thread by itself; for JS workers somebody has to split it.
  const long = (/** @type {number} */ to) =>
    native
      ? pool.run({ from: 0, to })
      : Promise.all([pool.run({ from: 0, to: to / 2 }), pool.run({ from: to / 2, to })])

  const smallRange = await rangeOf(small, SMALL_MS)
  const longRange = await rangeOf(long, longMs)
  const smallAlone = []
  for (let i = 0; i < 100; i++) smallAlone.push(await timed(small(smallRange)))
  const alone = await timed(long(longRange))

  let running = true
  const beside = timed(long(longRange)).finally(() => {
    running = false
  })
  const latencies = []
  await sleep(EVERY_MS)
  while (running) {
    latencies.push(timed(small(smallRange)))
    await sleep(EVERY_MS)
  }
  const own = median(smallAlone)
  const waits = (await Promise.all(latencies)).map((latency) => Math.max(0, latency - own))
  return { alone, beside: await beside, small: own, p50: percentile(waits, 50), p99: percentile(waits, 99) }
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = NAMES.filter(enters)
  const rounds = quick ? 1 : 3
  const longMs = quick ? 1000 : 5000
  const samples = await interleaved({ rounds, contestants, say }, (name) =>
    fresh(__filename, 'fairness', { name, longMs }),
  )

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  const own = rows.find(({ name }) => name === 'offloop')
  return {
    tables: [
      {
        title: `${THREADS} threads busy with a long task`,
        columns: {
          p50: 'a small task waits, p50 (ms)',
          p99: 'p99 (ms)',
          alone: 'the long task alone (ms)',
          beside: 'with small ones (ms)',
        },
        rows,
      },
    ],
    charts: [
      {
        title: `What a task of ${SMALL_MS} ms waits behind one of ${number(longMs / 1000)} s`,
        unit: 'ms, 99th percentile',
        better: 'lower',
        log: true,
        bars: rows.map(({ name, p99 }) => ({ name, value: p99 })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [{ goal: 'a small task waits at most 10 ms, p99', measured: `${number(own.p99)} ms`, met: own.p99 <= 10 }],
    notes: [
      `A sum that keeps both threads busy for about ${number(longMs / 1000)} s, and every ${EVERY_MS} ms one of about`,
      `${SMALL_MS} ms, queued behind it; a wait is the time to the result less that of the same task on an idle pool.`,
      `With offloop the long sum is one task that uses the idle threads; for the JS pools it is split in ${THREADS} by hand.`,
      `Medians of ${rounds} rounds.`,
    ],
  }
}

module.exports = { title: 'Fairness', run, measure: { fairness } }
