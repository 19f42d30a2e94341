'use strict'

/** Exports that break their worker in many ways. */

const { workerData } = require('node:worker_threads')

if (workerData?.counters) Atomics.add(workerData.counters, 7, 1)

/** Blocks this thread. */
function spin(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

module.exports = {
  default: (data) => data,
  exit: (code) => process.exit(code),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'slept')),
  never: () => new Promise(() => {}),
  throwInTimer(message) {
    setTimeout(() => {
      throw new RangeError(message)
    })
    return new Promise(() => {})
  },
  rejectUnhandled(message) {
    void Promise.reject(new RangeError(message))
    return new Promise(() => {})
  },
  throwNothing() {
    setTimeout(() => {
      throw undefined // eslint-disable-line no-throw-literal
    })
    return new Promise(() => {})
  },
  exitLater: ({ after, code }) => void setTimeout(() => process.exit(code), after),
  throwLater: (after) =>
    void setTimeout(() => {
      throw new Error('later')
    }, after),
  /** Turns no event loop for a while, and then ends, both after the task. */
  blockAndExit: ({ after, block }) =>
    void setTimeout(() => {
      spin(block)
      process.exit(4)
    }, after),
  /** Fills the heap. */
  exhaust() {
    const kept = []
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })))
  },
  /** Ends the worker the first times it is called, by a counter. */
  exitTimes({ index, times }) {
    if (Atomics.add(workerData.counters, index, 1) < times) process.exit(9)
    return 'survived'
  },
  /** A Map goes over the port; then the thread ends at once. */
  answerAndExit() {
    setImmediate(() => process.exit(5))
    return new Map([['a', new Uint8Array(100_000)]])
  },
  cleanUp: () => workerData.counters[7],
}
