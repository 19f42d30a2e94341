// @ts-check
'use strict'

/**
 * Options of child processes in two stages: what the caller wrote, then what it means, checked and complete. The names
 * are execa's.
 *
 * @module
 */

const os = require('node:os')
const path = require('node:path')
const tty = require('node:tty')
const { isAnyArrayBuffer } = require('node:util/types')
const { fileURLToPath } = require('node:url')
const { errorOf } = require('../errors')
const {
  MAX_MS,
  checkBoolean,
  checkFunction,
  checkKnown,
  checkNumber,
  checkObject,
  checkSignal,
  unexpected,
} = require('../options')
const { withoutLines } = require('./lines')

/** Bytes of each output that are kept: execa's default. */
const MAX_BUFFER = 100_000_000
/** Milliseconds from a signal that should have ended a child to SIGKILL: execa's default. */
const FORCE_KILL_AFTER = 5000

const encodings = Object.freeze(['utf8', 'utf16le', 'latin1', 'ascii', 'base64', 'base64url', 'hex', 'buffer'])

const names = Object.freeze([
  'all',
  'argv0',
  'buffer',
  'cleanup',
  'cwd',
  'detached',
  'encoding',
  'env',
  'extendEnv',
  'forceKillAfterDelay',
  'gid',
  'input',
  'inputFile',
  'killDescendants',
  'killSignal',
  'lines',
  'maxBuffer',
  'nice',
  'onLine',
  'reject',
  'shell',
  'signal',
  'stderr',
  'stdin',
  'stdio',
  'stdout',
  'stripFinalNewline',
  'timeout',
  'uid',
  'verbose',
])

/** The options of a script: there is no shell. */
const forkNames = Object.freeze([...names.filter((name) => name !== 'shell'), 'serialization'])

/** Names beside execa's that Node has for the same. @type {Record<string, string>} */
const otherNames = { cancelSignal: 'signal' }

/**
 * @typedef {object} Resolved
 * @property {object} plan what the addon starts
 * @property {string} command the program and its arguments, for people
 * @property {string} file
 * @property {string[]} args
 * @property {string} cwd
 * @property {AbortSignal | undefined} signal
 * @property {string} encoding
 * @property {boolean} lines
 * @property {boolean} stripFinalNewline
 * @property {boolean} rejects
 * @property {Uint8Array | undefined} input
 * @property {((line: string, from: 'stdout' | 'stderr') => void) | undefined} onLine
 * @property {'none' | 'short' | 'full'} verbose
 * @property {string[]} kinds what each file descriptor of the child is, by its number
 * @property {boolean[]} keeps whether what comes from it is kept for the result
 * @property {number} killSignal
 * @property {number} maxBuffer
 * @property {'json' | 'advanced' | undefined} serialization
 */

/** @param {string} option  @param {unknown} value @returns {any} */
function checkText(option, value) {
  if (typeof value !== 'string') throw unexpected(option, 'a string', value, 'ERR_INVALID_ARG_TYPE')
  // The operating system's texts end there.
  if (value.includes('\0')) throw unexpected(option, 'a string without NUL', value, 'ERR_INVALID_ARG_VALUE')
  // Half of a surrogate pair has no bytes: it becomes U+FFFD, as in Node.
  return /[\ud800-\udfff]/.test(value) ? Buffer.from(value).toString() : value
}

/** A path, or a `file:` URL. @param {string} option  @param {unknown} value @returns {string} */
function checkPath(option, value) {
  const given = typeof value === 'object' && value !== null && 'href' in value ? pathOf(option, value) : value
  const found = checkText(option, given)
  if (found === '') throw unexpected(option, 'a path', value, 'ERR_INVALID_ARG_VALUE')
  return found
}

/** @param {string} option  @param {any} url @returns {string} */
function pathOf(option, url) {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw unexpected(option, 'a path or a `file:` URL', url, 'ERR_INVALID_ARG_VALUE', cause)
  }
}

/**
 * The number of a signal.
 *
 * @param {string} option
 * @param {unknown} value its name or number
 * @returns {number}
 */
