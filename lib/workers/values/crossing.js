// @ts-check
'use strict'

/**
 * Values on their way to another process that have more in them than V8 can write: instances of the user's classes become
 * plain objects, as they do between threads; what threads alone can share is refused. Runs on both sides.
 *
 * @module
 */

const { uncloneable, uncrossable } = require('./culprit')
const { serialize } = require('./value')

/**
 * @param {unknown} value
 * @param {string} root what the value is called: `data`, `result`
 * @returns {Uint8Array}
 */
function serializeClone(value, root) {
  let clone
  try {
    clone = structuredClone(value)
  } catch (cause) {
    throw uncloneable(value, cause, root)
  }
  try {
    // All that is left of a class is Node's.
    return serialize(clone)
  } catch (cause) {
    throw uncrossable(value, cause, root, (part) => canBeWritten(part))
  }
}

/** @param {unknown} value */
function canBeWritten(value) {
  try {
    serialize(structuredClone(value))
    return true
  } catch {
    return false
  }
}

module.exports = { serializeClone }
