// @ts-check
'use strict'

/**
 * The file of a worker, named in any way that `new Worker` knows, as a URL that a worker can load.
 *
 * @module
 */

const { statSync } = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { fileURLToPath, pathToFileURL } = require('node:url')
const { errorOf } = require('../errors')
const { unexpected } = require('../options')

/**
 * A relative path is one from the current directory. Throws when there is no such file.
 *
 * @param {unknown} file a path, or a `file:` or `data:` URL as an object or as a string
 * @returns {string} a `file:` or `data:` URL
 */
function resolveFile(file) {
  const url = urlOf(file)
  if (url?.protocol === 'data:') return url.href
  if (url !== undefined && url.protocol !== 'file:') {
    throw unexpected('file', 'a path, or a file: or data: URL', file, 'ERR_INVALID_ARG_VALUE')
  }
  const wanted = url === undefined ? path.resolve(/** @type {string} */ (file)) : pathOf(url)
  const found = find(wanted)
  if (found === undefined) {
    const message = `There is no worker file ${wanted}${url === undefined ? hintFor(/** @type {string} */ (file)) : ''}`
    throw errorOf(message, { code: 'ERR_WORKER_LOAD_FAILED' })
  }
  const resolved = pathToFileURL(found)
  // They are part of what a module is, for `import`.
  if (url !== undefined) Object.assign(resolved, { search: url.search, hash: url.hash })
  return resolved.href
}

/**
 * The URL that was given, if it was one.
 *
 * @param {unknown} file
 */
function urlOf(file) {
  if (typeof file === 'string') {
    if (file === '' || file.includes('\0')) {
      throw unexpected('file', 'a path, or a file: or data: URL', file, 'ERR_INVALID_ARG_VALUE')
    }
    return /^(file|data|https?):/i.test(file) && URL.canParse(file) ? new URL(file) : undefined
  }
  // By shape: Jest and other realms have a URL of their own.
  const { href, protocol } = /** @type {any} */ (file ?? {})
  if (typeof href !== 'string' || typeof protocol !== 'string' || !URL.canParse(href)) {
    throw unexpected('file', 'a path or a URL', file, 'ERR_INVALID_ARG_TYPE')
  }
  return new URL(href)
}

/** @param {URL} url */
function pathOf(url) {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    // A URL with a host, or with an encoded slash.
    throw errorOf(/** @type {Error} */ (cause).message, { code: 'ERR_INVALID_ARG_VALUE', cause })
  }
}

/**
 * The file, or the one that `require` finds under this name: `./worker` may be `./worker.js`.
 *
 * @param {string} wanted
 */
function find(wanted) {
  if (statSync(wanted, { throwIfNoEntry: false })?.isFile()) return wanted
  try {
    return createRequire(wanted).resolve(wanted)
  } catch {
    return undefined
  }
}

/**
 * Where people look for a relative path, if it is relative.
 *
 * @param {string} file
 */
function hintFor(file) {
  if (path.isAbsolute(file)) return ''
  return `: \`${file}\` is taken from the current directory; for a path from the calling file, use path.join(__dirname, …) or new URL(…, import.meta.url)`
}

module.exports = { resolveFile }
