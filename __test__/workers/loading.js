'use strict'

/** Does while it is loaded what `workerData.how` says, from the one time it is loaded to the other. `counters[0]` counts the times. */

const { workerData } = require('node:worker_threads')

const { how, counters, from = 1, until = Infinity } = workerData
const time = Atomics.add(counters, 0, 1) + 1

const ways = {
  throw() {
    throw Object.assign(new RangeError('no way'), { code: 'E_NO_WAY' })
  },
  reject() {
    setTimeout(() => Promise.reject(new RangeError('rejected')), 1)
    module.exports = {}
  },
  exit: () => process.exit(6),
  exit0: () => process.exit(0),
  exit1: () => process.exit(1),
  hang() {
    for (;;);
  },
  never() {
    module.exports = {}
    setInterval(() => {}, 1000)
  },
  exportsNothing() {
    module.exports = { answer: 42 }
  },
  /** Is loaded, and ends soon after. */
  exitSoon: () => setTimeout(() => process.exit(1), 1),
}

module.exports = { default: (data) => data, exit: (code) => process.exit(code) }
if (time >= from && time <= until) ways[how]()
