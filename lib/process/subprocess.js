// @ts-check
'use strict'

/**
 * A child process: a promise of its result and a handle at once, as in execa.
 *
 * @module
 */

const { EventEmitter } = require('node:events')
const { setImmediate } = require('node:timers')
const { errorOf, rejectLater } = require('../errors')
const { newPromise, resolveOfLast } = require('../promise')
const { Channel } = require('./channel')
const { Kind, commands, ref, start, tell, unref } = require('./hub')
const { Lines, Splitter } = require('./lines')
const { canceledBeforeStart, endedWell, errorOfEnding, fields, spawnError } = require('./result')
const { unexpected } = require('../options')
const { Input, Output } = require('./streams')
const { signalName, signalNumber } = require('./values')
const { report } = require('./verbose')

/** @typedef {import('./options').Resolved} Resolved */
/** @typedef {InstanceType<typeof import('./streams').Input>} InputStream */
/** @typedef {InstanceType<typeof import('./streams').Output>} OutputStream */

/** What an addon's `ArrayBuffer` is for users. @param {ArrayBuffer | undefined} buffer */
const asBuffer = (buffer) => (buffer === undefined ? undefined : Buffer.from(buffer))

class Subprocess extends EventEmitter {
  /** The number of the process, once it runs: it is started on another thread. @type {number | undefined} */
  pid
  /** @type {number | null} */
  exitCode = null
  /** @type {string | null} */
  signalCode = null
  /** Whether a signal was sent by `kill`. */
  killed = false
  /** @type {InputStream | null} */
  stdin = null
  /** @type {OutputStream | null} */
  stdout = null
  /** @type {OutputStream | null} */
  stderr = null
  /** @type {Array<InputStream | OutputStream | null>} */
  stdio = []
  /** @type {string} */
  spawnfile = ''
  /** @type {string[]} */
  spawnargs = []

  /** In the hub; 0 when the child could not even be asked for. */
  #id = 0
  #promise
  #settle
  /** @type {Resolved | undefined} */
  #resolved
  /** @type {InstanceType<typeof Channel> | undefined} */
  #channel
  #closed = false
  #onAbort = () => commands().cancel(this.#id)

