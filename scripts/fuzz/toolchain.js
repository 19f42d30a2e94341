// @ts-check
'use strict'

/**
 * Builds the fuzz targets with the toolchain that is here: what cargo-fuzz would pass to a nightly compiler, and the C
 * code of the codecs with the same sanitizer.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const { copyFileSync, existsSync, readdirSync, statSync } = require('node:fs')
const path = require('node:path')
const { cargoFeatures } = require('../features')

const root = path.join(__dirname, '..', '..')
const folder = path.join(root, 'fuzz')

/** Where the sanitizer and libFuzzer both work, by Node's names for it. */
const triples = /** @type {Record<string, string>} */ ({
  'linux x64': 'x86_64-unknown-linux-gnu',
  'linux arm64': 'aarch64-unknown-linux-gnu',
})
const triple = triples[`${process.platform} ${process.arch}`]

/** Edges and comparisons are seen by libFuzzer; `--cfg fuzzing` has some crates leave checksums unchecked. */
const rustFlags = [
  '--cfg=fuzzing',
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '-Zsanitizer=address',
]

/** The same for mozjpeg and libwebp: see `fuzz/src/coverage.c`. */
const cFlags = '-fsanitize=address -fsanitize-coverage=trace-pc,trace-cmp -fno-omit-frame-pointer -g1'

/** What is missing to fuzz here, as a sentence that says how to get it, or nothing. */
function missing() {
  if (triple === undefined) return `it is for Linux on x64 and arm64, not for ${process.platform} ${process.arch}`
  const compilers = [process.env.CXX ?? 'c++', 'g++', 'clang++']
  if (!compilers.some((command) => output(command, ['--version']) !== undefined)) {
    return 'libFuzzer needs a C++ compiler: apt-get install g++'
  }
  const libraries = path.join(output('rustc', ['--print', 'sysroot']) ?? '', 'lib', 'rustlib', triple, 'lib')
  if (!existsSync(libraries) || !readdirSync(libraries).some((name) => /^librustc.*_rt\.asan\.a$/.test(name))) {
    return `the address sanitizer is missing in ${libraries}: install Rust from https://rustup.rs, with glibc`
  }
  return undefined
}

/** Builds all targets. @returns {boolean} whether that worked */
function build() {
  pinVersions()
  const cargo = ['build', '--release', '--manifest-path', path.join(folder, 'Cargo.toml'), '--target', triple]
  const { status } = spawnSync('cargo', [...cargo, ...cargoFeatures()], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      // The sanitizer's flag is a nightly's; the code behind it is the same.
      RUSTC_BOOTSTRAP: '1',
      CARGO_ENCODED_RUSTFLAGS: rustFlags.join('\x1f'),
      [`CFLAGS_${triple.replaceAll('-', '_')}`]: cFlags,
      ...(output('c++', ['--version']) === undefined ? { CXX: process.env.CXX ?? anyCompiler() } : {}),
    },
  })
  return status === 0
}

function anyCompiler() {
  return output('g++', ['--version']) === undefined ? 'clang++' : 'g++'
}

/** Fuzzes the versions that are built: the lock file is a copy of the addon's, to which cargo adds libFuzzer. */
function pinVersions() {
  const [ours, theirs] = ['Cargo.lock', path.join('fuzz', 'Cargo.lock')].map((name) => path.join(root, name))
  if (!existsSync(theirs) || statSync(theirs).mtimeMs < statSync(ours).mtimeMs) copyFileSync(ours, theirs)
}

/** @param {string} target */
function program(target) {
  return path.join(process.env.CARGO_TARGET_DIR ?? path.join(folder, 'target'), triple, 'release', target)
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  return status === 0 ? stdout.trim() : undefined
}

module.exports = { build, folder, missing, program, root }
