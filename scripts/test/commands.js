// @ts-check
'use strict'

/**
 * How to start Node's own programs and those of the dev dependencies: without a shell, the same on every platform.
 *
 * @module
 */

const { readFileSync } = require('node:fs')
const path = require('node:path')
const { root } = require('./step')

/** @typedef {[command: string, ...args: string[]]} Command */

/**
 * A program of a dev dependency.
 *
 * @param {string} name
 * @param {...string} args
 * @returns {Command}
 */
function tool(name, ...args) {
  return [process.execPath, toolFile(name), ...args]
}

/** @param {string} name */
function toolFile(name) {
  const folder = path.join(root, 'node_modules', name === 'tsc' ? 'typescript' : name)
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bin === 'string' ? bin : bin[name])
}

/**
 * The npm that runs this script.
 *
 * @param {...string} args
 * @returns {Command}
 */
function npm(...args) {
  const { npm_execpath: file } = process.env
  return file ? [process.execPath, file, ...args] : ['npm', ...args]
}

module.exports = { npm, tool, toolFile }
