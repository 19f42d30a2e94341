// @ts-check
'use strict'

/**
 * Four workers count in a shared array how far they are, and the main thread draws it.
 *
 *     node main.js
 *
 * @module
 */

const path = require('node:path')
const { once } = require('node:events')
const { Worker } = require('node:worker_threads')
const { SharedRegion, atomics } = require('offloop')

const WORKERS = 4
const STEPS = 200
const WIDTH = 40
const EVERY_MS = 100

/** How far each worker is: a number for each, all of them in memory that all share. */
const done = SharedRegion.create(WORKERS * Int32Array.BYTES_PER_ELEMENT).view(Int32Array)

/** @param {number} steps */
function bar(steps) {
  const full = Math.floor((steps / STEPS) * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor((steps / STEPS) * 100)} %`
}

let drawn = false
function draw() {
  // Over the bars of the last time.
  if (drawn && process.stdout.isTTY) process.stdout.moveCursor(0, -WORKERS - 1)
  drawn = true
  for (let i = 0; i < WORKERS; i++) console.log(`worker ${i + 1} ${bar(atomics.load(done, i))}`)
  console.log(`${atomics.sum(done)} of ${WORKERS * STEPS} steps`)
}

async function main() {
  const timer = setInterval(draw, EVERY_MS)
  const workers = Array.from(
    { length: WORKERS },
    (_, index) => new Worker(path.join(__dirname, 'worker.js'), { workerData: { done, index, steps: STEPS } }),
  )
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  clearInterval(timer)
  draw()
}

void main()
