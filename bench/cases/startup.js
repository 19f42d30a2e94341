// @ts-check
'use strict'

// How soon a program can use a pool: loading the module, the first result, and four threads at work.

const fs = require('node:fs')
const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians } = require('../lib/stats')
const { number } = require('../lib/number')

const THREADS = 4

/** @param {string} name  @returns {Promise<number>} ms */
async function load(name) {
  const start = performance.now()
  await peers[name].load()
  return performance.now() - start
}

/** From the constructor of a pool to its first result. @param {string} name  @returns {Promise<number>} ms */
async function first(name) {
  const module = await peers[name].load()
  const start = performance.now()
  await peers[name].open(module, { threads: THREADS, work: 'noop' }).run()
  return performance.now() - start
}

/** How many threads this process has, where the system tells. */
const threadsOfProcess = () => (fs.existsSync('/proc/self/task') ? fs.readdirSync('/proc/self/task').length : NaN)

/**
 * From the constructor until each thread has been at work. JS workers each take a task that waits for the other three.
 * Rust threads exist when the constructor returns, which is checked, and then answer four tasks.
 * @param {string} name
 * @returns {Promise<number>} ms
 */
async function all(name) {
  const { native, load, open } = peers[name]
  const module = await load()
  const before = threadsOfProcess()
  const start = performance.now()
  const pool = open(module, { threads: THREADS, work: native ? 'noop' : 'meet' })
  const input = native ? undefined : { arrived: new Int32Array(new SharedArrayBuffer(4)), threads: THREADS }
  await Promise.all(Array.from({ length: THREADS }, () => pool.run(input)))
  const ms = performance.now() - start
  if (threadsOfProcess() - before < THREADS) throw new Error(`${name} has fewer than ${THREADS} threads`)
  return ms
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = Object.keys(peers).filter((name) => enters(name) && !peers[name].tuned)
  const rounds = quick ? 3 : 11
  const samples = await interleaved({ rounds, contestants, say }, async (name) => ({
    load: await fresh(__filename, 'load', name),
    first: await fresh(__filename, 'first', name),
    all: await fresh(__filename, 'all', name),
  }))

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  const own = rows.find(({ name }) => name === 'offloop')
  return {
    tables: [
      {
        title: `a pool of ${THREADS} threads`,
        columns: {
          load: 'load the module (ms)',
          first: 'constructor to first result (ms)',
          all: `constructor to ${THREADS} threads at work (ms)`,
        },
        rows,
      },
    ],
    charts: [
      {
        title: `From the constructor to ${THREADS} threads at work`,
        unit: 'ms, median',
        better: 'lower',
        log: true,
        bars: rows.map(({ name, all }) => ({ name, value: all })),
      },
      {
        title: 'Loading the module',
        unit: 'ms, median',
        better: 'lower',
        bars: rows.map(({ name, load }) => ({ name, value: load })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [
            {
              goal: `${THREADS} threads at work in at most 2 ms`,
              measured: `${number(own.all)} ms`,
              met: own.all <= 2,
            },
            {
              goal: "require('offloop') in at most 15 ms",
              measured: `${number(own.load)} ms`,
              met: own.load <= 15,
            },
          ],
    notes: [`Medians of ${rounds} rounds, every number from a fresh process.`],
  }
}

module.exports = { title: 'Startup', run, measure: { load, first, all } }
