// @ts-check
'use strict'

/**
 * Gives every platform package and the crate the version of the package. Run by `npm version`, which commits the result.
 *
 * @module
 */

const { execFileSync } = require('node:child_process')
const { readFileSync, readdirSync, writeFileSync } = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

for (const platform of readdirSync(path.join(root, 'npm'))) {
  const file = path.join(root, 'npm', platform, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
}
const crate = path.join(root, 'Cargo.toml')
writeFileSync(crate, readFileSync(crate, 'utf8').replace(/^version = ".*"$/m, `version = "${version}"`))
// Rewrites the version in Cargo.lock, and nothing else there.
execFileSync('cargo', ['update', '--workspace', '--offline', '--quiet'], { cwd: root, stdio: 'inherit' })
execFileSync('git', ['add', 'npm', 'Cargo.toml', 'Cargo.lock'], { cwd: root, stdio: 'inherit' })
