'use strict'

/** Exports for workers that are processes, and that end them in many ways. */

const fs = require('node:fs')
const { workerData } = require('node:worker_threads')

module.exports = {
  default: (data) => data,
  pid: () => process.pid,
  data: () => workerData,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'slept')),
  never: () => new Promise(() => {}),
  hang() {
    for (;;);
  },
  /** Writes down that it was called, and ends the process the first times. */
  signalTimes({ file, times, signal }) {
    fs.appendFileSync(file, 'x')
    if (fs.statSync(file).size <= times) process.kill(process.pid, signal)
    return fs.statSync(file).size > times ? 'survived' : new Promise(() => {})
  },
  abort: () => process.abort(),
  exit: (code) => process.exit(code),
  kill: (signal) => {
    process.kill(process.pid, signal)
    return new Promise(() => {})
  },
  throwInTimer(message) {
    setTimeout(() => {
      throw Object.assign(new RangeError(message), { code: 'E_LATER', at: new Date(5) })
    })
    return new Promise(() => {})
  },
  exhaust() {
    const kept = []
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => ({ i })))
  },
  /** Memory outside the heap, until there is no more. */
  allocate(bytes) {
    const kept = Buffer.alloc(bytes, 1)
    return { rss: process.memoryUsage().rss, length: kept.length }
  },
  /** Until the signal of its context aborts. */
  listen: (_, { signal }) =>
    new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason)
      // It may have been stopped on its way here.
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
    }),
  /** Loops that let no message in, on both words. */
  spin(_, context) {
    while (!context.aborted);
  },
  spinOnSignal(_, context) {
    while (!context.signal.aborted);
  },
  async poll(_, context) {
    while (!context.aborted) await new Promise((resolve) => setImmediate(resolve))
    return 'stopped'
  },
  fail(message) {
    throw Object.assign(new TypeError(message, { cause: new Error('why') }), {
      code: 'E_OWN',
      details: new Map([['at', new Date(5)]]),
      shared: new SharedArrayBuffer(8),
    })
  },
  result: (name) => ({ shared: new SharedArrayBuffer(8), blob: new Blob(['a']), callback: () => {} })[name],
  instance: () => new (class Point {
    x = 1
    inside = new (class {})()
    error = new (class OwnError extends RangeError {})('own')
  })(), // prettier-ignore
  context: (_, { workerId, name, aborted, move }) => ({ workerId, name, aborted, moved: move(new Uint8Array([1, 2])) }),
  async progress(values, { progress }) {
    for (const value of values) progress(value)
    await new Promise((resolve) => setTimeout(resolve, 60))
    progress(new Map([['last', true]]))
    return values.length
  },
  surroundings: () => ({ env: { ...process.env }, argv: process.argv.slice(2), execArgv: process.execArgv }),
  write({ out, err }) {
    process.stdout.write(out)
    process.stderr.write(err)
  },
  stray: (value) => void process.send(value),
  leave: () => process.disconnect(),
}
