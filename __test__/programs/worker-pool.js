// @ts-check
'use strict'

/** How long a pool of JS workers keeps the process alive: this program must end by itself. */

const path = require('node:path')
const { WorkerPool } = require('../..')

const pool = /** @type {any} */ (new WorkerPool(path.join(__dirname, '..', 'workers', 'tasks.js'), 2))

const modes = {
  async idle() {
    await pool.runTask(1)
    console.log('idle')
  },
  unused() {},
  async pending() {
    const slept = [1, 2, 3].map((i) => pool.runTask(50, { name: 'sleep' }).then(() => i))
    console.log(`slept ${await Promise.all(slept)}`)
  },
  async closing() {
    await pool.close()
    console.log('closed')
  },
}

void modes[/** @type {keyof typeof modes} */ (process.argv[2])]()
