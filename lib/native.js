// @ts-check
'use strict'

/**
 * Finds the native addon: the package of this platform, or a build in this repository.
 *
 * @module
 */

const { closeSync, existsSync, openSync, readSync } = require('node:fs')
const path = require('node:path')

/** The name of this platform, as the platform packages have it. */
function platformName() {
  const { platform, arch } = process
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`
  if (platform === 'win32') return `win32-${arch}-msvc`
  return `${platform}-${arch}`
}

/**
 * Whether Node runs on musl: the head of its own executable names the dynamic linker. `process.report` knows as well, and
 * takes longer than all the rest of loading offloop.
 */
function isMusl() {
  const head = Buffer.alloc(2048)
  try {
    const executable = openSync(process.execPath, 'r')
    readSync(executable, head, 0, head.length, 0)
    closeSync(executable)
  } catch {
    // An executable that cannot be read, or was replaced meanwhile, is taken to be of the usual kind.
  }
  return head.includes('/ld-musl-')
}

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
