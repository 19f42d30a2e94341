// @ts-check
'use strict'

/**
 * Queues between threads and processes: of whole messages for many, and of bytes from one to one.
 *
 * @module
 */

const { isUint8Array } = require('node:util/types')
const v8 = require('node:v8')
const native = require('../native')
const { errorOf } = require('../errors')
const { checkNumber, unexpected } = require('../options')
const { HEADER, SharedObject, placed } = require('./memory')
const { WAIT, block, tryOnce, wait } = require('./wait')

/** Bytes before the messages: what each side changes is apart from the other's. */
const HEAD = HEADER + 256
const CAPACITY = 1 << 20
/** Messages up to this many bytes go over the desk: memory that is there already. */
const SMALL = 16 << 10
/** In the number that a short message is sent by. */
const CARES = 1 << 24
const ON_HEAP = 64
const sliceOf = /** @type {(this: Uint8Array, start: number, end: number) => any} */ (Uint8Array.prototype.slice)
/** What comes when nothing comes any more. */
const END = -2
/** What stands above a message's length. */
const KIND = 2 ** 32

const Kind = Object.freeze({ bytes: 0, text: 1, value: 2 })

/** @param {unknown} capacity @returns {number} */
const checkCapacity = (capacity) => checkNumber('capacity', capacity, { min: 64, max: 2 ** 31, integer: true })

/** @param {number} capacity */
const bytesOf = (capacity) => HEAD + Math.ceil(capacity / 8) * 8

const closed = (/** @type {string} */ what) => errorOf(`The ${what} is closed`, { code: 'ERR_SHARED_CLOSED' })

