// @ts-check
'use strict'

/**
 * What a test run prints at its end: a table of its steps, what failed in them, then the count alone on the last
 * line.
 *
 * @module
 */

/** How many lines of a failure are said again. */
const FAILURE_LINES = 25

/**
 * @param {import('./step').Result[]} results
 * @returns {number} how many failed
 */
function printReport(results) {
  const width = Math.max(...results.map(({ name }) => name.length))
  console.log(`\n${'step'.padEnd(width)}  seconds  passed  failed`)
  for (const { name, seconds, passed, failed, note } of results) {
    const numbers = [seconds.toFixed(1).padStart(7), String(passed).padStart(6), String(failed).padStart(6)]
    console.log([name.padEnd(width), ...numbers, note ?? ''].join('  ').trimEnd())
  }
  for (const { name, failures = [] } of results) {
    for (const failure of failures) console.log(`\n${name}: ${cut(failure)}`)
  }
  const [passed, failed] = [sum(results.map((result) => result.passed)), sum(results.map((result) => result.failed))]
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed
}

/** The beginning of what a test says: the whole of it stands above. @param {string} text */
function cut(text) {
  const lines = text.split('\n')
  return lines.length > FAILURE_LINES ? [...lines.slice(0, FAILURE_LINES), '…'].join('\n') : text
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

module.exports = { printReport }
