// @ts-check
'use strict'

/**
 * Counts the primes below a number: the main thread puts ranges into one channel, four workers take them, and what they
 * find comes back through another.
 *
 *     node main.js [below]
 *
 * @module
 */

const path = require('node:path')
const { once } = require('node:events')
const { Worker } = require('node:worker_threads')
const { Channel } = require('offloop')

const WORKERS = 4
const STEP = 10_000

/** @param {number} below */
async function countPrimes(below) {
  const jobs = new Channel({ capacity: 4096 })
  const results = new Channel({ capacity: 4096 })
  const workerData = { jobs: jobs.buffer, results: results.buffer }
  const ended = Array.from({ length: WORKERS }, () =>
    once(new Worker(path.join(__dirname, 'worker.js'), { workerData }), 'exit'),
  )
  // Nothing more comes when nobody is there to send it.
  void Promise.allSettled(ended).then(() => results.close())

  void sendJobs(jobs, below)
  const found = new Map()
  let primes = 0
  for await (const { worker, count } of results) {
    primes += count
    found.set(worker, (found.get(worker) ?? 0) + 1)
  }
  return { primes, ranges: [...found.values()] }
}

/** Waits while the channel is full. @param {InstanceType<typeof Channel>} jobs  @param {number} below */
async function sendJobs(jobs, below) {
  for (let from = 0; from < below; from += STEP) await jobs.send({ from, to: Math.min(from + STEP, below) })
  jobs.close()
}

/** @param {number} below */
async function main(below) {
  const { primes, ranges } = await countPrimes(below)
  console.log(`${primes} primes below ${below}, ranges of each worker: ${ranges.join(', ')}`)
}

void main(Number(process.argv[2] ?? 1_000_000))
