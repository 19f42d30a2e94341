// @ts-check
'use strict'

// Adding 1 to a number in shared memory, by one thread and by two.

const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median } = require('../lib/stats')
const { allTogether, meet, now } = require('./threads')

const COUNT = 10_000_000
/** Room for every contestant. */
const BYTES = 256

/** @typedef {{ add: () => unknown, value: () => number }} Adder */

const offloop = () => /** @type {any} */ (require('../..'))

/** @type {Record<string, (memory: SharedArrayBuffer) => Adder>} */
const contestants = {
  'offloop atomics.add': (memory) => {
    const view = new Int32Array(memory)
    const { atomics } = offloop()
    return { add: () => atomics.add(view, 0, 1), value: () => atomics.load(view, 0) }
  },
  'Atomics.add': (memory) => {
    const view = new Int32Array(memory)
    return { add: () => Atomics.add(view, 0, 1), value: () => Atomics.load(view, 0) }
  },
  'offloop Counter.increment': (memory) => {
    const counter = new (offloop().Counter)(memory)
    return { add: () => counter.increment(), value: () => counter.value }
  },
  'Atomics.add, 64 bits': (memory) => {
    const view = new BigInt64Array(memory)
    return { add: () => Atomics.add(view, 0, 1n), value: () => Number(Atomics.load(view, 0)) }
  },
}

/** A task, not JavaScript. */
const TASK = 'offloop task atomics.increment'

/** @param {{ name: string, memory: SharedArrayBuffer, count: number, line: SharedArrayBuffer, threads: number }} input */
function addMany({ name, memory, count, line, threads }) {
  const { add } = contestants[name](memory)
  for (let i = 0; i < count / 10; i++) add()
  meet(line, threads)
  const began = now()
  for (let i = 0; i < count; i++) add()
  return { began, ended: now() }
}

/** @param {{ name: string, count: number, threads: number }} input  @returns {Promise<number>} ns for each add */
async function adding({ name, count, threads }) {
  const memory = new SharedArrayBuffer(BYTES)
  const { value } = contestants[name === TASK ? 'Atomics.add' : name](memory)
  const ns = await (name === TASK ? byTask : byThreads)({ name, memory, count, threads })
  const expected = threads * (count + Math.ceil(count / 10))
  if (value() !== expected) throw new Error(`${name} has counted to ${value()}, not to ${expected}`)
  return ns / (threads * count)
}

/** @param {{ name: string, memory: SharedArrayBuffer, count: number, threads: number }} input */
const byThreads = ({ threads, ...input }) => allTogether(__filename, 'addMany', threads, input)

/** @param {{ memory: SharedArrayBuffer, count: number, threads: number }} input */
async function byTask({ memory, count, threads }) {
  const pool = new (offloop().WorkerPool)({ size: threads })
  const view = new Int32Array(memory)
  await pool.runTask('atomics.increment', { view, count: threads * Math.ceil(count / 10) })
  const began = now()
  await pool.runTask('atomics.increment', { view, count: threads * count })
  return now() - began
}

/** @param {import('../run').Context & { rounds: number }} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say, rounds }) {
  const names = [...Object.keys(contestants), TASK].filter(enters)
  const count = quick ? COUNT / 20 : COUNT
  const samples = await interleaved({ rounds, contestants: names, say }, async (name) => ({
    one: await fresh(__filename, 'adding', { name, count, threads: 1 }),
    two: await fresh(__filename, 'adding', { name, count, threads: 2 }),
  }))
  const rows = names.map((name) => ({
    name,
    one: median(samples[name].map(({ one }) => one)),
    two: median(samples[name].map(({ two }) => two)),
  }))
  return {
    tables: [{ title: 'adding 1', columns: { one: 'one thread (ns)', two: 'two threads at one number (ns)' }, rows }],
    charts: [],
    goals: [],
    notes: ['Of the additions, none is lost: the totals are compared.'],
  }
}

module.exports = { run, measure: { adding }, threads: { addMany } }
