// @ts-check
'use strict'

/**
 * One worker of a pool that is a process, as the pool's owner has it. It has the face of a worker thread; since it cannot
 * reach the engine, its owner takes calls for it and gives its answers back.
 *
 * @module
 */

const path = require('node:path')
const { PassThrough } = require('node:stream')
const { clearTimeout, setImmediate, setTimeout } = require('node:timers')
const native = require('../native')
const { errorOf } = require('../errors')
const { fork } = require('../process/exec')
const { Stops } = require('./stops')
const { COMMAND, ToPool, ToWorker } = require('./wire')
const { decodeThrown, encodeThrown } = require('./values/thrown')
const { deserialize, plainJson, serializeForProcess } = require('./values/value')

/** @typedef {import('./thread').ExitReason} ExitReason */
/** @typedef {import('./thread').EndReason} EndReason */

const bootstrap = path.join(__dirname, 'inside', 'process-entry.js')

/** What the engine is told of an answer that was thrown. */
const THROWN_JSON = 4

/** What V8 says before it aborts the process. */
const FATAL = /FATAL ERROR: .*(?:heap out of memory|Allocation failed).*|Fatal (?:JavaScript|process) out of memory.*/
/** How much of the end of stderr is looked at: behind V8's word comes a stack. */
const TAIL = 32 * 1024
/** The exit code of Node where it stands for SIGABRT. */
const ABORTED = 134
/** How long a process that is gone may leave its outputs open, by descendants that have them. */
const LINGER_MS = 500
/** How long a process that has left its channel may go on. */
const LEAVE_MS = 1000

class WorkerProcess {
  #child
  #seat
  #envelope
  #concurrency
  #stdout
  #stderr
  /** The end of what it has written there. */
  #tail = ''
  /** The places of its runs. @type {Map<number, number>} */
  #running = new Map()
  #stops
  #isOpen = false
  /** Values of runs that the engine has not asked for yet, the oldest first. @type {Map<number, Uint8Array[]>} */
  #mail = new Map()
  /** Why the pool ended it. @type {EndReason | undefined} */
  #endedFor
  /** The exception that nobody caught in it. @type {{ error: any } | undefined} */
  #uncaught
  /** Why its file could not be loaded. @type {unknown} */
  #refused
  /** Whether it is there no more, or does not listen. */
  #isGone = false
  /** @type {string | undefined} */
  #signal
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  #onMessage
  #onExit
  #resolveExit = () => {}
  /** @type {Promise<void>} */
  #exit = new Promise((resolve) => (this.#resolveExit = resolve))

