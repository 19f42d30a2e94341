// @ts-check
'use strict'

/**
 * How a value of the user's crosses to another thread or process with the semantics of structured clone: as JSON text, when that
 * says exactly the same, or as bytes in V8's own format. What neither can carry needs a MessagePort. Runs on every
 * thread.
 *
 * @module
 */

const { types } = require('node:util')

/** How deep a value may be nested that goes as text. Bytes take anything deeper. */
const MAX_DEPTH = 64
/** The longest array of numbers or strings that goes as text: bytes are quicker for a longer one. */
const MAX_PRIMITIVES = 128
/** Up to how many objects a list is quicker to search than a Set. */
const FEW = 16

/**
 * The value as JSON text, if that is exactly what structured clone would give; else `undefined`. Getters are read
 * twice.
 *
 * @param {unknown} value
 * @returns {string | undefined}
 */
function plainJson(value) {
  try {
    const plain = isObject(value) ? isPlain(value, new Seen(value), 0) : isPlainPrimitive(value)
    return plain ? JSON.stringify(value) : undefined
  } catch {
    // A getter that throws, or text beyond what a string can hold. If it is a failure, bytes fail with it too.
    return undefined
  }
}

/**
 * @param {unknown} value
 * @returns {value is object}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null
}

/**
 * Whether JSON carries a value that is no object as it is.
 *
 * @param {unknown} value
 */
function isPlainPrimitive(value) {
  // Finite, and not -0.
  if (typeof value === 'number') return value === 0 ? 1 / value > 0 : value - value === 0
  return typeof value === 'string' || typeof value === 'boolean' || value === null
}

/**
 * @param {any} object
 * @param {Seen} seen
 * @param {number} depth
 * @returns {boolean}
 */
function isPlain(object, seen, depth) {
  if (depth === MAX_DEPTH || types.isProxy(object)) return false
  const prototype = Object.getPrototypeOf(object)
  if (prototype === Array.prototype) return isPlainArray(object, seen, depth)
  if (prototype !== Object.prototype && prototype !== null) return false
  // Structured clone refuses the `arguments` of a function, which have an iterator.
  if (typeof object.toJSON === 'function' || object[Symbol.iterator] !== undefined) return false
  let empty = true
  // Twice as fast as by `Object.keys`. What somebody may have added to Object.prototype at worst leads to bytes.
  for (const key in object) {
    empty = false
    const part = object[key]
    if (isObject(part) ? !seen.add(part) || !isPlain(part, seen, depth + 1) : !isPlainPrimitive(part)) return false
  }
  return !(empty || prototype === null) || !isForeign(object)
}

/**
 * @param {any[]} array
 * @param {Seen} seen
 * @param {number} depth
 */
function isPlainArray(array, seen, depth) {
  const { length } = array
  if (length > MAX_PRIMITIVES && !isObject(array[0])) return false
  // A hole is undefined, which is not plain.
  for (let i = 0; i < length; i++) {
    const part = array[i]
    if (isObject(part) ? !seen.add(part) || !isPlain(part, seen, depth + 1) : !isPlainPrimitive(part)) return false
  }
  if (typeof (/** @type {any} */ (array).toJSON) === 'function') return false
  // Keys that are no index, as a match of a regular expression has. Listing the values of a long array is quicker.
  return (length > FEW ? Object.values(array) : Object.keys(array)).length === length
}

/** The objects met so far: JSON would make two of one. */
class Seen {
  /** @param {object} root */
  constructor(root) {
    /** @type {object[]} */
    this.few = [root]
    /** @type {Set<object> | undefined} */
    this.many = undefined
  }

  /**
   * Whether the object is new.
   *
   * @param {object} object
   */
  add(object) {
    const { few, many } = this
    if (many !== undefined) return many.size < many.add(object).size
    for (let i = 0; i < few.length; i++) {
      if (few[i] === object) return false
    }
    if (few.push(object) === FEW) this.many = new Set(few)
    return true
  }
}

/**
 * Whether an object without a prototype, or without keys, is more than that.
 *
 * @param {object} object
 */
