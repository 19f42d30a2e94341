// @ts-check
'use strict'

// The user's own JavaScript on two workers: what it costs to hand values over and back, and what the pool does while the
// main thread is busy and while nobody asks anything of it.

const { AsyncLocalStorage } = require('node:async_hooks')
const { once } = require('node:events')
const net = require('node:net')
const { setTimeout: sleep } = require('node:timers/promises')
const peers = require('../peers')
const { fresh } = require('../lib/fresh')
const { collectGarbage } = require('../lib/garbage')
const { interleaved } = require('../lib/rounds')
const { median, medians, percentile } = require('../lib/stats')
const { number, times } = require('../lib/number')
const { checkResults, values } = require('../lib/values')

const THREADS = 2
const TASKS = 100
const TASK_MS = 1
const BLOCKED_MS = 200
const IDLE_MS = 10_000
const SETTLE_MS = 1000
/** V8 tidies up heaps for the last time 8 to 17 s after their last work: that is no part of being idle. */
const TIDY_UP_MS = 20_000
const CPU_NOISE_MS = 2
const PINGS = 20
const PING_LIMIT_MS = 500
const NO_POOL = 'no pool'

/** @typedef {import('../peers').Pool} Pool */

/** @param {string} name  @param {string} work  @param {number} [threads] */
async function openPool(name, work, threads = THREADS) {
  return peers[name].open(await peers[name].load(), { threads, work })
}

/** @param {Pool} pool  @param {boolean} moved  @param {any} value */
const send = (pool, moved, value) => (moved ? pool.run(value, { transferList: [value.buffer] }) : pool.run(value))

/**
 * µs per task. A moved value is sent on as it came back.
 *
 * @param {Pool} pool
 * @param {{ kind: string, moved: boolean, count: number }} plan
 */
async function oneAtATime(pool, { kind, moved, count }) {
  const micros = new Float64Array(count)
  let value = values[kind](0)
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const result = await send(pool, moved, value)
    micros[i] = (performance.now() - start) * 1000
    if (moved) value = result
    if (i === count - 1) checkResults(kind, [result])
  }
  return micros
}

/** Tasks per second. @param {Pool} pool  @param {{ kind: string, moved: boolean, count: number }} plan */
async function allAtOnce(pool, { kind, moved, count }) {
  const inputs = Array.from({ length: count }, (_, i) => values[kind](i))
  collectGarbage()
  const start = performance.now()
  const tasks = inputs.map((value) => send(pool, moved, value))
  const results = await Promise.all(tasks)
  const ms = performance.now() - start
  checkResults(kind, results)
  return (count / ms) * 1000
}

/**
 * @param {{ name: string, kind: string, moved: boolean, single: number, many: number }} input
 * @returns {Promise<{ p50: number, p99: number, atOnce: number, inContext: number }>} µs, µs, tasks/s, tasks/s
 */
async function handOver({ name, kind, moved, single, many }) {
  const pool = await openPool(name, moved ? 'move' : 'echo')
  const plan = { kind, moved, count: many }
  await oneAtATime(pool, { ...plan, count: Math.ceil(single / 4) })
  const micros = await oneAtATime(pool, { ...plan, count: single })
  await allAtOnce(pool, { ...plan, count: Math.ceil(many / 4) })
  const atOnce = await allAtOnce(pool, plan)
  const inContext =
    kind === 'number' ? await new AsyncLocalStorage().run({ request: 1 }, () => allAtOnce(pool, plan)) : NaN
  return { p50: percentile(micros, 50), p99: percentile(micros, 99), atOnce, inContext }
}

/** From the constructor to the first result. @param {string} name  @returns {Promise<number>} ms */
async function startUp(name) {
  const module = await peers[name].load()
  const start = performance.now()
  await peers[name].open(module, { threads: THREADS, work: 'echo' }).run(1)
  return performance.now() - start
}

