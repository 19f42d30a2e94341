// @ts-check
'use strict'

/**
 * Every fuzz target for a few seconds, where that can be done.
 *
 * @module
 */

const { missing } = require('../fuzz/toolchain')
const { countFuzz } = require('./counts')

/** @returns {import('./step').Step[]} */
function fuzz() {
  const reason = missing()
  if (reason !== undefined) {
    console.log(`- fuzz targets: 0 run, since ${reason}`)
    return []
  }
  return [
    { name: 'fuzz targets', command: [process.execPath, 'scripts/fuzz.js', '--brief'], minutes: 20, count: countFuzz },
  ]
}

module.exports = { fuzz }
