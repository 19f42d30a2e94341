// @ts-check
'use strict'

/**
 * Finds the native addon: the package of this platform, or a build in this repository.
 *
 * @module
 */

const { existsSync } = require('node:fs')
const path = require('node:path')
const { platformName } = require('./platform')

/** Loads the addon, or throws an error that says what to do. */
function load() {
  const platform = platformName()
  const file = `offloop.${platform}.node`
  const built = path.join(__dirname, '..', 'npm', platform, file)
  if (existsSync(built)) return require(built)
  try {
    return require(`offloop-${platform}`)
  } catch (cause) {
    const error = new Error(explain(platform, /** @type {NodeJS.ErrnoException} */ (cause)), { cause })
    throw Object.assign(error, { code: 'ERR_NATIVE_MISSING' })
  }
}

/**
 * @param {string} platform
 * @param {NodeJS.ErrnoException} cause
 */
function explain(platform, cause) {
  const name = `offloop-${platform}`
  if (cause.code !== 'MODULE_NOT_FOUND') return `offloop cannot load its native addon ${name}: ${cause.message}`
  return [
    `offloop has no native addon for this platform: the package ${name} is not installed.`,
    '- It is an optional dependency: install without --omit=optional (or --no-optional).',
    '- If node_modules was made on another platform, remove it and the lockfile, and install here.',
    '- In a checkout of offloop itself, build the addon: npm run build',
  ].join('\n')
}

module.exports = /** @type {typeof import('./addon')} */ (load())
