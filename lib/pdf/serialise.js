// @ts-check
'use strict'

/**
 * A document on its way to the task: JSON text and binary values, as `codec.js` makes them, but in slices of about a
 * millisecond with turns of the event loop between them. A document of a hundred thousand rows has a million values.
 *
 * What is plain data is written by `JSON.stringify`, a few hundred values at a time, after a look at each of them. Only
 * what has something else in it is walked down, by a stack of our own.
 *
 * @module
 */

const { performance } = require('node:perf_hooks')
const { setImmediate } = require('node:timers')
const { TextEncoder, inspect, types } = require('node:util')
const { isLost, pieceOf, placeOf, ready } = require('../codec')
const { OffloopError, errorOf } = require('../errors')
const { unexpected } = require('../options')
const { formOf } = require('./functions')

/** How deep a document may be nested. The task's own limit is 128. */
const MAX_DEPTH = 100

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 1

/** Values that are written at once, and so between two looks at the clock. */
const RUN = 256

/** Levels of plain data that are looked at from above. */
const LEVELS = 8

/** Characters of a text that count as much as a value. */
const VALUE_LENGTH = 32

/** Characters after which text is made bytes, so that no long string has to be copied at the end. */
const CHUNK = 32 * 1024

/** Objects of the document whose keys are names that the caller chose. */
const named = new Set(['styles', 'images', 'fonts', 'tableLayouts', 'attachments', 'files'])

const encoder = new TextEncoder()

/** @typedef {import('../codec').Draft} Draft */

/** An object, a list or a text that is written bit by bit. */
class Frame {
  /** How far it is written. */
  index = 0
  /** Whether something of it is written. */
  begun = false

  /**
   * @param {any} value
   * @param {string} key its own, in what is around it
   * @param {string[] | undefined} keys of an object
   */
  constructor(value, key, keys) {
    this.value = value
    this.key = key
    this.keys = keys
  }
}

class Serialiser {
  /** From the document down to what is being written. @type {Frame[]} */
  #frames = []
  /** Text that is not in `#chunks` yet. */
  #text
  /** @type {Uint8Array[]} */
  #chunks = []
  /** @type {import('../codec').Piece[]} */
  #pieces = []
  /** Values written since the last look at the clock. */
  #count = 0

  /** @param {string} prefix what stands before the document */
  constructor(prefix) {
    this.#text = prefix
  }

  /** Begins with the document. @param {unknown} document */
  begin(document) {
    this.#write(document, '')
  }

  /** Goes on until the document is written, and says so, or a slice of time is over. */
  advance() {
    const end = performance.now() + SLICE
    for (;;) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) return true
      if (frame.keys) this.#writeField(frame)
      else if (typeof frame.value === 'string') this.#writeLetters(frame)
      else this.#writeItems(frame)
      if (this.#text.length > CHUNK) this.#flush()
      if (this.#count < RUN) continue
      this.#count = 0
      if (performance.now() > end) return false
    }
  }

