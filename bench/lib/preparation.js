// @ts-check
'use strict'

// Before the first case: the peers' packages and the addon, made anew when they are out of date.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

/** @param {string} file  @returns {number} 0 when there is none */
const modified = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** @param {string} folder  @param {(text: string) => void} say */
function prepareDependencies(folder, say) {
  // npm writes this file at the end of every install.
  const installed = modified(path.join(folder, 'node_modules', '.package-lock.json'))
  if (installed >= modified(path.join(folder, 'package-lock.json'))) return
  say('bench: installing the peers (npm ci)')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
}

/** @param {string} root  @param {(text: string) => void} say */
function prepareAddon(root, say) {
  say('bench: building the addon if it is older than its sources')
  execFileSync(process.execPath, ['scripts/build.js'], { cwd: root, stdio: ['ignore', 2, 2] })
}

module.exports = { prepareAddon, prepareDependencies }
