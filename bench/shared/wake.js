// @ts-check
'use strict'

// How long it takes from telling somebody who sleeps to what he does next.

const { fork } = require('node:child_process')
const { MessageChannel } = require('node:worker_threads')
const { setTimeout: sleep } = require('node:timers/promises')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians, percentile } = require('../lib/stats')
const { now, onThread } = require('./threads')

const COUNT = 500
/** The first part in so many does not count. */
const WARM = 10
/** After so many ms everybody sleeps. */
const PAUSE_MS = 2
const offloop = () => /** @type {any} */ (require('../..'))

/**
 * Two threads: one tells, `count` times, at a word or through a port, and the other sleeps until it is told.
 *
 * @typedef {{ name: string, count: number, memory: SharedArrayBuffer, port?: any }} Input
 */

/** How often it was told, and each time's moment in ns. @param {{ memory: SharedArrayBuffer, count: number }} input */
function wordsOf({ memory, count }) {
  return { told: new Int32Array(memory, 0, 1), at: new Float64Array(memory, 8, count) }
}

const bytesFor = (/** @type {number} */ count) => 8 + 8 * count

/** @param {string} name @returns {any} */
const atomicsOf = (name) => (name.startsWith('offloop') ? offloop().atomics : Atomics)

/** @type {(input: Input) => Promise<void>} */
async function tell(input) {
  const { told, at } = wordsOf(input)
  const atomics = atomicsOf(input.name)
  for (let i = 0; i < input.count; i++) {
    await sleep(PAUSE_MS)
    at[i] = now()
    if (input.port !== undefined) {
      input.port.postMessage(i)
      continue
    }
    Atomics.store(told, 0, i + 1)
    atomics.notify(told, 0)
  }
}

/** Sleeps in a blocked thread. @type {(input: Input) => number[]} */
function block(input) {
  const { told, at } = wordsOf(input)
  const atomics = atomicsOf(input.name)
  const ns = []
  for (let i = 0; i < input.count; i++) {
    while (Atomics.load(told, 0) === i) atomics.wait(told, 0, i)
    ns.push(now() - at[i])
  }
  return ns
}

/** Sleeps in the event loop. @type {(input: Input) => Promise<number[]>} */
async function wait(input) {
  const { told, at } = wordsOf(input)
  const atomics = atomicsOf(input.name)
  // A built-in wait does not keep the thread alive.
  const alive = setInterval(() => {}, 1 << 30)
  const ns = []
  for (let i = 0; i < input.count; i++) {
    if (input.port !== undefined) await new Promise((resolve) => input.port.once('message', resolve))
    else while (Atomics.load(told, 0) === i) await atomics.waitAsync(told, 0, i).value
    ns.push(now() - at[i])
  }
  clearInterval(alive)
  return ns
}

/** @typedef {{ p50: number, p99: number }} Late µs */

/** @param {number[]} ns @returns {Late} */
function late(ns) {
  const warm = ns.slice(ns.length / WARM)
  return { p50: percentile(warm, 50) / 1000, p99: percentile(warm, 99) / 1000 }
}

/** @param {{ name: string, how: 'block' | 'wait', count: number }} input  @returns {Promise<Late>} */
async function betweenThreads({ name, how, count }) {
  const { port1, port2 } = new MessageChannel()
  const byPort = name === POST
  const input = { name, count, memory: new SharedArrayBuffer(bytesFor(count)) }
  const [ns] = await Promise.all([
    onThread(__filename, how, { ...input, port: byPort ? port1 : undefined }, byPort ? [port1] : []),
    onThread(__filename, 'tell', { ...input, port: byPort ? port2 : undefined }, byPort ? [port2] : []),
  ])
  return late(ns)
}

/** This file as the other process, which answers how late it was each time. */
async function sleepInProcess() {
  const [name, how, count] = process.argv.slice(2)
  /** @type {number[]} */
  const ns = []
  if (name === IPC) {
    process.send?.('ready')
    await new Promise((resolve) =>
      process.on('message', (/** @type {number} */ at) => {
        ns.push(now() - at)
        if (ns.length === Number(count)) resolve(undefined)
      }),
    )
  } else {
    const channel = new (offloop().Channel)(regionOf(process.ppid), { capacity: CAPACITY })
    process.send?.('ready')
    while (ns.length < Number(count)) {
      const message = how === 'block' ? channel.receiveSync({ timeout: 10_000 }) : await channel.receive()
      ns.push(now() - message.readDoubleLE())
    }
  }
  process.send?.(ns)
}

const CAPACITY = 1 << 16
const regionOf = (/** @type {number} */ pid) => `offloop-bench-${pid}`

