// @ts-check
'use strict'

/**
 * Runs the tests of what is shared in memory under Miri, which finds what Rust leaves undefined: data races, and pointers to
 * where nothing is. It needs a nightly toolchain with the component `miri`; where there is none, this says how to get it.
 *
 *     npm run miri
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const { root } = require('./test/step')

/** Files and clocks are the machine's own: regions are files, and who lives is read from /proc. */
const flags = '-Zmiri-disable-isolation'
/** Miri maps no files and knows no futex of several words. */
const left = ['--skip', 'region', '--skip', 'owner']

const { status } = spawnSync('cargo', ['+nightly', 'miri', '--version'], { cwd: root, stdio: 'ignore' })
if (status === 0) {
  const test = ['+nightly', 'miri', 'test', '--locked', '--lib', '--', 'shared::', ...left]
  const env = { ...process.env, MIRIFLAGS: flags, OFFLOOP_AVIF: '0' }
  process.exitCode = spawnSync('cargo', test, { cwd: root, stdio: 'inherit', env }).status ?? 1
} else {
  console.log('miri: 0 tests run: there is no Miri here. To get it:')
  console.log('  rustup toolchain install nightly --component miri,rust-src')
}