function signalNumber(option, value) {
  const { signals } = os.constants
  if (typeof value === 'number') return checkNumber(option, value, { min: 1, max: 64, integer: true })
  if (typeof value !== 'string') {
    throw unexpected(option, 'the name or the number of a signal', value, 'ERR_INVALID_ARG_TYPE')
  }
  const number = Object.hasOwn(signals, value) ? /** @type {Record<string, number>} */ (signals)[value] : undefined
  if (number === undefined) {
    const message = `Expected \`${option}\` to be the name or the number of a signal, got \`${value}\``
    throw errorOf(message, { code: 'ERR_UNKNOWN_SIGNAL' })
  }
  return number
}

/** The name of a signal, or its number where it has none. @param {number} number @returns {string} */
function signalName(number) {
  return Object.entries(os.constants.signals).find(([, other]) => other === number)?.[0] ?? `SIG${number}`
}

/** @param {unknown} env  @param {boolean} extend @returns {string[]} */
function environment(env, extend) {
  /** @type {Record<string, unknown>} */
  const merged = extend ? { ...process.env } : {}
  if (env !== undefined) Object.assign(merged, checkObject('env', env))
  // What tells this process of its own parent's channel is not for its children.
  for (const name of ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID']) {
    if (!Object.hasOwn(Object(env), name)) delete merged[name]
  }
  const list = []
  for (const [name, value] of Object.entries(merged)) {
    if (value === undefined) continue
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw unexpected('env', 'an object whose names have no `=` and no NUL', name, 'ERR_INVALID_ARG_VALUE')
    }
    list.push(`${name}=${checkText(`env.${name}`, String(value))}`)
  }
  return list
}

/**
 * What the caller wrote for each file descriptor of the child, and where.
 *
 * @typedef {{ option: string, item: unknown }} Written
 */

/** @param {any} options @returns {Written[]} */
function stdioList({ stdio = [], stdin, stdout, stderr, inputFile }) {
  const list = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
  if (!Array.isArray(list)) throw unexpected('stdio', 'a string or an array', stdio, 'ERR_INVALID_ARG_TYPE')
  const all = Array.from({ length: Math.max(list.length, 3) }, (_, number) => {
    return { option: `stdio[${number}]`, item: list[number] ?? 'pipe' }
  })
  for (const [option, item] of Object.entries({ stdin, stdout, stderr })) {
    if (item !== undefined) all[['stdin', 'stdout', 'stderr'].indexOf(option)] = { option, item }
  }
  if (inputFile !== undefined) {
    if (all[0].item !== 'pipe') throw inputConflict('inputFile')
    all[0] = { option: 'inputFile', item: { file: checkPath('inputFile', inputFile) } }
  }
  return all
}

/** @param {string} option */
const inputConflict = (option) =>
  errorOf(`Expected \`stdin\` to be 'pipe', because there is \`${option}\``, { code: 'ERR_INVALID_ARG_VALUE' })

/**
 * What the addon makes of one file descriptor.
 *
 * @param {Written} written
 * @param {number} number
 * @param {{ keep: number | null, serialization: string | undefined }} context
 */
function stdioOf({ option, item }, number, { keep, serialization }) {
  const input = number === 0
  if (item === 'pipe' || item === 'overlapped') return input ? { kind: 'input' } : { kind: 'output', keep }
  if (item === 'ignore') return { kind: 'ignore' }
  if (item === 'inherit') return { kind: 'fd', fd: number }
  if (item === 'ipc' && serialization !== undefined) {
    return { kind: 'channel', advanced: serialization === 'advanced' }
  }
  if (typeof item === 'number') {
    return { kind: 'fd', fd: checkNumber(option, item, { min: 0, max: 2 ** 31 - 1, integer: true }) }
  }
  if (typeof item === 'object' && item !== null) {
    const { file, append = false, fd } = /** @type {any} */ (item)
    if (file !== undefined) {
      const path = checkPath(`${option}.file`, file)
      return input
        ? { kind: 'inputFile', path }
        : { kind: 'file', path, append: checkBoolean(`${option}.append`, append) }
    }
    // A stream of Node's over a file, a terminal or a socket.
    // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
    const own = fd ?? /** @type {any} */ (item)._handle?.fd
    if (typeof own === 'number' && own >= 0) return { kind: 'fd', fd: own }
  }
  const expected = "'pipe', 'ignore', 'inherit', a file descriptor, a stream that has one, or { file }"
  throw unexpected(option, expected, item, 'ERR_INVALID_ARG_VALUE')
}