/** Nothing else happens on this thread for so long. @param {number} ms */
function block(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** How many of the tasks were done when the main thread unblocks. @param {string} name  @returns {Promise<number>} */
async function blockedMain(name) {
  const pool = await openPool(name, 'stamp')
  await Promise.all(Array.from({ length: 10 * THREADS }, () => pool.run(TASK_MS)))
  await sleep(SETTLE_MS)
  const tasks = Array.from({ length: TASKS }, () => pool.run(TASK_MS))
  block(BLOCKED_MS)
  const unblocked = Number(process.hrtime.bigint()) / 1e6
  const ends = await Promise.all(tasks)
  return ends.filter((end) => end <= unblocked).length
}

/** The CPU time that the process uses in ten seconds without a task. @param {string} name  @returns {Promise<number>} ms */
async function idle(name) {
  if (name !== NO_POOL) {
    const pool = await openPool(name, 'echo')
    for (let i = 0; i < 1000; i++) await pool.run(i)
  }
  await sleep(TIDY_UP_MS)
  const before = process.cpuUsage()
  await sleep(IDLE_MS)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * How long a socket of the worker takes to answer after a timer of 10 ms, while the worker has no task.
 *
 * @param {string} name
 * @returns {Promise<number>} ms; the limit when there was no answer
 */
async function ownServer(name) {
  const pool = await openPool(name, 'serve', 1)
  const socket = net.connect(await pool.run(), '127.0.0.1').setNoDelay()
  await once(socket, 'connect')
  await sleep(SETTLE_MS)
  const latencies = []
  for (let i = 0; i < PINGS; i++) {
    const start = performance.now()
    socket.write('ping')
    const answered = await Promise.race([once(socket, 'data'), sleep(PING_LIMIT_MS)])
    if (answered === undefined) return PING_LIMIT_MS
    latencies.push(performance.now() - start)
  }
  return median(latencies)
}

/** What is sent: the heading, how many one at a time, how many at once, and whether it is moved. */
const KINDS = /** @type {const} */ ({
  number: { kind: 'number', title: 'number', single: 20_000, many: 50_000, moved: false },
  object: { kind: 'object', title: 'small object', single: 20_000, many: 50_000, moved: false },
  rows: { kind: 'rows', title: '200 rows', single: 2_000, many: 2_000, moved: false },
  copied: { kind: 'bytes', title: '1 MB copied', single: 400, many: 200, moved: false },
  moved: { kind: 'bytes', title: '1 MB moved', single: 400, many: 200, moved: true },
})

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const contestants = Object.keys(peers).filter(enters)
  const plain = contestants.filter((name) => !peers[name].tuned)
  const rounds = quick ? 1 : 3
  const divisor = quick ? 20 : 1
  /** @type {Record<string, Record<string, any>>} */
  const rows = Object.fromEntries(contestants.map((name) => [name, { name }]))

  for (const [key, { kind, title, moved, single, many }] of Object.entries(KINDS)) {
    const takePart = contestants.filter((name) => !moved || !peers[name].copies)
    const samples = await interleaved(
      { rounds, contestants: takePart, say: (text) => say(`${title}, ${text}`) },
      (name) => fresh(__filename, 'handOver', { name, kind, moved, single: single / divisor, many: many / divisor }),
    )
    for (const name of takePart) rows[name][key] = medians(samples[name])
  }
  for (const { key, measure, who, title } of [
    { key: 'start', measure: 'startUp', who: plain, title: 'start-up' },
    { key: 'done', measure: 'blockedMain', who: contestants, title: 'blocked main thread' },
    { key: 'server', measure: 'ownServer', who: plain, title: 'own server' },
  ]) {
    const samples = await interleaved({ rounds, contestants: who, say: (text) => say(`${title}, ${text}`) }, (name) =>
      fresh(__filename, measure, name),
    )
    for (const name of who) rows[name][key] = median(samples[name])
  }
  // All at the same time: who is idle disturbs nobody.
  rows[NO_POOL] = { name: NO_POOL }
  const idlers = [...plain, NO_POOL]
  say('idle, all at once')
  const cpuTimes = await Promise.all(idlers.map((name) => fresh(__filename, 'idle', name)))
  for (const [i, name] of idlers.entries()) rows[name].idle = cpuTimes[i]
  return report(rows, contestants, { rounds, divisor })
}

/**
 * @param {Record<string, any>} rows
 * @param {string[]} contestants
 * @param {{ rounds: number, divisor: number }} plan
 * @returns {import('../lib/report').Result}
 */
function report(rows, contestants, { rounds, divisor }) {
  const kinds = Object.entries(KINDS)
  const many = number(KINDS.number.many / divisor)
  return {
    tables: [
      {
        title: `${THREADS} workers, one at a time`,
        columns: Object.fromEntries(
          kinds.flatMap(([key, { title }], i) => [
            [`${key}P50`, `${title}, p50 (µs)`],
            [`${key}P99`, i === 0 ? 'p99 (µs)' : 'p99'],
          ]),
        ),
        rows: contestants.map((name) => ({
          name,
          ...Object.fromEntries(
            kinds.flatMap(([key]) => [
              [`${key}P50`, rows[name][key]?.p50],
              [`${key}P99`, rows[name][key]?.p99],
            ]),
          ),
        })),
      },
      {
        title: 'many at once, tasks/s',
        columns: {
          ...Object.fromEntries(kinds.map(([key, { title, many }]) => [key, `${number(many / divisor)} × ${title}`])),
          inContext: `${many} × number in an \`AsyncLocalStorage\``,
        },
        rows: contestants.map((name) => ({
          name,
          ...Object.fromEntries(kinds.map(([key]) => [key, rows[name][key]?.atOnce])),
          inContext: rows[name].number.inContext,
        })),
      },
      {
        title: 'beside the tasks',
        columns: {
          start: 'constructor to first result (ms)',
          done: `of ${TASKS} tasks, done while the main thread is blocked`,
          idle: 'CPU time of ten idle seconds (ms)',
          server: 'a server in an idle worker answers (ms)',
        },
        rows: [...contestants, NO_POOL].map((name) => ({
          ...rows[name],
          name,
          server: rows[name].server === PING_LIMIT_MS ? 'never' : rows[name].server,
        })),
      },
    ],
    charts: [
      {
        title: `${many} numbers at once, there and back`,
        unit: 'tasks per second',
        better: 'higher',
        bars: contestants.map((name) => ({ name, value: rows[name].number.atOnce })),
      },
      {
        title: `${many} small objects at once, there and back`,
        unit: 'tasks per second',
        better: 'higher',
        bars: contestants.map((name) => ({ name, value: rows[name].object.atOnce })),
      },
      {
        title: 'One small object at a time, there and back',
        unit: 'µs, median',
        better: 'lower',
        bars: contestants.map((name) => ({ name, value: rows[name].object.p50 })),
      },
    ],
    goals: contestants.includes('offloop') ? goals(rows, contestants, many) : [],
    notes: [
      `Medians of ${rounds} rounds, each number from a fresh process, after a warm-up. The worker gives back what it got;`,
      'every pool’s results are compared with what was sent. Peers keep their workers, have no queue limit and do not',
      `record timings. The small object is \`{ iterations, name, list: [1, 2, 3] }\`. poolifier moves a buffer there and`,
      `copies it back; the tutorial’s pool copies. While the main thread is blocked, ${TASKS} tasks of ${TASK_MS} ms are in,`,
      `and ${BLOCKED_MS} ms pass. The server answers after a timer of 10 ms.`,
    ],
  }
}

/** @param {Record<string, any>} rows  @param {string[]} contestants  @param {string} many */
function goals(rows, contestants, many) {
  const own = rows.offloop
  const others = contestants.filter((name) => name !== 'offloop').map((name) => rows[name])
  const ofPiscina = others.filter(({ name }) => name.startsWith('piscina'))
  /** @param {any[]} rows  @param {string} kind */
  const quickest = (rows, kind) => Math.min(...rows.map((row) => row[kind].p50))

  const ratios = [
    { kind: 'number', title: 'numbers', factor: 5 },
    { kind: 'object', title: 'small objects', factor: 3 },
  ].map(({ kind, title, factor }) => {
    const ratio = own[kind].atOnce / Math.max(...others.map((row) => row[kind].atOnce))
    return {
      goal: `${title}, ${many} at once: at least ${factor} times the best peer`,
      measured: times(ratio),
      met: ratio >= factor,
    }
  })
  const latencies = [
    { kind: 'number', title: 'number' },
    { kind: 'object', title: 'small object' },
  ].flatMap(({ kind, title }) => [
    {
      goal: `one ${title} at a time: p50 at most the best peer’s`,
      measured: times(own[kind].p50 / quickest(others, kind)),
      met: own[kind].p50 <= quickest(others, kind),
    },
    {
      goal: `one ${title} at a time: p50 at most half of piscina’s`,
      measured: times(own[kind].p50 / quickest(ofPiscina, kind)),
      met: own[kind].p50 <= quickest(ofPiscina, kind) / 2,
    },
  ])
  const more = own.idle - rows[NO_POOL].idle
  return [
    ...ratios,
    ...latencies,
    {
      goal: `all ${TASKS} tasks done when the main thread unblocks`,
      measured: `${number(own.done)}`,
      met: own.done === TASKS,
    },
    {
      goal: `no measurable CPU in ten idle seconds (at most ${CPU_NOISE_MS} ms more than without a pool)`,
      measured: `${number(Math.max(0, more))} ms more`,
      met: more <= CPU_NOISE_MS,
    },
    {
      goal: 'timers and sockets of an idle worker on time',
      measured: `10 ms timer answered in ${number(own.server)} ms`,
      met: own.server <= 15,
    },
  ]
}

module.exports = { title: 'JavaScript workers', run, measure: { handOver, startUp, blockedMain, idle, ownServer } }
