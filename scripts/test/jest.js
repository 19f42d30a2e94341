// @ts-check
'use strict'

/**
 * The behaviour tests, `__test__/*.test.js`, on one Node.
 *
 * @module
 */

const { rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { toolFile } = require('./commands')
const { countJest } = require('./counts')
const { readerOptions } = require('./readers')

/** Tests that only compute and compare: they can be run on all cores at once, which those that wait and measure cannot. */
const COMPUTING = '__test__/(pdf|image-quality)-'

/**
 * @param {{ node: string, major: number }} [other] another Node than the one that runs this
 * @returns {import('./step').Step[]}
 */
function jest(other) {
  const node = other?.node ?? process.execPath
  const name = `Jest on Node ${other?.major ?? process.versions.node.split('.')[0]}`
  const workers = `--maxWorkers=${os.availableParallelism()}`
  return [
    step(name, node, ['--testPathIgnorePatterns', '/node_modules/', COMPUTING]),
    step(`${name}, all cores`, node, [...readerOptions(), '--testPathPatterns', COMPUTING, workers]),
  ]
}

/**
 * @param {string} name
 * @param {string} node
 * @param {readonly string[]} options
 * @returns {import('./step').Step}
 */
function step(name, node, options) {
  const report = path.join(os.tmpdir(), `offloop-jest-${process.pid}.json`)
  return {
    name,
    command: [node, toolFile('jest'), '--ci', '--json', `--outputFile=${report}`, ...options],
    // The tests start programs too: those find this Node first.
    env: { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
    // On each of four Nodes, so that even four that hang leave CI its hour.
    minutes: 16,
    count() {
      const counted = countJest(report)
      rmSync(report, { force: true })
      return counted
    },
  }
}

module.exports = { jest }
