// @ts-check
'use strict'

// Documents beside pdfmake and pdfkit, on the thread that asks and in piscina: time, what the event loop feels, memory and
// the size of the file. What runs in fresh processes is in ../pdf.

const fs = require('node:fs')
const { availableParallelism, tmpdir } = require('node:os')
const path = require('node:path')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians } = require('../lib/stats')
const { ableTo } = require('../pdf/contestants')
const { compare } = require('../pdf/equal')
const { goals } = require('../pdf/goals')
const { jobs } = require('../pdf/jobs')
const { OWN, charts, tables } = require('../pdf/tables')

/**
 * @typedef {import('../run').Context} Context
 * @typedef {import('../pdf/tables').Measured} Measured
 */

const MINUTE = 60_000
/** For what may not come to an end. */
const PATIENCE = 2 * MINUTE

const measuring = require.resolve('../pdf/speed')

/**
 * @param {string} job
 * @param {string[]} names
 * @param {string} folder
 * @returns {Promise<Record<string, string>>} the files by contestant
 */
async function samples(job, names, folder) {
  /** @type {Record<string, string>} */
  const files = {}
  for (const [i, name] of names.entries()) {
    files[name] = path.join(folder, `${job}-${i}.pdf`)
    await fresh(measuring, 'speed', { name, job, output: files[name], quick: true }, PATIENCE)
  }
  return files
}

/** How a process ended that was out of memory, or out of time. */
const endings = [
  { pattern: /SIGABRT|code 134/, words: 'no memory' },
  { pattern: /SIGTERM/, words: 'no end' },
]

/**
 * What one contestant takes for a job, or how it ended without a result.
 * @param {{ name: string, job: string, quick: boolean }} input
 */
async function once(input) {
  const start = performance.now()
  try {
    return await fresh(measuring, 'speed', input, PATIENCE)
  } catch (error) {
    const { ending } = /** @type {any} */ (error)
    const known = endings.find(({ pattern }) => pattern.test(ending))
    if (known === undefined) throw error
    return `${known.words} after ${((performance.now() - start) / MINUTE).toFixed(1)} min`
  }
}

/** @param {Context} context  @param {string} folder  @returns {Promise<Measured['speed']>} */
async function makeEach({ quick, enters, say }, folder) {
  /** @type {Measured['speed']} */
  const measured = {}
  for (const [job, { title, once: slow = [], runs }] of Object.entries(jobs)) {
    // A short run is for looking whether all works.
    if (quick && runs === 1) continue
    const able = ableTo(job).filter(enters)
    const comparable = able.filter((name) => !slow.includes(name))
    say(`${title}: comparing the documents`)
    compare(job, await samples(job, comparable, folder))
    measured[job] = {}
    const plan = {
      rounds: quick || runs === 1 ? 1 : 3,
      contestants: comparable,
      say: (/** @type {string} */ text) => say(`${title}, ${text}`),
    }
    const rounds = await interleaved(plan, (name) => fresh(measuring, 'speed', { name, job, quick }, PATIENCE))
    for (const name of able) {
      if (!slow.includes(name)) measured[job][name] = medians(rounds[name])
      else {
        say(`${title}: ${name}, once, for at most ${PATIENCE / MINUTE} minutes`)
        measured[job][name] = await once({ name, job, quick })
      }
    }
  }
  return measured
}

/** @param {Context} context  @param {number} count  @returns {Promise<Measured['crowd']>} */
async function crowd({ quick, enters, say }, count) {
  const able = ableTo('invoice').filter(enters)
  const plan = {
    rounds: quick ? 1 : 3,
    contestants: able,
    say: (/** @type {string} */ text) => say(`${count} invoices, ${text}`),
  }
  const samples = await interleaved(plan, (name) => fresh(measuring, 'crowd', { name, count }, PATIENCE))
  return Object.fromEntries(able.map((name) => [name, medians(samples[name])]))
}

/** @param {Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run(context) {
  const invoices = context.quick ? 100 : 1000
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-bench-'))
  try {
    const measured = { speed: await makeEach(context, folder), crowd: await crowd(context, invoices) }
    return {
      tables: tables(measured, invoices),
      charts: charts(measured),
      goals: context.enters(OWN) && !context.quick ? goals(measured) : [],
      notes: notes(context),
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {Context} context */
function notes({ quick }) {
  const cores = availableParallelism()
  return [
    `offloop and piscina have ${cores} threads on ${cores} cores; pdfmake and pdfkit alone are on the thread that asks. All have`,
    'the same Roboto, but for the tutorial’s page, where pdfkit has the Helvetica that every reader has and no font in the',
    'file. A document is data before the clock starts, and a Buffer when it stops; for piscina it is copied to the worker.',
    'Before anything is timed, poppler reads the documents: as many pages as pdfmake with the same words, and the words of',
    'pdfkit. Tables have 8 columns; pdfkit’s own are measured up to 1,000 rows.',
    `The table of 100,000 rows has ${PATIENCE / MINUTE} minutes and Node’s own limit of memory with pdfmake, once; all else is the`,
    `median of ${quick ? 1 : 3} rounds, each in fresh processes, whose peak of resident memory is given.`,
  ]
}

module.exports = { title: 'PDF', run, measure: {} }
