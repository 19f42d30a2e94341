// @ts-check
'use strict'

/**
 * How what the user's code throws crosses to the caller's thread. Structured clone would keep neither the class of an
 * error nor its properties, so the worker describes it, as JSON as far as possible, and the caller's thread makes it
 * anew, in the caller's realm.
 *
 * @module
 */

const { inspect, types } = require('node:util')
const { OffloopError, classes, errorOf } = require('../../errors')
const { joined, outsideStack } = require('./stack')
const { plainJson } = require('./value')

/** How long a chain of causes may be. */
const MAX_DEPTH = 64
/** How many classes are kept; somebody may make them without end. */
const MAX_CLASSES = 1000

/** The classes of errors that every thread has. */
const builtins = {
  AggregateError,
  DOMException,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}
/** The classes that exist on both sides. @type {Record<string, any>} */
const known = { ...builtins, ...classes }

/** Properties that an error may have of its own without listing them. */
const hiddenKeys = Object.freeze(['name', 'cause', 'errors', 'error', 'suppressed'])

/**
 * @typedef {ErrorDescription
 *   | { kind: 'value', value?: unknown }
 *   | { kind: 'list', items: Description[] }
 *   | { kind: 'again', number: number }
 *   | { kind: 'lost', text: string }} Description
 *   `again`: an error that was described before; `lost`: what cannot be cloned
 *
 * @typedef {object} ErrorDescription
 * @property {'error'} kind
 * @property {string} type the name of its class
 * @property {string} base the nearest class that exists on both sides
 * @property {string} name what its class says
 * @property {string} message
 * @property {string} stack
 * @property {[key: string, value: Description][]} listed
 * @property {[key: string, value: Description][]} hidden
 */

/**
 * Describes what was thrown; the description can always be cloned. Never throws, whatever it is given.
 *
 * @param {unknown} thrown
 * @param {(value: unknown) => unknown} [clone] what of a value arrives; throws when that cannot be cloned
 * @returns {Description}
 */
function encodeThrown(thrown, clone = structuredClone) {
  try {
    return describe(thrown, { described: new Map(), clone }, 0)
  } catch {
    return { kind: 'lost', text: 'an object that cannot be read' }
  }
}

/**
 * @typedef {object} Work
 * @property {Map<unknown, number>} described the errors so far, with their numbers
 * @property {(value: unknown) => unknown} clone
 *
 * @param {unknown} value
 * @param {Work} work
 * @param {number} depth
 * @returns {Description}
 */
