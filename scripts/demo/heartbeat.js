// @ts-check
'use strict'

const { setTimeout: sleep } = require('node:timers/promises')

/** Milliseconds between two beats. */
const PERIOD = 2

/**
 * Beats while the work runs, as a health check would, and notes by how much the worst beat was late.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<{ seconds: number, worstDelay: number, result: T }>} the delay in milliseconds
 */
async function underHeartbeat(work) {
  let due = performance.now() + PERIOD
  let worstDelay = 0
  const beat = () => {
    const now = performance.now()
    worstDelay = Math.max(worstDelay, now - due)
    due = now + PERIOD
  }
  const heart = setInterval(beat, PERIOD)
  await sleep(5 * PERIOD)
  worstDelay = 0
  const start = performance.now()
  const result = await work()
  const seconds = (performance.now() - start) / 1000
  // A beat that the work kept waiting comes now.
  await sleep(2 * PERIOD)
  clearInterval(heart)
  return { seconds, worstDelay, result }
}

module.exports = { underHeartbeat }
