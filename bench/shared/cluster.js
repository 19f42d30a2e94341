// @ts-check
'use strict'

// A counter that the two workers of a cluster share.

const cluster = require('node:cluster')
const { once } = require('node:events')
const path = require('node:path')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median } = require('../lib/stats')
const { number, times } = require('../lib/number')
const { IPC, OWN, REDIS, keep } = require('./counters')
const { redisVersion, startRedis } = require('./redis')
const { spanOf } = require('./threads')

const WORKERS = 2
const OWN_TIMES = 2_000_000
const TIMES = 20_000
const AT_ONCE = 100
const GOAL = 50

/** @typedef {{ began: number, ended: number }} Span */

/** Sends it to all of them, and gives what each has done when it has. @param {import('node:cluster').Worker[]} workers  @param {object} message */
const ask = (workers, message) =>
  Promise.all(
    workers.map(
      (worker) =>
        new Promise((/** @type {(span: Span) => void} */ resolve) => {
          const listener = (/** @type {{ done?: Span }} */ { done }) => {
            if (done === undefined) return
            worker.off('message', listener)
            resolve(done)
          }
          worker.on('message', listener)
          worker.send(message)
        }),
    ),
  )

/** @param {import('node:cluster').Worker} worker */
async function end(worker) {
  worker.process.kill()
  await once(worker, 'exit')
}

/**
 * Increments per second, of all workers together.
 *
 * @param {{ name: string, times: number, atOnce: number[] }} input
 * @returns {Promise<number[]>} for each of `atOnce`
 */
async function counted({ name, times, atOnce }) {
  const redis = name === REDIS ? await startRedis() : undefined
  const place = { region: `offloop-bench-${process.pid}`, port: redis?.port }
  cluster.setupPrimary({ exec: path.join(__dirname, 'cluster-worker.js') })
  const workers = Array.from({ length: WORKERS }, () => cluster.fork())
  const { valueOf, close } = await keep(name, place, workers)
  await ask(workers, { open: { name, place } })
  await ask(workers, { count: { times: times / 10, atOnce: 1 } })
  let expected = (WORKERS * times) / 10
  const rates = []
  for (const lanes of atOnce) {
    const spans = await ask(workers, { count: { times, atOnce: lanes } })
    rates.push(((WORKERS * times) / spanOf(spans)) * 1e9)
    expected += WORKERS * times
  }
  const value = await valueOf()
  if (value !== expected) throw new Error(`${name} has counted to ${value}, not to ${expected}`)
  close?.()
  await Promise.all(workers.map(end))
  // Nobody is connected any more, who would take this for a fault.
  await redis?.stop()
  return rates
}

/** @param {import('../run').Context & { rounds: number }} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say, rounds }) {
  const version = redisVersion()
  const names = [OWN, IPC, ...(version === undefined ? [] : [REDIS])].filter(enters)
  const divisor = quick ? 10 : 1
  const samples = await interleaved({ rounds, contestants: names, say }, (name) =>
    fresh(__filename, 'counted', {
      name,
      times: (name === OWN ? OWN_TIMES : TIMES) / divisor,
      atOnce: name === OWN ? [1] : [1, AT_ONCE],
    }),
  )
  const rows = names.map((name) => ({
    name,
    one: median(samples[name].map(([one]) => one)),
    many: name === OWN ? undefined : median(samples[name].map(([, many]) => many)),
  }))
  /** @param {{ one: number, many?: number }} row */
  const best = ({ one, many = 0 }) => Math.max(one, many)
  const [own, ipc] = [OWN, IPC].map((name) => rows.find((row) => row.name === name))
  return {
    tables: [
      {
        title: `a counter of a cluster of ${WORKERS}, increments/s of all`,
        columns: { one: 'one at a time', many: `${AT_ONCE} at once in each worker` },
        rows,
      },
    ],
    charts: [
      {
        title: `A counter of a cluster of ${WORKERS} workers`,
        unit: 'increments per second of all, the faster way',
        better: 'higher',
        log: true,
        bars: rows.map((row) => ({ name: row.name === OWN ? 'offloop Counter' : row.name, value: best(row) })),
      },
    ],
    goals:
      own && ipc
        ? [
            {
              goal: `a counter of a cluster: at least ${GOAL} times IPC to the primary, its faster way`,
              measured: times(best(own) / best(ipc)),
              met: best(own) >= GOAL * best(ipc),
            },
          ]
        : [],
    notes: [
      'Every increment of the cluster’s counter gives the new value; the totals are compared.',
      version === undefined
        ? 'redis-server is not installed here, so the table is without Redis.'
        : `Redis ${version} runs on this machine, on 127.0.0.1, and keeps nothing on disk; its client sends what is asked in one`,
      ...(version === undefined
        ? []
        : [
            `turn of the event loop together. ${number(AT_ONCE)} at once are ${number(AT_ONCE)} loops that each await an answer.`,
          ]),
    ],
  }
}

module.exports = { run, measure: { counted } }
