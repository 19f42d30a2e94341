// @ts-check
'use strict'

/**
 * A pool with random options, which gets random tasks and a random end; the same ones for the same seed.
 *
 * @module
 */

const { subscribe, unsubscribe } = require('node:diagnostics_channel')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { WorkerPool } = require('../../..')
const { Chance } = require('./chance')
const { Order } = require('./order')

const file = path.join(__dirname, '..', '..', 'workers', 'misbehaving.js')

/**
 * What holds for all tasks of a scenario.
 *
 * @typedef {object} Setting
 * @property {'exports' | 'plain'} style of the worker file
 * @property {boolean} isDeadly whether tasks bring workers down
 * @property {boolean} isTight whether workers run out of memory
 * @property {Int32Array | undefined} loads see the worker file
 * @property {number} concurrency
 * @property {number | undefined} maxQueue
 * @property {boolean} isCut whether the end cancels tasks
 * @property {AbortController} controller many tasks have it
 */

class Scenario {
  #chance
  #created = 0
  #exited = 0
  #started = 0
  /** @type {InstanceType<typeof Order>[]} */
  orders = []

  /** @param {number} seed */
  constructor(seed) {
    const chance = new Chance(seed)
    this.seed = seed
    this.#chance = chance
    const isDeadly = chance.of(0.6)
    this.ending = chance.pick(['close', 'close', 'force', 'timeout', 'destroy', 'destroy after close'])
    /** @type {Setting} */
    this.setting = {
      style: chance.of(0.2) ? 'plain' : 'exports',
      isDeadly,
      isTight: chance.of(0.03),
      loads: isDeadly && chance.of(0.2) ? this.#loads() : undefined,
      concurrency: chance.pick([1, 1, 1, 2, 4]),
      maxQueue: chance.of(0.15) ? chance.between(1, 30) : undefined,
      isCut: this.ending !== 'close',
      controller: new AbortController(),
    }
    this.options = this.#options()
    this.count = chance.between(10, 90)
    /** How many tasks are submitted before the end; none of them may have settled, or all. */
    this.endsAt = chance.of(0.3) ? chance.between(0, this.count) : this.count
    this.waits = chance.of(0.4)
    this.isTraced = chance.of(0.5)
  }

  #loads() {
    const plan = Array.from({ length: 40 }, () => this.#chance.pick([0, 0, 0, 1, 2]))
    const loads = new Int32Array(new SharedArrayBuffer(4 * (plan.length + 1)))
    loads.set([1, ...plan])
    return loads
  }

  #options() {
    const chance = this.#chance
    const { style, loads, concurrency, maxQueue, isTight } = this.setting
    const sizes = [{ size: 1 }, { size: 2 }, { size: 3 }, { minSize: 0, maxSize: 2 }, { minSize: 1, maxSize: 3 }]
    return {
      ...chance.pick(sizes),
      name: `scenario ${this.seed}`,
      workerData: { style, loads },
      concurrency,
      gracePeriod: chance.pick([0, 5, 20]),
      ...(maxQueue === undefined ? {} : { maxQueue }),
      ...(chance.of(0.2) ? { idleTimeout: chance.pick([0, 10]) } : {}),
      ...(chance.of(0.2) ? { recycleAfter: chance.pick([{ tasks: chance.between(1, 10) }, { age: 50 }]) } : {}),
      ...(isTight ? { resourceLimits: { maxOldGenerationSizeMb: 24 } } : {}),
    }
  }

  /** Resolves with what went wrong, or `undefined`. @returns {Promise<string | undefined>} */
  async run() {
    const onStart = (/** @type {any} */ { pool }) => {
      if (pool === this.options.name) this.#started++
    }
    if (this.isTraced) subscribe('offloop:task:start', onStart)
    this.pool = new WorkerPool(file, this.options)
    this.pool.on('workerCreate', () => this.#created++).on('workerExit', () => this.#exited++)
    /** @type {Promise<unknown> | undefined} */
    let ended
    for (let id = 1; id <= this.count; id++) {
      if (id - 1 === this.endsAt) ended = this.#end()
      const order = new Order(id, this.#chance, this.setting)
      order.isLate = ended !== undefined
      order.submit(this.pool)
      this.orders.push(order)
      if (this.#chance.of(0.2)) await this.#pause()
    }
    if (this.#chance.of(0.3)) this.setting.controller.abort()
    if (this.waits) await this.#settled()
    await (ended ?? this.#end())
    await this.#settled()
    if (this.isTraced) unsubscribe('offloop:task:start', onStart)
    return this.#fault()
  }

  async #pause() {
    if (this.#chance.of(0.5)) await new Promise((resolve) => setImmediate(resolve))
    else await sleep(this.#chance.between(0, 5))
  }

  async #settled() {
    await Promise.all(this.orders.map(({ promise }) => promise))
  }

  async #end() {
    const pool = /** @type {import('../../..').WorkerPool<any>} */ (this.pool)
    switch (this.ending) {
      case 'close':
        return pool.close()
      case 'force':
        return pool.close({ force: true })
      case 'timeout':
        return pool.close({ timeout: this.#chance.between(0, 60) })
      case 'destroy':
        return pool.destroy()
      default: {
        const closed = pool.close()
        await this.#pause()
        await pool.destroy()
        return closed
      }
    }
  }

  /** What is wrong at the end. */
  #fault() {
    for (const { id, kind, fault } of this.orders) if (fault) return `task ${id}, ${kind}: ${fault}`
    const pool = /** @type {import('../../..').WorkerPool<any>} */ (this.pool)
    const { running, queued, inputBytes, completed, failed, canceled } = pool.stats()
    const left = { size: pool.size, queueSize: pool.queueSize, running, queued, inputBytes }
    if (Object.values(left).some((number) => number !== 0)) return `not all is gone: ${JSON.stringify(left)}`
    if (this.#created !== this.#exited) return `${this.#created} workers created, ${this.#exited} have ended`
    const fulfilled = this.orders.filter(({ outcome }) => outcome === 'fulfilled').length
    if (completed !== fulfilled) return `${fulfilled} tasks were completed, and ${completed} counted`
    const runs = completed + failed + canceled
    if (this.isTraced && runs !== this.#started) return `${this.#started} runs were started, and ${runs} counted`
    return undefined
  }

  /** What has not settled, for the one who looks for the reason. */
  pending() {
    const pending = this.orders.filter(({ outcome }) => outcome === undefined)
    return pending.map(({ id, kind, options }) => ({
      id,
      kind,
      options: { ...options, signal: options?.signal?.aborted },
    }))
  }
}

module.exports = { Scenario }
