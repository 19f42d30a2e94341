'use strict'

/** Exports that hear, or do not hear, that they are to stop. Counters: 0 started, 1 stopped; others are gates. */

const { workerData } = require('node:worker_threads')

const { counters } = workerData
const started = () => Atomics.add(counters, 0, 1)
const stopped = () => Atomics.add(counters, 1, 1)
let heard

module.exports = {
  default: (data) => data,
  start: () => started(),
  hang() {
    for (;;);
  },
  never() {
    started()
    return new Promise(() => {})
  },
  throws() {
    throw new Error('thrown')
  },
  exits: () => process.exit(1),
  /** Stops when its signal says so. */
  listen(_, { signal }) {
    started()
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        heard = { name: signal.reason.name, code: signal.reason.code }
        stopped()
        reject(signal.reason)
      })
    })
  },
  heard: () => heard,
  spin(_, context) {
    started()
    while (!context.aborted);
    stopped()
  },
  spinOnSignal(_, { signal }) {
    started()
    const context = arguments[1]
    while (!context.signal.aborted);
    if (signal.aborted) stopped()
  },
  /** Blocks until the gate is open. */
  hold(gate) {
    started()
    while (Atomics.load(counters, gate) === 0) Atomics.wait(counters, gate, 0, 10)
    return 'held'
  },
  async holdAsync(gate) {
    started()
    while (Atomics.load(counters, gate) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    return 'held'
  },
  /** Answers with a Map although it was stopped. */
  lateMap(_, context) {
    started()
    while (!context.aborted);
    return new Map([['late', true]])
  },
  /** Does not end the first time. */
  secondTime: () => (started() === 0 ? new Promise(() => {}) : 'second'),
}
