// @ts-check
'use strict'

// npm run bench                       all cases
// npm run bench -- dispatch numeric   these
//   --quick        a short run that prints its tables and writes nothing: to see that everything works
//   --peers-only   without offloop
//   --out FOLDER   write the files there, and leave the README alone

const fs = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { machine } = require('./lib/machine')
const { prepareAddon, prepareDependencies } = require('./lib/preparation')
const { fillReadme, markdown, writeFiles } = require('./lib/report')

/**
 * @typedef {object} Context what a case is given
 * @property {boolean} quick
 * @property {(contestant: string) => boolean} enters whether this contestant takes part
 * @property {(text: string) => void} say progress, for people
 *
 * @typedef {object} Case
 * @property {string} title
 * @property {(context: Context) => Promise<import('./lib/report').Result>} run
 * @property {Record<string, (input: any) => Promise<unknown>>} measure what runs in fresh processes
 */

const ROOT = path.join(__dirname, '..')
const CASES = fs.readdirSync(path.join(__dirname, 'cases')).map((file) => path.basename(file, '.js'))

/** @param {string} text */
const say = (text) => {
  process.stderr.write(`${text}\n`)
}

async function main() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, 'peers-only': { type: 'boolean' }, out: { type: 'string' } },
  })
  const unknown = positionals.filter((name) => !CASES.includes(name))
  if (unknown.length > 0) throw new Error(`No such case: ${unknown.join(', ')}. There are: ${CASES.join(', ')}.`)
  const quick = options.quick === true
  const peersOnly = options['peers-only'] === true

  prepareDependencies(__dirname, say)
  if (!peersOnly) prepareAddon(ROOT, say)

  for (const name of positionals.length > 0 ? positionals : CASES) {
    say(`\n${name}`)
    /** @type {Case} */
    const { title, run } = require(`./cases/${name}`)
    const start = performance.now()
    const result = await run({
      quick,
      enters: (contestant) => !peersOnly || !contestant.startsWith('offloop'),
      say: (text) => say(`  ${text}`),
    })
    const report = { name, title, machine: machine(), ...result }
    console.log(`\n${title}\n\n${markdown(report, '')}`)
    say(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)

    if (options.out !== undefined) writeFiles(report, options.out)
    else if (!quick && !peersOnly) {
      writeFiles(report, path.join(__dirname, 'results'))
      if (!fillReadme(report, path.join(ROOT, 'README.md'))) say(`README.md has no section bench:${name}`)
    }
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
