// @ts-check
'use strict'

/**
 * Which platform this is.
 *
 * @module
 */

const { closeSync, openSync, readSync } = require('node:fs')

/** The name of this platform, as the packages with the native addon have it. */
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

module.exports = { platformName }
