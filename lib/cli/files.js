// @ts-check
'use strict'

/**
 * The files that the arguments of a command mean: files, patterns, and folders with all images in them.
 *
 * @module
 */

const { stat } = require('node:fs/promises')
const path = require('node:path')
const { errorOf } = require('../errors')
const { isImage } = require('./formats')
const { isPattern, parse, walk } = require('./glob')

/**
 * @typedef {object} Found
 * @property {string} file
 * @property {string} base the folder that was searched
 * @property {unknown} [error] why there is no such file
 */

/**
 * Every file once.
 *
 * @param {string[]} names
 * @param {string | undefined} out where results go: they are not found by a search around it
 * @returns {AsyncGenerator<Found, void, void>}
 */
async function* filesOf(names, out) {
  const seen = new Set()
  for (const name of names) {
    for await (const found of filesOfOne(name, out)) {
      const file = path.resolve(found.file)
      if (!seen.has(file)) yield found
      seen.add(file)
    }
  }
}

/**
 * @param {string} name
 * @param {string | undefined} out
 * @returns {AsyncGenerator<Found, void, void>}
 */
async function* filesOfOne(name, out) {
  const found = await stat(name).catch(() => undefined)
  if (found?.isDirectory()) {
    const { parts } = parse('**')
    for await (const { file, error } of walk(name, parts)) {
      if (error || (isImage(file) && !isResult(file, name, out))) yield { file, base: name, error }
    }
    return
  }
  // A name of a file with brackets in it is that file. One that is missing is missed when it is read.
  if (found || !isPattern(name)) {
    yield { file: name, base: path.dirname(name) }
    return
  }
  const { base, parts } = parse(name)
  let none = true
  for await (const { file, error } of walk(base, parts)) {
    none = false
    if (error || !isResult(file, base, out)) yield { file, base, error }
  }
  if (none) yield { file: name, base, error: errorOf('No file matches', { code: 'ERR_FILE', errno: 'ENOENT' }) }
}

/**
 * @param {string} file
 * @param {string} base
 * @param {string | undefined} out
 */
function isResult(file, base, out) {
  return out !== undefined && isInside(file, out) && !isInside(base, out)
}

/**
 * @param {string} file
 * @param {string} folder
 */
function isInside(file, folder) {
  const [first] = path.relative(folder, file).split(path.sep)
  return first !== '..' && !path.isAbsolute(path.relative(folder, file))
}

module.exports = { filesOf }