/** @param {{ name: string, how: 'block' | 'wait', count: number }} input  @returns {Promise<Late>} */
async function betweenProcesses({ name, how, count }) {
  const other = fork(__filename, [name, how, String(count)])
  const ready = new Promise((resolve) => other.once('message', resolve))
  const answer = new Promise((/** @type {(ns: number[]) => void} */ resolve, reject) => {
    other.on('message', (message) => Array.isArray(message) && resolve(message))
    other.on('exit', () => reject(new Error('The other process has ended')))
  })
  const channel = name === IPC ? undefined : new (offloop().Channel)(regionOf(process.pid), { capacity: CAPACITY })
  await ready
  for (let i = 0; i < count; i++) {
    await sleep(PAUSE_MS)
    if (channel === undefined) other.send(now())
    else channel.sendSync(stamp(), { timeout: 1000 })
  }
  const ns = await answer
  other.removeAllListeners('exit')
  other.disconnect()
  return late(ns)
}

/** This moment as bytes. */
function stamp() {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeDoubleLE(now())
  return bytes
}

/** A thread that looks at the word all the time, and writes down when it sees it change. @type {(input: Input) => void} */
function look(input) {
  const { told, at } = wordsOf(input)
  input.port.postMessage('ready')
  for (let i = 0; i < input.count; i++) {
    while (Atomics.load(told, 0) === i);
    at[i] = now()
  }
}

/**
 * From the call of a task that counts once to the line behind `await`.
 *
 * @param {{ count: number }} input
 * @returns {Promise<Late>}
 */
async function toRustAndBack({ count }) {
  const view = new Int32Array(new SharedArrayBuffer(4))
  const pool = new (offloop().WorkerPool)({ size: 1 })
  const ns = []
  for (let i = 0; i < count; i++) {
    await sleep(PAUSE_MS)
    const began = now()
    await pool.runTask('atomics.increment', { view, count: 1 })
    ns.push(now() - began)
  }
  return late(ns)
}

/**
 * From the moment when another thread sees what a task has counted to the line behind `await`.
 *
 * @param {{ count: number }} input
 * @returns {Promise<Late>}
 */
async function fromRust({ count }) {
  const memory = new SharedArrayBuffer(bytesFor(count))
  const { port1, port2 } = new MessageChannel()
  const { told, at } = wordsOf({ memory, count })
  const looking = onThread(__filename, 'look', { count, memory, port: port2 }, [port2])
  await new Promise((resolve) => port1.once('message', resolve))
  const pool = new (offloop().WorkerPool)({ size: 1 })
  const returned = []
  for (let i = 0; i < count; i++) {
    await sleep(PAUSE_MS)
    await pool.runTask('atomics.increment', { view: told, count: 1 })
    returned.push(now())
  }
  await looking
  return late(returned.map((ns, i) => ns - at[i]))
}

const POST = 'postMessage, thread to thread'
const IPC = 'process.send, process to process'

/** What measures each way of sleeping. @type {Record<string, { block?: string, wait?: string }>} */
const contestants = {
  'offloop atomics, thread to thread': { block: 'betweenThreads', wait: 'betweenThreads' },
  'Atomics, thread to thread': { block: 'betweenThreads', wait: 'betweenThreads' },
  [POST]: { wait: 'betweenThreads' },
  'offloop Channel, process to process': { block: 'betweenProcesses', wait: 'betweenProcesses' },
  [IPC]: { wait: 'betweenProcesses' },
  'offloop, a Rust task to JavaScript': { wait: 'fromRust' },
  'offloop, JavaScript to a Rust task and back': { wait: 'toRustAndBack' },
}

/** @param {import('../run').Context & { rounds: number }} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say, rounds }) {
  const count = quick ? 50 : COUNT
  const names = Object.keys(contestants).filter(enters)
  /** @param {string} name  @param {'block' | 'wait'} how @returns {Promise<Late | undefined>} */
  const measured = async (name, how) => {
    const measure = contestants[name][how]
    return measure && fresh(__filename, measure, { name, how, count })
  }
  const samples = await interleaved({ rounds, contestants: names, say }, async (name) => ({
    block: await measured(name, 'block'),
    wait: await measured(name, 'wait'),
  }))
  /** @param {string} name  @param {'block' | 'wait'} how @returns {Partial<Late>} */
  const cells = (name, how) => {
    const all = samples[name].flatMap((sample) => sample[how] ?? [])
    return all.length > 0 ? medians(all) : {}
  }
  const rows = names.map((name) => {
    const [block, wait] = [cells(name, 'block'), cells(name, 'wait')]
    return { name, blockP50: block.p50, blockP99: block.p99, waitP50: wait.p50, waitP99: wait.p99 }
  })
  return {
    tables: [
      {
        title: 'from telling a sleeper to what he does next',
        columns: {
          blockP50: 'a blocked thread, p50 (µs)',
          blockP99: 'p99 (µs)',
          waitP50: 'an `await`, p50 (µs)',
          waitP99: 'p99',
        },
        rows,
      },
    ],
    charts: [],
    goals: [],
    notes: [
      `Sleepers are told ${count} times, every ${PAUSE_MS} ms. The task in Rust counts to one; when it has, another thread sees that, which`,
      'looks all the time.',
    ],
  }
}

if (require.main === module) void sleepInProcess()

module.exports = {
  run,
  measure: { betweenProcesses, betweenThreads, fromRust, toRustAndBack },
  threads: { block, look, tell, wait },
}
