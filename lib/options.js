// @ts-check
'use strict'

/**
 * Options in two stages: what the caller wrote, then what it means, checked and complete.
 *
 * @module
 */

const { inspect } = require('node:util')
const { errorOf } = require('./errors')

/** The most threads that a pool may have; the engine's own limit. */
const MAX_SIZE = 1024
/** The longest limit that the engine's clock takes, in milliseconds: about 285 years. */
const MAX_MS = Number.MAX_SAFE_INTEGER
/** The longest delay that a Node timer takes, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * ``Expected `size` to be an integer >= 1, got `0` (number)``: the one form of a validation message.
 *
 * @param {string} option
 * @param {string} expected
 * @param {unknown} got
 * @param {'ERR_INVALID_ARG_TYPE' | 'ERR_INVALID_ARG_VALUE' | 'ERR_OUT_OF_RANGE' | 'ERR_VALUE_NOT_CLONEABLE'} code
 * @param {unknown} [cause]
 */
function unexpected(option, expected, got, code, cause) {
  // One line: of an Error the first, without the stack.
  const [shown] = inspect(got, { depth: 0, maxStringLength: 60, breakLength: Infinity, customInspect: false }).split(
    '\n',
    1,
  )
  const kind = got === null ? 'null' : typeof got
  return errorOf(`Expected \`${option}\` to be ${expected}, got \`${shown}\` (${kind})`, { code, cause })
}

/**
 * @param {string} option
 * @param {unknown} value
 * @param {{ min: number, max?: number, integer?: boolean, infinite?: boolean }} range
 * @returns {number}
 */
function checkNumber(option, value, { min, max = Infinity, integer = false, infinite = false }) {
  const what = integer ? 'an integer' : 'a number'
  const to = max === Infinity ? `>= ${min}` : `from ${min} to ${max}`
  const expected = `${what} ${to}${infinite ? ' or Infinity' : ''}`
  if (typeof value !== 'number') throw unexpected(option, expected, value, 'ERR_INVALID_ARG_TYPE')
  if (infinite && value === Infinity) return value
  if (!Number.isFinite(value) || (integer && !Number.isInteger(value)) || value < min || value > max) {
    throw unexpected(option, expected, value, 'ERR_OUT_OF_RANGE')
  }
  return value
}

/** @param {string} option  @param {unknown} value @returns {boolean} */
function checkBoolean(option, value) {
  if (typeof value !== 'boolean') throw unexpected(option, 'a boolean', value, 'ERR_INVALID_ARG_TYPE')
  return value
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {any}
 */
function checkObject(option, value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unexpected(option, 'an object', value, 'ERR_INVALID_ARG_TYPE')
  }
  return value
}

/**
 * An option that does not exist is a mistake that would otherwise go unseen.
 *
 * @param {object} options
 * @param {readonly string[]} known
 */
function checkKnown(options, known) {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) {
      const list = known.map((name) => `\`${name}\``).join(', ')
      throw errorOf(`Unknown option \`${option}\`: expected one of ${list}`, { code: 'ERR_INVALID_ARG_VALUE' })
    }
  }
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {AbortSignal}
 */
