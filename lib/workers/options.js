// @ts-check
'use strict'

/**
 * Options of a pool of JS workers, and of its calls: what the caller wrote, then what it means, checked and complete.
 *
 * @module
 */

const { SHARE_ENV } = require('node:worker_threads')
const native = require('../native')
const { MAX_MS, MAX_SIZE, MAX_TIMER_MS, checkKnown, checkNumber, checkObject } = require('../options')
const { limits, queueOptions, unexpected } = require('../options')
const { errorOf } = require('../errors')

/** Options that go to `new Worker` as they are. */
const threadOptionNames = Object.freeze([
  'argv',
  'env',
  'execArgv',
  'resourceLimits',
  'stderr',
  'stdout',
  'trackUnmanagedFds',
])

const poolOptionNames = Object.freeze([
  'size',
  'minSize',
  'maxSize',
  'idleTimeout',
  'maxQueue',
  'maxQueueBytes',
  'concurrency',
  'name',
  'niceIncrement',
  'workerData',
  'startTimeout',
  'gracePeriod',
  'recycleAfter',
  'runtime',
  ...threadOptionNames,
])

/** What only threads have; the rest is for both. */
const threadsOnly = Object.freeze(['trackUnmanagedFds'])
/** What V8 takes from its command line of `resourceLimits`. */
const processLimits = Object.freeze(['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb'])
/** The young generation is so many semi-spaces. */
const SEMI_SPACES = 3

const recycleNames = Object.freeze(['tasks', 'heapMb', 'age'])

/**
 * @typedef {object} Recycle
 * @property {number | undefined} tasks
 * @property {number | undefined} heapMb
 * @property {number | undefined} age in milliseconds
 *
 * @typedef {object} Written what may be passed on to `new Worker` as it is
 * @property {any} thread
 *
 * @typedef {ReturnType<typeof crewOptions>} CrewOptions
 */

/** @param {unknown} written `size`, or options */
function crewOptions(written = {}) {
  const options = typeof written === 'number' ? { size: written } : checkObject('options', written)
  checkKnown(options, poolOptionNames)
  const { idleTimeout = 60_000, concurrency = 1, startTimeout = 30_000, gracePeriod = 100, niceIncrement = 0 } = options
  checkNumber('idleTimeout', idleTimeout, { min: 0, max: MAX_TIMER_MS, infinite: true })
  checkNumber('concurrency', concurrency, { min: 1, max: 65_536, integer: true })
  checkNumber('startTimeout', startTimeout, { min: 1, max: MAX_TIMER_MS, infinite: true })
  checkNumber('gracePeriod', gracePeriod, { min: 0, max: MAX_TIMER_MS })
  const { runtime = 'thread' } = options
  if (runtime !== 'thread' && runtime !== 'process') {
    throw unexpected('runtime', "'thread' or 'process'", runtime, 'ERR_INVALID_ARG_VALUE')
  }
  return {
    runtime,
    process: runtime === 'process' ? processOptions(options, niceIncrement) : undefined,
    ...queueOptions({ ...options, niceIncrement }),
    ...sizes(options),
    idleTimeout,
    concurrency,
    startTimeout,
    gracePeriod,
    recycleAfter: recycleAfter(options.recycleAfter),
    /** What the workers' `workerData` is; whether there is any decides how a one-shot file is run. */
    workerData: options.workerData,
    hasWorkerData: 'workerData' in options,
    /** Checked by `new Worker`. */
    thread: Object.fromEntries(
      threadOptionNames.filter((name) => name in options).map((name) => [name, options[name]]),
    ),
  }
}

/**
 * @typedef {object} ProcessOptions
 * @property {string[]} argv
 * @property {object} fork options of `fork`
 * @property {boolean} stdout whether listeners to `workerCreate` get it
 * @property {boolean} stderr
 *
 * @param {any} options
 * @param {number} niceIncrement
 * @returns {ProcessOptions}
 */
function processOptions(options, niceIncrement) {
  if (native.Children === undefined) {
    const message = `\`runtime: 'process'\` is not available on ${process.platform}: it needs a Unix system`
    throw errorOf(message, { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })
  }
  for (const name of threadsOnly) if (options[name] !== undefined) throw ofThreads(name)
  const { argv = [], env, execArgv = inheritedArgv(), resourceLimits = {}, stdout = false, stderr = false } = options
  if (env === SHARE_ENV) throw ofThreads('env: SHARE_ENV')
  if (env !== undefined) checkObject('env', env)
  if (!Array.isArray(argv)) throw unexpected('argv', 'an array', argv, 'ERR_INVALID_ARG_TYPE')
  if (!Array.isArray(execArgv) || !execArgv.every((item) => typeof item === 'string')) {
    throw unexpected('execArgv', 'an array of strings', execArgv, 'ERR_INVALID_ARG_TYPE')
  }
  return {
    argv: argv.map(String),
    fork: {
      // As for a thread: what is given is all that there is.
      ...(env === undefined ? {} : { env: { ...env }, extendEnv: false }),
      execArgv: [...execArgv, ...limitsOfV8(resourceLimits)],
      nice: niceIncrement === 0 ? undefined : niceIncrement,
    },
    stdout: Boolean(stdout),
    stderr: Boolean(stderr),
  }
}

