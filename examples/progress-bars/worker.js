// @ts-check
'use strict'

/** Works in steps, and counts each: no message, and nobody is woken up. */

const { createHash } = require('node:crypto')
const { workerData } = require('node:worker_threads')
const { atomics } = require('offloop')

const { done, index, steps } = workerData
const data = Buffer.alloc(1 << 20)

for (let step = 0; step < steps; step++) {
  // The later workers have more to do.
  for (let i = 0; i <= index; i++) data.set(createHash('sha256').update(data).digest())
  atomics.add(done, index, 1)
}