function checkSignal(option, value) {
  const signal = /** @type {any} */ (value)
  // By shape: Jest and other realms have an AbortSignal of their own.
  if (
    typeof signal?.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function' ||
    typeof signal.removeEventListener !== 'function'
  ) {
    throw unexpected(option, 'an AbortSignal', value, 'ERR_INVALID_ARG_TYPE')
  }
  return signal
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {(...args: any[]) => any}
 */
function checkFunction(option, value) {
  if (typeof value !== 'function') throw unexpected(option, 'a function', value, 'ERR_INVALID_ARG_TYPE')
  return /** @type {any} */ (value)
}

/** How far a pool's threads step back behind the event loop: enough that a busy machine does not stall it. */
const NICE_INCREMENT = 10

const poolOptionNames = Object.freeze(['size', 'maxQueue', 'maxQueueBytes', 'name', 'niceIncrement'])

/**
 * @param {unknown} written `size`, or options
 * @returns {{ size: number | undefined, maxQueue: number, maxQueueBytes: number, name: string, niceIncrement: number }}
 */
function poolOptions(written = {}) {
  const options = typeof written === 'number' ? { size: written } : checkObject('options', written)
  checkKnown(options, poolOptionNames)
  const { size, niceIncrement = NICE_INCREMENT } = options
  if (size !== undefined) checkNumber('size', size, { min: 1, max: MAX_SIZE, integer: true })
  return { size, ...queueOptions({ ...options, niceIncrement }) }
}

/**
 * The options that all pools have.
 *
 * @param {any} options
 * @returns {{ maxQueue: number, maxQueueBytes: number, name: string, niceIncrement: number }}
 */
function queueOptions({ maxQueue = Infinity, maxQueueBytes = Infinity, name = 'offloop', niceIncrement }) {
  checkNumber('maxQueue', maxQueue, { min: 1, integer: true, infinite: true })
  checkNumber('maxQueueBytes', maxQueueBytes, { min: 1, integer: true, infinite: true })
  checkNumber('niceIncrement', niceIncrement, { min: 0, max: 19, integer: true })
  // A NUL cannot be part of a thread's name.
  if (typeof name !== 'string') throw unexpected('name', 'a string', name, 'ERR_INVALID_ARG_TYPE')
  if (name === '' || name.includes('\0')) {
    throw unexpected('name', 'a non-empty string without NUL', name, 'ERR_INVALID_ARG_VALUE')
  }
  return { maxQueue, maxQueueBytes, name, niceIncrement }
}

/**
 * @typedef {object} TaskOptions
 * @property {AbortSignal | undefined} signal
 * @property {number | undefined} timeout in milliseconds
 * @property {number | undefined} queueTimeout in milliseconds
 * @property {number} priority
 * @property {((progress: { completed: number, total: number, percent: number }) => void) | undefined} onProgress
 * @property {readonly ArrayBuffer[]} transferList
 */

const oneOffOptionNames = Object.freeze(['signal', 'timeout', 'onProgress', 'transferList'])
const taskOptionNames = Object.freeze([...oneOffOptionNames, 'queueTimeout', 'priority'])

/** @type {TaskOptions} */
const noTaskOptions = Object.freeze({
  signal: undefined,
  timeout: undefined,
  queueTimeout: undefined,
  priority: 0,
  onProgress: undefined,
  transferList: Object.freeze([]),
})

/**
 * @param {unknown} written
 * @param {readonly string[]} known
 * @returns {TaskOptions}
 */
function taskOptions(written, known) {
  if (written === undefined) return noTaskOptions
  const options = checkObject('options', written)
  checkKnown(options, known)
  const { transferList = [] } = options
  if (!Array.isArray(transferList)) {
    throw unexpected('transferList', 'an array of ArrayBuffers', transferList, 'ERR_INVALID_ARG_TYPE')
  }
  return { ...limits(options), transferList }
}

/**
 * The options that tasks of every kind have.
 *
 * @param {any} options
 * @returns {Omit<TaskOptions, 'transferList'>}
 */
function limits({ signal, timeout, queueTimeout, priority = 0, onProgress }) {
  if (signal !== undefined) checkSignal('signal', signal)
  if (timeout !== undefined) checkNumber('timeout', timeout, { min: 0, max: MAX_MS, infinite: true })
  if (queueTimeout !== undefined) checkNumber('queueTimeout', queueTimeout, { min: 0, max: MAX_MS, infinite: true })
  checkNumber('priority', priority, { min: -(2 ** 31), max: 2 ** 31 - 1, integer: true })
  if (onProgress !== undefined) checkFunction('onProgress', onProgress)
  return {
    signal,
    timeout: timeout === Infinity ? undefined : timeout,
    queueTimeout: queueTimeout === Infinity ? undefined : queueTimeout,
    priority,
    onProgress,
  }
}

module.exports = {
  MAX_MS,
  MAX_SIZE,
  MAX_TIMER_MS,
  checkBoolean,
  checkFunction,
  checkKnown,
  checkNumber,
  checkObject,
  checkSignal,
  limits,
  oneOffOptionNames,
  poolOptions,
  queueOptions,
  taskOptionNames,
  taskOptions,
  unexpected,
}
