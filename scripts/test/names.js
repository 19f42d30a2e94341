// @ts-check
'use strict'

/**
 * Checks that the three faces of the package export the same names: index.js, index.mjs and index.d.ts.
 *
 *     node scripts/test/names.js
 *
 * @module
 */

const { readFileSync } = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const root = path.join(__dirname, '..', '..')

async function main() {
  const required = new Set(Object.keys(require(root)))
  const imported = await import(pathToFileURL(path.join(root, 'index.mjs')).href)
  const typed = readFileSync(path.join(root, 'index.d.ts'), 'utf8').matchAll(/^export (?:class|const|function) (\w+)/gm)
  compare('index.mjs', new Set(Object.keys(imported).filter((name) => name !== 'default')), required)
  compare('index.d.ts', new Set(Array.from(typed, ([, name]) => name)), required)
  if (imported.default !== require(root)) complain('the default export of index.mjs is not the exports of index.js')
}

/**
 * @param {string} file
 * @param {Set<string>} names
 * @param {Set<string>} required
 */
function compare(file, names, required) {
  for (const name of required) if (!names.has(name)) complain(`${file} lacks ${name}, which index.js exports`)
  for (const name of names) if (!required.has(name)) complain(`${file} exports ${name}, which index.js lacks`)
}

/** @param {string} fault */
function complain(fault) {
  console.error(fault)
  process.exitCode = 1
}

void main()
