// @ts-check
'use strict'

/**
 * `pool.map()`: many tasks with a bound on how many are on their way, their results in order.
 *
 * @module
 */

const { checkFunction, checkKnown, checkNumber, checkSignal } = require('./options')
const { checkObject, taskOptionNames, taskOptions, unexpected } = require('./options')
const { errorOf } = require('./errors')

const mapOptionNames = Object.freeze(['concurrency', ...taskOptionNames.filter((name) => name !== 'transferList')])

/**
 * @typedef {(item: any, index: number, context: { signal: AbortSignal }) => unknown} Mapper
 * @typedef {InstanceType<typeof import('./pool').WorkerPool>} WorkerPool
 */

/**
 * The results of `work` on every item, in the order of the items. At most `concurrency` items are on their way or wait
 * for the consumer: the source is read no faster. The first failure ends the iteration; it, a `break` and an abort stop
 * what is still on its way and close the source.
 *
 * @param {WorkerPool} pool
 * @param {Iterable<unknown> | AsyncIterable<unknown>} iterable
 * @param {string | Mapper} work the name of a native task, whose inputs the items are, or a function
 * @param {unknown} [written]
 */
async function* map(pool, iterable, work, written) {
  const { concurrency, signal, run } = resolve(pool, work, written)
  const source = iteratorOf(iterable)
  const stop = new AbortController()
  const onAbort = () => stop.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })

  /** Results that the consumer has not taken, the oldest first. @type {Promise<unknown>[]} */
  const ahead = []
  let index = 0
  let exhausted = false
  try {
    for (;;) {
      while (!exhausted && ahead.length < concurrency) {
        if (stop.signal.aborted) throw aborted(signal)
        const { done, value } = await source.next()
        exhausted = done === true
        if (!exhausted) ahead.push(watched(run(value, index++, stop.signal)))
      }
      if (ahead.length === 0) return
      yield await ahead.shift()
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    stop.abort()
    await Promise.allSettled(ahead)
    if (!exhausted) await source.return?.()
  }
}

/**
 * A failure that comes before its turn must not count as unhandled: the consumer hears of it when its turn comes.
 *
 * @param {Promise<unknown>} result
 */
function watched(result) {
  result.catch(() => {})
  return result
}

/** @param {AbortSignal | undefined} signal */
function aborted(signal) {
  return errorOf('The iteration was aborted', { code: 'ABORT_ERR', cause: signal?.reason })
}

/**
 * @param {WorkerPool} pool
 * @param {unknown} work
 * @param {unknown} written
 */
function resolve(pool, work, written = {}) {
  const options = checkObject('options', written)
  checkKnown(options, mapOptionNames)
  const { concurrency = 2 * pool.size, signal, ...forTask } = options
  checkNumber('concurrency', concurrency, { min: 1, integer: true, infinite: true })
  if (signal !== undefined) checkSignal('signal', signal)
  taskOptions(forTask, mapOptionNames)
  if (typeof work === 'string') {
    /** @param {unknown} item @param {number} _ @param {AbortSignal} stop */
    const run = async (item, _, stop) => {
      while (!pool.hasRoom) await pool.ready()
      return pool.runTask(work, item, { ...forTask, signal: stop })
    }
    return { concurrency, signal, run }
  }
  if (typeof work !== 'function') {
    throw unexpected('work', 'the name of a native task or a function', work, 'ERR_INVALID_ARG_TYPE')
  }
  const mapper = /** @type {Mapper} */ (checkFunction('work', work))
  /** @param {unknown} item @param {number} index @param {AbortSignal} stop */
  const run = async (item, index, stop) => mapper(item, index, { signal: stop })
  return { concurrency, signal, run }
}

/**
 * @param {any} iterable
 * @returns {Iterator<unknown> | AsyncIterator<unknown>}
 */
function iteratorOf(iterable) {
  const open = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator]
  if (typeof open !== 'function') {
    throw unexpected('iterable', 'an iterable or async iterable', iterable, 'ERR_INVALID_ARG_TYPE')
  }
  return open.call(iterable)
}

module.exports = { map }
