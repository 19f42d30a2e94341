// @ts-check
'use strict'

/**
 * One run of ffmpeg or ffprobe, from its start to its end.
 *
 * Both outputs are read all the time: a program whose pipe is full stops. It is told to stop once, since ffmpeg takes a
 * second signal for impatience.
 *
 * @module
 */

const { Splitter } = require('../process/lines')
const { spawn } = require('../process/exec')
const { aborted, failure, failureOf } = require('./failure')
const { notFound } = require('./program')

/** Bytes of the standard error that are kept: the last ones say why it failed. */
const TAIL = 64 * 1024
/** Bytes of the standard output that are kept. */
const MAX_OUTPUT = 100_000_000

/**
 * @typedef {object} Limits what ends a run early
 * @property {AbortSignal | undefined} signal
 * @property {number | undefined} timeout in milliseconds
 * @property {number | undefined} forceKillAfterDelay in milliseconds
 *
 * @typedef {object} Watch who hears of its progress
 * @property {number} fd the pipe that the progress comes by
 * @property {(line: string) => void} onLine
 *
 * @typedef {object} Run
 * @property {Buffer} stdout what is not progress
 * @property {string} stderr its tail
 * @property {string} command
 * @property {number} durationMs
 */

/**
 * @typedef {object} How
 * @property {number} [spent] milliseconds of the timeout that are over
 * @property {readonly string[]} [inputs] as it is given them
 * @property {Readonly<Record<string, string>>} [names] what people know as something else, and as what
 * @property {Watch} [watch]
 * @property {number} [nice]
 * @property {string} [cwd]
 */

/**
 * @param {'ffmpeg' | 'ffprobe'} program
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Limits & How} options
 * @returns {Promise<Run>}
 */
async function run(program, file, args, options) {
  const { signal, timeout, forceKillAfterDelay, spent = 0, inputs = [], names = {}, watch, nice, cwd } = options
  const command = [file, ...args].map(quoted).join(' ')
  if (signal?.aborted) throw aborted(signal, { command })
  const stdio = ['ignore', 'pipe', 'pipe', ...(watch?.fd === 3 ? ['pipe'] : [])]
  const left = timeout === undefined ? undefined : Math.max(1, timeout - spent)
  const limits = { signal, timeout: left, forceKillAfterDelay }
  // Kept without a limit, for the sake of what is written before anybody reads: it is little.
  const child = spawn(file, [...args], {
    ...limits,
    stdio,
    nice,
    cwd,
    reject: false,
    encoding: 'buffer',
    maxBuffer: Infinity,
  })
  const stderr = new Tail(TAIL)
  const stdout = new Head(MAX_OUTPUT)
  child.stderr?.on('data', (bytes) => stderr.take(bytes))
  if (watch?.fd !== 1) child.stdout?.on('data', (bytes) => stdout.take(bytes) || child.kill())
  if (watch) readLines(child.stdio[watch.fd], watch.onLine, signal)
  const ended = await child
  const { exitCode, signal: endedBy, durationMs } = ended
  const found = { command, stderr: stderr.text(), exitCode }
  if (ended.isCanceled) throw aborted(/** @type {AbortSignal} */ (signal), found)
  if (ended.timedOut) {
    throw failure(`${program} took longer than ${timeout} milliseconds`, { code: 'ERR_FFMPEG_TIMEOUT', ...found })
  }
  if (ended.syscall?.startsWith('spawn')) throw notFound(program, [file], undefined, ended)
  if (stdout.isTooMuch) {
    const message = `${program} wrote more than ${MAX_OUTPUT} bytes to its standard output: have it write a file`
    throw failure(message, { code: 'ERR_FFMPEG_FAILED', ...found })
  }
  if (exitCode !== 0) throw failureOf({ program, ...found, signal: endedBy, inputs, names })
  return { stdout: stdout.bytes(), stderr: found.stderr, command, durationMs }
}

/**
 * @param {any} stream
 * @param {(line: string) => void} onLine
 * @param {AbortSignal | undefined} signal
 */
function readLines(stream, onLine, signal) {
  const splitter = new Splitter('utf8')
  stream?.on('data', (/** @type {Buffer} */ bytes) => {
    for (const line of splitter.take(bytes)) if (!signal?.aborted) onLine(line)
  })
}

/** The last bytes of many. */
class Tail {
  #size
  /** @type {Buffer[]} */
  #pieces = []
  #length = 0

  /** @param {number} size */
  constructor(size) {
    this.#size = size
  }

  /** @param {Buffer} bytes */
  take(bytes) {
    this.#pieces.push(bytes)
    this.#length += bytes.length
    // Seldom: to cut at each piece would copy all for a few bytes.
    if (this.#length > this.#size * 2) this.#cut()
  }

  text() {
    return this.#cut().toString()
  }

  #cut() {
    const bytes = Buffer.concat(this.#pieces).subarray(-this.#size)
    this.#pieces = [bytes]
    this.#length = bytes.length
    return bytes
  }
}

/** The first bytes, up to too many. */
class Head {
  isTooMuch = false
  #size
  /** @type {Buffer[]} */
  #pieces = []
  #length = 0

  /** @param {number} size */
  constructor(size) {
    this.#size = size
  }

  /** @param {Buffer} bytes @returns {boolean} whether there was room for them */
  take(bytes) {
    this.#length += bytes.length
    this.isTooMuch = this.#length > this.#size
    if (!this.isTooMuch) this.#pieces.push(bytes)
    return !this.isTooMuch
  }

  bytes() {
    return Buffer.concat(this.#pieces)
  }
}

/** An argument for people, who may paste it into a shell. @param {string} argument */
function quoted(argument) {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`
}

module.exports = { run }
