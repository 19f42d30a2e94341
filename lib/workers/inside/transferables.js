// @ts-check
'use strict'

/**
 * What of a value can be moved to another thread instead of being copied. Runs on: the worker's thread.
 *
 * @module
 */

const { types } = require('node:util')
const workerThreads = require('node:worker_threads')

/** Classes whose instances can be moved, by name: to ask for some of them would load them. */
const movable = new Set(['MessagePort', 'FileHandle', 'ReadableStream', 'WritableStream', 'TransformStream'])

/** Node 20 has nothing to ask, and leaves out by itself what must not be moved. @type {(object: object) => boolean} */
const mustStay = /** @type {any} */ (workerThreads).isMarkedAsUntransferable ?? (() => false)

/**
 * Adds what of the value can be moved: buffers, also those of views; ports, file handles and streams; in plain objects,
 * arrays, Maps and Sets.
 *
 * @param {unknown} value
 * @param {Set<object>} found
 */
function collect(value, found) {
  const seen = new Set([value])
  // A Set hands out what is added to it meanwhile.
  for (const part of seen) {
    if (typeof part !== 'object' || part === null) continue
    const buffer = ArrayBuffer.isView(part) ? part.buffer : part
    if (types.isArrayBuffer(buffer)) {
      // Nothing is gained with an empty one; one that was moved before is empty too, and cannot be cloned.
      if (buffer.byteLength > 0 && !mustStay(buffer)) found.add(buffer)
    } else if (Array.isArray(part) || types.isSet(part)) {
      for (const item of part) seen.add(item)
    } else if (types.isMap(part)) {
      for (const [key, item] of part) seen.add(key).add(item)
    } else if (movable.has(part.constructor?.name)) {
      found.add(part)
    } else if (isPlainObject(part)) {
      for (const item of Object.values(part)) seen.add(item)
    }
  }
}

/** @param {object} object */
function isPlainObject(object) {
  const prototype = Object.getPrototypeOf(object)
  return prototype === Object.prototype || prototype === null
}

module.exports = { collect }
