// @ts-check
'use strict'

/**
 * Loads the user's file, or the function that was given instead of one. Runs on: the worker's thread.
 *
 * @module
 */

const { readFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const { fileURLToPath } = require('node:url')
const { entry } = require('./seat')

/** How a function that was given by its source is called in stacks, in the folder where it was given. */
const FUNCTION_FILE = '[worker function]'

/**
 * The way in which Node itself makes modules of text, and the only one with an `import()` that does not warn. Neither is
 * documented; both are the same in every Node from 20 to 26, and many packages rely on them.
 */
const COMPILE = '_compile'
const MODULE_PATHS = '_nodeModulePaths'

/** What `require` throws for a module that only `import` can load, before any of it has run. */
const needsImport = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'])

/**
 * What the entry exports. `require` and `import` load the same, but for CommonJS `require` is quicker: by 1 ms on Node 26,
 * 2 on 24, 6 on 22, and 9 on 20, in each new worker.
 *
 * @returns {any} a promise when it is imported
 */
function load() {
  if ('source' in entry) return compile(entry.source, pathOf(entry.from))
  const file = entry.file.startsWith('file:') ? fileURLToPath(entry.file) : undefined
  if (file !== undefined) process.argv[1] = file
  if (file === undefined || !isCommonJs(entry.file, file)) return import(entry.file)
  try {
    return Module.createRequire(file)(file)
  } catch (error) {
    if (needsImport.has(/** @type {any} */ (error)?.code)) return import(entry.file)
    throw error
  }
}

let times = 0

/** Evaluates the file once more, but not what it requires. @returns {any} a promise when it is imported */
function loadAnew() {
  const url = new URL(/** @type {{ file: string }} */ (entry).file)
  if (url.protocol === 'file:') {
    const file = fileURLToPath(url)
    delete require.cache[file]
    if (isCommonJs(url.href, file)) return Module.createRequire(file)(file)
  }
  Module.syncBuiltinESMExports()
  // A module is evaluated once for each URL.
  url.hash = `${++times}`
  return import(url.href)
}

/** @type {boolean | undefined} */
let commonJs

/**
 * Whether `require` is sure to be right.
 *
 * @param {string} url
 * @param {string} file
 */
function isCommonJs(url, file) {
  return (commonJs ??= !/[?#]/.test(url) && looksLikeCommonJs(file))
}

/** @param {string} file */
function looksLikeCommonJs(file) {
  if (file.endsWith('.cjs')) return true
  if (!file.endsWith('.js')) return false
  const type = packageType(path.dirname(file))
  if (type !== undefined) return type === 'commonjs'
  // Then the syntax decides. In doubt, which includes these words in comments, `import` finds out.
  return !/\bexport\b|\bimport\b(?!\s*\()/.test(readFileSync(file, 'utf8'))
}

/**
 * The `type` of the package that the folder belongs to.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
function packageType(folder) {
  for (;;) {
    if (path.basename(folder) === 'node_modules') return undefined
    try {
      return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).type
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
    }
    const above = path.dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
}

/**
 * A function from its source: a module of its own, so that `require` and `import()` work as where it was given.
 *
 * @param {string} source an expression
 * @param {string} from
 */
function compile(source, from) {
  const folder = path.dirname(from)
  const file = path.join(folder, FUNCTION_FILE)
  const create = /** @type {any} */ (Module)
  const module = Object.assign(new create(file), { filename: file, paths: create[MODULE_PATHS](folder) })
  // Strict, so that an assignment to a variable that is not there does not make a global one.
  module[COMPILE](`'use strict'; module.exports = ${source}`, file)
  return module.exports
}

/** @param {string} from a path or a `file:` URL */
function pathOf(from) {
  return from.startsWith('file:') ? fileURLToPath(from) : from
}

const outerVariable = `. A function given to WorkerPool runs without the variables around it: pass what it needs in the data, or as \`workerData\``

/**
 * Says in the error of a function that was given by its source what it means that a variable is not there.
 *
 * @param {unknown} error
 */
function explain(error) {
  if (!('source' in entry) || !(error instanceof ReferenceError) || !error.message.endsWith(' is not defined')) return
  const { message, stack } = error
  // Not if it was thrown in a module that the function uses.
  if (
    !stack
      ?.split('\n')
      .find((line) => line.startsWith('    at '))
      ?.includes(FUNCTION_FILE)
  )
    return
  error.message = message + outerVariable
  error.stack = stack.replace(message, () => error.message)
}

/**
 * The text of the file, to see how it is meant.
 *
 * @returns {string}
 */
function text() {
  if ('source' in entry) return entry.source
  if (entry.file.startsWith('file:')) return readFileSync(fileURLToPath(entry.file), 'utf8')
  const [head, body = ''] = entry.file.split(/,(.*)/s)
  return head.endsWith(';base64')
    ? Buffer.from(decodeURIComponent(body), 'base64').toString()
    : decodeURIComponent(body)
}

module.exports = { explain, load, loadAnew, text }
