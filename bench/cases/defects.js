// @ts-check
'use strict'

// The defects that users of worker pools have met, looked for in every pool by the same probes, each in a process of its
// own.

const { readFileSync } = require('node:fs')
const path = require('node:path')
const pools = require('../defects/pools')
const { probes } = require('../defects/probes')
const { fresh } = require('../lib/fresh')

/** Past it, the process hangs. */
const LIMIT_MS = 30_000

/** @typedef {import('../defects/probes').Verdict} Verdict */

/** @param {{ name: string, key: string }} input  @returns {Promise<Verdict>} */
const probe = ({ name, key }) => probes[key].probe(pools[name])

/** @param {{ name: string, key: string }} input  @returns {Promise<Verdict>} */
async function verdict(input) {
  try {
    return await fresh(__filename, 'probe', input, LIMIT_MS)
  } catch (error) {
    return { sound: false, words: `the process ${/** @type {any} */ (error).ending}` }
  }
}

/** @param {Verdict} verdict */
const cell = ({ sound, words }) => `${sound === undefined ? '–' : sound ? '✓' : '✗'} ${words}`

/** @param {string} name */
function version(name) {
  const manifest = path.join(__dirname, '..', 'node_modules', name, 'package.json')
  return `${name} ${JSON.parse(readFileSync(manifest, 'utf8')).version}`
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ enters, say }) {
  const contestants = Object.keys(pools).filter(enters)
  const rows = []
  let own = 0
  for (const [key, { title }] of Object.entries(probes)) {
    /** @type {{ name: string } & Record<string, string>} */
    const row = { name: title }
    for (const name of contestants) {
      const found = await verdict({ name, key })
      say(`${title}: ${name}: ${cell(found)}`)
      row[name] = cell(found)
      if (name === 'offloop' && found.sound !== true) own++
    }
    rows.push(row)
  }
  return {
    tables: [
      {
        title: 'what should be',
        columns: Object.fromEntries(contestants.map((name) => [name, name])),
        rows,
        words: true,
      },
    ],
    charts: [],
    goals: contestants.includes('offloop')
      ? [{ goal: 'none of the defects is ours', measured: `${own} found`, met: own === 0 }]
      : [],
    notes: [
      `The same probes run against ${contestants
        .filter((name) => name !== 'offloop')
        .map(version)
        .join(', ')}, each in a`,
      'process of its own. – is what a pool does not have.',
    ],
  }
}

module.exports = { title: 'Defects', run, measure: { probe } }
