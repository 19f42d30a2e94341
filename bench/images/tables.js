// @ts-check
'use strict'

// What was measured, as tables and a chart.

const { number } = require('../lib/number')
const { contestants } = require('./contestants')
const { SIZE } = require('./endurance')
const { jobs } = require('./jobs')

/** @typedef {import('../lib/table').Table} Table */

/**
 * By job and contestant, of those that can do the job; by contestant.
 * @typedef {object} Measured
 * @property {Record<string, Record<string, Record<'serial' | 'cpu' | 'peak', number> & { saturated?: number }>>} speed
 * @property {Record<string, Record<string, { bytes: number, ssim: number }>>} quality
 * @property {Record<string, Awaited<ReturnType<typeof import('./endurance').measure.endurance>>>} endurance
 * @property {Record<string, Awaited<ReturnType<typeof import('./loop').measure.loop>>>} loop
 * @property {Awaited<ReturnType<typeof import('./aborts').measure.aborts>>} [aborts]
 */

const OWN = 'offloop'
/** sharp as it comes, and as it is faster for one image. */
const SHARPS = ['sharp', 'sharp, concurrency(cores)']

/**
 * A column for each job, a row for each contestant.
 * @template T
 * @param {string} title
 * @param {string} unit
 * @param {Record<string, Record<string, T>>} measured
 * @param {(value: T) => string} cell
 * @returns {Table}
 */
function perJob(title, unit, measured, cell) {
  const names = Object.keys(contestants).filter((name) => Object.values(measured).some((byName) => name in byName))
  return {
    title: `${title} (${unit})`,
    columns: Object.fromEntries(Object.keys(measured).map((job) => [job, jobs[job].title])),
    rows: names.map((name) => {
      const cells = Object.entries(measured).filter(([, byName]) => name in byName)
      return { name, ...Object.fromEntries(cells.map(([job, byName]) => [job, cell(byName[name])])) }
    }),
  }
}

/** @param {Array<number | undefined>} values */
const pair = (...values) =>
  values
    .filter((value) => value !== undefined)
    .map(number)
    .join(' / ')

/** @param {Measured} measured @returns {Table[]} */
function tables({ speed, quality, endurance, loop, aborts }) {
  return [
    perJob('time per image, serial / saturated', 'ms', speed, ({ serial, saturated }) => pair(serial, saturated)),
    perJob('result', 'KB / SSIM', quality, ({ bytes, ssim }) => `${number(bytes / 1000)} / ${ssim.toFixed(3)}`),
    perJob('CPU time per image / peak memory', 'ms / MB', speed, ({ cpu, peak }) => pair(cpu, peak)),
    {
      title: `thousands of images, to ${SIZE} px`,
      columns: {
        peak: 'peak memory (MB)',
        third: 'median of the third quarter (MB)',
        last: 'of the last quarter (MB)',
        perSecond: 'images per second',
      },
      rows: Object.entries(endurance).map(([name, values]) => ({ name, ...values })),
    },
    {
      title: 'while images are converted / when idle',
      columns: {
        delay: 'worst delay of the loop (ms)',
        read50: '`fs.readFile` p50 (ms)',
        read99: 'p99 (ms)',
        lookup50: '`dns.lookup` p50 (ms)',
        lookup99: 'p99 (ms)',
        perSecond: 'images per second',
      },
      rows: Object.entries(loop).map(([name, { idle, loaded }]) => {
        const fields = /** @type {const} */ (['delay', 'read50', 'read99', 'lookup50', 'lookup99'])
        const cells = fields.map((field) => [field, pair(loaded[field], idle[field])])
        return { name, ...Object.fromEntries(cells), perSecond: loaded.perSecond }
      }),
    },
    ...(aborts
      ? [
          {
            title: 'a photo of 24 megapixels, aborted',
            columns: { p50: 'from `abort()` to the rejection, p50 (ms)', worst: 'worst (ms)' },
            rows: Object.entries(aborts.byChain).map(([name, values]) => ({ name, ...values })),
          },
        ]
      : []),
  ]
}

/** The faster of sharp's two settings, in ms. @param {Measured['speed'][string]} byName  @param {'serial' | 'saturated'} mode */
const sharpsBest = (byName, mode) => Math.min(...SHARPS.map((name) => byName[name][mode] ?? Infinity))

/**
 * How many times sharp's throughput, saturated where that was measured.
 * @param {Measured} measured
 * @returns {import('../lib/chart').Chart}
 */
function chart({ speed }) {
  const bars = Object.entries(speed).flatMap(([job, byName]) => {
    const mode = jobs[job].alone ? 'serial' : 'saturated'
    const best = sharpsBest(byName, mode)
    return Object.entries(byName)
      .filter(([name]) => !SHARPS.includes(name))
      .map(([name, times]) => ({ name: `${name}: ${jobs[job].short}`, value: best / (times[mode] ?? Infinity) }))
  })
  return {
    title: 'Images in the same time, saturated (24 MP: one alone)',
    unit: 'sharp’s faster setting = 1',
    better: 'higher',
    bars,
  }
}

module.exports = { OWN, SHARPS, chart, sharpsBest, tables }
