// @ts-check
'use strict'

/**
 * The environment of a child.
 *
 * @module
 */

const { checkObject, unexpected } = require('../options')
const { checkText } = require('./values')

/** @param {unknown} env  @param {boolean} extend @returns {string[]} */
function environment(env, extend) {
  /** @type {Record<string, unknown>} */
  const merged = extend ? { ...process.env } : {}
  if (env !== undefined) Object.assign(merged, checkObject('env', env))
  // What tells this process of its own parent's channel is not for its children.
  for (const name of ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID']) {
    if (!Object.hasOwn(Object(env), name)) delete merged[name]
  }
  const list = []
  for (const [name, value] of Object.entries(merged)) {
    if (value === undefined) continue
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw unexpected('env', 'an object whose names have no `=` and no NUL', name, 'ERR_INVALID_ARG_VALUE')
    }
    list.push(`${name}=${checkText(`env.${name}`, String(value))}`)
  }
  return list
}

module.exports = { environment }
