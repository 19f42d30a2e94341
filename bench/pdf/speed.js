// @ts-check
'use strict'

// How long a document takes, how long the event loop stands still meanwhile, and what the process has resident. Runs in a
// fresh process.

const fs = require('node:fs')
const { availableParallelism } = require('node:os')
const { watchDelay } = require('../lib/delay')
const { median } = require('../lib/stats')
const { peakMemory } = require('../images/resident')
const { contestants, inputOf } = require('./contestants')
const { invoice, invoiceDocument, jobs } = require('./jobs')

const cores = availableParallelism()
const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

/**
 * @param {{ name: string, job: string, output?: string, quick?: boolean }} input the last document is written to `output`
 * @returns {Promise<{ ms: number, gap: number, peak: number, bytes: number }>}
 */
async function speed({ name, job, output, quick }) {
  const { warm, runs } = jobs[job]
  const make = contestants[name].open(cores)
  // pdfmake writes into the document that it is given: each time a new one, which does not count.
  for (let i = 0; i < (quick ? Math.min(warm, 1) : warm); i++) await make(job, inputOf(name, job))
  const times = []
  let gap = 0
  let bytes = new Uint8Array()
  for (let i = 0; i < (quick ? Math.min(runs, 2) : runs); i++) {
    const input = inputOf(name, job)
    await turn()
    const worstDelay = watchDelay()
    worstDelay()
    // The first turn is what the next is measured from.
    await turn()
    const start = performance.now()
    bytes = new Uint8Array(await make(job, input))
    times.push(performance.now() - start)
    await turn()
    gap = Math.max(gap, worstDelay())
  }
  if (output !== undefined) fs.writeFileSync(output, bytes)
  return { ms: median(times), gap, peak: peakMemory(), bytes: bytes.length }
}

/**
 * Small invoices, each with its own numbers, all asked for at once.
 * @param {{ name: string, count: number }} input
 * @returns {Promise<{ perSecond: number, gap: number, peak: number }>}
 */
async function crowd({ name, count }) {
  const make = contestants[name].open(cores)
  const isDocument = contestants[name].words === 'document'
  const input = (/** @type {number} */ number) => (isDocument ? invoiceDocument(invoice(number)) : invoice(number))
  for (let i = 0; i < 20; i++) await make('invoice', input(i))
  const inputs = Array.from({ length: count }, (_, i) => input(i))
  const worstDelay = watchDelay()
  worstDelay()
  await turn()
  const start = performance.now()
  await Promise.all(inputs.map((input) => make('invoice', input)))
  const seconds = (performance.now() - start) / 1000
  await turn()
  return { perSecond: count / seconds, gap: worstDelay(), peak: peakMemory() }
}

module.exports = { measure: { speed, crowd } }
