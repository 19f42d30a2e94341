// @ts-check
'use strict'

// What offloop is to reach beside sharp. sharp counts with the faster of its two settings.

const { number, times } = require('../lib/number')
const { jobs } = require('./jobs')
const { OWN, sharpsBest } = require('./tables')

/**
 * @typedef {import('../lib/report').Goal} Goal
 * @typedef {import('./tables').Measured} Measured
 */

const PNG_SIZE = 1.03
const SSIM_BELOW = 0.005
/** What medians of two quarters of a run differ by, growth or not. */
const GROWTH = 1.02
const DELAY_MS = 10
const P50_MS = 0.5
const P99_MS = 5
const ABORT_MS = 20

/** @param {Measured} measured @returns {Goal[]} */
function speedGoals({ speed }) {
  return Object.entries(speed).map(([job, byName]) => {
    const { title, alone, bar } = jobs[job]
    /** @type {Array<'serial' | 'saturated'>} */
    const modes = alone ? ['serial'] : ['serial', 'saturated']
    const ratios = modes.map((mode) => sharpsBest(byName, mode) / (byName[OWN][mode] ?? Infinity))
    return {
      goal: `${title}: ${bar} times sharp’s throughput${alone ? '' : ', serial and saturated'}`,
      measured: ratios.map(times).join(' and '),
      met: Math.min(...ratios) >= bar,
    }
  })
}

/** @param {Measured} measured @returns {Goal[]} */
function qualityGoals({ quality }) {
  const size = quality.png[OWN].bytes / quality.png.sharp.bytes
  const below = Object.values(quality).map((byName) => byName.sharp.ssim - byName[OWN].ssim)
  const worst = Math.max(...below)
  return [
    {
      goal: `${jobs.png.title}: at most ${PNG_SIZE} of sharp’s bytes`,
      measured: size.toFixed(3),
      met: size <= PNG_SIZE,
    },
    {
      goal: `SSIM nowhere more than ${SSIM_BELOW} below sharp’s`,
      measured: `${Math.max(0, worst).toFixed(4)} below`,
      met: worst <= SSIM_BELOW,
    },
  ]
}

/** @param {Measured} measured @param {number} images @returns {Goal[]} */
function memoryGoals({ endurance }, images) {
  const own = endurance[OWN]
  const { sharp } = endurance
  const growth = own.last / own.third
  return [
    {
      goal: `${images.toLocaleString('en-US')} images: peak memory at most sharp’s`,
      measured: `${number(own.peak)} MB, sharp ${number(sharp.peak)} MB`,
      met: own.peak <= sharp.peak,
    },
    {
      goal: `no growth in the second half (last quarter at most ${GROWTH} of the third)`,
      measured: growth.toFixed(3),
      met: growth <= GROWTH,
    },
  ]
}

/** @param {Measured} measured @returns {Goal[]} */
function loopGoals({ loop }) {
  const { idle, loaded } = loop[OWN]
  const above = (/** @type {'delay' | 'read50' | 'read99' | 'lookup50' | 'lookup99'} */ field) =>
    Math.max(0, loaded[field] - idle[field])
  const p50 = Math.max(above('read50'), above('lookup50'))
  const p99 = Math.max(above('read99'), above('lookup99'))
  return [
    {
      goal: `saturated: the loop’s worst delay at most ${DELAY_MS} ms above idle`,
      measured: `${number(above('delay'))} ms above`,
      met: above('delay') <= DELAY_MS,
    },
    {
      goal: `saturated: readFile and lookup as when idle (p50 at most ${P50_MS} ms above, p99 ${P99_MS} ms)`,
      measured: `${number(p50)} and ${number(p99)} ms above`,
      met: p50 <= P50_MS && p99 <= P99_MS,
    },
  ]
}

/** @param {Measured} measured @returns {Goal[]} */
function abortGoals({ aborts }) {
  if (aborts === undefined) return []
  return [
    {
      goal: `24 MP aborted at any moment of any of these: stopped within ${ABORT_MS} ms (p99)`,
      measured: `${number(aborts.p99)} ms`,
      met: aborts.p99 <= ABORT_MS,
    },
  ]
}

/** @param {Measured} measured @param {number} images how many went through one process */
const goals = (measured, images) => [
  ...speedGoals(measured),
  ...qualityGoals(measured),
  ...memoryGoals(measured, images),
  ...loopGoals(measured),
  ...abortGoals(measured),
]

module.exports = { goals }
