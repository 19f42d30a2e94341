// @ts-check
'use strict'

/**
 * Memory that threads share, or processes.
 *
 * @module
 */

const native = require('../native')
const { errorOf } = require('../errors')
const { checkBoolean, checkFunction, checkKnown, checkNumber, checkObject, unexpected } = require('../options')

/** The longest region: what every supported Node has as a buffer. */
const MAX_BYTES = 2 ** 32 - 1

/** For `new`, which is not for users. */
const key = Symbol('SharedRegion')

/** What is behind the buffers of named regions: it must stay for as long as an object uses the buffer. @type {WeakMap<object, any>} */
const memories = new WeakMap()

/** The memory behind the buffer of a region, if it is one. @param {object} buffer */
const memoryOf = (buffer) => memories.get(buffer)

/** Memory, and every way of looking at it. */
class SharedRegion {
  /** @type {ArrayBuffer | SharedArrayBuffer} */
  #buffer
  /** @type {any} */
  #memory
  /** The name, if it has one. @type {string | undefined} */
  name
  /** Whether it was made by this call. */
  created

  /** @param {symbol} made  @param {ArrayBuffer | SharedArrayBuffer} buffer  @param {{ name?: string, memory?: any }} named */
  constructor(made, buffer, { name, memory } = {}) {
    if (made !== key) {
      throw errorOf('Expected SharedRegion.create(), .get() or .open(), got new', { code: 'ERR_INVALID_ARG_VALUE' })
    }
    this.#buffer = buffer
    this.#memory = memory
    this.name = name
    this.created = memory?.made ?? true
  }

  /** For the threads of this process, who get its `buffer` by a message. @param {number} bytes */
  static create(bytes) {
    return new SharedRegion(key, new SharedArrayBuffer(checkBytes(bytes)))
  }

  /** For the threads of this process, by a name. @param {string} name  @param {number} bytes  @param {object} [options] */
  static get(name, bytes, options) {
    return openRegion(name, bytes, options, false)
  }

  /** For all processes of this user, by a name. @param {string} name  @param {number} bytes  @param {object} [options] */
  static open(name, bytes, options) {
    return openRegion(name, bytes, options, true)
  }

  /** A SharedArrayBuffer of `create`; an ArrayBuffer otherwise, which a message does not share but copies. */
  get buffer() {
    return this.#buffer
  }

  get byteLength() {
    return this.#buffer.byteLength
  }

  /**
   * A typed array over the region, or a part of it.
   *
   * @template T
   * @param {new (buffer: any, offset: number, length?: number) => T} type
   * @param {number} [byteOffset]
   * @param {number} [length]
   * @returns {T}
   */
  view(type, byteOffset = 0, length) {
    return new type(this.#buffer, byteOffset, length)
  }

  /** Gives up the name, which goes with the last who has it. What is open can be used on. */
  close() {
    this.#memory?.close()
    this.#memory = undefined
  }

  [Symbol.dispose ?? Symbol('dispose')]() {
    this.close()
  }
}

/** @param {unknown} bytes */
const checkBytes = (bytes) => checkNumber('bytes', bytes, { min: 1, max: MAX_BYTES, integer: true })

/** @param {unknown} name @returns {string} */
function checkName(name) {
  if (typeof name === 'string' && /^[\w.-]{1,100}$/.test(name)) return name
  const expected = 'a name of 1 to 100 letters, digits, `_`, `-` and `.`'
  throw unexpected('name', expected, name, typeof name === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE')
}

/** @param {unknown} name  @param {unknown} bytes  @param {unknown} written  @param {boolean} amongProcesses */
function openRegion(name, bytes, written, amongProcesses) {
  const options = checkObject('options', written ?? {})
  checkKnown(options, amongProcesses ? ['create', 'onMissing'] : ['onMissing'])
  const { create = true, onMissing } = options
  checkBoolean('create', create)
  if (onMissing !== undefined) checkFunction('onMissing', onMissing)
  const memory = openMemory(checkName(name), checkBytes(bytes), amongProcesses, create)
  const buffer = memory.buffer()
  if (buffer === null) {
    memory.close()
    const message = 'This platform allows no memory outside of V8, which a named region is: use SharedRegion.create()'
    throw errorOf(message, { code: 'ERR_SHARED_UNSUPPORTED' })
  }
  memories.set(buffer, memory)
  const region = new SharedRegion(key, buffer, { name: /** @type {string} */ (name), memory })
  if (region.created) onMissing?.(region)
  return region
}

/** @param {string} name  @param {number} bytes  @param {boolean} amongProcesses  @param {boolean} create */
function openMemory(name, bytes, amongProcesses, create) {
  if (native.NamedMemory === undefined) {
    const message = `Named regions are not available on ${process.platform}: offloop has them on Unix systems only`
    throw errorOf(message, { code: 'ERR_SHARED_UNSUPPORTED' })
  }
  try {
    return native.NamedMemory.open(name, bytes, amongProcesses, create)
  } catch (cause) {
    throw errorOfOpening(name, bytes, /** @type {Error} */ (cause))
  }
}

/** @param {string} name  @param {number} bytes  @param {Error} cause */
function errorOfOpening(name, bytes, cause) {
  const [, size] = /^size (\d+)$/.exec(cause.message) ?? []
  if (size !== undefined) {
    return errorOf(`The region ${name} has ${size} bytes, not ${bytes}`, { code: 'ERR_SHARED_SIZE', cause })
  }
  if (cause.message === 'missing') {
    return errorOf(`There is no region ${name}`, { code: 'ERR_SHARED_MISSING', cause })
  }
  if (cause.message === 'foreign') {
    const message = `The region ${name} is another user's, or open to other users: it is not used`
    return errorOf(message, { code: 'ERR_SHARED_FOREIGN', cause })
  }
  return errorOf(`The region ${name} cannot be opened: ${cause.message}`, { code: 'ERR_SHARED_FAILED', cause })
}

module.exports = { SharedRegion, memoryOf }