function describe(value, work, depth) {
  if (isError(value)) {
    const number = work.described.get(value)
    if (number !== undefined) return { kind: 'again', number }
    return depth < MAX_DEPTH ? describeError(value, work, depth) : { kind: 'lost', text: textOf(value) }
  }
  if (Array.isArray(value) && value.some(isError)) {
    return { kind: 'list', items: value.map((item) => describe(item, work, depth + 1)) }
  }
  if (value === undefined) return { kind: 'value' }
  try {
    // A copy: a getter or a Proxy has its say here and not when the description is sent.
    const text = plainJson(value)
    return { kind: 'value', value: text === undefined ? work.clone(value) : JSON.parse(text) }
  } catch {
    return { kind: 'lost', text: textOf(value) }
  }
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
function isError(value) {
  try {
    return types.isNativeError(value) || value instanceof Error || value instanceof DOMException
  } catch {
    // A Proxy may say anything.
    return false
  }
}

/**
 * @param {any} error
 * @param {Work} work
 * @param {number} depth
 * @returns {ErrorDescription}
 */
function describeError(error, work, depth) {
  work.described.set(error, work.described.size)
  const { type, base } = classOf(error)
  const keys = listedKeys(error)
  /** @param {string[]} which @returns {[string, Description][]} */
  const properties = (which) => {
    return which.flatMap((key) => {
      const value = describe(read(error, key), work, depth + 1)
      return value.kind === 'lost' ? [] : [[key, value]]
    })
  }
  return {
    kind: 'error',
    type,
    base,
    name: nameOf(error, type, base),
    message: stringOf(read(error, 'message')),
    stack: stringOf(read(error, 'stack')),
    listed: properties(keys),
    hidden: properties(hiddenKeys.filter((key) => !keys.includes(key) && has(error, key))),
  }
}

/**
 * The name of the error's class, and of the nearest class above it that exists on both sides.
 *
 * @param {object} error
 */
function classOf(error) {
  /** @type {string[]} */
  const names = []
  let prototype = prototypeOf(error)
  for (let i = 0; i < MAX_DEPTH && prototype !== null; i++) {
    const name = read(read(prototype, 'constructor'), 'name')
    // Under NodeError, Node 20 hides a built-in class.
    if (typeof name === 'string' && name !== '' && name !== 'NodeError') names.push(name)
    prototype = prototypeOf(prototype)
  }
  // Others too have a TimeoutError.
  const shared = names.includes('OffloopError') ? known : builtins
  return { type: names[0] ?? 'Error', base: names.find((name) => Object.hasOwn(shared, name)) ?? 'Error' }
}

/**
 * The name that the errors of the class have; that of the class itself, when it only inherits one from a built-in class.
 *
 * @param {object} error
 * @param {string} type
 * @param {string} base
 */
function nameOf(error, type, base) {
  // A DOMException gets it from its constructor.
  if (base === 'DOMException') return stringOf(read(error, 'name'))
  const name = read(prototypeOf(error), 'name')
  return typeof name === 'string' && name !== base ? name : type
}

/** @param {object} error */
function listedKeys(error) {
  try {
    const keys = Object.keys(error).filter((key) => key !== 'stack')
    // Some errors have their code from their class.
    const code = keys.includes('code') || error instanceof DOMException ? undefined : read(error, 'code')
    return typeof code === 'string' ? [...keys, 'code'] : keys
  } catch {
    return []
  }
}

/**
 * @param {any} object
 * @param {string} key
 * @returns {unknown}
 */
function read(object, key) {
  try {
    return object[key]
  } catch {
    return undefined
  }
}

/**
 * @param {object} object
 * @param {string} key
 */
function has(object, key) {
  try {
    return Object.hasOwn(object, key)
  } catch {
    return false
  }
}

/**
 * @param {object} object
 * @returns {object | null}
 */
function prototypeOf(object) {
  try {
    return Object.getPrototypeOf(object)
  } catch {
    return null
  }
}

/** @param {unknown} value */
function stringOf(value) {
  return typeof value === 'string' ? value : ''
}

/** @param {unknown} value */
function textOf(value) {
  try {
    const options = { depth: 1, maxStringLength: 200, breakLength: Infinity, customInspect: false }
    return inspect(value, options).split('\n', 1)[0]
  } catch {
    return `a value of type ${typeof value}`
  }
}

/**
 * What a description describes. The stack of an error goes on with the caller's.
 *
 * @param {any} description
 * @param {string} [callerStack] a stack, or only the frames of one
 * @returns {any}
 */
function decodeThrown(description, callerStack) {
  const thrown = restore(description, [])
  if (description.kind === 'error' && callerStack) setHidden(thrown, 'stack', joined(thrown.stack, callerStack))
  // Made here and now, with a stack of this package.
  if (description.kind === 'lost') setHidden(thrown, 'stack', joined(String(thrown), callerStack ?? ''))
  return thrown
}

/**
 * @param {Description} description
 * @param {any[]} restored the errors so far, by their numbers
 * @returns {any}
 */
function restore(description, restored) {
  switch (description.kind) {
    case 'error':
      return restoreError(description, restored)
    case 'list':
      return description.items.map((item) => restore(item, restored))
    case 'again':
      return restored[description.number]
    case 'lost': {
      const message = `The thrown value cannot be cloned: ${description.text}`
      return errorOf(message, { code: 'ERR_VALUE_NOT_CLONEABLE' })
    }
    default:
      return description.value
  }
}

/**
 * @param {ErrorDescription} description
 * @param {any[]} restored
 */
function restoreError({ type, base, name, message, stack, listed, hidden }, restored) {
  const error = Reflect.construct(known[base], argumentsFor(base, message, name), classNamed(type, base, name))
  restored.push(error)
  for (const [key, value] of hidden) setHidden(error, key, restore(value, restored))
  for (const [key, value] of listed) {
    const property = { value: restore(value, restored), enumerable: true, configurable: true, writable: true }
    Object.defineProperty(error, key, property)
  }
  setHidden(error, 'stack', outsideStack(renamed(stack, base, name), message) || `${error.name}: ${message}`)
  return error
}

/**
 * What the constructor of a class is called with.
 *
 * @param {string} base
 * @param {string} message
 * @param {string} name
 */
function argumentsFor(base, message, name) {
  if (base === 'AggregateError') return [[], message]
  if (base === 'DOMException') return [message, name]
  // The code comes with the properties.
  return known[base].prototype instanceof OffloopError || base === 'OffloopError' ? [message, {}] : [message]
}

/** Classes that stand for those of the worker, by all that they show. @type {Map<string, any>} */
const namedClasses = new Map()

/**
 * @param {string} type
 * @param {string} base
 * @param {string} name
 */
function classNamed(type, base, name) {
  const Base = known[base]
  if (base === 'DOMException' || (type === base && name === Base.prototype.name)) return Base
  const key = JSON.stringify([type, base, name])
  const made = namedClasses.get(key)
  if (made !== undefined) return made
  const Named = class extends Base {}
  Object.defineProperty(Named, 'name', { value: type, configurable: true })
  setHidden(Named.prototype, 'name', name)
  if (namedClasses.size === MAX_CLASSES) namedClasses.clear()
  namedClasses.set(key, Named)
  return Named
}

/**
 * @param {object} object
 * @param {string} key
 * @param {unknown} value
 */
function setHidden(object, key, value) {
  Object.defineProperty(object, key, { value, enumerable: false, configurable: true, writable: true })
}

/**
 * A stack that begins with the name of the class, where V8 has put that of the built-in class it extends.
 *
 * @param {string} stack
 * @param {string} base
 * @param {string} name
 */
function renamed(stack, base, name) {
  return stack.startsWith(base) && /^(:|\n|$)/.test(stack.slice(base.length)) ? name + stack.slice(base.length) : stack
}

module.exports = { decodeThrown, encodeThrown }