/** @param {unknown} message @returns {{ kind: number, bytes: Uint8Array }} */
function encoded(message) {
  if (isUint8Array(message)) return { kind: Kind.bytes, bytes: message }
  // It is what comes at the end.
  if (message === undefined) throw unexpected('message', 'a value', message, 'ERR_INVALID_ARG_VALUE')
  if (typeof message === 'string') return { kind: Kind.text, bytes: Buffer.from(message) }
  try {
    return { kind: Kind.value, bytes: v8.serialize(message) }
  } catch (cause) {
    const { message } = /** @type {Error} */ (cause)
    throw errorOf(`The message cannot be cloned: ${message}`, { code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  }
}

/** @param {number} kind  @param {Buffer} bytes its own */
function decoded(kind, bytes) {
  if (kind === Kind.bytes) return bytes
  return kind === Kind.text ? bytes.toString() : v8.deserialize(bytes)
}

/** Numbers of channels whose objects are gone. */
const gone = new FinalizationRegistry((/** @type {number} */ number) => native.channelForget(number))

/** A bounded queue of messages, for any number of senders and receivers. */
class Channel extends SharedObject {
  /** In the addon. @type {number} */
  #number
  #desk = Buffer.allocUnsafeSlow(SMALL)
  /** The longest message, in bytes as it is stored. @type {number} */
  maxMessage

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['capacity'])
    const capacity = checkCapacity(options.capacity ?? CAPACITY)
    super('Channel', place, options.offset, bytesOf(capacity), bytesOf(capacity))
    this.#number = native.channelOpen(this.bytes, this.#desk)
    gone.register(this, this.#number)
    this.maxMessage = native.channelMost(this.#number)
  }

  /** @param {{ capacity?: number }} [options] */
  static byteLength({ capacity = CAPACITY } = {}) {
    return bytesOf(checkCapacity(capacity))
  }

  get isClosed() {
    return native.channelIsClosed(this.#number)
  }

  /** Bytes that wait to be received. */
  get pendingBytes() {
    return native.channelUsed(this.#number)
  }

  /** @param {{ kind: number, bytes: Uint8Array }} message  @param {boolean} cares @returns {number} */
  #send({ kind, bytes }, cares) {
    const { length } = bytes
    if (length > this.maxMessage) {
      const expected = `at most ${this.maxMessage} bytes (see \`capacity\`)`
      throw unexpected('message', expected, `${length} bytes`, 'ERR_OUT_OF_RANGE')
    }
    if (length > SMALL) return native.channelSendLong(this.#number, kind, bytes, cares)
    this.#desk.set(bytes)
    return native.channelSend(this.#number, length | (kind << 16) | (cares ? CARES : 0))
  }

  /** @param {unknown} message @returns {boolean} `false` when there is no room */
  trySend(message) {
    const ready = encoded(message)
    const answer = tryOnce((cares) => this.#send(ready, cares))
    if (answer !== WAIT) this.#sent(answer)
    return answer !== WAIT
  }

  /** @param {unknown} message  @param {object} [options] */
  sendSync(message, options) {
    const ready = encoded(message)
    this.#sent(block('Sending', options, (cares) => this.#send(ready, cares)))
  }

  /** @param {unknown} message  @param {object} [options] @returns {Promise<void>} when it is in the queue */
  async send(message, options) {
    const ready = encoded(message)
    const done = (/** @type {number} */ answer) => this.#sent(answer)
    return wait('Sending', options, (cares) => this.#send(ready, cares), { done })
  }

  /** @param {number} answer */
  #sent(answer) {
    if (answer === 0) throw closed('channel')
  }

  #receive = (/** @type {boolean} */ cares) => native.channelReceive(this.#number, cares ? 1 : 0)

  /** @param {number} answer */
  #message(answer) {
    if (answer === END) return undefined
    // Bytes, which are of kind 0, are the most frequent.
    if (answer <= SMALL) return this.#fromDesk(answer)
    const kind = Math.floor(answer / KIND)
    const length = answer % KIND
    if (length > SMALL) return decoded(kind, Buffer.from(native.channelLong()))
    if (kind === Kind.text) return this.#desk.toString('utf8', 0, length)
    // What is read from a value is a view into it: that must not be all of Node's pool.
    const bytes = Buffer.allocUnsafeSlow(length)
    this.#desk.copy(bytes, 0, 0, length)
    return decoded(kind, bytes)
  }

  /** @param {number} length @returns {Buffer} */
  #fromDesk(length) {
    // V8 has so little on its own heap, which is faster than Node's pool.
    if (length <= ON_HEAP) return sliceOf.call(this.#desk, 0, length)
    const bytes = Buffer.allocUnsafe(length)
    this.#desk.copy(bytes, 0, 0, length)
    return bytes
  }

  /** @returns {any} a message; `undefined` when there is none */
  tryReceive() {
    const answer = tryOnce(this.#receive)
    return answer === WAIT ? undefined : this.#message(answer)
  }

  /** @param {object} [options] @returns {any} a message; `undefined` when the channel is closed and empty */
  receiveSync(options) {
    return this.#message(block('Receiving', options, this.#receive))
  }

  /** @param {object} [options] @returns {Promise<any>} as for `receiveSync` */
  async receive(options) {
    return wait('Receiving', options, this.#receive, { done: (answer) => this.#message(answer) })
  }

  /** All messages until the channel is closed. */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      const next = await wait('Receiving', undefined, this.#receive, {
        // Now: the next message comes over the same desk.
        done: (answer) => ({ ended: answer === END, message: this.#message(answer) }),
      })
      if (next.ended) return
      yield next.message
    }
  }

  /** Nothing more is sent; what is in the queue is still received. */
  close() {
    native.channelClose(this.#number)
  }
}

/** The same options for every part, with the time that is left for all of them. @param {any} options @returns {() => any} */
function timeLeft(options) {
  const timeout = options?.timeout
  if (typeof timeout !== 'number') return () => options
  const end = performance.now() + timeout
  let first = true
  return () => {
    if (!first) return { ...options, timeout: Math.max(end - performance.now(), 0) }
    first = false
    return options
  }
}

/** A stream of bytes from one writer to one reader. */
class RingBuffer extends SharedObject {
  #native
  /** Bytes that it holds. @type {number} */
  capacity

  /** @param {...unknown} args */
  constructor(...args) {
    const { place, options } = placed(args, ['capacity'])
    const bytes = bytesOf(checkCapacity(options.capacity ?? CAPACITY))
    super('RingBuffer', place, options.offset, bytes, bytes)
    this.capacity = bytes - HEAD
    this.#native = new native.SharedRingBuffer(this.bytes)
  }

  /** @param {{ capacity?: number }} [options] */
  static byteLength({ capacity = CAPACITY } = {}) {
    return bytesOf(checkCapacity(capacity))
  }

  get isClosed() {
    return this.#native.isClosed()
  }

  /** Bytes that can be read. */
  get readable() {
    return this.#native.used()
  }

  /** Bytes that can be written. */
  get writable() {
    return this.capacity - this.#native.used()
  }

  /** @param {string} name  @param {unknown} bytes @returns {Uint8Array} */
  #check(name, bytes) {
    if (isUint8Array(bytes)) return bytes
    throw unexpected(name, 'a Buffer or Uint8Array', bytes, 'ERR_INVALID_ARG_TYPE')
  }

  /** @param {number} answer */
  #written(answer) {
    if (answer === END) throw closed('ring buffer')
    return answer
  }

  /** @param {Uint8Array} bytes @returns {number} how many were written */
  tryWrite(bytes) {
    if (this.#check('bytes', bytes).byteLength === 0) return 0
    const answer = this.#native.write(bytes)
    if (answer !== WAIT) return this.#written(answer)
    native.sharedRetire()
    return 0
  }

  /** All of them. @param {Uint8Array} bytes  @param {object} [options] */
  writeSync(bytes, options) {
    let rest = this.#check('bytes', bytes)
    const left = timeLeft(options)
    while (rest.byteLength > 0) {
      const part = rest
      rest = rest.subarray(this.#written(block('Writing', left(), () => this.#native.write(part))))
    }
  }

  /** All of them. @param {Uint8Array} bytes  @param {object} [options] @returns {Promise<void>} */
  async write(bytes, options) {
    let rest = this.#check('bytes', bytes)
    const left = timeLeft(options)
    while (rest.byteLength > 0) {
      const part = rest
      rest = rest.subarray(this.#written(await wait('Writing', left(), () => this.#native.write(part))))
    }
  }

  /** @param {Uint8Array} into @returns {number} how many bytes were read; 0 when there are none, -1 at the end */
  tryRead(into) {
    if (this.#check('into', into).byteLength === 0) return 0
    const answer = this.#native.read(into)
    if (answer !== WAIT) return answer === END ? -1 : answer
    native.sharedRetire()
    return 0
  }

  /** At least one byte, or -1 at the end. @param {Uint8Array} into  @param {object} [options] @returns {number} */
  readSync(into, options) {
    if (this.#check('into', into).byteLength === 0) return 0
    const answer = block('Reading', options, () => this.#native.read(into))
    return answer === END ? -1 : answer
  }

  /** @param {Uint8Array} into  @param {object} [options] @returns {Promise<number>} as for `readSync` */
  async read(into, options) {
    if (this.#check('into', into).byteLength === 0) return 0
    const done = (/** @type {number} */ answer) => (answer === END ? -1 : answer)
    return wait('Reading', options, () => this.#native.read(into), { done })
  }

  /** What comes, in pieces, until it is closed. */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      const into = Buffer.allocUnsafe(Math.min(this.capacity, SMALL))
      const length = await this.read(into)
      if (length < 0) return
      yield into.subarray(0, length)
    }
  }

  /** Nothing more is written; what is there is still read. */
  close() {
    this.#native.close()
  }
}

module.exports = { Channel, RingBuffer }