/** What this process was started with, without a program that was on the command line. */
function inheritedArgv() {
  const at = process.execArgv.findIndex((item) => /^(-e|-p|-pe|--eval|--print)$/.test(item))
  return at < 0 ? process.execArgv : process.execArgv.filter((_, i) => i !== at && i !== at + 1)
}

/** @param {unknown} written */
function limitsOfV8(written) {
  const limits = checkObject('resourceLimits', written)
  for (const name of Object.keys(limits)) {
    if (!processLimits.includes(name)) throw ofThreads(`resourceLimits.${name}`)
    if (limits[name] !== undefined) checkNumber(`resourceLimits.${name}`, limits[name], { min: 1 })
  }
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young } = limits
  const flags = []
  if (old !== undefined) flags.push(`--max-old-space-size=${Math.ceil(old)}`)
  if (young !== undefined) flags.push(`--max-semi-space-size=${Math.ceil(young / SEMI_SPACES)}`)
  return flags
}

/** @param {string} option */
function ofThreads(option) {
  const message = `\`${option}\` is for threads: a pool with \`runtime: 'process'\` cannot have it`
  return errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
}

/** @param {any} options */
function sizes({ size, minSize, maxSize }) {
  const range = { min: 1, max: MAX_SIZE, integer: true }
  if (size !== undefined) {
    if (minSize !== undefined || maxSize !== undefined) {
      const message = 'Expected either `size` or `minSize` and `maxSize`, not both'
      throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
    }
    checkNumber('size', size, range)
    return { minSize: size, maxSize: size }
  }
  if (minSize === undefined && maxSize === undefined) {
    const budget = native.budget()
    return { minSize: budget, maxSize: budget }
  }
  if (maxSize !== undefined) checkNumber('maxSize', maxSize, range)
  const most = maxSize ?? Math.max(native.budget(), typeof minSize === 'number' ? minSize : 0)
  const least = minSize ?? Math.min(1, most)
  checkNumber('minSize', least, { min: 0, max: most, integer: true })
  return { minSize: least, maxSize: most }
}

/**
 * @param {unknown} written
 * @returns {Recycle}
 */
function recycleAfter(written) {
  if (written === undefined) return { tasks: undefined, heapMb: undefined, age: undefined }
  const { tasks, heapMb, age } = checkObject('recycleAfter', written)
  checkKnown(/** @type {object} */ (written), recycleNames)
  if (tasks !== undefined) checkNumber('recycleAfter.tasks', tasks, { min: 1, integer: true })
  if (heapMb !== undefined) checkNumber('recycleAfter.heapMb', heapMb, { min: 1 })
  if (age !== undefined) checkNumber('recycleAfter.age', age, { min: 1, max: MAX_MS })
  return { tasks, heapMb, age }
}

const callOptionNames = Object.freeze([
  'name',
  'signal',
  'timeout',
  'queueTimeout',
  'priority',
  'transferList',
  'onProgress',
  'affinity',
  'fairKey',
  'retry',
])

/**
 * @typedef {object} CallOptions
 * @property {string | undefined} name of the export; `undefined` for the default one
 * @property {AbortSignal | undefined} signal
 * @property {number | undefined} timeout in milliseconds
 * @property {number | undefined} queueTimeout in milliseconds
 * @property {number} priority
 * @property {readonly any[]} transferList
 * @property {((progress: any) => void) | undefined} onProgress
 * @property {string | undefined} affinity
 * @property {string | undefined} fairKey
 * @property {number} retry
 */

/**
 * @param {unknown} written
 * @param {readonly string[]} known
 * @returns {CallOptions}
 */
function callOptions(written, known) {
  const options = checkObject('options', written)
  checkKnown(options, known)
  const { name, transferList = [], retry = 0 } = options
  if (name !== undefined && typeof name !== 'string') {
    throw unexpected('name', 'the name of an export', name, 'ERR_INVALID_ARG_TYPE')
  }
  if (!Array.isArray(transferList)) {
    throw unexpected('transferList', 'an array of transferable objects', transferList, 'ERR_INVALID_ARG_TYPE')
  }
  checkNumber('retry', retry, { min: 0, max: 1000, integer: true })
  if (retry > 0 && transferList.length > 0) {
    // What a dead worker was given is gone with it.
    const message = 'Expected `retry` to be 0 with a `transferList`: what is transferred cannot be sent again'
    throw errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
  }
  return {
    ...limits(options),
    name: name === 'default' ? undefined : name,
    transferList,
    affinity: checkKey('affinity', options.affinity),
    fairKey: checkKey('fairKey', options.fairKey),
    retry,
  }
}

/**
 * @param {string} option
 * @param {unknown} key
 */
function checkKey(option, key) {
  if (key === undefined) return undefined
  if (typeof key !== 'string' && typeof key !== 'number') {
    throw unexpected(option, 'a string or a number', key, 'ERR_INVALID_ARG_TYPE')
  }
  return String(key)
}

module.exports = { callOptionNames, callOptions, crewOptions }
