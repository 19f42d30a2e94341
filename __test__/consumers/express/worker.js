'use strict'

const { parentPort } = require('node:worker_threads')

parentPort.on('message', ({ below }) => {
  const primes = []
  for (let n = 2; n < below; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  parentPort.postMessage(primes)
})
