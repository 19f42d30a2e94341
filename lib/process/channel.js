// @ts-check
'use strict'

/**
 * The channel to a forked script: Node's own protocol, so that the script needs nothing but `process.send`.
 *
 * @module
 */

const v8 = require('node:v8')
const { errorOf } = require('../errors')
const { MAX_TIMER_MS, checkKnown, checkNumber, checkObject, checkSignal } = require('../options')
const { commands, tell } = require('./hub')

/** Bytes that may wait before `send` says so: Node's own bound. */
const HIGH_WATER = 128 << 10

/** What V8's serializer cannot write itself, by Node's numbers. */
const VIEW = 0
const OBJECT = 1

/** As Node's own (lib/internal/child_process/serialization.js). */
class MessageSerializer extends v8.DefaultSerializer {
  /** @param {any} object */
  _writeHostObject(object) {
    if (ArrayBuffer.isView(object)) {
      this.writeUint32(VIEW)
      // @ts-expect-error Node's types leave it out
      // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
      return super._writeHostObject(object)
    }
    this.writeUint32(OBJECT)
    this.writeValue({ ...object })
  }
}

class MessageDeserializer extends v8.DefaultDeserializer {
  _readHostObject() {
    // @ts-expect-error Node's types leave it out
    // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
    return this.readUint32() === VIEW ? super._readHostObject() : this.readValue()
  }
}

/** @param {any} message @returns {string | Buffer} what goes over the socket */
function encode(message, /** @type {'json' | 'advanced'} */ serialization) {
  if (serialization === 'json') {
    const text = JSON.stringify(message)
    // By a `toJSON`. The child would take it for a broken message, and end.
    if (text === undefined) throw errorOf('Expected `message` to be JSON', { code: 'ERR_INVALID_ARG_VALUE' })
    return `${text}\n`
  }
  const serializer = new MessageSerializer()
  serializer.writeHeader()
  serializer.writeValue(message)
  const payload = serializer.releaseBuffer()
  const bytes = Buffer.allocUnsafe(4 + payload.length)
  bytes.writeUInt32BE(payload.length)
  payload.copy(bytes, 4)
  return bytes
}

/** @param {string | ArrayBuffer} message */
function decode(message) {
  if (typeof message === 'string') return JSON.parse(message)
  const deserializer = new MessageDeserializer(Buffer.from(message))
  deserializer.readHeader()
  return deserializer.readValue()
}

/** @param {string} message  @param {unknown} [cause] */
const closedError = (message, cause) => errorOf(message, { code: 'ERR_IPC_CHANNEL_CLOSED', cause })

class Channel {
  connected = true
  #id
  #serialization
  #child
  /** Messages that are not written: how large, and who wants to know. @type {Array<{ bytes: number, done?: (error: Error | null) => void }>} */
  #unsent = []
  #waiting = 0
  /** Questions without an answer, the first one first. @type {Array<{ settle: (error: unknown, answer?: any) => void }>} */
  #questions = []
  /** Messages that nobody has listened for yet, as Node keeps them. @type {any[]} */
  #unheard = []
  /** What was wrong with the last message. @type {unknown} */
  #fault