  /** @param {string} suffix what stands behind the document */
  finish(suffix) {
    this.#text += suffix
    if (this.#chunks.length === 0) return ready(wellFormed(this.#text), this.#pieces)
    this.#flush()
    return ready(undefined, this.#pieces, this.#chunks)
  }

  #flush() {
    this.#chunks.push(encoder.encode(wellFormed(this.#text)))
    this.#text = ''
  }

  /** As many items of a list as are plain, or one that is not. @param {Frame} frame */
  #writeItems(frame) {
    const { value: list, index: from } = frame
    if (from >= list.length) {
      this.#text += ']'
      this.#frames.pop()
      return
    }
    if (frame.begun) this.#text += ','
    frame.begun = true
    let room = RUN
    let to = from
    for (; to < list.length && room > 0; to++) {
      const rest = measure(list[to], room, this.#levels())
      if (rest < 0) break
      room = rest
    }
    this.#count += RUN - room + 1
    if (to === from) {
      frame.index++
      this.#write(list[from], String(from))
    } else {
      frame.index = to
      this.#text += JSON.stringify(Array.prototype.slice.call(list, from, to)).slice(1, -1)
    }
  }

  /** @param {Frame} frame */
  #writeField(frame) {
    const key = /** @type {string[]} */ (frame.keys)[frame.index++]
    this.#count++
    if (key === undefined) {
      this.#text += '}'
      this.#frames.pop()
      return
    }
    // pdfmake keeps its notes in the documents that it has printed.
    if (key.startsWith('_') && !(this.#frames.length === 2 && named.has(frame.key))) return
    if (key === '$binary') throw errorOf('The key `$binary` is reserved', { code: 'ERR_INVALID_ARG_VALUE' })
    const value = frame.value[key]
    if (value === undefined) return
    this.#text += `${frame.begun ? ',' : ''}${JSON.stringify(key)}:`
    frame.begun = true
    this.#write(value, key)
  }

  /** A part of a long text. @param {Frame} frame */
  #writeLetters(frame) {
    const { value: text, index: from } = frame
    let to = Math.min(from + RUN * VALUE_LENGTH, text.length)
    // Not between the halves of a character.
    if (to < text.length && (text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to--
    this.#text += JSON.stringify(text.slice(from, to)).slice(1, -1)
    this.#count += RUN
    frame.index = to
    if (to < text.length) return
    this.#text += '"'
    this.#frames.pop()
  }

  /**
   * Writes a value, or begins with one that is not plain.
   *
   * @param {any} value
   * @param {string} key
   * @param {boolean} [asItIs] whatever `toJSON` says
   * @returns {void}
   */
  #write(value, key, asItIs) {
    const rest = measure(value, RUN, this.#levels())
    if (rest >= 0) {
      this.#count += RUN - rest
      this.#text += value === undefined ? 'null' : JSON.stringify(value)
      return
    }
    if (typeof value === 'string') {
      this.#text += '"'
      this.#frames.push(new Frame(value, key, undefined))
      return
    }
    this.#refuse(value, key)
    if (types.isBoxedPrimitive(value)) return this.#write(value.valueOf(), key)
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      this.#text += `{"$binary":${this.#pieces.length}}`
      this.#pieces.push(pieceOf(value, () => this.#placeOf(key)))
      return
    }
    if (!asItIs && typeof value.toJSON === 'function') return this.#write(value.toJSON(key), key, true)
    if (this.#frames.length === MAX_DEPTH) throw this.#tooDeep(key)
    const isList = Array.isArray(value)
    this.#text += isList ? '[' : '{'
    this.#frames.push(new Frame(value, key, isList ? undefined : Object.keys(value)))
  }

  /**
   * Throws when a value cannot be part of a document.
   *
   * @param {any} value that is not plain
   * @param {string} key
   */
  #refuse(value, key) {
    const where = () => this.#placeOf(key)
    if (typeof value === 'function') throw unexpected(where(), formOf(key), value, 'ERR_INVALID_ARG_TYPE')
    if (typeof value === 'number') throw unexpected(where(), 'a finite number', value, 'ERR_INVALID_ARG_VALUE')
    if (typeof value !== 'object' || isLost(value)) {
      throw unexpected(where(), 'a value that JSON can carry', value, 'ERR_VALUE_NOT_CLONEABLE')
    }
    if (types.isDate(value) && Number.isNaN(value.getTime())) {
      throw unexpected(where(), 'a valid date', value, 'ERR_INVALID_ARG_VALUE')
    }
  }

  #levels() {
    return Math.min(LEVELS, MAX_DEPTH - this.#frames.length)
  }

  /** @param {string} key */
  #tooDeep(key) {
    const around = this.#frames.map((frame) => frame.value)
    const again = around.findIndex((object, i) => around.indexOf(object) < i)
    if (again < 0) {
      const message = `\`${this.#frames[1]?.key ?? key}\` is nested more than ${MAX_DEPTH} levels deep`
      return errorOf(message, { code: 'ERR_PDF_TOO_LARGE' })
    }
    const where = placeOf(this.#frames.slice(1, again + 1).map((frame) => frame.key))
    return unexpected(where, 'free of circular references', around[again], 'ERR_INVALID_ARG_VALUE')
  }

  /** How an error message names a value in the object at hand. @param {string} key */
  #placeOf(key) {
    if (this.#frames.length === 0) return 'document'
    return placeOf([...this.#frames.slice(1).map((frame) => frame.key), key])
  }
}

/**
 * How much room is left when a value and all that is in it are written; less than none when there is not enough, or when
 * JSON alone would not write it as it is meant.
 *
 * @param {unknown} value
 * @param {number} room
 * @param {number} levels
 * @returns {number}
 */
function measure(value, room, levels) {
  switch (typeof value) {
    case 'string':
      return room - 1 - Math.floor(value.length / VALUE_LENGTH)
    case 'number':
      return Number.isFinite(value) ? room - 1 : -1
    case 'boolean':
    case 'undefined':
      return room - 1
    case 'object':
      break
    default:
      return -1
  }
  if (value === null) return room - 1
  if (levels === 0) return -1
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      room = measure(value[i], room, levels - 1)
      if (room < 0) return -1
    }
    return room - 1
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return -1
  for (const key in value) {
    const first = key.charCodeAt(0)
    if (first === UNDERSCORE || first === DOLLAR) return -1
    room = measure(/** @type {any} */ (value)[key], room, levels - 1)
    if (room < 0) return -1
  }
  return room - 1
}

const UNDERSCORE = 0x5f
const DOLLAR = 0x24

/** Without halves of characters, which JSON can write and UTF-8 cannot. @param {string} json */
function wellFormed(json) {
  if (!json.includes('\\ud')) return json
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd')
}

/** Who waits for a turn of the event loop. However many documents are being written, there is one slice in each turn. */
const waiting = /** @type {(() => void)[]} */ ([])

function turn() {
  return new Promise((resolve) => {
    waiting.push(() => resolve(undefined))
    if (waiting.length === 1) setImmediate(giveTurn)
  })
}

function giveTurn() {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(giveTurn)
}

/**
 * The input of a task that has a document: `request` with the document as `field`. At once when it is small. It is read
 * during the call, and in later turns of the event loop when it is not.
 *
 * @param {string} field
 * @param {object} document
 * @param {object} request plain data
 * @param {AbortSignal} [signal]
 * @returns {Draft | Promise<Draft>}
 */
function serialise(field, document, request, signal) {
  const rest = JSON.stringify(request)
  const serialiser = new Serialiser(`{${JSON.stringify(field)}:`)
  const suffix = rest === '{}' ? '}' : `,${rest.slice(1)}`
  return told(() => {
    serialiser.begin(document)
    return serialiser.advance() ? serialiser.finish(suffix) : finishLater(serialiser, suffix, signal)
  })
}

/**
 * @param {Serialiser} serialiser
 * @param {string} suffix
 * @param {AbortSignal} [signal]
 */
async function finishLater(serialiser, suffix, signal) {
  do {
    await turn()
    if (signal?.aborted) {
      throw errorOf('The task was aborted before it was queued', { code: 'ABORT_ERR', cause: signal.reason })
    }
  } while (!told(() => serialiser.advance()))
  return told(() => serialiser.finish(suffix))
}

/**
 * What the caller's own getters and `toJSON` throw becomes the cause of an error of ours.
 *
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function told(work) {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof OffloopError) throw cause
    const [said] = inspect(cause, { depth: 0, customInspect: false }).split('\n', 1)
    throw errorOf(`The document cannot be written as JSON: ${said}`, { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  }
}

module.exports = { serialise }
