// @ts-check
'use strict'

/**
 * What the caller gets when a child has closed: execa's fields, in a result or in an error.
 *
 * @module
 */

const { getSystemErrorName } = require('node:util')
const { errorOf } = require('../errors')

/** @typedef {import('./options').Resolved} Resolved */

/**
 * @typedef {object} Ending how a child ended, as the addon says it
 * @property {'killed' | 'canceled' | 'timedOut' | 'tooMuch' | undefined} cause
 * @property {number | undefined} number of the output that was too much
 * @property {boolean} forced
 * @property {number} durationMs
 * @property {number | undefined} exitCode
 * @property {string | undefined} signal
 * @property {(Buffer | undefined)[]} outputs
 * @property {Buffer | undefined} all
 */

/** What signals mean, for people. @type {Record<string, string>} */
const descriptions = {
  SIGABRT: 'Aborted',
  SIGALRM: 'Timer expired',
  SIGBUS: 'Bus error because of misaligned, non-existing address or paging error',
  SIGFPE: 'Floating point arithmetic error',
  SIGHUP: 'Terminal closed',
  SIGILL: 'Invalid machine instruction',
  SIGINT: 'User interruption with CTRL-C',
  SIGKILL: 'Forced termination',
  SIGPIPE: 'Broken pipe or socket',
  SIGQUIT: 'User interruption with CTRL-\\',
  SIGSEGV: 'Segmentation fault',
  SIGTERM: 'Termination',
  SIGTRAP: 'Debugger',
  SIGXCPU: 'CPU timed out',
  SIGXFSZ: 'File too big',
}

/** @param {Buffer | undefined} bytes  @param {Resolved} resolved @returns {any} */
function decoded(bytes, { encoding, lines, stripFinalNewline }) {
  if (bytes === undefined) return undefined
  if (encoding === 'buffer') return stripFinalNewline ? withoutNewline(bytes, 10, 13) : bytes
  const text = bytes.toString(/** @type {BufferEncoding} */ (encoding))
  if (lines) return linesOf(text, stripFinalNewline)
  return stripFinalNewline ? withoutNewline(text, '\n', '\r') : text
}

/**
 * @template {Buffer | string} Output
 * @param {Output} output
 * @param {unknown} newline
 * @param {unknown} carriageReturn
 * @returns {Output}
 */
function withoutNewline(output, newline, carriageReturn) {
  if (output.at(-1) !== newline) return output
  return /** @type {Output} */ (output.slice(0, output.at(-2) === carriageReturn ? -2 : -1))
}

/** @param {string} text  @param {boolean} strip @returns {string[]} */
function linesOf(text, strip) {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  else if (!strip) return [...lines.slice(0, -1).map((line) => `${line}\n`), /** @type {string} */ (lines.at(-1))]
  return strip
    ? lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    : lines.map((line) => `${line}\n`)
}

/**
 * The fields that results and errors have.
 *
 * @param {Resolved} resolved
 * @param {Ending} ending
 * @param {number | undefined} pid
 */
function fields(resolved, ending, pid) {
  const { signal } = ending
  // What a child wrote may be there for its stream although nothing is to be kept.
  const stdio = resolved.keeps.map((keeps, number) => (keeps ? decoded(ending.outputs[number], resolved) : undefined))
  return {
    command: resolved.command,
    cwd: resolved.cwd,
    pid,
    durationMs: ending.durationMs,
    failed: false,
    timedOut: ending.cause === 'timedOut',
    isCanceled: ending.cause === 'canceled',
    isMaxBuffer: ending.cause === 'tooMuch',
    isTerminated: signal !== undefined,
    isForcefullyTerminated: ending.forced,
    exitCode: ending.exitCode,
    signal,
    signalDescription: signal === undefined ? undefined : descriptions[signal],
    stdout: stdio[1],
    stderr: stdio[2],
    all: decoded(ending.all, resolved),
    stdio,
  }
}

/** @typedef {ReturnType<typeof fields>} Fields */

/** @param {Fields} found */
function endedWell({ exitCode, timedOut, isCanceled, isMaxBuffer }) {
  return exitCode === 0 && !timedOut && !isCanceled && !isMaxBuffer
}

/**
 * The error of a child that did not end well.
 *
 * @param {Fields} all
 * @param {Resolved} resolved
 * @param {Ending} ending
 * @param {unknown} reason of the caller's signal
 */
function errorOfEnding(all, resolved, ending, reason) {
  if (all.timedOut)
    return failure(`Command timed out after ${timeoutOf(resolved)} milliseconds`, 'ERR_PROCESS_TIMEOUT', all)
  if (all.isCanceled) return failure('Command was canceled', 'ABORT_ERR', all, reason)
  if (all.isMaxBuffer) {
    const output = ['stdin', 'stdout', 'stderr'][ending.number ?? -1] ?? `stdio[${ending.number}]`
    const message = `Command's ${output} was larger than ${resolved.maxBuffer} bytes`
    return failure(message, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER', all)
  }
  if (all.signal !== undefined) {
    const forced = all.isForcefullyTerminated ? 'forcefully terminated' : ending.cause ? 'terminated' : 'killed'
    return failure(`Command was ${forced} with ${all.signal}${describe(all)}`, 'ERR_PROCESS_SIGNALED', all)
  }
  return failure(`Command failed with exit code ${all.exitCode}`, 'ERR_PROCESS_FAILED', all)
}

/** @param {Fields} all */
const describe = ({ signalDescription }) => (signalDescription ? ` (${signalDescription})` : '')

/** @param {Resolved} resolved */
const timeoutOf = ({ plan }) => /** @type {any} */ (plan).timeout

/**
 * @param {string} what
 * @param {string} code
 * @param {object} all
 * @param {unknown} [cause]
 * @param {string} [errno]
 */
function failure(what, code, all, cause, errno) {
  const { command, stderr, stdout } = /** @type {Fields} */ (all)
  const shortMessage = `${what}: ${command}`
  const outputs = [stderr, stdout].filter((output) => typeof output === 'string' && output !== '')
  const error = errorOf([shortMessage, ...outputs].join('\n\n'), { code, errno, cause })
  const found = { ...all, failed: true, shortMessage, originalMessage: what }
  for (const [name, value] of Object.entries(found)) {
    // Some are accessors of the class.
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return error
}

/** Of a child that there never was. @type {Ending} */
const noEnding = Object.freeze({
  cause: undefined,
  number: undefined,
  forced: false,
  durationMs: 0,
  exitCode: undefined,
  signal: undefined,
  outputs: [],
  all: undefined,
})

/** The caller's signal had fired already. @param {Resolved} resolved */
function canceledBeforeStart(resolved) {
  const all = { ...fields(resolved, noEnding, undefined), isCanceled: true }
  return failure('Command was canceled before it was started', 'ABORT_ERR', all, resolved.signal?.reason)
}

/**
 * The error of a program that could not be started.
 *
 * @param {Resolved} resolved
 * @param {number} errno
 * @param {string} call
 * @param {string | undefined} path
 */
function spawnError(resolved, errno, call, path) {
  const name = getSystemErrorName(-errno)
  const about = path ?? resolved.file
  const what =
    call === 'chdir' ? `The \`cwd\` cannot be used: ${name}` : `Cannot start the program: ${call} ${about} ${name}`
  const error = failure(what, 'ERR_PROCESS_SPAWN', fields(resolved, noEnding, undefined), undefined, name)
  return Object.assign(error, { errno: -errno, syscall: `${call} ${about}`, path: about, spawnargs: resolved.args })
}

module.exports = { canceledBeforeStart, endedWell, errorOfEnding, fields, spawnError }
