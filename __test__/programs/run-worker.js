// @ts-check
'use strict'

/** What is left when `runWorker` has settled, by name: `node run-worker.js <case>`. */

const { readdirSync } = require('node:fs')
const { runWorker } = require('../..')

/** @param {string} body */
const code = (body) => {
  const text = `import { parentPort, workerData } from 'node:worker_threads'; ${body}`
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

const listens = code('parentPort.on("message", () => {}); parentPort.postMessage("result")')
const spins = code('for (;;);')

/** @type {Record<string, () => unknown>} */
const cases = {
  // A worker that would listen for ever does not keep the process alive.
  listens: async () => console.log(await runWorker(listens, { gracePeriod: 1_000_000 })),
  // It is kept alive until there is a result.
  outstanding: () => void runWorker(code('setTimeout(() => parentPort.postMessage("late"), 100)')).then(console.log),
  timeout: () => runWorker(spins, { timeout: 10 }).catch((error) => console.log(error.code)),
  exit: () => {
    for (let i = 0; i < 4; i++) void runWorker(spins)
    setTimeout(() => process.exit(7), 100)
  },
  // Each thread ends.
  many: async () => {
    await runWorker(code('parentPort.postMessage(1)'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    const before = threads()
    for (let i = 0; i < 100; i++)
      await runWorker(i % 2 ? code('parentPort.postMessage(1)') : listens, { gracePeriod: 10 })
    while (threads() > before) await new Promise((resolve) => setTimeout(resolve, 5))
    console.log('none is left')
  },
}

/** Where the system tells, how many threads the process has. */
function threads() {
  return process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0
}

void cases[process.argv[2]]()
