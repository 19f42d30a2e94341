// @ts-check
'use strict'

/**
 * Builds the native addon when its sources are newer than it, and puts it where the loader looks: `npm/<platform>/`.
 *
 *     node scripts/build.js [--force] [--target <rust triple>] [--published]
 *
 * `--published` fails where a tool is missing that makes the addon fast: what is published has all.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } = require('node:fs')
const path = require('node:path')
const { cargoFeatures, features } = require('./features')

const root = path.join(__dirname, '..')
const sources = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'rust-toolchain.toml', '.cargo', 'src']

/** The platform packages, by the target that rustc knows. */
const platforms = /** @type {Record<string, string>} */ ({
  'x86_64-unknown-linux-gnu': 'linux-x64-gnu',
  'aarch64-unknown-linux-gnu': 'linux-arm64-gnu',
  'x86_64-unknown-linux-musl': 'linux-x64-musl',
  'aarch64-unknown-linux-musl': 'linux-arm64-musl',
  'x86_64-apple-darwin': 'darwin-x64',
  'aarch64-apple-darwin': 'darwin-arm64',
  'x86_64-pc-windows-msvc': 'win32-x64-msvc',
  'aarch64-pc-windows-msvc': 'win32-arm64-msvc',
})

/** @param {string[]} argv */
function main(argv) {
  const force = argv.includes('--force')
  const at = argv.indexOf('--target')
  const target = at >= 0 ? argv[at + 1] : hostTarget()
  const platform = platforms[target]
  if (!platform) throw new Error(`offloop is not built for ${target}; it is for: ${Object.keys(platforms).join(', ')}`)

  const addon = path.join(root, 'npm', platform, `offloop.${platform}.node`)
  if (!force && existsSync(addon) && statSync(addon).mtimeMs >= newest(sources)) {
    console.log(`build: ${path.relative(root, addon)} is up to date`)
    return
  }
  console.log(`build: compiling the native addon for ${platform} (the first time takes a few minutes)`)
  const { complete, note } = features(target)
  if (argv.includes('--published') && !complete) throw new Error(note)
  console.log(`build: ${note}`)
  // On CI the lock file is what was committed, or the build fails.
  const locked = process.env.CI ? ['--locked'] : []
  const cargo = ['build', '--release', ...cargoFeatures(target), ...locked, ...(at >= 0 ? ['--target', target] : [])]
  run('cargo', cargo)
  const library = path.join(targetFolder(), ...(at >= 0 ? [target] : []), 'release', libraryName(target))
  mkdirSync(path.dirname(addon), { recursive: true })
  // By a rename: a process that has the old addon loaded keeps it whole.
  copyFileSync(library, `${addon}.new`)
  renameSync(`${addon}.new`, addon)
  console.log(`build: wrote ${path.relative(root, addon)} (${(statSync(addon).size / 1e6).toFixed(1)} MB)`)
}

function targetFolder() {
  return process.env.CARGO_TARGET_DIR ?? path.join(root, 'target')
}

/** @param {string} target */
function libraryName(target) {
  if (target.includes('windows')) return 'offloop.dll'
  return target.includes('apple') ? 'liboffloop.dylib' : 'liboffloop.so'
}

function hostTarget() {
  const { stdout, error } = spawnSync('rustc', ['-vV'], { encoding: 'utf8' })
  if (error)
    throw new Error('offloop is built with Rust, and there is no rustc here: install it from https://rustup.rs')
  return /^host: (.*)$/m.exec(stdout)?.[1] ?? ''
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}

/**
 * When the newest of the files was changed.
 *
 * @param {string[]} names
 * @returns {number}
 */
function newest(names) {
  let time = 0
  for (const name of names) {
    const file = path.join(root, name)
    if (!existsSync(file)) continue
    const found = statSync(file)
    const inside = found.isDirectory()
      ? newest(readdirSync(file).map((entry) => path.join(name, entry)))
      : found.mtimeMs
    time = Math.max(time, inside)
  }
  return time
}

try {
  main(process.argv.slice(2))
} catch (error) {
  console.error(`build: ${/** @type {Error} */ (error).message}`)
  process.exitCode = 1
}
