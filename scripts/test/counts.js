// @ts-check
'use strict'

/**
 * How many tests a runner ran, read from what it says at its end.
 *
 * @module
 */

const { readFileSync } = require('node:fs')
const path = require('node:path')

/** @typedef {import('./step').Count} Count */

/**
 * @param {string} output of `cargo test`, which sums up each of its programs in a line
 * @returns {Count}
 */
function countCargo(output) {
  let [passed, failed] = [0, 0]
  for (const [, ok, bad] of output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)) {
    passed += Number(ok)
    failed += Number(bad)
  }
  return { passed, failed }
}

/**
 * @param {string} output of `scripts/fuzz.js`, a target of which is a test
 * @returns {Count}
 */
function countFuzz(output) {
  const count = (/** @type {RegExp} */ line) => [...output.matchAll(line)].length
  return { passed: count(/^fuzz: ok /gm), failed: count(/^fuzz: FAILED /gm) }
}

/**
 * @param {string} file the report that `jest --json` has written
 * @returns {Count}
 */
function countJest(file) {
  /** @type {any} */
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, note: 'Jest wrote no report' }
  }
  // A file that cannot be loaded has no tests to count. A test that is left out is a test that does not pass.
  const skipped = report.numPendingTests + report.numTodoTests
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + skipped
  const note = skipped > 0 ? `${skipped} skipped` : undefined
  return { passed: report.numPassedTests, failed, note, failures: report.testResults.flatMap(failuresOf) }
}

/** What failed in a file of Jest's: its tests, or the file itself. @param {any} file @returns {string[]} */
function failuresOf({ name, message, assertionResults }) {
  const bad = assertionResults.filter((/** @type {any} */ test) => test.status === 'failed')
  if (bad.length === 0) return message ? [`${path.basename(name)}: ${message}`] : []
  return bad.map(
    (/** @type {any} */ test) => `${path.basename(name)}: ${test.fullName}\n${test.failureMessages.join('\n')}`,
  )
}

module.exports = { countCargo, countFuzz, countJest }
