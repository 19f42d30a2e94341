// @ts-check
'use strict'

/** The program's CPU budget of two threads, seen from the outside: `OFFLOOP_THREADS=2 node budget.js`. */

const { WorkerPool, defaultPool } = require('../..')
const { until } = require('../support/until')

async function main() {
  const [first, second, own] = [defaultPool(), new WorkerPool(), new WorkerPool(3)]
  const sizes = [first.size, second.size, own.size]
  const controller = new AbortController()
  const options = { signal: controller.signal }
  const stall = { kind: /** @type {const} */ ('stall') }
  const pools = [first, first, first, second, second, own, own, own]
  const stalls = pools.map((pool) => pool.runTask('fault', stall, options).catch(() => 'stopped'))
  await until(() => own.stats().running === 3 && first.stats().running + second.stats().running === 2)
  // Time for a third to start, if the budget did not hold it back.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const running = [first.stats().running + second.stats().running, own.stats().running]
  controller.abort()
  await Promise.all(stalls)
  // Both get their turn while both have work.
  const tasks = (/** @type {WorkerPool} */ pool) => {
    return Promise.all(Array.from({ length: 200 }, () => pool.runTask('fault', { ...stall, milliseconds: 1 })))
  }
  const long = tasks(first)
  await second.runTask('noop')
  const before = first.stats().completed
  await long
  console.log(JSON.stringify({ sizes, running, waitedForTheOther: before >= 200 }))
}

void main()
