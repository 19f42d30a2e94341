// @ts-check
'use strict'

const { inspect, types } = require('node:util')

/**
 * Where two values differ, or `undefined` when they are alike in all that structured clone keeps: types, prototypes by
 * name (realms may differ), order of keys, holes, -0, and which objects are one and the same.
 *
 * @param {any} actual
 * @param {any} expected
 * @param {string} [path]
 * @param {Map<object, object>} [partners]
 * @returns {string | undefined}
 */
function difference(actual, expected, path = 'value', partners = new Map()) {
  const differs = () => `${path}: ${inspect(actual)} instead of ${inspect(expected)}`
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected) ? undefined : differs()
  if (typeof actual !== 'object' || actual === null) return differs()
  if (partners.has(expected) || partners.has(actual)) {
    return partners.get(expected) === actual && partners.get(actual) === expected ? undefined : `${path}: identity`
  }
  partners.set(expected, actual).set(actual, expected)
  if (nameOf(actual) !== nameOf(expected)) return `${path}: ${nameOf(actual)} instead of ${nameOf(expected)}`
  const [mine, theirs] = [partsOf(actual), partsOf(expected)]
  if (mine.length !== theirs.length) return differs()
  for (const [i, [key, value]] of theirs.entries()) {
    if (mine[i][0] !== key) return `${path}: ${String(mine[i][0])} instead of ${String(key)}`
    const found = difference(mine[i][1], value, `${path}.${String(key)}`, partners)
    if (found) return found
  }
  return undefined
}

/** @param {object} object */
function nameOf(object) {
  const prototype = Object.getPrototypeOf(object)
  return prototype === null ? 'null' : `${prototype.constructor.name} ${Object.prototype.toString.call(object)}`
}

/**
 * @param {any} object
 * @returns {[PropertyKey, unknown][]}
 */
function partsOf(object) {
  if (ArrayBuffer.isView(object)) {
    return [
      ['byteOffset', object.byteOffset],
      ['byteLength', object.byteLength],
      ['buffer', object.buffer],
    ]
  }
  if (types.isAnyArrayBuffer(object)) {
    const bytes = [.../** @type {any} */ (new Uint8Array(object))]
    return [['bytes', bytes.join(' ')]]
  }
  if (types.isMap(object)) return [...object].flat().map((part, i) => [i, part])
  if (types.isSet(object)) return [...object].map((part, i) => [i, part])
  if (types.isDate(object)) return [['time', object.getTime()]]
  if (types.isRegExp(object)) return [['source', `${object} ${object.lastIndex}`]]
  if (types.isBoxedPrimitive(object)) return [['boxed', object.valueOf()]]
  if (types.isNativeError(object)) {
    return ['name', 'message', 'stack', 'cause'].map((key) => [key, /** @type {any} */ (object)[key]])
  }
  return [['length', object.length], ...Object.entries(object)]
}

module.exports = { difference }
