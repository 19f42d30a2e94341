// @ts-check
'use strict'

// Stopping a task while it runs: how soon its promise settles, and how soon its thread does something else.

const { setTimeout: sleep } = require('node:timers/promises')
const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians, percentile } = require('../lib/stats')
const { number } = require('../lib/number')

const NAMES = ['offloop', 'piscina', 'tinypool']
const ENDLESS = { from: 0, to: 1e13 }
const SHORT = { from: 0, to: 10 }

/**
 * @param {{ name: string, count: number }} input
 * @returns {Promise<{ p50: number, p99: number, nextP50: number, nextP99: number }>} ms
 */
async function abort({ name, count }) {
  const pool = peers[name].open(await peers[name].load(), { threads: 1, work: 'sqrt-sum' })
  const settled = new Float64Array(count)
  const next = new Float64Array(count)
  await pool.run(SHORT)
  for (let i = 0; i < count; i++) {
    const controller = new AbortController()
    const task = pool.run(ENDLESS, { signal: controller.signal }).then(
      () => {
        throw new Error('an endless task ended')
      },
      (error) => {
        if (error.name !== 'AbortError') throw error
      },
    )
    await sleep(5 + Math.random() * 20)
    const start = performance.now()
    controller.abort()
    const after = pool.run(SHORT)
    await task
    settled[i] = performance.now() - start
    await after
    next[i] = performance.now() - start
  }
  return {
    p50: percentile(settled, 50),
    p99: percentile(settled, 99),
    nextP50: percentile(next, 50),
    nextP99: percentile(next, 99),
  }
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = NAMES.filter(enters)
  const rounds = quick ? 1 : 3
  const count = quick ? 20 : 200
  const samples = await interleaved({ rounds, contestants, say }, (name) => fresh(__filename, 'abort', { name, count }))

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  const own = rows.find(({ name }) => name === 'offloop')
  return {
    tables: [
      {
        title: 'from controller.abort()',
        columns: {
          p50: 'to the rejection, p50 (ms)',
          p99: 'p99 (ms)',
          nextP50: 'to the result of the thread’s next task, p50 (ms)',
          nextP99: 'p99 (ms)',
        },
        rows,
      },
    ],
    charts: [
      {
        title: 'From an abort to the result of the thread’s next task',
        unit: 'ms, 99th percentile',
        better: 'lower',
        log: true,
        bars: rows.map(({ name, nextP99 }) => ({ name, value: nextP99 })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [
            { goal: 'rejected within 20 ms, p99', measured: `${number(own.p99)} ms`, met: own.p99 <= 20 },
            {
              goal: 'the thread free within 20 ms, p99',
              measured: `${number(own.nextP99)} ms`,
              met: own.nextP99 <= 20,
            },
          ],
    notes: [
      `${count} aborts at random moments of a long sum on a pool of one thread; medians of ${rounds} rounds.`,
      'The peers reject first and then end the worker and start another; the task after that shows what it takes.',
    ],
  }
}

module.exports = { title: 'Abort', run, measure: { abort } }
