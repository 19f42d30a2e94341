// @ts-check
'use strict'

// What the rest of a program feels while images are converted: the event loop, and what else waits for libuv's threads.
// Runs in a fresh process.

const dns = require('node:dns/promises')
const fs = require('node:fs')
const { availableParallelism } = require('node:os')
const { watchDelay } = require('../lib/delay')
const { probe } = require('../lib/probe')
const { percentile } = require('../lib/stats')
const { contestants } = require('./contestants')
const { inFlight } = require('./flight')
const { jobs } = require('./jobs')

const SMALL_FILE = require.resolve('../package.json')

/** Probes for so long. @param {number} ms  @param {() => number} worstDelay */
async function probes(ms, worstDelay) {
  worstDelay()
  const [read, lookup] = await Promise.all([
    probe(() => fs.promises.readFile(SMALL_FILE), ms),
    probe(() => dns.lookup('localhost'), ms),
  ])
  return {
    delay: worstDelay(),
    read50: percentile(read, 50),
    read99: percentile(read, 99),
    lookup50: percentile(lookup, 50),
    lookup99: percentile(lookup, 99),
  }
}

/** @typedef {Awaited<ReturnType<typeof probes>>} Felt ms */

/**
 * First idle, then saturated with images.
 * @param {{ name: string, file: string, ms: number }} input
 * @returns {Promise<{ idle: Felt, loaded: Felt & { perSecond: number } }>}
 */
async function loop({ name, file, ms }) {
  const cores = availableParallelism()
  const convert = contestants[name].open(cores)
  const bytes = fs.readFileSync(file)
  const worstDelay = watchDelay()
  await convert(bytes, jobs.webp)

  await probes(ms / 4, worstDelay)
  const idle = await probes(ms / 2, worstDelay)

  let isLoaded = true
  let converted = 0
  const images = (function* () {
    while (isLoaded) yield bytes
  })()
  const saturation = inFlight(2 * cores, images, async (image) => {
    await convert(image, jobs.webp)
    converted++
  })
  // Until all threads have work.
  await probes(ms / 8, worstDelay)
  converted = 0
  const start = performance.now()
  const loaded = await probes(ms, worstDelay)
  const perSecond = (converted * 1000) / (performance.now() - start)
  isLoaded = false
  await saturation
  return { idle, loaded: { ...loaded, perSecond } }
}

module.exports = { measure: { loop } }
