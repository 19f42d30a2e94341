// @ts-check
'use strict'

// What offloop is to reach beside pdfmake and pdfkit.

const { number, times } = require('../lib/number')
const { jobs } = require('./jobs')
const { OWN, time } = require('./tables')

/** @typedef {import('./tables').Measured} Measured */

const TABLE_TIMES = 15
const GAP_MS = 5
const LARGE_S = 10
const LARGE_MB = 500
const INVOICE_TIMES = 20
const PAGE_TIMES = 5
const SIZE = 1.1

/** @param {Measured} measured @returns {import('../lib/report').Goal[]} */
function goals({ speed, crowd }) {
  const of = (/** @type {string} */ job, name = OWN) => {
    const values = speed[job]?.[name]
    if (typeof values !== 'object') throw new Error(`${name} did not make ${jobs[job].title}`)
    return values
  }
  const thousand = of('table-1000')
  const faster = of('table-1000', 'pdfmake').ms / thousand.ms
  const large = of('table-100000')
  const invoices = crowd[OWN].perSecond / crowd.pdfkit.perSecond
  const pages = ['page', 'page-embedded'].map((job) => of(job, 'pdfkit').ms / of(job, 'offloop, PdfDocument').ms)
  const sizes = Object.entries(speed).flatMap(([job, { pdfmake }]) =>
    typeof pdfmake === 'object' ? [{ job, ratio: of(job).bytes / pdfmake.bytes }] : [],
  )
  const largest = sizes.reduce((a, b) => (a.ratio > b.ratio ? a : b))
  return [
    {
      goal: `table of 1,000 rows: at least ${TABLE_TIMES} times pdfmake`,
      measured: times(faster),
      met: faster >= TABLE_TIMES,
    },
    {
      goal: `table of 1,000 rows: the loop blocked at most ${GAP_MS} ms`,
      measured: time(thousand.gap),
      met: thousand.gap <= GAP_MS,
    },
    {
      goal: `table of 100,000 rows: at most ${LARGE_S} s and ${LARGE_MB} MB`,
      measured: `${time(large.ms)}, ${number(large.peak)} MB`,
      met: large.ms <= LARGE_S * 1000 && large.peak <= LARGE_MB,
    },
    {
      goal: `1,000 small invoices: at least ${INVOICE_TIMES} times pdfkit’s rate inline`,
      measured: times(invoices),
      met: invoices >= INVOICE_TIMES,
    },
    {
      goal: `tutorial’s page: at least ${PAGE_TIMES} times pdfkit`,
      measured: `${times(pages[0])}, ${times(pages[1])} with the same font in the file`,
      met: pages[0] >= PAGE_TIMES,
    },
    {
      goal: `file: at most ${SIZE} times pdfmake’s`,
      measured: `${largest.ratio.toFixed(2)} at most (${jobs[largest.job].title})`,
      met: largest.ratio <= SIZE,
    },
  ]
}

module.exports = { goals }
