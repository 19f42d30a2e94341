// @ts-check
'use strict'

/**
 * A thread or a process that does what the test sends it: functions, as their source, which get this peer's view of the
 * memory that all have in common. See `support/shared-peers.js`.
 */

const vm = require('node:vm')
const { parentPort, workerData } = require('node:worker_threads')
const offloop = /** @type {any} */ (require('../../..'))

const given = workerData ?? JSON.parse(process.argv[2])
const place = given.buffer ?? offloop.SharedRegion.open(given.name, given.bytes)
const buffer = given.buffer ?? place.buffer
const parent = process.ppid

/** Blocks this thread as long as it lives; a process also ends when the one that started it does. */
function forever() {
  const word = new Int32Array(new SharedArrayBuffer(4))
  while (parentPort !== null || process.ppid === parent) Atomics.wait(word, 0, 0, 500)
  process.exit()
}

/** Blocks for a time. @param {number} ms */
const pause = (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

const here = { offloop, place, buffer, notes: new Int32Array(buffer, 0, 16), forever, pause, require }

/** @param {any} message */
function answer(message) {
  if (parentPort === null) process.send?.(message)
  else parentPort.postMessage(message)
}

/** @param {{ id: number, code: string, args: unknown[] }} request */
async function perform({ id, code, args }) {
  try {
    answer({ id, value: await vm.runInThisContext(`(${code})`)(here, ...args) })
  } catch (error) {
    const { name, message, code } = /** @type {any} */ (error)
    answer({ id, error: { name, message, code } })
  }
}

if (parentPort === null) process.on('message', perform)
else parentPort.on('message', perform)
answer({ id: 0 })
