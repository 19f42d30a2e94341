// @ts-check
'use strict'

/**
 * One way for a process, or for a worker thread, to end with tasks of JS workers in every state: `node worker-exit.js
 * <case> <milliseconds before the end>`. Prints when the end began, in milliseconds since 1970, right before it; of a worker
 * thread, how long it took.
 */

const { writeSync } = require('node:fs')
const path = require('node:path')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')
const { WorkerPool } = require('../..')

const [, , name, delay] = process.argv
const file = path.join(__dirname, '..', 'workers', 'misbehaving.js')

/** @param {object} [options] */
const open = (options) => new WorkerPool(file, { size: 2, workerData: {}, ...options })

/**
 * @param {WorkerPool<any>} pool
 * @param {string} kind
 * @param {object} [options]
 * @param {object} [data]
 */
function run(pool, kind, options, data) {
  return pool.runTask({ kind, id: 1, milliseconds: 1, ...data }, options).catch(() => {})
}

/**
 * Two workers with tasks in every state: one that never looks up, others that wait for ever, some that follow one another,
 * so that calls are taken and answered at any moment, and a queue of more.
 */
function occupy() {
  const pool = open({ concurrency: 8 })
  for (const kind of ['never', 'spin', 'listening']) void run(pool, kind)
  for (const kind of ['number', 'echo', 'bytes', 'shared', 'sleep', 'rejects', 'progress']) void churn(pool, kind)
  for (let i = 0; i < 500; i++) void run(pool, 'number', { priority: -1 })
  for (let i = 0; i < 20; i++) {
    const bytes = new Uint8Array(1000)
    const limits = { timeout: 100_000, queueTimeout: 100_000, priority: -1 }
    void run(pool, 'bytes', { ...limits, transferList: [bytes.buffer] }, { bytes })
    void run(pool, 'shared', limits, { shared: new Int32Array(new SharedArrayBuffer(8)) })
  }
  return pool
}

/** @param {WorkerPool<any>} pool @param {string} kind */
async function churn(pool, kind) {
  while (!pool.closed) {
    const bytes = new Uint8Array(1 << 12)
    const shared = new Int32Array(new SharedArrayBuffer(8))
    const onProgress = () => {}
    await run(pool, kind, kind === 'bytes' ? { transferList: [bytes.buffer] } : { onProgress }, { bytes, shared })
  }
}

/** The end begins. */
const begin = () => writeSync(1, `began ${now()}\n`)

const now = () => performance.timeOrigin + performance.now()

const later = (/** @type {() => unknown} */ end) => setTimeout(end, Number(delay))

/** @type {Record<string, () => unknown>} */
const cases = {
  'process.exit()': () => {
    occupy()
    later(() => {
      begin()
      process.exit(7)
    })
  },
  'an uncaught exception': () => {
    occupy()
    later(() => {
      begin()
      throw new Error('on purpose')
    })
  },
  'exit in a continuation': () => {
    occupy()
    later(() => {
      void open({ size: 1 })
        .runTask(1)
        .then(() => {
          begin()
          process.exit(7)
        })
    })
  },
  'exit in onProgress': () => {
    occupy()
    later(() => {
      const onProgress = () => {
        begin()
        process.exit(7)
      }
      void run(open({ size: 1 }), 'progress', { onProgress })
    })
  },
  'exit in a listener for exit': () => {
    const pool = occupy()
    process.on('exit', () => {
      void run(pool, 'number')
      void pool.destroy()
      process.exitCode = 7
    })
    later(() => {
      begin()
      process.exit()
    })
  },
  'exit after destroy()': () => {
    const pool = occupy()
    later(() => {
      void pool.destroy()
      begin()
      process.exit(7)
    })
  },
  'exit while the workers are being ended': () => {
    const controller = new AbortController()
    const pool = open({ gracePeriod: 0 })
    for (let i = 0; i < 10; i++) void run(pool, i % 2 ? 'spin' : 'exit', { signal: controller.signal })
    later(() => {
      controller.abort()
      setImmediate(() => {
        begin()
        process.exit(7)
      })
    })
  },
  'exit with idle pools': async () => {
    const pool = open()
    await Promise.all([pool.runTask(1), pool.runTask(2)])
    later(() => {
      begin()
      process.exit(7)
    })
  },
  'exit while the workers start': () => {
    // The delay is from the start on.
    occupy()
    const end = performance.now() + Number(delay)
    const look = () => {
      if (performance.now() < end) {
        setImmediate(look)
        return
      }
      begin()
      process.exit(7)
    }
    look()
  },
  'nothing left to do': async () => {
    const pool = open()
    await Promise.all([pool.runTask(1), pool.runTask(2)])
    await new Promise((resolve) => later(() => resolve(undefined)))
    process.exitCode = 7
    begin()
  },
  'nothing left to do but an aborted task that goes on': async () => {
    const pool = open({ gracePeriod: 100_000 })
    const controller = new AbortController()
    const task = pool.runTask({ kind: 'spin' }, { signal: controller.signal }).catch(() => {})
    await new Promise((resolve) => later(() => resolve(undefined)))
    controller.abort()
    await task
    process.exitCode = 7
    begin()
  },
  'worker.terminate()': async () => {
    const worker = new Worker(__filename, { workerData: 'occupy' })
    await new Promise((resolve) => worker.once('message', resolve))
    later(async () => {
      const start = performance.now()
      await worker.terminate()
      console.log('took', performance.now() - start)
      process.exit(7)
    })
  },
  'process.exit() in a worker': async () => {
    const worker = new Worker(__filename, { workerData: 'exit', argv: [name, delay] })
    const start = await new Promise((resolve) => worker.once('message', resolve))
    await new Promise((resolve) => worker.once('exit', resolve))
    console.log('took', now() - start)
    process.exit(7)
  },
  'process.exit() above a worker': async () => {
    const worker = new Worker(__filename, { workerData: 'occupy' })
    await new Promise((resolve) => worker.once('message', resolve))
    later(() => {
      begin()
      process.exit(7)
    })
  },
}

/** What a worker thread does. @type {Record<string, () => unknown>} */
const inside = {
  occupy: () => {
    occupy()
    parentPort?.postMessage('occupied')
  },
  exit: () => {
    occupy()
    later(() => {
      parentPort?.postMessage(now())
      process.exit(1)
    })
  },
}

void (isMainThread ? cases[name]() : inside[workerData]())
