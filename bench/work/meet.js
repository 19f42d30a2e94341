'use strict'

/**
 * Returns when `threads` of these run at the same time, so that each thread of a pool has to take one.
 * @param {{ arrived: Int32Array, threads: number }} meeting
 */
module.exports = function meet({ arrived, threads }) {
  let count = Atomics.add(arrived, 0, 1) + 1
  Atomics.notify(arrived, 0)
  while (count < threads) {
    Atomics.wait(arrived, 0, count)
    count = Atomics.load(arrived, 0)
  }
}
