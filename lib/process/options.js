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
const { environment } = require('./environment')
const { withoutLines } = require('./lines')
const { channelFor, inputConflict, readsTerminal, stdioList, stdioOf } = require('./stdio')
const { bytesOf, checkArguments, checkPath, checkText, signalNumber } = require('./values')

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

/** @param {unknown} value @returns {'none' | 'short' | 'full'} */
function verbosity(value) {
  if (value === undefined || value === false) return 'none'
  if (value === true) return 'short'
  if (value === 'none' || value === 'short' || value === 'full') return value
  throw unexpected('verbose', "'none', 'short', 'full' or a boolean", value, 'ERR_INVALID_ARG_VALUE')
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

module.exports = { given, resolve }
