// @ts-check
'use strict'

/**
 * The steps on this Node, in the order in which they run: what is cheap and fails often comes first.
 *
 * @module
 */

const { cargoFeatures } = require('../features')
const { tool } = require('./commands')
const { countCargo } = require('./counts')
const { fuzz } = require('./fuzz')
const { jest } = require('./jest')

/** @typedef {import('./step').Step} Step */

/** What can be put right without asking. @returns {Step[]} */
function corrections() {
  return [
    { name: 'cargo fmt', command: ['cargo', 'fmt'], minutes: 2 },
    { name: 'oxlint --fix', command: tool('oxlint', '--fix'), minutes: 2 },
    { name: 'prettier --write', command: tool('prettier', '--write', '--log-level', 'warn', '.'), minutes: 3 },
  ]
}

/** @returns {Step[]} */
function builds() {
  return [{ name: 'native addon', command: [process.execPath, 'scripts/build.js'], minutes: 25 }]
}

/** What needs no addon. @returns {Step[]} */
function lints() {
  const clippy = ['clippy', '--locked', '--all-targets', ...cargoFeatures(), '--', '-D', 'warnings']
  return [
    { name: 'rustfmt', command: ['cargo', 'fmt', '--check'], minutes: 2 },
    { name: 'prettier', command: tool('prettier', '--check', '.'), minutes: 3 },
    { name: 'oxlint', command: tool('oxlint', '--deny-warnings'), minutes: 2 },
    { name: 'types of the code', command: tool('tsc'), minutes: 5 },
    { name: 'types of the package', command: tool('tsd'), minutes: 5 },
    { name: 'clippy', command: ['cargo', ...clippy], minutes: 20 },
  ]
}

/** @returns {Step[]} */
function checks() {
  const features = cargoFeatures()
  return [
    { name: 'names exported', command: [process.execPath, 'scripts/test/names.js'], minutes: 1 },
    { name: 'publint', command: tool('publint', '--strict'), minutes: 3 },
    { name: 'cargo test', command: ['cargo', 'test', '--locked', ...features], minutes: 20, count: countCargo },
    ...pureRust(features),
    ...fuzz(),
    ...jest(),
  ]
}

/**
 * Images once more on the path that is built where there is no nasm.
 *
 * @param {string[]} features
 * @returns {Step[]}
 */
function pureRust(features) {
  if (features.length === 0) return []
  return [
    {
      name: 'cargo test without mozjpeg',
      command: ['cargo', 'test', '--locked', '--lib', 'image::'],
      minutes: 20,
      count: countCargo,
    },
  ]
}

module.exports = { builds, checks, corrections, lints }
