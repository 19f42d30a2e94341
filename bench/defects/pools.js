// @ts-check
'use strict'

// The pools behind one door again, this time with their own settings wherever a probe does not ask for another, and with
// what a pool does not have left out. Each has a listener for 'error', as any pool in a service should.

const path = require('node:path')

/**
 * @typedef {object} Pool
 * @property {(input: { fault: string } & Record<string, unknown>, signal?: AbortSignal) => PromiseLike<unknown>} run
 * @property {() => PromiseLike<unknown>} [close] ends the pool when its tasks have ended
 * @property {(listener: () => void) => void} [onFull] calls the listener when the queue is full
 *
 * @typedef {{ threads: number, concurrency?: number, maxQueue?: number }} Settings
 *
 * @typedef {object} Contestant
 * @property {boolean} shares whether a worker can run several asynchronous tasks at a time
 * @property {number | undefined} leastQueue the smallest bound that its queue may have
 * @property {(settings: Settings) => Pool | Promise<Pool>} open
 */

/** @param {string} name */
const work = (name) => path.join(__dirname, '..', 'work', name)

const ignore = () => {}

/** @type {Contestant} */
const offloop = {
  shares: true,
  leastQueue: 1,
  open({ threads, concurrency, maxQueue }) {
    const { WorkerPool } = /** @type {any} */ (require('../..'))
    const pool = new WorkerPool(work('fault.js'), { size: threads, concurrency, maxQueue }).on('error', ignore)
    return {
      run: (input, signal) => pool.runTask(input, { signal }),
      close: () => pool.close(),
      onFull: (listener) => pool.on('needsDrain', listener),
    }
  },
}

/** @type {Contestant} */
const piscina = {
  shares: true,
  leastQueue: 0,
  open({ threads, concurrency, maxQueue }) {
    const { Piscina } = require('piscina')
    const pool = new Piscina({
      filename: work('fault.js'),
      minThreads: threads,
      maxThreads: threads,
      ...(concurrency !== undefined && { concurrentTasksPerWorker: concurrency }),
      ...(maxQueue !== undefined && { maxQueue }),
    }).on('error', ignore)
    return {
      run: (input, signal) => pool.run(input, { signal }),
      close: () => pool.close(),
      onFull: (listener) => pool.on('needsDrain', listener),
    }
  },
}

/** @type {Contestant} */
const tinypool = {
  shares: true,
  leastQueue: 0,
  async open({ threads, concurrency, maxQueue }) {
    const { Tinypool } = await import('tinypool')
    const pool = new Tinypool({
      filename: work('fault.js'),
      minThreads: threads,
      maxThreads: threads,
      ...(concurrency !== undefined && { concurrentTasksPerWorker: concurrency }),
      ...(maxQueue !== undefined && { maxQueue }),
    }).on('error', ignore)
    return { run: (input, signal) => pool.run(input, { signal }) }
  },
}

/** @type {Contestant} */
const workerpool = {
  shares: false,
  leastQueue: 1,
  open({ threads, maxQueue }) {
    const pool = require('workerpool').pool(work('fault.workerpool.js'), {
      workerType: 'thread',
      minWorkers: threads,
      maxWorkers: threads,
      ...(maxQueue !== undefined && { maxQueueSize: maxQueue }),
    })
    return {
      run(input, signal) {
        const promise = pool.exec('work', [input])
        signal?.addEventListener('abort', () => {
          promise.cancel()
        })
        return promise
      },
      close: () => pool.terminate(),
    }
  },
}

/** @type {Contestant} */
const poolifier = {
  shares: true,
  leastQueue: undefined,
  async open({ threads, maxQueue }) {
    const { FixedThreadPool } = await import('poolifier')
    const pool = new FixedThreadPool(threads, work('fault.poolifier.js'), {
      ...(maxQueue !== undefined && { enableTasksQueue: true, tasksQueueOptions: { size: maxQueue } }),
    })
    pool.emitter.on('error', ignore)
    return {
      run: (input, signal) => pool.execute(input, undefined, signal),
      close: () => pool.destroy(),
      onFull: (listener) => pool.emitter.on('backPressure', listener),
    }
  },
}

/** In the order of the table. @type {Record<string, Contestant>} */
module.exports = { offloop, piscina, tinypool, workerpool, poolifier }
