// @ts-check
'use strict'

/**
 * Four times a million, counted by four workers and then by Rust threads, all at one number.
 *
 *     node count.js
 *
 * @module
 */

const path = require('node:path')
const { SharedRegion, WorkerPool } = require('offloop')

const WORKERS = 4
const TIMES = 1_000_000

/** By JavaScript in four worker threads. @param {Int32Array} view */
async function countInWorkers(view) {
  const pool = new WorkerPool(path.join(__dirname, 'worker.js'), WORKERS)
  await Promise.all(Array.from({ length: WORKERS }, () => pool.runTask({ view, times: TIMES })))
  await pool.close()
}

/** By native tasks on four Rust threads. @param {Int32Array} view */
async function countInRust(view) {
  const pool = new WorkerPool({ size: WORKERS })
  const tasks = Array.from({ length: WORKERS }, () => pool.runTask('atomics.increment', { view, count: TIMES }))
  await Promise.all(tasks)
  await pool.close()
}

async function main() {
  for (const [who, count] of /** @type {const} */ ([
    ['workers', countInWorkers],
    ['Rust threads', countInRust],
  ])) {
    const view = SharedRegion.create(Int32Array.BYTES_PER_ELEMENT).view(Int32Array)
    const start = performance.now()
    await count(view)
    console.log(`${WORKERS} ${who}: ${view[0]} in ${(performance.now() - start).toFixed(0)} ms`)
  }
}

void main()
