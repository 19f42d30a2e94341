// @ts-check
'use strict'

/** offloop in worker threads that end in every way: `node worker-threads.js <case>`. */

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { WorkerPool, defaultPool, runTask } = require('../..')

/** What a worker thread does, by name. @type {Record<string, () => unknown>} */
const inside = {
  'loads and answers': async () => {
    const pool = new WorkerPool(2)
    const results = await Promise.all([runTask('noop', 1), pool.runTask('noop', 2), defaultPool().runTask('noop', 3)])
    const error = await pool.runTask('fault', { kind: 'panic' }).catch((failure) => failure)
    parentPort?.postMessage([...results, error.code])
  },
  'works until it is terminated': () => {
    const pool = new WorkerPool(2)
    const shared = new Uint8Array(new SharedArrayBuffer(1 << 16))
    const submit = () => {
      const moved = new ArrayBuffer(1 << 12)
      void pool.runTask('noop', moved, { transferList: [moved] }).then(submit, submit)
      void pool.runTask('noop', { shared, copied: Buffer.alloc(1 << 12) }).catch(() => {})
    }
    for (let i = 0; i < 50; i++) submit()
    runTask('fault', { kind: 'stall' }).catch(() => {})
    pool.runTask('fault', { kind: 'stall' }, { timeout: 100_000, onProgress: () => {} }).catch(() => {})
    parentPort?.postMessage('working')
  },
  exits: () => {
    const pool = new WorkerPool(1)
    for (let i = 0; i < 5; i++) pool.runTask('fault', { kind: 'stall' }).catch(() => {})
    runTask('fault', { kind: 'stall' }).catch(() => {})
    setTimeout(() => process.exit(5), 20)
  },
  throws: () => {
    new WorkerPool(1).runTask('fault', { kind: 'stall' }).catch(() => {})
    setTimeout(() => {
      throw new Error('on purpose')
    }, 20)
  },
  'ends by itself': async () => {
    void new WorkerPool(3)
    await new WorkerPool(3).runTask('noop')
  },
}

/** @param {string} what */
function start(what) {
  const worker = new Worker(__filename, { workerData: what })
  const message = new Promise((resolve) => worker.once('message', resolve))
  const error = new Promise((resolve) => worker.once('error', resolve))
  const exit = new Promise((resolve) => worker.once('exit', resolve))
  return { worker, message, error, exit }
}

/** @type {Record<string, () => Promise<unknown>>} */
const cases = {
  'twenty at once': async () => {
    const workers = Array.from({ length: 20 }, () => start('loads and answers'))
    const answers = await Promise.all(workers.map(({ message }) => message))
    const codes = await Promise.all(workers.map(({ exit }) => exit))
    const one = new Set([...answers, ...codes].map((value) => JSON.stringify(value)))
    console.log([...one].join(' '), await runTask('noop', 'main'))
  },
  'a hundred terminated': async () => {
    let left = 100
    /** As many at a time as keep the machine busy. */
    const series = async () => {
      while (left-- > 0) {
        const { worker, message } = start('works until it is terminated')
        await message
        // At any moment of its work.
        await new Promise((resolve) => setTimeout(resolve, left % 7))
        await worker.terminate()
      }
    }
    await Promise.all([series(), series(), series(), series()])
    console.log('terminated', await new WorkerPool(2).runTask('noop', 'main'))
  },
  'terminated while it loads': async () => {
    for (let i = 0; i < 20; i++) {
      const { worker } = start('works until it is terminated')
      await new Promise((resolve) => setTimeout(resolve, 5 * i))
      await worker.terminate()
    }
    console.log('terminated', await runTask('noop', 'main'))
  },
  exits: async () => console.log(await start('exits').exit, await runTask('noop', 'main')),
  throws: async () => {
    const { error, exit } = start('throws')
    console.log(/** @type {any} */ (await error).message, await exit, await runTask('noop', 'main'))
  },
  'ends by itself': async () => console.log(await start('ends by itself').exit),
  'main exits under it': async () => {
    const { message } = start('works until it is terminated')
    await message
    process.exit(6)
  },
}

void (isMainThread ? cases[process.argv[2]]() : inside[workerData]())
