// @ts-check
'use strict'

/** Takes ranges until there are none. A worker may block: this one sleeps until something comes. */

const { threadId, workerData } = require('node:worker_threads')
const { Channel } = require('offloop')

const jobs = new Channel(workerData.jobs, { capacity: 4096 })
const results = new Channel(workerData.results, { capacity: 4096 })

/** @param {number} number */
function isPrime(number) {
  if (number < 2) return false
  for (let i = 2; i * i <= number; i++) if (number % i === 0) return false
  return true
}

for (let job = jobs.receiveSync(); job !== undefined; job = jobs.receiveSync()) {
  let count = 0
  for (let number = job.from; number < job.to; number++) if (isPrime(number)) count++
  results.sendSync({ worker: threadId, count })
}
