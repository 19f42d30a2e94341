// @ts-check
'use strict'

/**
 * Where a shared object lies: in a region, in a buffer, in a named region of its own, or in fresh memory.
 *
 * @module
 */

const { isAnyArrayBuffer, isSharedArrayBuffer } = require('node:util/types')
const { errorOf } = require('../errors')
const { checkKnown, checkNumber, checkObject, unexpected } = require('../options')
const { SharedRegion, memoryOf } = require('./region')

/** Every object begins at a multiple of it. */
const ALIGNMENT = 8
/** What an object begins with: its kind, and a number made of its sizes, so that nobody takes it for something else. */
const HEADER = 8

/** Each kind by its number in the header. */
const kinds = Object.freeze([
  '',
  'Mutex',
  'RwLock',
  'Semaphore',
  'Barrier',
  'Condition',
  'Once',
  'Counter',
  'Gauge',
  'Channel',
  'RingBuffer',
  'RateLimiter',
  'SharedMap',
])

/**
 * The arguments of a constructor, `(place, options)` or `(options)`.
 *
 * @param {unknown[]} args
 * @param {readonly string[]} names of options beside `offset`
 * @returns {{ place: unknown, options: any }}
 */
function placed(args, names) {
  const [first, second] = args
  const isPlace = typeof first === 'string' || isAnyArrayBuffer(first) || first instanceof SharedRegion
  // What somebody means to hand over and does not have must not become fresh memory.
  if (!isPlace && args.length > 0 && (first === undefined || first === null || ArrayBuffer.isView(first))) {
    throw unexpected('place', PLACES, first, 'ERR_INVALID_ARG_TYPE')
  }
  if (isAnyArrayBuffer(first) && !isSharedArrayBuffer(first) && memoryOf(first) === undefined) {
    throw unexpected(
      'place',
      `${PLACES}; an ArrayBuffer that came by a message is a copy`,
      first,
      'ERR_INVALID_ARG_VALUE',
    )
  }
  const options = checkObject('options', (isPlace ? second : first) ?? {})
  checkKnown(options, ['offset', ...names])
  return { place: isPlace ? first : undefined, options }
}

const PLACES = 'a SharedRegion, a SharedArrayBuffer, the buffer of a region, or the name of one'

/** The memory of an object, which stays as long as that, whatever becomes of the buffer. @type {WeakMap<object, any>} */
const kept = new WeakMap()

/** What every shared object is: a part of a buffer. */
class SharedObject {
  /** The memory: to be sent to other threads, where it is a SharedArrayBuffer. @type {SharedArrayBuffer | ArrayBuffer} */
  buffer
  /** Where in the memory the object begins. @type {number} */
  byteOffset
  /** How long it is. @type {number} */
  byteLength
  /** The region, where it lies in one. @type {InstanceType<typeof SharedRegion> | undefined} */
  region

  /**
   * @param {string} kind
   * @param {unknown} place
   * @param {unknown} offset
   * @param {number} bytes of the object, its header among them
   * @param {...number} sizes that all who use it must agree on
   */
  constructor(kind, place, offset = 0, bytes = 0, ...sizes) {
    checkNumber('offset', offset, { min: 0, integer: true })
    const start = /** @type {number} */ (offset)
    if (start % ALIGNMENT !== 0) {
      throw unexpected('offset', `a multiple of ${ALIGNMENT}`, offset, 'ERR_INVALID_ARG_VALUE')
    }
    if (place instanceof SharedRegion) this.region = place
    else if (typeof place === 'string') this.region = SharedRegion.open(place, start + bytes)
    else if (place === undefined) this.region = SharedRegion.create(start + bytes)
    this.buffer = this.region?.buffer ?? /** @type {SharedArrayBuffer} */ (place)
    kept.set(this, memoryOf(this.buffer))
    this.byteOffset = start
    this.byteLength = bytes
    if (bytes > this.buffer.byteLength) {
      throw unexpected('place', `one of at least ${bytes} bytes`, `${this.buffer.byteLength} bytes`, 'ERR_OUT_OF_RANGE')
    }
    if (start + bytes > this.buffer.byteLength) {
      const expected = `at most ${this.buffer.byteLength - bytes}, since the object has ${bytes} bytes`
      throw unexpected('offset', expected, offset, 'ERR_OUT_OF_RANGE')
    }
    claim(new Int32Array(this.buffer, start, HEADER / 4), kind, sizes)
  }

  /** What lies behind the header. */
  get bytes() {
    return new Uint8Array(this.buffer, this.byteOffset + HEADER, this.byteLength - HEADER)
  }
}

/** Says in the header what the object is, or finds that it is that. @param {Int32Array} header  @param {string} name  @param {number[]} sizes */
function claim(header, name, sizes) {
  const kind = kinds.indexOf(name)
  const found = Atomics.compareExchange(header, 0, 0, kind)
  if (found !== 0 && found !== kind) {
    const there = kinds[found] === undefined ? 'something else' : `a ${kinds[found]}`
    throw errorOf(`There is ${there} in this memory, not a ${name}`, { code: 'ERR_SHARED_KIND' })
  }
  // Never 0, which is what fresh memory says.
  let shape = 0x811c9dc5
  for (const byte of Buffer.from(sizes.join())) shape = Math.imul(shape ^ byte, 0x01000193)
  shape |= 1
  const before = Atomics.compareExchange(header, 1, 0, shape)
  if (before !== 0 && before !== shape) {
    throw errorOf(`The ${name} in this memory was made with other options`, { code: 'ERR_SHARED_KIND' })
  }
}

module.exports = { HEADER, SharedObject, placed }
