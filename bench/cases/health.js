// @ts-check
'use strict'

// What a service's other requests feel while it computes: GET /health, at a fixed rate, while /compute saturates the pool.

const { fork } = require('node:child_process')
const { once } = require('node:events')
const http = require('node:http')
const path = require('node:path')
const { fresh } = require('../lib/fresh')
const { EVERY_MS, probe } = require('../lib/probe')
const { interleaved } = require('../lib/rounds')
const { medians, percentile } = require('../lib/stats')
const { number } = require('../lib/number')
const sqrtSum = require('../work/sqrt-sum')

const THREADS = 2
const NAMES = ['offloop', 'inline', 'tutorial pool', 'piscina']
const COMPUTE_MS = 400
const CLIENTS = 4

/** The range that the loop in JavaScript adds up in about COMPUTE_MS. */
function computeRange() {
  const part = { from: 0, to: 2e8 }
  sqrtSum(part)
  const start = performance.now()
  sqrtSum(part)
  return Math.round((part.to * COMPUTE_MS) / (performance.now() - start))
}

/** @param {http.Agent} agent  @param {number} port  @param {string} route  @returns {Promise<any>} */
function get(agent, port, route) {
  return new Promise((resolve, reject) => {
    http
      .get({ agent, port, host: '127.0.0.1', path: route }, (response) => {
        let body = ''
        response
          .setEncoding('utf8')
          .on('data', (chunk) => {
            body += chunk
          })
          .on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(body))
            else reject(new Error(`${route}: ${response.statusCode} ${body}`))
          })
      })
      .on('error', reject)
  })
}

/**
 * Runs a server and asks it, idle and then under load.
 * @param {{ name: string, range: number, ms: number }} input
 * @returns {Promise<Record<string, number>>} ms; requests per second; the result of /compute
 */
async function health({ name, range, ms }) {
  const server = fork(path.join(__dirname, '../lib/server.js'), [name, String(range)])
  const [port] = await once(server, 'message')
  const agent = new http.Agent({ keepAlive: true })
  const ask = (/** @type {string} */ route) => get(agent, port, route)
  const askHealth = () => ask('/health')

  await probe(askHealth, ms / 4)
  await ask('/delay')
  const idle = await probe(askHealth, ms / 2)
  const idleDelay = (await ask('/delay')).ms

  let loaded = true
  let computed = 0
  let result = NaN
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (loaded) {
      result = (await ask('/compute')).result
      computed++
    }
  })
  const start = performance.now()
  const busy = await probe(askHealth, ms)
  const seconds = (performance.now() - start) / 1000
  const perSecond = computed / seconds
  const delay = (await ask('/delay')).ms
  loaded = false
  await Promise.all(clients)
  server.kill()

  return {
    idleP99: percentile(idle, 99),
    p50: percentile(busy, 50),
    p99: percentile(busy, 99),
    max: Math.max(...busy),
    idleDelay,
    delay,
    perSecond,
    result,
  }
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = NAMES.filter(enters)
  const rounds = quick ? 1 : 5
  const ms = quick ? 2000 : 8000
  const range = computeRange()
  const samples = await interleaved({ rounds, contestants, say }, (name) =>
    fresh(__filename, 'health', { name, range, ms }),
  )

  const rows = contestants.map((name) => ({ name, ...medians(samples[name]) }))
  for (const { name, result } of rows) {
    if (Math.abs(result / rows[0].result - 1) > 1e-9) throw new Error(`${name}: /compute answered ${result}`)
  }
  const own = rows.find(({ name }) => name === 'offloop')
  const pools = rows.filter(({ name }) => name !== 'offloop' && name !== 'inline')
  const bestPool = Math.min(...pools.map(({ p99 }) => p99))
  return {
    tables: [
      {
        title: 'GET /health while /compute runs',
        columns: {
          p50: 'p50 (ms)',
          p99: 'p99 (ms)',
          max: 'max (ms)',
          idleP99: 'p99 when idle (ms)',
          delay: 'worst delay of the loop (ms)',
          idleDelay: 'when idle (ms)',
          perSecond: '/compute per second',
        },
        rows,
      },
    ],
    charts: [
      {
        title: 'GET /health while /compute runs',
        unit: 'ms, 99th percentile',
        better: 'lower',
        log: true,
        bars: rows.map(({ name, p99 }) => ({ name, value: p99 })),
      },
      {
        title: 'Requests to /compute answered meanwhile',
        unit: 'per second',
        better: 'higher',
        bars: rows.map(({ name, perSecond }) => ({ name, value: perSecond })),
      },
    ],
    goals:
      own === undefined
        ? []
        : [
            {
              goal: '/health p99 no worse than the best peer’s pool',
              measured: `${number(own.p99)} ms, best peer ${number(bestPool)} ms`,
              met: own.p99 <= bestPool,
            },
            {
              goal: 'the loop’s worst delay at most 10 ms above idle',
              measured: `${number(own.delay - own.idleDelay)} ms above`,
              met: own.delay - own.idleDelay <= 10,
            },
          ],
    notes: [
      `Server and prober are processes of their own; the prober asks /health every ${EVERY_MS} ms, and counts from when it`,
      `was due, beside ${CLIENTS} clients that ask /compute without a pause. Every pool has ${THREADS} threads.`,
      `/compute adds sqrt(i) up to ${number(range)}, about ${COMPUTE_MS} ms in JavaScript. Medians of ${rounds} rounds.`,
    ],
  }
}

module.exports = { title: 'Latency under load', run, measure: { health } }
