// @ts-check
'use strict'

/** Ends of a program that has a pool of processes; says their numbers first. */

const path = require('node:path')
const { WorkerPool } = require('../..')

const file = path.join(__dirname, '..', 'workers', 'process.js')
const pool = /** @type {any} */ (new WorkerPool(file, /** @type {any} */ ({ size: 2, runtime: 'process' })))
/** @type {number[]} */
const pids = []
const there = new Promise((resolve) => {
  pool.on('workerCreate', (/** @type {any} */ { pid }) => pids.push(pid) === 2 && resolve(undefined))
})

const modes = {
  async idle() {},
  async pending() {
    console.log(await Promise.all([1, 2, 3].map(() => pool.runTask(50, { name: 'sleep' }))))
  },
  close: () => pool.close(),
  async destroy() {
    pool.runTask(0, { name: 'hang' }).catch(() => {})
    await pool.destroy()
  },
  async exit() {
    pool.runTask(0, { name: 'hang' }).catch(() => {})
    process.exit(3)
  },
  async killed() {
    // One that turns no event loop, and one that does nothing.
    pool.runTask(0, { name: 'hang' }).catch(() => {})
    process.kill(process.pid, 'SIGKILL')
  },
  async throws() {
    pool.runTask(0, { name: 'hang' }).catch(() => {})
    setTimeout(() => {
      throw new Error('uncaught')
    })
  },
}

async function main() {
  await Promise.all([pool.runTask(1), there])
  console.log(pids.join())
  await modes[/** @type {keyof typeof modes} */ (process.argv[2])]()
}

void main()
