// @ts-check
'use strict'

/**
 * `pool.map()`: many tasks with a bound on how many are on their way, their results in order or as they come.
 *
 * @module
 */

const { checkFunction, checkKnown, checkNumber, checkObject, checkSignal } = require('./options')
const { unexpected } = require('./options')
const { errorOf } = require('./errors')

/**
 * @typedef {(item: any, index: number, context: { signal: AbortSignal }) => unknown} Mapper
 * @typedef {InstanceType<typeof import('./pool').WorkerPool>} WorkerPool
 *
 * @typedef {object} Staff whoever does the work of the pool
 * @property {number} capacity how many tasks it runs at a time, once it has all the workers that it may have
 * @property {(work: unknown, options: object) => (item: unknown, signal: AbortSignal) => Promise<unknown>} mapper
 */

/**
 * The results of `work` on every item, in the order of the items unless `ordered` is false. At most `concurrency` items
 * are on their way or wait for the consumer: the source is read no faster. The first failure ends the iteration; it, a
 * `break` and an abort stop what is still on its way and close the source. A source that fails does so after the results
 * of what it gave before.
 *
 * @param {WorkerPool} pool
 * @param {Staff} staff
 * @param {Iterable<unknown> | AsyncIterable<unknown>} iterable
 * @param {unknown} work the name of what the pool runs, whose inputs the items are, or a function
 * @param {unknown} [written]
 */
async function* map(pool, staff, iterable, work, written) {
  const { concurrency, signal, ordered, hasRoom, run } = resolve(pool, staff, work, written)
  const source = new Source(iterable)
  const stop = new AbortController()
  /** Goes on with the loop below. */
  let wake = () => {}
  const onAbort = () => {
    stop.abort(signal?.reason)
    wake()
  }
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })

  /** Results that the consumer has not taken, the oldest first. @type {Ahead[]} */
  const ahead = []
  /** @param {Promise<unknown>} result */
  const expect = (result) => {
    const expected = { result, settled: false }
    const onSettled = () => {
      expected.settled = true
      wake()
    }
    // A failure that comes before its turn does not count as unhandled: the consumer hears of it when its turn comes.
    result.then(onSettled, onSettled)
    ahead.push(expected)
  }
  /** Where the next result is for the consumer. */
  const next = () => (ordered ? 0 : ahead.findIndex(({ settled }) => settled))
  let index = 0
  let waitsForRoom = false
  try {
    for (;;) {
      if (stop.signal.aborted) throw errorOf('The iteration was aborted', { code: 'ABORT_ERR', cause: signal?.reason })
      if (source.hasItem && hasRoom()) expect(run(source.take(), index++, stop.signal))
      else if (source.hasFailed && ahead.length === 0) throw source.failure
      else if (source.isIdle && ahead.length < concurrency) source.read(() => wake())
      else if (ahead[next()]?.settled) yield await ahead.splice(next(), 1)[0].result
      else if (source.isExhausted && ahead.length === 0) return
      else {
        if (source.hasItem && !waitsForRoom) {
          waitsForRoom = true
          const onRoom = () => {
            waitsForRoom = false
            wake()
          }
          pool.ready().then(onRoom, onRoom)
        }
        await new Promise((resolveTurn) => (wake = () => resolveTurn(undefined)))
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    const aborted = stop.signal.aborted
    stop.abort()
    // Who aborts wants to go now; a function may take its time to hear of it.
    if (!aborted) await Promise.allSettled(ahead.map(({ result }) => result))
    await source.close()
  }
}

/** @typedef {{ result: Promise<unknown>, settled: boolean }} Ahead */

/**
 * @param {WorkerPool} pool
 * @param {Staff} staff
 * @param {unknown} work
 * @param {unknown} written
 */
function resolve(pool, staff, work, written = {}) {
  const given = checkObject('options', written)
  const { concurrency = 2 * staff.capacity, signal, ordered = true, ...options } = given
  checkNumber('concurrency', concurrency, { min: 1, integer: true, infinite: true })
  if (signal !== undefined) checkSignal('signal', signal)
  if (typeof ordered !== 'boolean') throw unexpected('ordered', 'a boolean', ordered, 'ERR_INVALID_ARG_TYPE')
  if (typeof work !== 'function') {
    const runItem = staff.mapper(work, options)
    // A closed pool has no room for ever: there the task is refused, and the refusal ends the iteration.
    const hasRoom = () => pool.hasRoom || pool.closed
    /** @param {unknown} item @param {number} _ @param {AbortSignal} stop */
    const run = async (item, _, stop) => runItem(item, stop)
    return { concurrency, signal, ordered, hasRoom, run }
  }
  // The options of a task would go nowhere.
  checkKnown(given, ['concurrency', 'signal', 'ordered'])
  const mapper = /** @type {Mapper} */ (checkFunction('work', work))
  /** @param {unknown} item @param {number} index @param {AbortSignal} stop */
  const run = async (item, index, stop) => mapper(item, index, { signal: stop })
  return { concurrency, signal, ordered, hasRoom: () => true, run }
}

/** Where the items come from, read one at a time. */
class Source {
  /** @type {Iterator<unknown> | AsyncIterator<unknown>} */
  #iterator
  /** @type {'idle' | 'reading' | 'item' | 'failed' | 'exhausted'} */
  #state = 'idle'
  /** The item that was read, or why the reading failed. @type {unknown} */
  #value

  /** @param {any} iterable */
  constructor(iterable) {
    const open = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator]
    if (typeof open !== 'function') {
      throw unexpected('iterable', 'an iterable or async iterable', iterable, 'ERR_INVALID_ARG_TYPE')
    }
    this.#iterator = open.call(iterable)
  }

  get isIdle() {
    return this.#state === 'idle'
  }

  get hasItem() {
    return this.#state === 'item'
  }

  get hasFailed() {
    return this.#state === 'failed'
  }

  get isExhausted() {
    return this.#state === 'exhausted'
  }

  /**
   * Reads the next item: at once from an array and its like; else `onRead` is called when it is there.
   *
   * @param {() => void} onRead
   */
  read(onRead) {
    this.#state = 'reading'
    try {
      const step = this.#iterator.next()
      if (!('then' in step)) return this.#accept(step)
      Promise.resolve(step)
        .then((read) => this.#accept(read))
        .catch((error) => this.#fail(error))
        .then(onRead)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** @param {IteratorResult<unknown>} step */
  #accept({ done, value }) {
    this.#state = done ? 'exhausted' : 'item'
    this.#value = value
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#state = 'failed'
    this.#value = error
  }

  take() {
    this.#state = 'idle'
    return this.#value
  }

  get failure() {
    return this.#value
  }

  /** Tells a source that was not read to its end. */
  async close() {
    if (this.#state === 'exhausted' || this.#state === 'failed') return
    const closed = this.#iterator.return?.()
    // A generator answers after its `next()`, which may never come: then nobody waits for it.
    if (this.#state === 'reading') Promise.resolve(closed).catch(() => {})
    else await closed
  }
}

module.exports = { map }
