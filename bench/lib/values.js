// @ts-check
'use strict'

// The values that the `workers` case sends: each task gets one of its own, and must get the same back.

const { isDeepStrictEqual } = require('node:util')

const MEGABYTE = 2 ** 20
const ROWS = 200

/** @param {number} i */
const row = (i) => ({ id: i, name: `customer ${i}`, price: i * 1.25, paid: i % 2 === 0, tags: ['new', 'eu'] })
const rows = Array.from({ length: ROWS }, (_, i) => row(i))

/** @param {number} i */
function bytes(i) {
  const array = new Uint8Array(MEGABYTE)
  array[0] = array[MEGABYTE - 1] = i
  return array
}

/**
 * By the names that the tables have: a value for each number, and what a result is when it comes back.
 *
 * @type {Record<string, (i: number) => any>}
 */
const values = {
  number: (i) => i,
  object: (i) => ({ iterations: i, name: 'compute', list: [1, 2, 3] }),
  rows: (i) => [row(i), ...rows.slice(1)],
  bytes,
}

/**
 * Throws unless these are the values that were sent, each in its place. Of large ones, every hundredth is looked at.
 *
 * @param {keyof typeof values} kind
 * @param {unknown[]} results
 */
function checkResults(kind, results) {
  const step = kind === 'rows' || kind === 'bytes' ? 100 : 1
  for (let i = 0; i < results.length; i += step) {
    if (!isDeepStrictEqual(results[i], values[kind](i))) throw new Error(`result ${i} of kind ${kind} is another value`)
  }
}

module.exports = { checkResults, values }
