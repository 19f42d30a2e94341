// @ts-check
'use strict'

// Runs functions of a file on worker threads of their own, each of which is `thread.js`.

const path = require('node:path')
const { Worker } = require('node:worker_threads')

const THREAD = path.join(__dirname, 'thread.js')

/** A moment on the clock that all threads and processes of the machine share, in ns. */
const now = () => Number(process.hrtime.bigint())

/**
 * Calls `require(file).threads[name](input)` on a thread of its own and returns what it returns.
 *
 * @param {string} file
 * @param {string} name
 * @param {unknown} input
 * @param {import('node:worker_threads').Transferable[]} [transferList]
 * @returns {Promise<any>}
 */
function onThread(file, name, input, transferList = []) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: { file, name, input }, transferList })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`The thread of ${name} ended with ${code} and without a result`)))
  })
}

/**
 * Waits here until so many have come: they start within less than a µs of each other.
 *
 * @param {SharedArrayBuffer} line 4 bytes
 * @param {number} count since the line was made: where two threads meet again, it is 4
 */
function meet(line, count) {
  const arrived = new Int32Array(line)
  Atomics.add(arrived, 0, 1)
  while (Atomics.load(arrived, 0) < count);
}

/**
 * The same function on so many threads, which do what takes its time after `meet`, and give when they began and ended.
 *
 * @param {string} file
 * @param {string} name
 * @param {number} threads
 * @param {object} input
 * @returns {Promise<number>} ns from the first's begin to the last's end
 */
async function allTogether(file, name, threads, input) {
  const line = new SharedArrayBuffer(4)
  const run = () => onThread(file, name, { ...input, line, threads })
  const spans = await Promise.all(Array.from({ length: threads }, run))
  return spanOf(spans)
}

/** @param {Array<{ began: number, ended: number }>} spans @returns {number} ns */
const spanOf = (spans) => Math.max(...spans.map(({ ended }) => ended)) - Math.min(...spans.map(({ began }) => began))

module.exports = { allTogether, meet, now, onThread, spanOf }
