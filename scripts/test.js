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
const { builds, checks, corrections, lints } = require('./test/checks')
const { matrix } = require('./test/matrix')
const { printReport } = require('./test/report')
const { missingTools, setUp } = require('./test/set-up')
const { runStep } = require('./test/step')

/**
 * Each stage stands on those before it, which is why a failure in one of the first three ends the run. What is `beside` the
 * steps runs at the same time: the last minutes of building the addon are one core's work.
 *
 * @param {boolean} fix
 * @returns {Generator<{ essential: boolean, steps: Iterable<import('./test/step').Step>, beside?: import('./test/step').Step[] }>}
 */
function* stages(fix) {
  yield { essential: true, steps: setUp() }
  if (fix) yield { essential: true, steps: corrections() }
  yield { essential: true, steps: builds(), beside: lints() }
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
  for (const { essential, steps, beside = [] } of stages(argv.includes('--fix'))) {
    const done = await Promise.all([runAll(steps), runAll(beside)])
    results.push(...done.flat())
    if (essential && done[0].some(({ failed }) => failed > 0)) break
  }
  finish(results)
}

/** One after the other. @param {Iterable<import('./test/step').Step>} steps */
async function runAll(steps) {
  const results = []
  for (const step of steps) results.push(await runStep(step))
  return results
}

/** @param {import('./test/step').Result[]} results */
function finish(results) {
  process.exitCode = printReport(results) > 0 ? 1 : 0
}

void main(process.argv.slice(2))
