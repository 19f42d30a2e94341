// @ts-check
'use strict'

/**
 * The doors: a shell's line, a program, a program with streams, a Node script.
 *
 * @module
 */

const { setImmediate, setTimeout } = require('node:timers')
const { promisify } = require('node:util')
const { isRegExp } = require('node:util/types')
const { errorOf } = require('../errors')
const { checkBoolean, checkFunction, checkKnown, checkObject, unexpected } = require('../options')
const { given, resolve } = require('./options')
const { checkArguments, checkPath, checkText } = require('./values')
const { Subprocess } = require('./subprocess')

/**
 * A program and its arguments, without a shell.
 *
 * @param {string | URL} file
 * @param {readonly string[] | object} [args]
 * @param {object} [options]
 */
function spawn(file, args, options) {
  const [list, written] = split(args, options)
  return new Subprocess(() => resolve(file, list, written))
}

/**
 * A line for the shell.
 *
 * @param {string} command
 * @param {any} [options]
 * @param {Callback} [callback] as Node's `exec` has it
 */
function exec(command, options, callback) {
  if (typeof options === 'function') return exec(command, undefined, options)
  const child = new Subprocess(() => {
    const { shell = true, ...rest } = given(options)
    if (shell === false) {
      const message =
        'Expected `shell` to be true or the path of a shell, got `false`: without a shell there is `execFile`'
      throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
    }
    if (callback !== undefined) checkFunction('callback', callback)
    if (checkText('command', command) === '') {
      throw unexpected('command', 'a line that is not empty', command, 'ERR_INVALID_ARG_VALUE')
    }
    return resolve(command, [], { ...rest, shell })
  })
  return tell(child, callback)
}

/**
 * @param {string | URL} file
 * @param {any} [args]
 * @param {any} [options]
 * @param {Callback} [callback] as Node's `execFile` has it
 */
function execFile(file, args, options, callback) {
  const all = [args, options, callback]
  const found = all.find((argument) => typeof argument === 'function')
  const [first, second] = all.filter((argument) => typeof argument !== 'function')
  return tell(spawn(file, first, second), found)
}

/** @typedef {(error: Error | null, stdout: any, stderr: any) => void} Callback */

/** @param {InstanceType<typeof Subprocess>} child  @param {Callback} [callback] */
function tell(child, callback) {
  if (typeof callback !== 'function') return child
  // On a turn of its own: what it throws is the program's, and no rejection.
  const told = (/** @type {any} */ ended) =>
    setImmediate(callback, ended instanceof Error ? ended : null, ended.stdout ?? '', ended.stderr ?? '')
  child.then(told, told)
  return child
}

// `promisify` would take the first of the callback's values for the result.
for (const door of [exec, execFile]) {
  Object.defineProperty(door, promisify.custom, { value: (/** @type {[any]} */ ...args) => door(...args) })
}

/**
 * A Node script with a channel for messages.
 *
 * @param {string | URL} script
 * @param {readonly string[] | object} [args]
 * @param {object} [options]
 */
function fork(script, args, options) {
  const [list, written] = split(args, options)
  return new Subprocess(() => {
    const { silent = false, execPath = process.execPath, execArgv = ownFlags(), ...rest } = given(written)
    checkBoolean('silent', silent)
    const file = checkPath('script', script)
    const flags = checkArguments('execArgv', execArgv)
    const { stdio = silent ? 'pipe' : 'inherit' } = rest
    const hasInput = rest.input !== undefined || rest.inputFile !== undefined
    // What `input` and `inputFile` are for is a pipe.
    const stdin = rest.stdin ?? (rest.stdio === undefined && hasInput ? 'pipe' : undefined)
    const all = [...flags, file, ...checkArguments('args', list)]
    return resolve(checkPath('execPath', execPath), all, { ...rest, stdio, stdin }, { isFork: true })
  })
}

/** The flags that this Node was started with, without the program of `node -e`, which would start itself for ever. */
function ownFlags() {
  const flags = process.execArgv
  const at = flags.findIndex((flag) => /^(?:-e|-p|-pe|--eval|--print)$/.test(flag))
  if (at < 0) return flags.filter((flag) => !/^--(?:eval|print)=/.test(flag))
  return flags.toSpliced(at, 2)
}

/** Milliseconds that a script has to end by itself when it has closed its channel without an answer. */
const LAST_WORDS = 1000

/**
 * Runs a Node script for one message: sends it the data, and gives its first message back.
 *
 * @param {string | URL} script
 * @param {any} data
 * @param {object} [options] of `fork`
 * @returns {Promise<any>}
 */
async function runNodeScript(script, data, options) {
  const child = fork(script, [], options)
  const ended = child.then((result) => {
    throw result instanceof Error ? result : noAnswer()
  })
  // How the script ended says more than that its channel is closed.
  const answer = child.request(data).catch(async (/** @type {any} */ error) => {
    if (error.code === 'ERR_IPC_CHANNEL_CLOSED')
      await Promise.race([ended, new Promise((go) => setTimeout(go, LAST_WORDS))])
    throw error.code === 'ERR_IPC_CHANNEL_CLOSED' ? noAnswer(error) : error
  })
  try {
    return await Promise.race([answer, ended])
  } finally {
    // The first of them counts; how the script ends after its answer is of no interest.
    ended.catch(() => {})
    answer.catch(() => {})
    child.kill()
  }
}

/** @param {unknown} [cause] */
const noAnswer = (cause) => errorOf('The script ended without a message', { code: 'ERR_PROCESS_NO_ANSWER', cause })

/**
 * An argument from a stranger, for a program that would take it for an option if it began with a dash: it is refused then.
 *
 * @param {string} value
 * @param {{ pattern?: RegExp }} [options]
 * @returns {string}
 */
function safeArgument(value, options = {}) {
  checkKnown(checkObject('options', options), ['pattern'])
  const { pattern } = options
  if (pattern !== undefined && !isRegExp(pattern)) {
    throw unexpected('pattern', 'a RegExp', pattern, 'ERR_INVALID_ARG_TYPE')
  }
  const text = checkText('argument', value)
  if (text === '' || text.startsWith('-')) {
    const message = `Expected an argument that is not empty and no option, got \`${text}\``
    throw errorOf(message, { code: 'ERR_UNSAFE_ARGUMENT' })
  }
  // All of it: who writes /[a-z]+/ does not mean that the rest may be anything.
  if (pattern && !new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, '')).test(text)) {
    throw errorOf(`Expected an argument that matches ${pattern}, got \`${text}\``, { code: 'ERR_UNSAFE_ARGUMENT' })
  }
  return text
}

/** Arguments may be left out. @param {any} args  @param {any} options @returns {[any[], any]} */
function split(args, options) {
  if (args === undefined || args === null) return [[], options]
  return Array.isArray(args) ? [args, options] : [[], args]
}

module.exports = { exec, execFile, fork, runNodeScript, safeArgument, spawn }
