// @ts-check
'use strict'

/**
 * What a test run prints at its end: a table of its steps, then the count alone on the last line.
 *
 * @module
 */

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
  const [passed, failed] = [sum(results.map((result) => result.passed)), sum(results.map((result) => result.failed))]
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

module.exports = { printReport }