function isForeign(object) {
  return types.isExternal(object) || types.isModuleNamespaceObject(object)
}

/**
 * The value as bytes, exactly as structured clone has it. Throws for what bytes cannot carry, though a MessagePort may:
 * SharedArrayBuffers, ports, and instances of classes, among which are Node's own, such as Blob and KeyObject.
 *
 * @param {unknown} value
 * @returns {Uint8Array}
 */
function serialize(value) {
  refuseInstances(value)
  // The base class, since its child in `v8.serialize` makes Buffers of all views and loses that they share memory.
  const { Serializer } = require('node:v8')
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(value)
  return serializer.releaseBuffer()
}

/**
 * The value as bytes for another process, exactly as structured clone has it. Throws for what only threads can share or
 * move: SharedArrayBuffers, ports, and what Node clones in its own way, such as a Blob.
 *
 * @param {unknown} value
 * @param {string} root what the value is called: `data`, `result`
 * @returns {Uint8Array}
 */
function serializeForProcess(value, root) {
  try {
    return serialize(value)
  } catch {
    return require('./crossing').serializeClone(value, root)
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {any}
 */
function deserialize(bytes) {
  const { Deserializer } = require('node:v8')
  const deserializer = new Deserializer(bytes)
  deserializer.readHeader()
  return deserializer.readValue()
}

/**
 * Throws when there is an instance of a class in the value. V8 would write its properties, which is right for a class of
 * the user's and wrong for those that Node clones in its own way, and nothing but a MessagePort can tell which it is.
 *
 * @param {unknown} value
 */
function refuseInstances(value) {
  if (!isObject(value)) return
  const seen = new Set([value])
  /** @param {unknown} part */
  const visit = (part) => {
    if (isObject(part)) seen.add(part)
  }
  // A Set hands out what is added to it meanwhile.
  for (const object of seen) {
    if (isLeaf(object)) continue
    if (types.isMap(object)) {
      for (const [key, entry] of mapEntries.call(object)) {
        visit(key)
        visit(entry)
      }
    } else if (types.isSet(object)) {
      for (const entry of setValues.call(object)) visit(entry)
    } else if (types.isNativeError(object)) {
      if (!errorPrototypes.has(Object.getPrototypeOf(object))) throw instanceRefused()
      visit(object.cause)
    } else {
      visitProperties(object, visit)
    }
  }
}

const mapEntries = Map.prototype.entries
const setValues = Set.prototype.values

/** The prototypes of the errors that V8 knows. */
const errorPrototypes = new Set(
  [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => {
    return type.prototype
  }),
)

/**
 * Whether structured clone looks at nothing that the object refers to.
 *
 * @param {object} object
 */
function isLeaf(object) {
  if (isPlainObject(object) || Array.isArray(object)) return false
  return (
    ArrayBuffer.isView(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isDate(object) ||
    types.isRegExp(object) ||
    types.isBoxedPrimitive(object)
  )
}

/**
 * @param {any} object
 * @param {(part: unknown) => void} visit
 */
function visitProperties(object, visit) {
  if (Array.isArray(object)) {
    // A list of numbers is written ten times as fast as its values are listed.
    let i = 0
    while (typeof object[i] === 'number') i++
    if (i === object.length) return
  } else if (!isPlainObject(object)) {
    throw instanceRefused()
  }
  Object.values(object).forEach(visit)
}

/**
 * In any realm, since Node's own modules and Jest's tests are not of the same.
 *
 * @param {object} object
 */
function isPlainObject(object) {
  const prototype = Object.getPrototypeOf(object)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

function instanceRefused() {
  return new TypeError('An instance of a class needs a MessagePort')
}

/**
 * The error for a value that cannot be cloned.
 *
 * @type {typeof import('./culprit').uncloneable}
 */
function uncloneable(...args) {
  // Loaded when it is needed, as `node:v8` is: every worker loads this file, and few ever need those.
  return require('./culprit').uncloneable(...args)
}

module.exports = { deserialize, plainJson, serialize, serializeForProcess, uncloneable }