  /** @param {() => Resolved} resolve checks what the caller wrote */
  constructor(resolve) {
    super()
    this.#promise = newPromise()
    this.#settle = resolveOfLast()
    try {
      const resolved = resolve()
      this.#resolved = resolved
      if (resolved.signal?.aborted) throw canceledBeforeStart(resolved)
      this.#start(resolved)
    } catch (error) {
      // What returns a promise rejects, and never throws. Nobody can have listened yet.
      setImmediate(() => this.#fail(() => error, null))
      // `spawn(…).stdout.on(…)` must not throw either: there are streams, which have ended.
      this.#setStreams([new Input(0), new Output(0, 1), new Output(0, 2)])
      for (const stream of this.stdio) stream?.close(undefined)
    }
  }

  /** @param {Resolved} resolved */
  #start(resolved) {
    this.spawnfile = resolved.file
    this.spawnargs = [resolved.file, ...resolved.args]
    report(resolved)
    this.#id = start(resolved.plan, { hear: (kind, a, b, c) => this.#hear(kind, a, b, c) })
    this.#setStreams(
      resolved.kinds.map((kind, number) => {
        if (kind === 'input') return new Input(this.#id)
        return kind === 'output' ? new Output(this.#id, number) : null
      }),
    )
    if (resolved.serialization) this.#channel = new Channel(this.#id, resolved.serialization, this)
    if (resolved.input) this.stdin?.end(resolved.input)
    if (resolved.onLine) this.#tellLines(resolved)
    resolved.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** @param {Subprocess['stdio']} streams */
  #setStreams(streams) {
    this.stdio = streams
    const [stdin, stdout, stderr] = /** @type {any[]} */ (streams)
    Object.assign(this, { stdin, stdout, stderr })
  }

  /** @param {Resolved} resolved */
  #tellLines({ kinds, encoding }) {
    for (const number of [1, 2]) {
      if (kinds[number] !== 'output') continue
      // Reading is what makes it flow.
      const splitter = new Splitter(encoding)
      const stream = /** @type {OutputStream} */ (this.stdio[number])
      stream.on('data', (/** @type {Buffer} */ bytes) => this.#lines(number, splitter.take(bytes)))
      // Its last line, which may have no end.
      stream.on('close', () => this.#lines(number, splitter.end()))
    }
  }

  /** @param {number} number  @param {string[]} lines */
  #lines(number, lines) {
    const { onLine } = /** @type {Resolved} */ (this.#resolved)
    for (const line of lines) if (onLine) tell(onLine, line, number === 1 ? 'stdout' : 'stderr')
  }

  /** @param {number} kind  @param {any} a  @param {any} b  @param {any} c @returns {boolean} whether the user may have heard */
  #hear(kind, a, b, c) {
    switch (kind) {
      case Kind.spawned:
        this.pid = a
        return this.#tell('spawn')
      case Kind.data:
        ;/** @type {OutputStream} */ (this.stdio[a]).receive(Buffer.from(b))
        return true
      case Kind.end:
        ;/** @type {OutputStream} */ (this.stdio[a]).end()
        return false
      case Kind.wrote:
        this.stdin?.wrote(a)
        return true
      case Kind.messages:
        this.#channel?.take(a)
        return true
      case Kind.sent:
        this.#channel?.sent(a)
        return true
      case Kind.disconnected:
        this.#channel?.close()
        return true
      case Kind.exited:
        this.exitCode = a ?? null
        this.signalCode = b === undefined ? null : signalName(b)
        return this.#tell('exit', this.exitCode, this.signalCode)
      case Kind.failed:
        this.#fail(() => spawnError(/** @type {Resolved} */ (this.#resolved), a, b, c), -a)
        return true
      default:
        this.#close(JSON.parse(a), b, c)
        return true
    }
  }

  /** @param {string} event  @param {any[]} values @returns {boolean} whether somebody listens */
  #tell(event, ...values) {
    const listens = this.listenerCount(event) > 0
    if (listens) tell(() => this.emit(event, ...values))
    return listens
  }