/** @param {unknown} value @returns {'none' | 'short' | 'full'} */
function verbosity(value) {
  if (value === undefined || value === false) return 'none'
  if (value === true) return 'short'
  if (value === 'none' || value === 'short' || value === 'full') return value
  throw unexpected('verbose', "'none', 'short', 'full' or a boolean", value, 'ERR_INVALID_ARG_VALUE')
}

/** @param {string} option  @param {unknown} value @returns {Uint8Array} */
function bytesOf(option, value) {
  if (typeof value === 'string') return Buffer.from(value)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  if (isAnyArrayBuffer(value)) return new Uint8Array(value)
  throw unexpected(option, 'a string, a Buffer or a typed array', value, 'ERR_INVALID_ARG_TYPE')
}

/** Those that are there, by execa's names. @param {unknown} written @returns {any} */
function given(written) {
  const options = { ...checkObject('options', written ?? {}) }
  for (const name of Object.keys(options)) if (options[name] === undefined) delete options[name]
  for (const [other, name] of Object.entries(otherNames)) {
    if (!(other in options)) continue
    if (name in options) {
      throw errorOf(`Expected \`${name}\` or \`${other}\`, got both`, { code: 'ERR_INVALID_ARG_VALUE' })
    }
    options[name] = options[other]
    delete options[other]
  }
  return options
}

/**
 * @param {string} option
 * @param {unknown} args
 * @returns {string[]}
 */
function checkArguments(option, args) {
  if (!Array.isArray(args)) throw unexpected(option, 'an array of strings', args, 'ERR_INVALID_ARG_TYPE')
  return args.map((arg, i) => checkText(`${option}[${i}]`, typeof arg === 'number' ? String(arg) : arg))
}

/** This process's own folder, which may be gone. */
function currentFolder() {
  try {
    return process.cwd()
  } catch {
    return '.'
  }
}

/**
 * @param {unknown} file
 * @param {unknown} args
 * @param {unknown} written
 * @param {{ isFork?: boolean }} [how]
 * @returns {Resolved}
 */
function resolve(file, args, written, { isFork = false } = {}) {
  const options = given(written)
  checkKnown(options, isFork ? forkNames : names)
  const program = checkPath('file', file)
  const list = checkArguments('args', args)
  const { extendEnv = true, shell = false, detached = false, encoding = 'utf8', buffer = true, all = false } = options
  for (const [name, value] of Object.entries({ extendEnv, detached, buffer, all })) checkBoolean(name, value)
  const { lines = false, stripFinalNewline = true, reject = true, killDescendants = true } = options
  for (const [name, value] of Object.entries({ lines, stripFinalNewline, reject, killDescendants })) {
    checkBoolean(name, value)
  }
  const { cleanup = !detached, maxBuffer = MAX_BUFFER, killSignal: signalToKill = 'SIGTERM' } = options
  checkBoolean('cleanup', cleanup)
  if (!encodings.includes(encoding)) {
    const expected = `one of ${encodings.map((name) => `'${name}'`).join(', ')}`
    throw unexpected('encoding', expected, encoding, 'ERR_INVALID_ARG_VALUE')
  }
  checkNumber('maxBuffer', maxBuffer, { min: 0, infinite: true })
  const keep = buffer ? Math.min(Math.floor(maxBuffer), Number.MAX_SAFE_INTEGER) : null
  const serialization = isFork ? checkSerialization(options.serialization) : undefined
  if (lines && withoutLines.has(encoding))
    throw unexpected('lines', `false, because \`encoding\` is '${encoding}'`, lines, 'ERR_INVALID_ARG_VALUE')
  if (options.signal !== undefined) checkSignal('signal', options.signal)
  if (options.onLine !== undefined) checkFunction('onLine', options.onLine)
  const cwd = options.cwd === undefined ? undefined : checkPath('cwd', options.cwd)
  const started = shellOf(shell, program, list)
  if (options.input !== undefined && options.inputFile !== undefined) {
    throw errorOf('Expected `input` or `inputFile`, got both', { code: 'ERR_INVALID_ARG_VALUE' })
  }
  const stdio = stdioList(options)
  if (isFork) stdio.push(...channelFor(stdio))
  const input = options.input === undefined ? undefined : bytesOf('input', options.input)
  const ends = stdio.map((item, number) => stdioOf(item, number, { keep, serialization }))
  if (input !== undefined && ends[0].kind !== 'input') throw inputConflict('input')
  const env = environment(options.env, extendEnv)
  const channel = ends.findIndex((end) => end.kind === 'channel')
  if (channel >= 0) {
    env.push(`NODE_CHANNEL_FD=${channel}`, `NODE_CHANNEL_SERIALIZATION_MODE=${serialization}`)
  }
  const killSignal = signalNumber('killSignal', signalToKill)
  const plan = {
    file: started.file,
    argv: [options.argv0 === undefined ? started.file : checkText('argv0', options.argv0), ...started.args],
    env,
    cwd,
    stdio: ends,
    detached,
    // Whoever reads from the terminal must be in the group that has it.
    killsDescendants: killDescendants && !readsTerminal(ends[0]),
    cleanup,
    deathSignal: cleanup ? os.constants.signals[isFork ? 'SIGKILL' : 'SIGTERM'] : undefined,
    uid: limited('uid', options.uid, { min: 0, max: 2 ** 32 - 1 }),
    gid: limited('gid', options.gid, { min: 0, max: 2 ** 32 - 1 }),
    nice: limited('nice', options.nice, { min: -20, max: 19 }),
    timeout: limit('timeout', options.timeout, 0),
    killSignal,
    forceKillAfter: forceKillAfter(options.forceKillAfterDelay),
    all,
  }
  return {
    plan,
    command: [program, ...list].join(' '),
    file: program,
    args: list,
    cwd: path.resolve(currentFolder(), cwd ?? ''),
    signal: options.signal,
    encoding,
    lines,
    stripFinalNewline,
    rejects: reject,
    input,
    onLine: options.onLine,
    verbose: verbosity(options.verbose),
    kinds: ends.map((end) => end.kind),
    keeps: ends.map((end) => end.kind === 'output' && buffer),
    killSignal,
    maxBuffer,
    serialization,
  }
}

