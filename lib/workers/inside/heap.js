// @ts-check
'use strict'

/**
 * Recycling by memory: a worker whose heap has grown beyond the pool's `recycleAfter.heapMb` asks to be replaced. Runs on:
 * the worker's thread.
 *
 * @module
 */

const { getHeapStatistics } = require('node:v8')
const { retire } = require('./seat')

/** How often the heap is looked at, at the most. */
const PAUSE_MS = 50

let lookedAt = -Infinity
let retired = false

/**
 * Looks at the heap, unless it has just been looked at. For after a task.
 *
 * @param {number} heapMb how large it may be
 */
function check(heapMb) {
  if (retired) return
  const now = performance.now()
  if (now - lookedAt < PAUSE_MS) return
  lookedAt = now
  if (getHeapStatistics().used_heap_size > heapMb * 2 ** 20) {
    retired = true
    retire()
  }
}

module.exports = { check }
