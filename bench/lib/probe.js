// @ts-check
'use strict'

const { setTimeout: sleep } = require('node:timers/promises')

const EVERY_MS = 10

/**
 * Asks at a fixed rate, one question at a time. While an answer is late, the questions that fall due wait with it and
 * count from when they were due: who stalls is not asked less often.
 * @param {() => Promise<unknown>} ask
 * @param {number} ms for how long
 * @returns {Promise<number[]>} latencies in ms
 */
async function probe(ask, ms) {
  const latencies = []
  const start = performance.now()
  for (let due = start; due < start + ms;) {
    await sleep(Math.max(0, due - performance.now()))
    const asked = performance.now()
    await ask()
    const answered = performance.now()
    latencies.push(answered - asked)
    for (due += EVERY_MS; due < answered; due += EVERY_MS) latencies.push(answered - due)
  }
  return latencies
}

module.exports = { EVERY_MS, probe }
