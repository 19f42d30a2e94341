// @ts-check
'use strict'

const { setTimeout: sleep } = require('node:timers/promises')

/**
 * Resolves when the condition holds. Tests wait for what they need instead of for a time; a condition that never holds
 * ends with the test's own timeout.
 *
 * @param {() => boolean} condition
 */
async function until(condition) {
  while (!condition()) await sleep(2)
}

module.exports = { until }
