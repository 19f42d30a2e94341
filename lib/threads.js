// @ts-check
'use strict'

/**
 * The Rust threads of a pool, which run native tasks.
 *
 * @module
 */

const native = require('./native')
const { isActive } = require('./diagnostics')
const { errorOf } = require('./errors')
const { poolOptions, taskOptionNames, taskOptions, unexpected } = require('./options')
const { session } = require('./session')
const { Staff } = require('./staff')
const { submit, submitPlain } = require('./submission')

/** A buffer could be moved for one item only. */
const mapOptionNames = Object.freeze(['concurrency', ...taskOptionNames.filter((name) => name !== 'transferList')])

/** @extends {Staff<import('./addon').Pool>} */
class Threads extends Staff {
  #door

  /**
   * @param {unknown} written
   * @param {import('./staff').Hooks} hooks
   */
  constructor(written, hooks) {
    const options = poolOptions(written)
    super(open(options), options, hooks)
    /** @type {import('./submission').Door} */
    this.#door = {
      owner: this,
      name: options.name,
      refusal: () => (this.closed ? 'ERR_POOL_CLOSED' : this.room > 0 ? undefined : 'ERR_QUEUE_FULL'),
      submit: (slot, task, json, binaries, kinds, limits) => {
        return this.native.submitWith(slot, task, json, binaries, kinds, limits)
      },
    }
  }

  get capacity() {
    return this.size
  }

  /**
   * @param {string} name
   * @param {unknown} input
   * @param {unknown} options
   */
  runTask(name, input, options) {
    const isPlain = input === undefined && options === undefined
    if (isPlain && !isActive()) return submitPlain(this.number, name, this)
    return submit(this.#door, name, input, taskOptions(options, taskOptionNames))
  }

  /**
   * What `map` runs for each item.
   *
   * @param {unknown} work the name of a native task
   * @param {object} options
   */
  mapper(work, options) {
    if (typeof work !== 'string') {
      throw unexpected('work', 'the name of a native task or a function', work, 'ERR_INVALID_ARG_TYPE')
    }
    taskOptions(options, mapOptionNames)
    return (/** @type {unknown} */ item, /** @type {AbortSignal} */ signal) => {
      return this.runTask(work, item, { ...options, signal })
    }
  }

  /** The threads of a closed pool end by themselves. */
  async end() {}
}

/**
 * Starts the threads of a pool.
 *
 * @param {ReturnType<typeof poolOptions>} options
 */
function open(options) {
  try {
    return new native.Pool(session, options)
  } catch (error) {
    // Made anew: the engine's own is a plain Error, and of another realm than this one under Jest.
    const { code, message } = /** @type {Error & { code: string }} */ (error)
    throw errorOf(message, { code })
  }
}

module.exports = { Threads }
