'use strict'

/** Exports that write down who ran what, and when. */

const { threadId, workerData } = require('node:worker_threads')

const { counters, log } = workerData

/** Blocks this thread. */
function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Appends to what all workers write: `log[0]` is how many entries there are. */
function write(entry) {
  log[Atomics.add(log, 0, 1) + 1] = entry
}

module.exports = {
  default: write,
  /** Blocks until the gate is open. */
  hold(gate) {
    Atomics.add(counters, 0, 1)
    while (Atomics.load(counters, gate) === 0) Atomics.wait(counters, gate, 0, 10)
  },
  countSlowly(index) {
    spin(1)
    Atomics.add(counters, index, 1)
  },
  thread(entry) {
    spin(1)
    write(entry)
    return threadId
  },
  exit: () => process.exit(1),
  /** Counts in the memory that it was given. */
  countIn: ({ memory }) => Atomics.add(new Int32Array(memory), 0, 1),
  countBytes(buffer) {
    Atomics.add(counters, 1, buffer.byteLength)
  },
  answerOn({ port }) {
    port.postMessage('hello')
    Atomics.add(counters, 1, 1)
    port.close()
  },
}
