// @ts-check
'use strict'

/**
 * What a pool's workers load: a file, or a function that travels as its source.
 *
 * @module
 */

const path = require('node:path')
const { resolveFile } = require('./file')
const { sourceOf } = require('./source')

/**
 * @typedef {{ file: string } | { source: string, from: string }} Entry `file` is a URL; `from` is where the function's
 *   `require` looks
 *
 * @param {unknown} worker what the caller gave
 * @returns {Entry}
 */
function entryOf(worker) {
  if (typeof worker === 'function') return { source: sourceOf(worker), from: path.join(process.cwd(), 'function.js') }
  return { file: resolveFile(worker) }
}

module.exports = { entryOf }
