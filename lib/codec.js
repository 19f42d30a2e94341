// @ts-check
'use strict'

/**
 * How the input of a native task goes in and its result comes out: one JSON text, with binary values beside it. In the
 * text a binary value stands as `{"$binary": n}`.
 *
 * @module
 */

const { inspect, types } = require('node:util')
const { OffloopError, errorOf } = require('./errors')
const { unexpected } = require('./options')

/** How deep an input may be nested. */
const MAX_DEPTH = 64

/** The numbers that the engine has for the types of a binary value. */
const elements = Object.freeze({
  Buffer: 0,
  Uint8Array: 1,
  Uint8ClampedArray: 2,
  Int8Array: 3,
  Uint16Array: 4,
  Int16Array: 5,
  Uint32Array: 6,
  Int32Array: 7,
  Float32Array: 8,
  Float64Array: 9,
  BigInt64Array: 10,
  BigUint64Array: 11,
  ArrayBuffer: 12,
})

/** What to make of the ArrayBuffer of a result, by the same numbers. */
const makers = [
  (/** @type {ArrayBuffer} */ memory) => Buffer.from(memory),
  ...[
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((View) => (/** @type {ArrayBuffer} */ memory) => new View(memory)),
  (/** @type {ArrayBuffer} */ memory) => memory,
]

/** How a binary value is handed over: the high byte of its number. */
const TRANSFERRED = 1 << 8
const SHARED = 2 << 8
/** It is part of the JSON text. */
const TEXT = 3 << 8

/**
 * An input whose binary values still belong to the caller.
 *
 * @typedef {object} Draft
 * @property {string | undefined} json `undefined` for an input that is `undefined`
 * @property {Piece[]} pieces
 * @property {Uint8Array[]} [text] the JSON text in UTF-8, when it is in pieces
 *
 * @typedef {object} Piece
 * @property {ArrayBufferLike} source
 * @property {number} from
 * @property {number} length
 * @property {number} element
 */

/** @type {Draft} */
const nothing = Object.freeze({ json: undefined, pieces: [] })

/** Marks a draft that `encode` takes for an input. */
const READY = Symbol('ready')

/**
 * An input that was encoded before, as one that would block the event loop for too long in one go.
 *
 * @param {string | undefined} json
 * @param {Piece[]} pieces
 * @param {Uint8Array[]} [text] in place of `json`; moved to the task, so each is over a buffer that nobody else has
 */
function ready(json, pieces, text) {
  return { json, pieces, text, [READY]: true }
}

/**
 * @param {unknown} input
 * @returns {Draft}
 */
function encode(input) {
  if (input === undefined) return nothing
  if (/** @type {any} */ (input)?.[READY] === true) return /** @type {Draft} */ (input)
  try {
    const walk = new Walk()
    const json = JSON.stringify(walk.visit(input, 0))
    return { json, pieces: walk.pieces }
  } catch (cause) {
    // What the caller's own getters and `toJSON` throw is among the causes.
    if (cause instanceof OffloopError) throw cause
    const [said] = inspect(cause, { depth: 0, customInspect: false }).split('\n', 1)
    throw errorOf(`The input cannot be written as JSON: ${said}`, { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  }
}

const noKinds = new Uint32Array(0)

/**
 * The binary values of a draft, ready for the engine: those over a buffer in `transferList` are moved, and the buffer
 * is detached; those over a SharedArrayBuffer are lent; all others will be copied.
 *
 * @param {Draft} draft
 * @param {readonly ArrayBuffer[]} transferList
 * @returns {{ binaries: Uint8Array[] | undefined, kinds: Uint32Array }} `kinds` says what each is and how it is meant
 */
function handOver({ pieces, text }, transferList) {
  const moved = transfer(transferList)
  if (text !== undefined) {
    const { binaries = [], kinds } = handOver({ json: undefined, pieces }, [])
    return { binaries: [...binaries, ...text], kinds: Uint32Array.from([...kinds, ...text.map(() => TEXT)]) }
  }
  if (pieces.length === 0) return { binaries: undefined, kinds: noKinds }
  const binaries = pieces.map(({ source, from, length }) => bytesOf(moved.get(source) ?? source, from, length))
  const kinds = pieces.map(({ source, element }) => {
    return element | (moved.has(source) ? TRANSFERRED : types.isSharedArrayBuffer(source) ? SHARED : 0)
  })
  return { binaries, kinds: Uint32Array.from(kinds) }
}

/**
 * @param {ArrayBufferLike} source
 * @param {number} from
 * @param {number} length
 */
function bytesOf(source, from, length) {
  try {
    return new Uint8Array(source, from, length)
  } catch (cause) {
    const message = 'A buffer of the input was resized or transferred while the input was read'
    throw errorOf(message, { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  }
}

/**
 * @param {readonly ArrayBuffer[]} list
 * @returns {Map<ArrayBufferLike, ArrayBuffer>}
 */
function transfer(list) {
  const moved = new Map()
  if (list.length === 0) return moved
  for (const [i, buffer] of list.entries()) {
    if (!types.isArrayBuffer(buffer)) {
      throw unexpected(`transferList[${i}]`, 'an ArrayBuffer', buffer, 'ERR_INVALID_ARG_TYPE')
    }
  }
  try {
    // Detaches all of them or none.
    const buffers = structuredClone([...list], { transfer: [...list] })
    list.forEach((buffer, i) => moved.set(buffer, buffers[i]))
  } catch (cause) {
    const message = `A buffer in \`transferList\` cannot be transferred: ${/** @type {Error} */ (cause).message}`
    throw errorOf(message, { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  }
  return moved
}

/** Kinds of objects that JSON would write as `{}` without a word. */
const lost = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'RegExp', 'Error'])

/**
 * Takes the binary values out of an input, and refuses what JSON would lose. What has neither is left as it is, and
 * nothing is changed in place.
 */
class Walk {
  constructor() {
    /** @type {Piece[]} */
    this.pieces = []
    /** The keys from the input down to the value at hand, for error messages. @type {string[]} */
    this.path = []
    /** The objects on that way. @type {object[]} */
    this.around = []
  }

  /**
   * @param {unknown} value
   * @param {number} depth
   * @returns {unknown}
   */
  visit(value, depth) {
    if (isPlain(value)) return value
    if (typeof value === 'number') throw unexpected(this.where(), 'a finite number', value, 'ERR_INVALID_ARG_VALUE')
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return this.takeOut(value)
    if (depth === MAX_DEPTH) throw this.tooDeep(value)
    // A value that says how it is written as JSON, such as a Date.
    const { toJSON } = /** @type {any} */ (value)
    if (typeof toJSON === 'function') {
      const written = toJSON.call(value, this.path.at(-1) ?? '')
      if (written !== value) return this.visit(written, depth + 1)
    }
    if (typeof value !== 'object' || isLost(value)) {
      throw unexpected(this.where(), 'a value that JSON can carry', value, 'ERR_VALUE_NOT_CLONEABLE')
    }
    return this.visitEach(/** @type {Record<string, unknown>} */ (value), depth)
  }

  /** @param {unknown} value */
  tooDeep(value) {
    const at = this.around.findIndex((object, i) => this.around.indexOf(object) < i)
    if (at < 0) {
      const expected = `nested at most ${MAX_DEPTH} levels deep`
      return unexpected(this.path[0] ?? 'input', expected, value, 'ERR_INVALID_ARG_VALUE')
    }
    const circle = this.around[at]
    this.path.length = at
    return unexpected(this.where(), 'free of circular references', circle, 'ERR_VALUE_NOT_CLONEABLE')
  }

  /**
   * @param {any} object an object or an array
   * @param {number} depth
   */
  visitEach(object, depth) {
    this.around.push(object)
    /** @type {any} */
    let copy
    // A list of a million numbers is looked at here, and must not cost a million strings.
    const keys = Array.isArray(object) ? undefined : Object.keys(object)
    const count = keys ? keys.length : object.length
    for (let i = 0; i < count; i++) {
      const key = keys ? keys[i] : i
      if (key === '$binary') {
        throw errorOf('The key `$binary` is reserved', { code: 'ERR_INVALID_ARG_VALUE' })
      }
      const value = object[key]
      if (isPlain(value)) continue
      this.path.push(String(key))
      const plain = this.visit(value, depth + 1)
      this.path.pop()
      if (plain !== value) {
        copy ??= keys ? { ...object } : [...object]
        copy[key] = plain
      }
    }
    this.around.pop()
    return copy ?? object
  }

  /** @param {ArrayBufferView | ArrayBufferLike} value */
  takeOut(value) {
    this.pieces.push(pieceOf(value, () => this.where()))
    return { $binary: this.pieces.length - 1 }
  }

  /** How an error message names the value at hand: `resize.width`, `columns.a`, `range[1]`. */
  where() {
    return placeOf(this.path)
  }
}

/** A way from the input down to a value, as error messages write it. @param {readonly string[]} path */
function placeOf(path) {
  if (path.length === 0) return 'input'
  return path.map((key, i) => (/^\d+$/.test(key) ? `[${key}]` : i === 0 ? key : `.${key}`)).join('')
}

/**
 * Where the bytes of a binary value are.
 *
 * @param {ArrayBufferView | ArrayBufferLike} value
 * @param {() => string} where how an error message names it
 * @returns {Piece}
 */
function pieceOf(value, where) {
  const view = ArrayBuffer.isView(value)
  const element = elementOf(value)
  if (element === undefined) {
    throw unexpected(where(), 'of a supported binary type', value, 'ERR_INVALID_ARG_TYPE')
  }
  if (value.byteLength === 0 && isDetached(view ? value.buffer : value)) {
    throw unexpected(where(), 'a buffer that was not transferred before', value, 'ERR_VALUE_NOT_CLONEABLE')
  }
  return {
    source: view ? value.buffer : value,
    from: view ? value.byteOffset : 0,
    length: value.byteLength,
    element,
  }
}

/**
 * Whether JSON carries the value as it is.
 *
 * @param {unknown} value
 * @returns {value is number | string | boolean | null | undefined}
 */
function isPlain(value) {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' || typeof value === 'boolean' || value === undefined || value === null
}

/**
 * @param {ArrayBufferView | ArrayBufferLike} value
 * @returns {number | undefined}
 */
function elementOf(value) {
  if (Buffer.isBuffer(value)) return elements.Buffer
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) return elements.ArrayBuffer
  return /** @type {Record<string, number>} */ (elements)[typeOfView.call(value)]
}

/**
 * The name of a typed array's type: the same in every realm, and not what a property of the array may say, since the
 * engine relies on its alignment.
 *
 * @type {() => string}
 */
const typeOfView = /** @type {any} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
).get

/** @param {object} value */
function tagOf(value) {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** @param {object} value */
function isLost(value) {
  return lost.has(tagOf(value))
}

/** @param {ArrayBufferLike} buffer */
function isDetached(buffer) {
  if ('detached' in buffer) return buffer.detached
  try {
    // Node 20 has no `detached`.
    void new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

/**
 * The result of a task that has binary values.
 *
 * @param {string | undefined} json
 * @param {(number | ArrayBuffer)[]} pieces element numbers and memory by turns
 */
function decode(json, pieces) {
  if (json === undefined) return undefined
  return JSON.parse(json, (_, value) => {
    const index = value?.$binary
    const memory = typeof index === 'number' ? pieces[2 * index + 1] : undefined
    if (memory === undefined) return value
    return makers[/** @type {number} */ (pieces[2 * index])](/** @type {ArrayBuffer} */ (memory))
  })
}

module.exports = { decode, encode, handOver, isLost, pieceOf, placeOf, ready }
