// @ts-check
'use strict'

/**
 * Random tasks on random pools of JS workers, scenario after scenario, until there were so many tasks:
 * `node settlement <first seed> <tasks>`. Prints what became of them; of a failure, its seed.
 */

const { readdirSync } = require('node:fs')
const { setTimeout: sleep } = require('node:timers/promises')
const { Worker, isMainThread, workerData } = require('node:worker_threads')
const { Chance } = require('./chance')
const { Scenario } = require('./scenario')

/** How long a scenario, which takes a second or less, may take on a machine that does other things as well. */
const DEADLINE_MS = 60_000

/** Scenarios at a time. */
const LANES = 2

/** How often a task ended in which way. @type {Record<string, number>} */
const outcomes = {}
let [seed, left] = process.argv.slice(2).map(Number)
let scenarios = 0
let nested = 0

async function lane() {
  while (left > 0) {
    const mine = seed++
    scenarios++
    if (new Chance(~mine).of(0.1)) await terminated(mine)
    else await settled(mine)
  }
}

/** A scenario in which every task must settle. @param {number} seed */
async function settled(seed) {
  const scenario = new Scenario(seed)
  left -= scenario.count
  const fault = await within(seed, scenario.run(), () => JSON.stringify([scenario.pending(), scenario.pool?.stats()]))
  if (fault !== undefined) fail(seed, fault)
  for (const { outcome } of scenario.orders) {
    outcomes[String(outcome)] = (outcomes[String(outcome)] ?? 0) + 1
  }
}

/** A scenario in a worker thread that is terminated at any moment of it. @param {number} seed */
async function terminated(seed) {
  nested++
  const worker = new Worker(__filename, { workerData: seed, argv: process.argv.slice(2) })
  const exit = new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
  await sleep(new Chance(seed).between(0, 300))
  await within(seed, worker.terminate(), () => 'the thread does not end')
  await within(seed, exit, () => 'there is no exit event')
}

/**
 * @template T
 * @param {number} seed
 * @param {Promise<T>} work
 * @param {() => string} state
 * @returns {Promise<T>}
 */
async function within(seed, work, state) {
  const timer = setTimeout(() => fail(seed, `hangs: ${state()}`), DEADLINE_MS)
  const result = await work
  clearTimeout(timer)
  return result
}

/**
 * @param {number} seed
 * @param {string} fault
 */
function fail(seed, fault) {
  console.error(`seed ${seed}: ${fault}`)
  process.exit(1)
}

/** Threads of this process, where the system says so. */
function threads() {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0
}

async function memory() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external, threads: threads() }
}

async function main() {
  const wanted = left
  // The first ones fill caches and start threads that stay.
  left = wanted / 5
  await Promise.all(Array.from({ length: LANES }, lane))
  const before = await memory()
  left += wanted - wanted / 5
  await Promise.all(Array.from({ length: LANES }, lane))
  const after = await memory()
  const settled = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  console.log(JSON.stringify({ scenarios, nested, settled, outcomes, before, after }))
}

if (isMainThread) void main()
else void new Scenario(workerData).run()
