// @ts-check
'use strict'

/**
 * Packs what is published: the package itself and the package of every platform whose addon is built.
 *
 *     node scripts/pack.js [--out <folder>] [--all]
 *
 * `--all` fails when a platform's addon is missing. The packages are put together in folders of their own, because the
 * published package.json differs from the one here: it lists the platform packages as optional dependencies. Here it
 * must not, since `npm ci` would look for them in the registry before they are there, or after somebody else has taken
 * their names. That is why the one here is private: without its platform packages it must not be published.
 *
 * @module
 */

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { npm } = require('./test/commands')

const root = path.join(__dirname, '..')

/** What only a checkout needs. */
const development = ['private', 'scripts', 'devDependencies', 'overrides', 'jest', 'tsd']

/** @param {string[]} argv */
function main(argv) {
  const at = argv.indexOf('--out')
  const out = path.resolve(at >= 0 ? argv[at + 1] : path.join(root, 'dist'))
  const platforms = fs.readdirSync(path.join(root, 'npm')).map((folder) => path.join(root, 'npm', folder))
  const missing = platforms.filter((folder) => !fs.existsSync(path.join(folder, manifestOf(folder).main)))
  if (argv.includes('--all') && missing.length > 0) throw new Error(`no addon in ${missing.join(', ')}`)
  fs.mkdirSync(out, { recursive: true })
  for (const folder of platforms) if (!missing.includes(folder)) pack(folder, platformManifest(folder), out)
  pack(root, rootManifest(platforms), out)
}

/** @param {string} folder */
function manifestOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

/** @param {string} folder */
function platformManifest(folder) {
  return { ...manifestOf(folder), ...origin() }
}

/** @param {string[]} platforms */
function rootManifest(platforms) {
  const manifest = { ...manifestOf(root), ...origin() }
  for (const field of development) delete manifest[field]
  const exact = platforms.map((folder) => [manifestOf(folder).name, manifest.version])
  return { ...manifest, optionalDependencies: Object.fromEntries(exact) }
}

/** Where the package was built, which npm compares with the provenance of a published package. */
function origin() {
  const { GITHUB_REPOSITORY: repository } = process.env
  return repository ? { repository: { type: 'git', url: `git+https://github.com/${repository}.git` } } : {}
}

/**
 * @param {string} folder
 * @param {any} manifest
 * @param {string} out
 */
function pack(folder, manifest, out) {
  const stage = fs.mkdtempSync(path.join(out, '.stage-'))
  try {
    for (const file of manifest.files) fs.cpSync(path.join(folder, file), path.join(stage, file), { recursive: true })
    fs.copyFileSync(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'))
    if (folder === root) fs.copyFileSync(path.join(root, 'README.md'), path.join(stage, 'README.md'))
    else fs.writeFileSync(path.join(stage, 'README.md'), `${manifest.description}: install \`offloop\` instead.\n`)
    fs.writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const [command, ...args] = npm('pack', '--silent', '--pack-destination', out)
    execFileSync(command, args, { cwd: stage, stdio: ['ignore', 'inherit', 'inherit'] })
  } finally {
    fs.rmSync(stage, { recursive: true, force: true })
  }
}

try {
  main(process.argv.slice(2))
} catch (error) {
  console.error(`pack: ${/** @type {Error} */ (error).message}`)
  process.exitCode = 1
}
