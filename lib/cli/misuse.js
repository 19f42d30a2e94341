// @ts-check
'use strict'

/**
 * What is wrong with a command line.
 *
 * @module
 */

const { errorOf } = require('../errors')

/**
 * In the one form of a validation message, without the kind of what was given: that is always text.
 *
 * @param {string} option
 * @param {string} expected
 * @param {string} [got]
 */
function misuse(option, expected, got) {
  const found = got === undefined ? 'nothing' : `\`${got}\``
  return errorOf(`Expected \`${option}\` to be ${expected}, got ${found}`, { code: 'ERR_INVALID_ARG_VALUE' })
}

module.exports = { misuse }
