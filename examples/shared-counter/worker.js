// @ts-check
'use strict'

const { atomics } = require('offloop')

/** Runs in a worker thread. The view is of memory that all share: `view[0]++` would lose some. */
module.exports = (/** @type {{ view: Int32Array, times: number }} */ { view, times }) => {
  for (let i = 0; i < times; i++) atomics.add(view, 0, 1)
}
