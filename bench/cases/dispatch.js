// @ts-check
'use strict'

// What it costs to hand a task to a pool and get its answer, when the task itself does nothing.

const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { collectGarbage } = require('../lib/garbage')
const { interleaved } = require('../lib/rounds')
const { medians, percentile } = require('../lib/stats')
const { number, times } = require('../lib/number')

const THREADS = 2
const SMALL_OBJECT = { iterations: 1e6, name: 'compute', list: [1, 2, 3] }

/** @typedef {{ p50: number, p99: number, atOnce: number, withObject: number }} Sample µs, µs, tasks/s, tasks/s */

/** @param {import('../peers').Pool} pool  @param {number} count */
async function oneAtATime(pool, count) {
  const micros = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await pool.run()
    micros[i] = (performance.now() - start) * 1000
  }
  return micros
}

/** Tasks per second. @param {import('../peers').Pool} pool  @param {number} count  @param {unknown} [input] */
async function allAtOnce(pool, count, input) {
  collectGarbage()
  const start = performance.now()
  const tasks = []
  for (let i = 0; i < count; i++) tasks.push(pool.run(input))
  await Promise.all(tasks)
  return (count / (performance.now() - start)) * 1000
}

/** @param {{ name: string, single: number, many: number }} input  @returns {Promise<Sample>} */
async function dispatch({ name, single, many }) {
  const pool = peers[name].open(await peers[name].load(), { threads: THREADS, work: 'noop' })
  await oneAtATime(pool, single / 4)
  const micros = await oneAtATime(pool, single)
  await allAtOnce(pool, many / 4)
  const atOnce = await allAtOnce(pool, many)
  const withObject = await allAtOnce(pool, many, SMALL_OBJECT)
  return { p50: percentile(micros, 50), p99: percentile(micros, 99), atOnce, withObject }
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = Object.keys(peers).filter(enters)
  const rounds = quick ? 1 : 3
  const single = quick ? 2_000 : 20_000
  const many = quick ? 10_000 : 100_000
  const samples = await interleaved({ rounds, contestants, say }, (name) =>
    fresh(__filename, 'dispatch', { name, single, many }),
  )

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  const own = rows.find(({ name }) => name === 'offloop')
  const others = rows.filter((row) => row !== own)
  const quickest = Math.min(...others.map(({ p50 }) => p50))
  const busiest = Math.max(...others.map(({ atOnce }) => atOnce))
  return {
    tables: [
      {
        title: `a task that does nothing, ${THREADS} threads`,
        columns: {
          p50: 'one at a time, p50 (µs)',
          p99: 'p99 (µs)',
          atOnce: `${number(many)} at once (tasks/s)`,
          withObject: 'the same with a small object (tasks/s)',
        },
        rows,
      },
    ],
    charts: [
      {
        title: `${number(many)} tasks at once`,
        unit: 'tasks per second',
        better: 'higher',
        bars: rows.map(({ name, atOnce }) => ({ name, value: atOnce })),
      },
      {
        title: 'One task at a time, there and back',
        unit: 'µs, median',
        better: 'lower',
        bars: rows.map(({ name, p50 }) => ({ name, value: p50 })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [
            {
              goal: `${number(many)} at once: at least 10 times the best peer`,
              measured: times(own.atOnce / busiest),
              met: own.atOnce >= 10 * busiest,
            },
            {
              goal: 'one at a time: p50 of at most 10 µs',
              measured: `${number(own.p50)} µs`,
              met: own.p50 <= 10,
            },
            {
              goal: 'one at a time: p50 at most half of the best peer’s',
              measured: times(own.p50 / quickest),
              met: own.p50 <= quickest / 2,
            },
          ],
    notes: [
      `Medians of ${rounds} rounds, each contestant in a fresh process each time; ${number(single)} awaits after a warm-up.`,
      'offloop runs its native `noop` task, the others a JavaScript function that does nothing.',
      'Peers keep their workers, have no queue limit and do not record timings.',
    ],
  }
}

module.exports = { title: 'Dispatch', run, measure: { dispatch } }
