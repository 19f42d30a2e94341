// @ts-check
'use strict'

// The tutorial's heavy computation, the sum of sqrt(i), and one expression over long columns.

const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians } = require('../lib/stats')
const { number, times } = require('../lib/number')
const TutorialPool = require('../peers/tutorial-pool')
const sqrtSum = require('../work/sqrt-sum')
const columnsSum = require('../work/columns')

const THREADS = 2
const EXPRESSION = 'a * b + sin(c)^2'

/**
 * One way to compute: `sum` adds sqrt(i) up to `to`; `columns` adds `a * b + sin(c)^2` over the rows.
 * @typedef {{ a: Float64Array, b: Float64Array, c: Float64Array }} Columns
 * @typedef {{ sum: (to: number) => PromiseLike<number>, columns: (input: Columns) => PromiseLike<number> }} Way
 */

/** @param {number} rows */
const sharedColumn = (rows) => new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))

/** @type {Record<string, () => Way>} */
const ways = {
  'offloop, 2 threads'() {
    const { WorkerPool } = peers.offloop.load()
    const pool = new WorkerPool({ size: THREADS })
    return {
      sum: (to) => pool.runTask('numeric.reduce', { op: 'sum', of: 'sqrt(i)', range: [0, to] }),
      columns: (input) => pool.runTask('numeric.reduce', { op: 'sum', of: EXPRESSION, columns: input }),
    }
  },

  '2 JS workers'() {
    const sums = new TutorialPool(require.resolve('../work/sqrt-sum.tutorial'), THREADS)
    const columnSums = new TutorialPool(require.resolve('../work/columns.tutorial'), THREADS)
    return {
      async sum(to) {
        const halves = [
          { from: 0, to: to / 2 },
          { from: to / 2, to },
        ]
        const [low, high] = await Promise.all(halves.map((half) => sums.runTask(half)))
        return low + high
      },
      async columns(input) {
        const rows = input.a.length
        const halves = [
          { from: 0, to: rows / 2 },
          { from: rows / 2, to: rows },
        ]
        const [low, high] = await Promise.all(halves.map((half) => columnSums.runTask({ ...input, ...half })))
        return low + high
      },
    }
  },

  'JS on the event loop': () => ({
    sum: async (to) => sqrtSum({ from: 0, to }),
    columns: async (input) => columnsSum({ ...input, from: 0, to: input.a.length }),
  }),
}

/** @param {number} rows  @returns {Columns} in shared memory, so that nobody has to copy them */
function someColumns(rows) {
  const [a, b, c] = [sharedColumn(rows), sharedColumn(rows), sharedColumn(rows)]
  for (let i = 0; i < rows; i++) {
    a[i] = (i % 1009) / 7
    b[i] = (i % 757) / 3
    c[i] = (i % 10007) / 11
  }
  return { a, b, c }
}

/** @template T  @param {() => PromiseLike<T>} work  @returns {Promise<{ ms: number, result: T }>} */
async function timed(work) {
  const start = performance.now()
  const result = await work()
  return { ms: performance.now() - start, result }
}

/**
 * @param {{ name: string, to: number, rows: number }} input
 * @returns {Promise<{ sum: number, columns: number, sumResult: number, columnsResult: number }>} ms, ms, and what came out
 */
async function numeric({ name, to, rows }) {
  const way = ways[name]()
  await way.sum(1e7)
  const sum = await timed(() => way.sum(to))
  await way.columns(someColumns(1e5))
  const input = someColumns(rows)
  const columns = await timed(() => way.columns(input))
  return { sum: sum.ms, columns: columns.ms, sumResult: sum.result, columnsResult: columns.result }
}

/** Throws unless all agree but for the rounding of sums. @param {Array<{ name: string } & Record<string, any>>} rows @param {string} field */
function checkEqual(rows, field) {
  for (const row of rows) {
    const difference = Math.abs(row[field] / rows[0][field] - 1)
    if (!(difference < 1e-9))
      throw new Error(`${row.name}: ${field} is ${row[field]}, ${rows[0].name} has ${rows[0][field]}`)
  }
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = Object.keys(ways).filter(enters)
  const rounds = quick ? 1 : 5
  const to = quick ? 1e8 : 1e9
  const columnRows = quick ? 1e6 : 1e7
  const samples = await interleaved({ rounds, contestants, say }, (name) =>
    fresh(__filename, 'numeric', { name, to, rows: columnRows }),
  )

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  checkEqual(rows, 'sumResult')
  checkEqual(rows, 'columnsResult')
  const [own, workers] = [rows[0], rows[1]]
  return {
    tables: [
      {
        title: 'numbers',
        columns: {
          sum: `sum of sqrt(i), i < ${number(to)} (ms)`,
          columns: `sum of \`${EXPRESSION}\`, ${number(columnRows)} rows (ms)`,
        },
        rows,
      },
    ],
    charts: [
      {
        title: `The sum of sqrt(i) for ${number(to)} numbers`,
        unit: 'ms, median',
        better: 'lower',
        bars: rows.map(({ name, sum }) => ({ name, value: sum })),
      },
      {
        title: `The sum of ${EXPRESSION} for ${number(columnRows)} rows`,
        unit: 'ms, median',
        better: 'lower',
        bars: rows.map(({ name, columns }) => ({ name, value: columns })),
      },
    ],
    goals:
      contestants.length < Object.keys(ways).length
        ? []
        : [
            {
              goal: 'the sum: at least 3.5 times as fast as two JS workers',
              measured: times(workers.sum / own.sum),
              met: workers.sum >= 3.5 * own.sum,
            },
          ],
    notes: [
      `Medians of ${rounds} rounds, all contestants interleaved; the workers run already and the code is warm.`,
      'Columns are Float64Arrays over shared memory. Results are compared: all agree to nine digits and more.',
    ],
  }
}

module.exports = { title: 'Numbers', run, measure: { numeric } }