/** @param {unknown} value @returns {'json' | 'advanced'} */
function checkSerialization(value = 'json') {
  if (value === 'json' || value === 'advanced') return value
  throw unexpected('serialization', "'json' or 'advanced'", value, 'ERR_INVALID_ARG_VALUE')
}

/** A fork has one channel, where the caller has not put it elsewhere. @param {Written[]} stdio @returns {Written[]} */
function channelFor(stdio) {
  const channels = stdio.filter(({ item }) => item === 'ipc')
  if (channels.length > 1) {
    throw unexpected(channels[1].option, "no second 'ipc': a child has one channel", 'ipc', 'ERR_INVALID_ARG_VALUE')
  }
  return channels.length === 1 ? [] : [{ option: 'stdio', item: 'ipc' }]
}

/** @param {any} end */
const readsTerminal = (end) => end.kind === 'fd' && tty.isatty(end.fd)

/**
 * A shell gets the line as it is: nothing is escaped, so nothing may come from strangers.
 *
 * @param {unknown} shell
 * @param {string} file
 * @param {string[]} args
 */
function shellOf(shell, file, args) {
  if (shell === false) return { file, args }
  if (args.length > 0) {
    const message =
      'Expected no `args` beside `shell`: a shell would take them apart again. Write one line, or leave `shell` out'
    throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
  }
  const path = shell === true ? '/bin/sh' : checkPath('shell', shell)
  return { file: path, args: ['-c', file] }
}

/** @param {string} option  @param {unknown} value  @param {{ min: number, max: number }} range */
function limited(option, value, range) {
  return value === undefined ? undefined : checkNumber(option, value, { ...range, integer: true })
}

/** Milliseconds; 0 and Infinity are none. @param {string} option  @param {unknown} value  @param {number} none */
function limit(option, value, none) {
  if (value === undefined) return undefined
  const ms = checkNumber(option, value, { min: 0, max: MAX_MS, infinite: true })
  return ms === none || ms === Infinity ? undefined : Math.min(ms, 1e12)
}

/** @param {unknown} value @returns {number | undefined} */
function forceKillAfter(value = FORCE_KILL_AFTER) {
  if (value === false) return undefined
  return limit('forceKillAfterDelay', value === true ? FORCE_KILL_AFTER : value, Infinity)
}

module.exports = { checkArguments, checkPath, checkText, given, resolve, signalName, signalNumber }
