// @ts-check
'use strict'

// The contestants, behind one door: open for so many cores, then make the bytes of a document.

const { jobs } = require('./jobs')

/**
 * @typedef {object} Contestant
 * @property {'document' | 'draw'} words what a job must have for it
 * @property {(job: string) => boolean} [lacks] jobs that it has no words for
 * @property {(cores: number) => (job: string, input: any) => Promise<Uint8Array>} open
 */

/** @param {'pdfmake' | 'pdfkit'} by  @returns {Contestant['open']} */
const inline = (by) => () => {
  const { make } = require('./make')
  return (job, input) => make({ by, job, input })
}

/** @param {'pdfmake' | 'pdfkit'} by  @returns {Contestant['open']} */
const pooled = (by) => (cores) => {
  const { Piscina } = require('piscina')
  const pool = new Piscina({
    filename: require.resolve('./worker'),
    minThreads: cores,
    maxThreads: cores,
    idleTimeout: 2 ** 31 - 1,
  })
  return async (job, input) => new Uint8Array(await pool.run({ by, job, input }))
}

/** @type {Record<string, Contestant>} */
const contestants = {
  offloop: {
    words: 'document',
    open(cores) {
      const { WorkerPool, pdf } = require('../..')
      const pool = new WorkerPool({ size: cores })
      return (_, document) => pdf(document, { pool }).toBuffer()
    },
  },
  'offloop, PdfDocument': {
    words: 'draw',
    // It draws; tables are for `pdf()`.
    lacks: (job) => job.startsWith('table'),
    open(cores) {
      const { PdfDocument, WorkerPool } = require('../..')
      const { optionsOf } = require('./make')
      const pool = new WorkerPool({ size: cores })
      return (job, data) => {
        const doc = new PdfDocument({ ...optionsOf(job), pool })
        jobs[job].draw?.(doc, data)
        return doc.toBuffer()
      }
    },
  },
  pdfmake: { words: 'document', open: inline('pdfmake') },
  'pdfmake in piscina': { words: 'document', open: pooled('pdfmake') },
  pdfkit: { words: 'draw', open: inline('pdfkit') },
  'pdfkit in piscina': { words: 'draw', open: pooled('pdfkit') },
}

/** Those that make a job. @param {string} job */
const ableTo = (job) =>
  Object.keys(contestants).filter((name) => {
    const { words, lacks } = contestants[name]
    return jobs[job][words] !== undefined && !lacks?.(job)
  })

/** What a contestant is given of a job. @param {string} name  @param {string} job */
function inputOf(name, job) {
  const { data, document } = jobs[job]
  return contestants[name].words === 'document' ? document?.(data()) : data()
}

module.exports = { ableTo, contestants, inputOf }
