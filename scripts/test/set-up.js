// @ts-check
'use strict'

/**
 * What must be there before anything can be built: the tools, and the dev dependencies as the lock file has them.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const { existsSync, statSync } = require('node:fs')
const path = require('node:path')
const { npm } = require('./commands')
const { root } = require('./step')

/** What each tool is for and how to get it. @type {[command: string, args: string[], advice: string][]} */
const tools = [
  ['cargo', ['--version'], 'Rust is missing. Install it from https://rustup.rs'],
  ...(process.platform === 'win32'
    ? []
    : /** @type {[string, string[], string][]} */ ([
        ['cc', ['--version'], 'A C compiler is missing. Debian: apt-get install gcc; macOS: xcode-select --install'],
      ])),
]

/** What somebody has to install first, one line each. */
function missingTools() {
  return tools.filter(([command, args]) => !works(command, args)).map(([, , advice]) => advice)
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function works(command, args) {
  return spawnSync(command, args, { cwd: root, timeout: 60_000 }).status === 0
}

/** @returns {import('./step').Step[]} */
function setUp() {
  /** @type {import('./step').Step[]} */
  const steps = []
  if (!installed()) {
    steps.push({ name: 'npm ci', command: npm('ci', '--no-audit', '--no-fund'), minutes: 10 })
  }
  const components = ['rustfmt', 'clippy'].filter(
    (name) => !works('cargo', [name === 'clippy' ? name : 'fmt', '--version']),
  )
  if (components.length > 0) {
    steps.push({ name: 'rustup', command: ['rustup', 'component', 'add', ...components], minutes: 5 })
  }
  return steps
}

/** Whether node_modules was made from the lock file as it is. */
function installed() {
  const made = path.join(root, 'node_modules', '.package-lock.json')
  return existsSync(made) && statSync(made).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs
}

module.exports = { missingTools, setUp }
