// @ts-check
'use strict'

/**
 * Why a value cannot be cloned: finds the part that is to blame, and names the way to it. Runs on every thread.
 *
 * @module
 */

const { types } = require('node:util')
const { MessagePort } = require('node:worker_threads')
const { ArgumentError, errorOf } = require('../../errors')
const { unexpected } = require('../../options')
const { callerFrames, withFrames } = require('./stack')

/** How many parts of a value are looked at. */
const MAX_PARTS = 100_000

/**
 * The error for a value that cannot be cloned: ``Expected `data.rows[3].callback` to be a value that can be cloned, got
 * `[Function: callback]` (function)``.
 *
 * @param {unknown} value
 * @param {unknown} cause what the attempt to clone it threw
 * @param {string} [root] what the value is called: `data`, `result`
 * @param {readonly unknown[]} [transferList] what need not be cloned
 */
function uncloneable(value, cause, root = 'data', transferList = []) {
  // It was found on the way to another process.
  if (cause instanceof ArgumentError) return cause
  return withFrames(errorFor(find(value, root, new Set(transferList)), cause, root), callerFrames())
}

/**
 * The error for a value that can be cloned, but only within the process.
 *
 * @param {unknown} value
 * @param {unknown} cause
 * @param {string} root
 * @param {(part: object) => boolean} crosses
 */
function uncrossable(value, cause, root, crosses) {
  const culprit = find(value, root, new Set(), crosses)
  return withFrames(errorFor(culprit, cause, root, 'a value that another process can have'), callerFrames())
}

/**
 * @param {Culprit | undefined} culprit
 * @param {unknown} cause
 * @param {string} root
 * @param {string} [expected]
 */
function errorFor(culprit, cause, root, expected = 'a value that can be cloned') {
  const code = 'ERR_VALUE_NOT_CLONEABLE'
  if (culprit === undefined) return errorOf(`The \`${root}\` cannot be cloned: ${messageOf(cause)}`, { code, cause })
  if ('thrown' in culprit) {
    const message = `Expected \`${culprit.path}\` to be readable, got ${messageOf(culprit.thrown)}`
    return errorOf(message, { code, cause: culprit.thrown })
  }
  return unexpected(culprit.path, expected, culprit.value, code, cause)
}

/**
 * @typedef {{ path: string, value: unknown } | { path: string, thrown: unknown }} Culprit
 * @typedef {{ path: string, value: unknown, parts: boolean }} Part `parts`: whether those it has have been looked at
 */

/**
 * Looks for what no clone has a meaning for; if there is nothing of that kind, for the innermost object that in fact is
 * not cloned.
 *
 * @param {unknown} root
 * @param {string} name
 * @param {Set<unknown>} excepted
 * @param {(value: object) => boolean} passes
 * @returns {Culprit | undefined}
 */
function find(root, name, excepted, passes = canBeCloned) {
  /** Objects that must be tried, the innermost first. @type {{ path: string, value: object }[]} */
  const doubtful = []
  const seen = new Set(excepted)
  /** @type {Part[]} */
  const ahead = [{ path: name, value: root, parts: false }]
  for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    const { path, value, parts } = part
    if (typeof value === 'function' || typeof value === 'symbol') return { path, value }
    if (typeof value !== 'object' || value === null) continue
    if (parts) {
      doubtful.push({ path, value })
      continue
    }
    if (seen.has(value)) continue
    if (seen.add(value).size > MAX_PARTS) return undefined
    if (types.isProxy(value) || isDetached(value) || value instanceof MessagePort) return { path, value }
    if (!isOrdinary(value) || isShared(value)) ahead.push({ path, value, parts: true })
    const inside = partsOf(value, path)
    if (!Array.isArray(inside)) return inside
    // The last first, so that the first comes first.
    while (inside.length > 0) ahead.push(/** @type {Part} */ (inside.pop()))
  }
  // Node crashes when it clones an object that has a closed port in it, and a port that can be moved cannot be cloned.
  if ([...excepted].some((part) => part instanceof MessagePort)) return undefined
  return doubtful.find(({ value }) => !passes(value))
}

/**
 * What an object has inside, or why it cannot be read.
 *
 * @param {any} object
 * @param {string} path
 * @returns {Part[] | Culprit}
 */
function partsOf(object, path) {
  /** @type {Part[]} */
  const parts = []
  /** @param {string} where @param {unknown} value */
  const add = (where, value) => {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
      parts.push({ path: where, value, parts: false })
    }
  }
  let where = path
  try {
    if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)) return parts
    if (types.isMap(object)) {
      let i = 0
      for (const [key, value] of Map.prototype.entries.call(object)) {
        add(`${path}.keys()[${i++}]`, key)
        add(`${path}.get(${nameOf(key)})`, value)
      }
    } else if (types.isSet(object)) {
      let i = 0
      for (const value of Set.prototype.values.call(object)) add(`${path}.values()[${i++}]`, value)
    } else if (types.isNativeError(object)) {
      where = `${path}.cause`
      add(where, object.cause)
    } else {
      for (const key of Object.keys(object)) {
        where = path + step(key, object)
        add(where, object[key])
      }
    }
  } catch (thrown) {
    return { path: where, thrown }
  }
  return parts
}

/**
 * How a property is written after its object: `.rows`, `[3]`, `["content-type"]`.
 *
 * @param {string} key
 * @param {object} object
 */
function step(key, object) {
  if (Array.isArray(object) && /^\d+$/.test(key)) return `[${key}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** @param {unknown} key the key of a Map */
function nameOf(key) {
  if (typeof key === 'string') return JSON.stringify(key)
  return typeof key === 'object' || typeof key === 'function' ? '…' : String(key)
}

/** @param {object} value */
function isOrdinary(value) {
  if (Array.isArray(value) || ArrayBuffer.isView(value) || types.isMap(value) || types.isSet(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return (prototype === Object.prototype && !types.isArgumentsObject(value)) || types.isDate(value)
}

/** Whether a view's memory is shared. @param {object} value */
function isShared(value) {
  return ArrayBuffer.isView(value) && types.isSharedArrayBuffer(value.buffer)
}

/** @param {unknown} value */
function isDetached(value) {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value
  if (!types.isArrayBuffer(buffer) || buffer.byteLength > 0) return false
  try {
    // Node 20 has no `detached`.
    void new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

/** @param {object} value */
function canBeCloned(value) {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

/** @param {unknown} thrown */
function messageOf(thrown) {
  try {
    return String(thrown)
  } catch {
    return 'an error that cannot be shown'
  }
}

module.exports = { uncloneable, uncrossable }