  /** @param {number} id  @param {'json' | 'advanced'} serialization  @param {import('node:events').EventEmitter} child */
  constructor(id, serialization, child) {
    this.#id = id
    this.#serialization = serialization
    this.#child = child
    child.on('newListener', (event) => {
      if (event === 'message') process.nextTick(() => this.#flush())
    })
  }

  /** @param {any} message  @param {any[]} rest as Node has them: a handle, options, a callback @returns {boolean} */
  send(message, rest) {
    const done = typeof rest.at(-1) === 'function' ? rest.pop() : undefined
    if (rest[0] !== undefined && rest[0] !== null) {
      const what = 'Sockets and servers cannot be sent to a child: send data, or use the `cluster` module of Node'
      throw errorOf(what, { code: 'ERR_INVALID_HANDLE_TYPE' })
    }
    if (message === undefined) {
      throw errorOf('The "message" argument must be specified', { code: 'ERR_MISSING_ARGS' })
    }
    if (!['object', 'string', 'number', 'boolean'].includes(typeof message)) {
      const what = `Expected \`message\` to be an object, a string, a number or a boolean, got a ${typeof message}`
      throw errorOf(what, { code: 'ERR_INVALID_ARG_TYPE' })
    }
    if (!this.connected) {
      const error = closedError('Channel closed')
      process.nextTick(() => {
        if (done) done(error)
        else if (this.#child.listenerCount('error') > 0) this.#child.emit('error', error)
      })
      return false
    }
    this.#post(message, done)
    return this.#waiting < HIGH_WATER
  }

  /** @param {any} message  @param {(error: Error | null) => void} [done] */
  #post(message, done) {
    const encoded = encode(message, this.#serialization)
    this.#unsent.push({ bytes: encoded.length, done })
    this.#waiting += encoded.length
    commands().post(this.#id, encoded)
  }

  /**
   * Sends a question; the script answers with one message, in the order of the questions.
   *
   * @param {any} message
   * @param {{ timeout?: number, signal?: AbortSignal }} [options]
   * @returns {Promise<any>}
   */
  request(message, options = {}) {
    checkKnown(checkObject('options', options), ['timeout', 'signal'])
    const { timeout, signal } = options
    if (timeout !== undefined) checkNumber('timeout', timeout, { min: 0, max: MAX_TIMER_MS, infinite: true })
    if (signal !== undefined) checkSignal('signal', signal)
    if (!this.connected) throw closedError('Channel closed')
    if (signal?.aborted) throw errorOf('The request was aborted', { code: 'ABORT_ERR', cause: signal.reason })
    return new Promise((resolve, reject) => {
      /** @type {NodeJS.Timeout | undefined} */
      let timer
      const question = {
        // Afterwards the place stays: the answer that is late is this one's, and nobody else's.
        settle: (/** @type {unknown} */ error, /** @type {any} */ answer = undefined) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          if (error) reject(error)
          else resolve(answer)
        },
      }
      const onAbort = () =>
        question.settle(errorOf('The request was aborted', { code: 'ABORT_ERR', cause: signal?.reason }))
      signal?.addEventListener('abort', onAbort, { once: true })
      if (timeout && timeout !== Infinity) {
        const late = () =>
          question.settle(errorOf(`No answer came within ${timeout} ms`, { code: 'ERR_REQUEST_TIMEOUT' }))
        timer = setTimeout(late, timeout)
      }
      this.#questions.push(question)
      try {
        this.send(message, [])
      } catch (error) {
        this.#questions.pop()
        question.settle(error)
      }
    })
  }

  /** @param {Array<string | ArrayBuffer>} messages */
  take(messages) {
    for (const raw of messages) {
      let message
      try {
        message = decode(raw)
      } catch (cause) {
        const error = errorOf('The child sent a message that cannot be read', {
          code: 'ERR_IPC_MESSAGE_INVALID',
          cause,
        })
        this.#fault = error
        if (this.connected) this.disconnect()
        if (this.#child.listenerCount('error') > 0) tell(() => this.#child.emit('error', error))
        return
      }
      if (isInternal(message)) this.#refuse(message)
      else if (this.#questions.length > 0) /** @type {any} */ (this.#questions.shift()).settle(undefined, message)
      else this.#unheard.push(message)
      this.#flush()
    }
  }

  /** Hands on what came, as long as somebody listens: `once` takes one and leaves the next. */
  #flush() {
    while (this.#unheard.length > 0 && this.#child.listenerCount('message') > 0) {
      const message = this.#unheard.shift()
      tell(() => this.#child.emit('message', message, undefined))
    }
  }

  /** Node's own messages: a handle is not taken, and the child hears of it. @param {any} message */
  #refuse(message) {
    if (message.cmd === 'NODE_HANDLE' && this.connected) this.#post({ cmd: 'NODE_HANDLE_NACK' })
  }

  /** @param {number} posts */
  sent(posts) {
    for (const { bytes, done } of this.#unsent.splice(0, posts)) {
      this.#waiting -= bytes
      if (done) tell(done, null)
    }
  }

  disconnect() {
    if (!this.connected) {
      const error = errorOf('IPC channel is already disconnected', { code: 'ERR_IPC_DISCONNECTED' })
      // As Node has it.
      if (this.#child.listenerCount('error') === 0) throw error
      this.#child.emit('error', error)
      return
    }
    this.connected = false
    commands().disconnect(this.#id)
  }

  /** The child has closed its end, or there is none. */
  close() {
    this.connected = false
    const error = closedError('The channel to the child is closed', this.#fault)
    for (const { done } of this.#unsent.splice(0)) if (done) tell(done, error)
    for (const question of this.#questions.splice(0)) question.settle(error)
    tell(() => this.#child.emit('disconnect'))
  }
}

/** @param {any} message */
const isInternal = (message) =>
  typeof message === 'object' && message !== null && typeof message.cmd === 'string' && /^NODE_./.test(message.cmd)

module.exports = { Channel }
