// @ts-check
'use strict'

/**
 * Everything that must hold before a commit: sets up what is missing, builds, checks, tests, and tests again on every
 * other supported Node. The last line is `<n> passed, <n> failed`.
 *
 *     npm test          in a fresh clone with Node, Rust and a C compiler
 *     npm run ready     the same, with formatting and simple lints put right first
 *
 * @module
 */

const os = require('node:os')
const { builds, checks, corrections } = require('./test/checks')
const { matrix } = require('./test/matrix')
const { printReport } = require('./test/report')
const { missingTools, setUp } = require('./test/set-up')
const { runStep } = require('./test/step')

/**
 * Each stage stands on those before it, which is why a failure in one of the first three ends the run.
 *
 * @param {boolean} fix
 * @returns {Generator<{ essential: boolean, steps: Iterable<import('./test/step').Step> }>}
 */
function* stages(fix) {
  yield { essential: true, steps: setUp() }
  if (fix) yield { essential: true, steps: corrections() }
  yield { essential: true, steps: builds() }
  yield { essential: false, steps: checks() }
  yield { essential: false, steps: matrix() }
}

/** @param {string[]} argv */
async function main(argv) {
  console.log(
    `offloop on Node ${process.versions.node}, ${process.platform} ${process.arch}, ${os.cpus().length} cores\n`,
  )
  const missing = missingTools()
  if (missing.length > 0) {
    for (const line of missing) console.log(line)
    return finish([{ name: 'set-up', seconds: 0, passed: 0, failed: 1 }])
  }
  const results = []
  for (const { essential, steps } of stages(argv.includes('--fix'))) {
    const before = results.length
    for (const step of steps) results.push(await runStep(step))
    if (essential && results.slice(before).some(({ failed }) => failed > 0)) break
  }
  finish(results)
}

/** @param {import('./test/step').Result[]} results */
function finish(results) {
  process.exitCode = printReport(results) > 0 ? 1 : 0
}

void main(process.argv.slice(2))
