// @ts-check
'use strict'

/** Round after round of the same work; prints the memory after each: `node --expose-gc memory.js <case>`. */

const { WorkerPool, runTask } = require('../..')

const rounds = 6
const pool = new WorkerPool(2)
const collect = /** @type {() => void} */ (globalThis.gc)

/** @type {Record<string, () => Promise<unknown>>} */
const cases = {
  tasks: async () => {
    await Promise.all(Array.from({ length: 100_000 }, () => pool.runTask('noop')))
  },
  values: async () => {
    await Promise.all(Array.from({ length: 20_000 }, (_, i) => pool.runTask('noop', { i, bytes: Buffer.alloc(500) })))
  },
  failures: async () => {
    const tasks = Array.from({ length: 20_000 }, () => pool.runTask('fault', { kind: 'error' }))
    await Promise.allSettled(tasks)
  },
  aborts: async () => {
    const controller = new AbortController()
    const { signal } = controller
    const tasks = Array.from({ length: 50_000 }, () =>
      pool.runTask('fault', { kind: 'stall' }, { signal, timeout: 1e9 }),
    )
    controller.abort()
    await Promise.allSettled(tasks)
  },
  transfers: async () => {
    for (let i = 0; i < 200; i++) {
      const bytes = new Uint8Array(1 << 20)
      const shared = new Uint8Array(new SharedArrayBuffer(1 << 16))
      await pool.runTask('noop', { bytes, shared }, { transferList: [bytes.buffer] })
    }
  },
  'one-off': async () => {
    await Promise.all(Array.from({ length: 50_000 }, () => runTask('noop')))
  },
  pools: async () => {
    for (let i = 0; i < 100; i++) {
      const short = new WorkerPool(2)
      await short.runTask('noop')
      // The others are left to the garbage collector.
      if (i % 2 === 0) await short.close()
    }
  },
}

async function main() {
  for (let round = 0; round < rounds; round++) {
    await cases[process.argv[2]]()
    // Finalizers of buffers and pools run on turns of their own.
    for (let i = 0; i < 5; i++) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { rss, heapUsed, external } = process.memoryUsage()
    console.log(JSON.stringify({ rss, heapUsed, external }))
  }
}

void main()