  /**
   * @param {import('../addon').Crew} crew
   * @param {{ worker: number, concurrency: number, workerData: unknown }} envelope
   * @param {import('./options').ProcessOptions} options
   * @param {object} events
   * @param {(message: unknown) => void} events.onMessage what the user's code posts outside of calls
   * @param {() => void} events.onExit
   */
  constructor(crew, { workerData, ...envelope }, { argv, fork: options, stdout, stderr }, { onMessage, onExit }) {
    const bytes = serializeForProcess(workerData, 'workerData')
    this.#stops = new Stops(envelope.concurrency)
    const { fd } = this.#stops
    this.#envelope = [{ ...envelope, hasStops: fd !== undefined }, bytes]
    this.#concurrency = envelope.concurrency
    this.#seat = new native.RemoteSeat(crew, envelope.worker)
    this.#onMessage = onMessage
    this.#onExit = onExit
    this.ready = false
    /** Until when its file must be loaded. @type {NodeJS.Timeout | undefined} */
    this.deadline = undefined
    /** @type {number | undefined} */
    this.exitCode = undefined
    const child = fork(bootstrap, argv, {
      ...options,
      serialization: 'advanced',
      buffer: false,
      reject: false,
      // What V8 says at its end is read from there.
      stdio: ['ignore', stdout ? 'pipe' : 'inherit', 'pipe', 'ipc', ...(fd === undefined ? [] : [fd])],
    })
    this.#child = child
    this.#stdout = stdout ? child.stdout : null
    this.#stderr = stderr ? new PassThrough() : null
    child.stderr?.on('data', (chunk) => this.#readError(chunk))
    child.stderr?.on('end', () => this.#stderr?.end())
    child.on('message', (message) => this.#hear(message))
    child.once('error', (error) => this.#failed(error))
    child.once('exit', (code, signal) => this.#exited(code, signal))
    child.once('disconnect', () => this.#left())
    child.once('close', () => this.#over())
    // The session keeps the process alive while calls are on their way; a worker that waits does not.
    child.unref()
  }

  /** @param {() => void} tell is called when the process is there */
  created(tell) {
    this.#child.once('spawn', () => setImmediate(tell))
  }

  /** What listeners to `workerCreate` get of it. */
  get handles() {
    return { pid: this.#child.pid, stdout: this.#stdout, stderr: this.#stderr }
  }

  /** Takes calls for it, as many as it may have. */
  wake() {
    while (this.#isOpen && !this.isEnding && this.#running.size < this.#concurrency) {
      const call = this.#seat.take()
      if (call[0] === 0) return
      this.#send(call)
    }
  }

  /** @param {any[]} call what the engine says of it, and its value */
  #send([kind, run, place, name, flags, parcel, value]) {
    this.#running.set(run, place)
    const named = name === 0 ? 'default' : this.#seat.nameOf(name)
    try {
      this.#say(ToWorker.call, kind, run, place, name, flags, parcel, value, named)
    } catch (cause) {
      // Beyond what a message can hold.
      const message = `The \`data\` cannot be sent to a process: ${/** @type {any} */ (cause)?.message}`
      const thrown = encodeThrown(errorOf(message, { code: 'ERR_VALUE_NOT_CLONEABLE' }))
      this.#running.delete(run)
      this.#seat.give(run, THROWN_JSON, plainJson(thrown))
    }
  }

  /** @param {...any} say */
  #say(...say) {
    this.#child.send({ cmd: COMMAND, say }, () => {})
  }

  /**
   * Fires the signal of a run.
   *
   * @param {number} run
   * @param {string} code of the error that its caller gets
   */
  abort(run, code) {
    const place = this.#running.get(run)
    if (this.isEnding || place === undefined) return
    this.#stops.mark(place, run, code)
    this.#say(ToWorker.abort, run, code)
  }

  /** What the worker has sent for a run. @param {number} run */
  mail(run) {
    const waiting = this.#mail.get(run) ?? []
    const bytes = waiting.shift()
    if (waiting.length === 0) this.#mail.delete(run)
    return bytes && deserialize(bytes)
  }

  /** @param {any} message */
  #hear(message) {
    const [kind, first, ...rest] = message
    switch (kind) {
      case ToPool.hello:
        if (!this.isEnding) this.#say(ToWorker.envelope, ...this.#envelope)
        break
      case ToPool.ready:
        this.#isOpen = true
        this.#seat.ready()
        this.wake()
        break
      case ToPool.give:
        this.#running.delete(first)
        this.#give(first, rest[0], rest[1])
        this.wake()
        break
      case ToPool.report:
        this.#seat.report(first, rest[0], rest[1])
        break
      case ToPool.mail:
        this.#mail.set(first, [...(this.#mail.get(first) ?? []), rest[0]])
        break
      case ToPool.retire:
        this.#seat.retire()
        break
      case ToPool.refuse:
        this.#refused = deserialize(first)
        break
      case ToPool.crash:
        this.#uncaught = { error: decodeThrown(deserialize(first)) }
        break
      case ToPool.stray:
        this.#onMessage(deserialize(first))
    }
  }

  /** @param {number} run  @param {number} kind  @param {number | string} [value] */
  #give(run, kind, value) {
    const isWanted = this.#seat.give(run, kind, value)
    // What nobody will ask for.
    if (!isWanted) this.#mail.delete(run)
  }

  /** @param {Buffer} chunk */
  #readError(chunk) {
    this.#tail = (this.#tail + chunk.toString('latin1')).slice(-TAIL)
    const stream = this.#stderr ?? process.stderr
    stream.write(chunk)
  }

  /** It could not be started. @param {unknown} error */
  #failed(error) {
    this.#uncaught ??= { error }
    this.exitCode ??= 1
    this.#over()
  }

  /** @param {number | null} code  @param {string | null} signal */
  #exited(code, signal) {
    this.#isGone = true
    this.exitCode = code ?? undefined
    this.#signal = signal ?? undefined
    // Descendants that it has left would hold its outputs open.
    this.#child.kill('SIGKILL')
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#over(), LINGER_MS).unref()
  }

  /** Nobody hears of its answers any more. */
  #left() {
    this.#isGone = true
    if (this.#timer !== undefined || this.exitCode !== undefined || this.#signal !== undefined) return
    this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS).unref()
  }

  #over() {
    this.#isGone = true
    clearTimeout(this.#timer)
    this.#child.unref()
    this.#stops.close()
    this.#resolveExit()
    this.#onExit()
    this.#onExit = () => {}
  }

  /** Ends it, whatever it does. @param {EndReason} reason */
  terminate(reason) {
    if (this.#endedFor !== undefined || this.exitCode !== undefined || this.#signal !== undefined) return
    this.#endedFor = reason
    // From now on somebody may wait for its end.
    this.#child.ref()
    this.#child.kill('SIGKILL')
  }

  get isEnding() {
    return this.#endedFor !== undefined || this.#isGone
  }

  /** Resolves when the process has ended. */
  async exited() {
    await this.#exit
  }

  /** How it ended, after its exit. @returns {import('./thread').Departure} */
  departure() {
    const [fatal] = FATAL.exec(this.#tail) ?? []
    const isAborted = this.#signal !== undefined || this.exitCode === ABORTED
    const isOutOfMemory = isAborted && fatal !== undefined
    return {
      reason: this.#reason(isOutOfMemory),
      exitCode: this.exitCode ?? null,
      signal: this.#signal,
      error: isOutOfMemory ? new Error(fatal) : this.#uncaught?.error,
      thrown: this.ready ? undefined : this.#refused,
      late: this.#endedFor === 'loadFailed',
    }
  }

  /** @param {boolean} isOutOfMemory @returns {ExitReason} */
  #reason(isOutOfMemory) {
    if (this.#endedFor !== undefined) return this.#endedFor
    if (isOutOfMemory) return 'outOfMemory'
    if (!this.ready) return 'loadFailed'
    return this.#uncaught === undefined && this.#signal === undefined ? 'exited' : 'crashed'
  }
}

module.exports = { WorkerProcess }
