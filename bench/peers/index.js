// @ts-check
'use strict'

// The contestants, behind one door: load the module, open a pool of so many threads for one kind of work, run. Nobody
// closes a pool: each one lives in a process of its own and goes with it. Every peer keeps its workers (no idle
// timeout), has no queue limit and records no timings. offloop runs a native task where there is one for the work, and
// otherwise the work's file, as all the others do.

const fs = require('node:fs')
const path = require('node:path')

/**
 * @typedef {object} Pool
 * @property {(input?: any, options?: { signal?: AbortSignal, transferList?: ArrayBuffer[] }) => PromiseLike<any>} run
 *
 * @typedef {object} Peer
 * @property {boolean} native runs Rust threads, not JS workers
 * @property {boolean} [copies] knows no transferred buffers
 * @property {boolean} [tuned] a second row of a peer, with settings for many tasks at once
 * @property {() => any} load the module, or a promise of it
 * @property {(module: any, options: { threads: number, work: string }) => Pool} open
 */

/** The file with the work, in the form that this peer needs where it needs one of its own. @param {string} name @param {string} peer */
function work(name, peer) {
  const [own, common] = [`${name}.${peer}.js`, `${name}.js`].map((file) => path.join(__dirname, '..', 'work', file))
  return fs.existsSync(own) ? own : common
}

/** The native task for each kind of work. @type {Record<string, (pool: any, input: any, options: any) => Promise<any>>} */
const nativeTasks = {
  noop: (pool, input, options) => pool.runTask('noop', input, options),
  'sqrt-sum': (pool, { from, to }, options) =>
    pool.runTask('numeric.reduce', { op: 'sum', of: 'sqrt(i)', range: [from, to] }, options),
}

/** @type {Peer} */
const offloop = {
  native: true,
  load: () => require('../..'),
  open({ WorkerPool }, options) {
    const run = nativeTasks[options.work]
    if (run === undefined) {
      const pool = new WorkerPool(work(options.work, 'offloop'), options.threads)
      return { run: (input, runOptions) => pool.runTask(input, runOptions) }
    }
    const pool = new WorkerPool({ size: options.threads })
    return { run: (input, runOptions) => run(pool, input, runOptions) }
  },
}

/** @type {Peer} */
const tutorial = {
  native: false,
  copies: true,
  load: () => require('./tutorial-pool'),
  open(TutorialPool, options) {
    const pool = new TutorialPool(work(options.work, 'tutorial'), options.threads)
    return { run: (input) => pool.runTask(input) }
  },
}

/** @param {object} [settings]  @returns {Peer} */
const piscina = (settings) => ({
  native: false,
  tuned: settings !== undefined,
  load: () => require('piscina'),
  open({ Piscina }, options) {
    const pool = new Piscina({
      filename: work(options.work, 'piscina'),
      minThreads: options.threads,
      maxThreads: options.threads,
      maxQueue: Infinity,
      idleTimeout: Infinity,
      recordTiming: false,
      ...settings,
    })
    return { run: (input, runOptions) => pool.run(input, runOptions) }
  },
})

/** @param {object} [settings]  @returns {Peer} */
const tinypool = (settings) => ({
  native: false,
  tuned: settings !== undefined,
  load: () => import('tinypool'),
  open({ Tinypool }, options) {
    const pool = new Tinypool({
      filename: work(options.work, 'tinypool'),
      minThreads: options.threads,
      maxThreads: options.threads,
      maxQueue: Infinity,
      idleTimeout: Infinity,
      ...settings,
    })
    return { run: (input, runOptions) => pool.run(input, runOptions) }
  },
})

/** @type {Peer} */
const workerpool = {
  native: false,
  load: () => require('workerpool'),
  open(module, options) {
    const pool = module.pool(work(options.work, 'workerpool'), {
      workerType: 'thread',
      minWorkers: options.threads,
      maxWorkers: options.threads,
    })
    return {
      run(input, runOptions) {
        return pool.exec('work', [input], runOptions && { transfer: runOptions.transferList })
      },
    }
  },
}

/** @type {Peer} */
const poolifier = {
  native: false,
  load: () => import('poolifier'),
  open({ FixedThreadPool }, options) {
    const pool = new FixedThreadPool(options.threads, work(options.work, 'poolifier'), {
      enableEvents: false,
    })
    return {
      run(input, runOptions) {
        return pool.execute(input, undefined, runOptions?.signal, runOptions?.transferList)
      },
    }
  },
}

/**
 * In the order of the tables. A second row for a peer is a setting that makes it faster at something; those that do not
 * (piscina without atomics or with async ones, tinypool without atomics, poolifier with round robin or its tasks queue)
 * stay out.
 * @type {Record<string, Peer>}
 */
const peers = {
  offloop,
  'tutorial pool': tutorial,
  piscina: piscina(),
  'piscina, 100 tasks per worker': piscina({ concurrentTasksPerWorker: 100 }),
  tinypool: tinypool(),
  'tinypool, 100 tasks per worker': tinypool({ concurrentTasksPerWorker: 100 }),
  workerpool,
  poolifier,
}

module.exports = peers
