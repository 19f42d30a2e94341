// @ts-check
'use strict'

/**
 * One task of a scenario: what it does, under which limits, and how it may end.
 *
 * @module
 */

const { MessageChannel } = require('node:worker_threads')

/**
 * @typedef {InstanceType<typeof import('./chance').Chance>} Chance
 * @typedef {import('./scenario').Setting} Setting
 */

const gentle = { plain: 20, number: 8, echo: 12, map: 5, sleep: 8, burn: 3 }
const exported = {
  throws: 4,
  rejects: 3,
  uncloneable: 1,
  bytes: 4,
  shared: 2,
  port: 2,
  progress: 3,
  listening: 1,
  polite: 1,
}
const endless = { never: 1.5, spin: 1 }
const deadly = { exit: 1, 'exit later': 0.8, 'throw later': 0.5, 'reject unheard': 0.5 }

/** Kinds that do not end by themselves. */
const lasting = new Set(['never', 'spin', 'polite', 'listening'])

class Order {
  /** The error's code, or `fulfilled`; `undefined` while it is pending. @type {string | undefined} */
  outcome
  /** Whether it was submitted when the pool was closed already. */
  isLate = false
  /** What went wrong. @type {string | undefined} */
  fault

  /**
   * @param {number} id
   * @param {Chance} chance
   * @param {Setting} setting
   */
  constructor(id, chance, setting) {
    this.id = id
    this.setting = setting
    this.kind = chance.weighted({
      ...gentle,
      ...(setting.style === 'plain' ? {} : exported),
      ...endless,
      ...(setting.isDeadly ? deadly : {}),
      ...(setting.isDeadly && setting.style === 'plain' ? { throws: 1 } : {}),
      ...(setting.isTight ? { exhaust: 0.5 } : {}),
    })
    /** @type {any} */
    this.data = this.kind === 'plain' ? id : this.#data(chance)
    /** @type {any} */
    this.options = this.kind === 'plain' && chance.of(0.5) ? undefined : this.#options(chance)
    this.abortAfter = this.options?.signal && chance.pick([undefined, 0, 0, chance.between(1, 40)])
    if (lasting.has(this.kind) && this.abortAfter === undefined && this.options.timeout === undefined) {
      // Somebody has to stop it.
      this.options.timeout = chance.between(1, 30)
    }
  }

  /** @param {Chance} chance */
  #data(chance) {
    const data = { kind: this.kind, id: this.id, milliseconds: chance.between(0, 4), code: chance.between(0, 2) }
    switch (this.kind) {
      case 'map':
        return { ...data, map: new Map([['when', new Date()]]) }
      case 'bytes':
        return { ...data, bytes: new Uint8Array(chance.pick([0, 10, 100_000])) }
      case 'shared':
        return { ...data, shared: new Int32Array(new SharedArrayBuffer(8)) }
      case 'port': {
        const { port1, port2 } = new MessageChannel()
        port2.unref()
        // The other end goes before the task starts, or with it.
        if (chance.of(0.5)) setTimeout(() => port2.close(), chance.between(0, 20)).unref()
        else port2.on('message', () => port2.close()).unref()
        return { ...data, port: port1 }
      }
      default:
        return data
    }
  }

  /** @param {Chance} chance */
  #options(chance) {
    /** @type {any} */
    const options = {}
    if (chance.of(0.2)) {
      this.controller = chance.of(0.3) ? this.setting.controller : new AbortController()
      options.signal = this.controller.signal
    }
    if (chance.of(0.15)) options.timeout = chance.between(1, 40)
    if (chance.of(0.1)) options.queueTimeout = chance.between(1, 60)
    if (chance.of(0.2)) options.priority = chance.between(-2, 2)
    if (chance.of(0.15)) options.affinity = chance.between(1, 4)
    if (chance.of(0.15)) options.fairKey = `tenant ${chance.between(1, 3)}`
    if (chance.of(0.3) && this.setting.style !== 'plain') options.name = 'named'
    if (this.kind === 'plain') options.name = 'default'
    if (this.kind === 'port') options.transferList = [this.data.port]
    else if (this.kind === 'bytes' && chance.of(0.7)) options.transferList = [this.data.bytes.buffer]
    else if (chance.of(0.2)) options.retry = chance.between(1, 2)
    if (this.kind === 'progress') options.onProgress = () => this.#progressed()
    return options
  }

  #progressed() {
    if (this.outcome !== undefined) this.fault = 'progress after the end'
  }

  /** @param {import('../../..').WorkerPool<any>} pool */
  submit(pool) {
    this.promise = pool.runTask(this.data, this.options).then(
      (result) => this.#settled('fulfilled', this.#faultOfResult(result)),
      (error) => this.#settled(String(error?.code), this.#faultOfError(error)),
    )
    if (this.abortAfter !== undefined) setTimeout(() => this.controller?.abort(this), this.abortAfter)
  }

  /**
   * @param {string} outcome
   * @param {string | undefined} fault
   */
  #settled(outcome, fault) {
    if (this.outcome !== undefined) this.fault = `settled twice: ${this.outcome}, then ${outcome}`
    this.outcome = outcome
    this.fault ??= fault
  }

  /** A result must be this task's own. @param {any} result */
  #faultOfResult(result) {
    if (lasting.has(this.kind)) return 'a task without an end has given a result'
    if (this.kind === 'plain') return result === this.id ? undefined : `gave ${result}`
    const id = result?.id ?? (result instanceof Map ? result.get('id') : result)
    return id === this.id ? undefined : `gave the result of ${id}`
  }

  /** @param {any} error */
  #faultOfError(error) {
    const { code } = error
    if (code === 'ERR_OF_USER') {
      return error instanceof RangeError && /** @type {any} */ (error).id === this.id ? undefined : 'another one failed'
    }
    return this.#mayFailWith(code) ? undefined : `must not fail with ${error?.stack ?? error}`
  }

  /** @param {string} code */
  #mayFailWith(code) {
    const { setting, options, kind } = this
    // Workers end under innocent tasks only when something has brought them down.
    const isDangerous = setting.isDeadly || setting.isTight || setting.loads || setting.concurrency > 1
    switch (code) {
      case 'ABORT_ERR':
        return options?.signal?.aborted
      case 'ERR_TASK_TIMEOUT':
        return options?.timeout !== undefined
      case 'ERR_QUEUE_TIMEOUT':
        return options?.queueTimeout !== undefined
      case 'ERR_QUEUE_FULL':
        return setting.maxQueue !== undefined
      case 'ERR_POOL_CLOSED':
        return this.isLate || setting.isCut
      case 'ERR_VALUE_NOT_CLONEABLE':
        return kind === 'uncloneable' || kind === 'port'
      case 'ERR_WORKER_EXITED':
        return setting.isDeadly || setting.isTight
      case 'ERR_WORKER_TERMINATED':
        return isDangerous
      case 'ERR_WORKER_OUT_OF_MEMORY':
        return setting.isTight
      case 'ERR_WORKER_LOAD_FAILED':
        return setting.loads !== undefined || setting.isDeadly
      default:
        return false
    }
  }
}

module.exports = { Order }
