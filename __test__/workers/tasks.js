'use strict'

/** Exports that many tests use. `workerData`, where they need it, is `{ counters: Int32Array over shared memory }`. */

const { parentPort, threadId, workerData } = require('node:worker_threads')

/** Blocks this thread. */
function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
  return ms
}

module.exports = {
  default: (data) => data,
  threadId: () => threadId,
  workerId: (_, { workerId }) => workerId,
  spin,
  /** Until the signal of its context aborts, or for so long. */
  wait: (ms, { signal }) =>
    new Promise((resolve, reject) => {
      setTimeout(resolve, ms, 'waited')
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
  /** For so long, whatever its context says. */
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'slept')),
  /** For ever, and lets nothing else run. */
  hang() {
    for (;;);
  },
  /** For ever. */
  never: () => new Promise(() => {}),
  /** Blocks until the counter of this number is set. */
  hold(index) {
    Atomics.add(workerData.counters, 0, 1)
    while (Atomics.load(workerData.counters, index) === 0) Atomics.wait(workerData.counters, index, 0, 10)
    return index
  },
  count: (index) => Atomics.add(workerData.counters, index, 1) + 1,
  countSlowly(index) {
    spin(1)
    Atomics.add(workerData.counters, index, 1)
  },
  fail(message) {
    throw new TypeError(message)
  },
  progress(values, { progress }) {
    for (const value of values) progress(value)
    return values.length
  },
  post: (value) => parentPort.postMessage(value),
  /** What the thread posts after the task has ended. */
  postLater: (value) => void setTimeout(() => parentPort.postMessage(value), 20),
}
