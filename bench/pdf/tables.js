// @ts-check
'use strict'

// What was measured, as tables and charts.

const { number } = require('../lib/number')
const { contestants } = require('./contestants')
const { jobs } = require('./jobs')

/** @typedef {import('../lib/table').Table} Table */

/**
 * By job and contestant; a text where there is no result says how it ended.
 * @typedef {object} Measured
 * @property {Record<string, Record<string, { ms: number, gap: number, peak: number, bytes: number } | string>>} speed
 * @property {Record<string, { perSecond: number, gap: number, peak: number }>} crowd
 */

const OWN = 'offloop'

/** @param {number} milliseconds */
const time = (milliseconds) => (milliseconds < 1000 ? `${number(milliseconds)} ms` : `${number(milliseconds / 1000)} s`)

/**
 * A column for each job, a row for each contestant.
 * @param {string} title
 * @param {Measured['speed']} speed
 * @param {(values: { ms: number, gap: number, peak: number, bytes: number }) => string | number} cell
 * @returns {Table}
 */
function perJob(title, speed, cell) {
  const names = Object.keys(contestants).filter((name) => Object.values(speed).some((byName) => name in byName))
  return {
    title,
    columns: Object.fromEntries(Object.keys(speed).map((job) => [job, jobs[job].title])),
    rows: names.map((name) => {
      const cells = Object.entries(speed).filter(([, byName]) => name in byName)
      const shown = cells.map(([job, byName]) => {
        const values = byName[name]
        return [job, typeof values === 'string' ? values : cell(values)]
      })
      return { name, ...Object.fromEntries(shown) }
    }),
  }
}

/** @param {Measured} measured  @param {number} invoices @returns {Table[]} */
function tables({ speed, crowd }, invoices) {
  return [
    perJob('time / longest the event loop stood still', speed, ({ ms, gap }) => `${time(ms)} / ${time(gap)}`),
    perJob('peak memory (MB) / file (kB)', speed, ({ peak, bytes }) => `${number(peak)} / ${number(bytes / 1000)}`),
    {
      title: `${invoices.toLocaleString('en-US')} small invoices at once`,
      columns: { perSecond: 'per second', gap: 'longest the event loop stood still (ms)', peak: 'peak memory (MB)' },
      rows: Object.entries(crowd).map(([name, values]) => ({ name, ...values })),
    },
  ]
}

/** @param {Measured} measured @returns {import('../lib/chart').Chart[]} */
function charts({ speed, crowd }) {
  const bars = Object.entries(speed).flatMap(([job, byName]) =>
    Object.entries(byName).flatMap(([name, values]) =>
      typeof values === 'string' || !job.startsWith('table')
        ? []
        : [{ name: `${name}: ${job.slice('table-'.length)}`, value: values.ms }],
    ),
  )
  return [
    { title: 'Tables of so many rows', unit: 'ms', better: 'lower', log: true, bars },
    {
      title: 'Small invoices at once',
      unit: 'per second',
      better: 'higher',
      log: true,
      bars: Object.entries(crowd).map(([name, { perSecond }]) => ({ name, value: perSecond })),
    },
  ]
}

module.exports = { OWN, charts, tables, time }