  /** There is no child. @param {() => any} make makes the error  @param {number | null} errno */
  #fail(make, errno) {
    this.#over()
    for (const stream of this.#id === 0 ? [] : this.stdio) stream?.close(undefined)
    this.#channel?.close()
    if (this.#resolved) report(this.#resolved, { durationMs: 0 })
    this.#conclude(make, ['error'])
    setImmediate(() => this.#tell('close', errno, null))
  }

  /**
   * @param {{ cause?: any, number?: number, forced: boolean, durationMs: number }} how
   * @param {(ArrayBuffer | undefined)[]} outputs
   * @param {ArrayBuffer | undefined} all
   */
  #close(how, outputs, all) {
    const resolved = /** @type {Resolved} */ (this.#resolved)
    this.#over()
    const ending = {
      ...how,
      cause: how.cause ?? undefined,
      number: how.number,
      exitCode: this.exitCode ?? undefined,
      signal: this.signalCode ?? undefined,
      outputs: outputs.map(asBuffer),
      all: asBuffer(all),
    }
    for (const [number, stream] of this.stdio.entries()) stream?.close(ending.outputs[number])
    const found = fields(resolved, ending, this.pid)
    report(resolved, found)
    const make = () => errorOfEnding(found, resolved, ending, resolved.signal?.reason)
    if (endedWell(found)) this.#settle(found)
    else this.#conclude(make, ['error', 'exit', 'close'], found.isCanceled)
    // After an `'error'`, who waited for that one may listen now.
    if (found.isCanceled) setImmediate(() => this.#tellClose())
    else this.#tellClose()
  }

  /** As Node's own `'close'`: when all that was read has been read to its end. */
  #tellClose() {
    const reading = this.stdio.filter((stream) => stream instanceof Output && stream.isBeingRead)
    let left = reading.length
    const tellOnce = () => this.#tell('close', this.exitCode, this.signalCode)
    if (left === 0) tellOnce()
    for (const stream of reading) stream?.once('close', () => --left === 0 && tellOnce())
  }

  #over() {
    this.#closed = true
    this.#resolved?.signal?.removeEventListener('abort', this.#onAbort)
  }

  /**
   * Rejects, or resolves when the caller wants no rejection.
   *
   * @param {() => any} make makes the error
   * @param {string[]} events whoever listens to one of them need not look at the promise, as with Node's own children
   * @param {boolean} [isEvent] whether the error is an event too
   */
  #conclude(make, events, isEvent = true) {
    /** @type {any} */
    let error
    const once = () => (error ??= make())
    if (isEvent && this.listenerCount('error') > 0) this.#tell('error', once())
    if (this.#resolved?.rejects === false) return this.#settle(once())
    if (events.some((event) => this.listenerCount(event) > 0)) this.#promise.catch(() => {})
    // Made where its stack shows who waits, if it is not made yet.
    rejectLater(this.#settle, once)
  }

  /**
   * Sends a signal to the child, and to its descendants unless `killDescendants` is off. One that should end it is
   * followed by SIGKILL after `forceKillAfterDelay`.
   *
   * @param {string | number} [signal]
   * @returns {boolean} whether the child was still there
   */
  kill(signal) {
    const number = signal === undefined || signal === 0 ? signal : signalNumber('signal', signal)
    if (this.#closed || this.#resolved === undefined) return false
    const isThere = this.exitCode === null && this.signalCode === null
    if (number === 0) return isThere
    const sent = number ?? this.#resolved.killSignal
    // Its descendants may be left.
    commands().kill(this.#id, sent, endsChildren.has(signalName(sent)) || sent === this.#resolved.killSignal)
    this.killed ||= isThere
    return isThere
  }

  /** Whether messages can be sent. */
  get connected() {
    return this.#channel?.connected ?? false
  }

  /**
   * Sends a message to a forked script.
   *
   * @param {any} message
   * @param {...any} rest
   * @returns {boolean} `false` when so much is waiting that it would be better to wait for the callback
   */
  send(message, ...rest) {
    return this.#theChannel().send(message, rest)
  }

  /** @param {any} message  @param {{ timeout?: number, signal?: AbortSignal }} [options] @returns {Promise<any>} */
  async request(message, options) {
    return this.#theChannel().request(message, options)
  }

  disconnect() {
    this.#theChannel().disconnect()
  }

  #theChannel() {
    if (this.#channel) return this.#channel
    throw errorOf('The child has no channel: it was not started by `fork`', { code: 'ERR_IPC_CHANNEL_CLOSED' })
  }

  ref() {
    if (!this.#closed) ref(this.#id)
  }

  /** Lets the event loop end although the child runs. */
  unref() {
    unref(this.#id)
  }

  /**
   * Its lines.
   *
   * @param {{ from?: 'stdout' | 'stderr' }} [options]
   */
  iterable({ from = 'stdout' } = {}) {
    if (from !== 'stdout' && from !== 'stderr') {
      throw unexpected('from', "'stdout' or 'stderr'", from, 'ERR_INVALID_ARG_VALUE')
    }
    // How it ended is said after the last line.
    this.#promise.catch(() => {})
    return new Lines(this[from], this.#resolved?.encoding ?? 'utf8', this.#promise)
  }

  [Symbol.asyncIterator]() {
    return this.iterable()
  }

  /** @template A, B @param {((result: any) => A) | null} [onResult]  @param {((error: any) => B) | null} [onError] */
  // oxlint-disable-next-line unicorn/no-thenable -- a handle that is a promise too, as in execa
  then(onResult, onError) {
    return this.#promise.then(onResult, onError)
  }

  /** @template B @param {((error: any) => B) | null} [onError] */
  catch(onError) {
    return this.#promise.catch(onError)
  }

  /** @param {(() => void) | null} [onSettled] */
  finally(onSettled) {
    return this.#promise.finally(onSettled)
  }

  /** Of a promise. */
  get [Symbol.toStringTag]() {
    return 'Subprocess'
  }

  async [Symbol.asyncDispose]() {
    this.kill()
    await this.#promise.catch(() => {})
  }
}

/** Signals that end a process unless it has other plans. */
const endsChildren = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGKILL'])

module.exports = { Subprocess }
