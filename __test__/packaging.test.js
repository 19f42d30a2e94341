// @ts-check
'use strict'

/**
 * What is published, packed and installed as its users do: the package and the addon's package of this platform, into
 * fresh folders. No registry is asked; what else the projects need is linked from here.
 */

const { execFile, spawn } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { platformName } = require('../lib/platform')
const { npm, toolFile } = require('../scripts/test/commands')

const root = path.join(__dirname, '..')
const addon = `offloop-${platformName()}`
const { version } = require('../package.json')

/** Settings of the npm and the Jest that run this are not those of the projects. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|jest_|node_env)/i.test(name)))

/** Where the packed files and the projects are. @type {string} */
let folder

beforeAll(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-packed-')))
  await run(process.execPath, [path.join(root, 'scripts', 'pack.js'), '--out', folder])
}, 60_000)

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/**
 * Runs a program to its end and gives what it printed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 */
async function run(command, args, cwd) {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout: 60_000 })
  return { stdout, stderr }
}

/** @param {string} name */
const tarball = (name) => path.join(folder, `${name}-${version}.tgz`)

/**
 * A fresh project: its files, the packages installed, and links to the other packages that it needs.
 *
 * @param {string} name a folder of `consumers`, or of a project that has no files
 * @param {{ packages?: string[], links?: string[] }} [needs]
 */
async function project(name, { packages = ['offloop', addon], links = [] } = {}) {
  const cwd = path.join(folder, name)
  const files = path.join(__dirname, 'consumers', name)
  fs.mkdirSync(cwd)
  if (fs.existsSync(files)) fs.cpSync(files, cwd, { recursive: true })
  fs.writeFileSync(path.join(cwd, 'package.json'), JSON.stringify({ name: `project-${name}`, private: true }))
  const [command, ...args] = npm('install', '--offline', '--no-audit', '--no-fund', ...packages.map(tarball))
  await run(command, args, cwd)
  for (const link of links) {
    fs.symlinkSync(path.join(root, 'node_modules', link), path.join(cwd, 'node_modules', link), 'junction')
  }
  return cwd
}

/**
 * @param {string} installed
 * @returns {string[]} every file of an installed package
 */
function filesOf(installed) {
  return fs
    .readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort()
}

test('the packages hold what is listed and nothing else', async () => {
  const modules = path.join(await project('contents'), 'node_modules')
  const library = filesOf(path.join(root, 'lib')).map((file) => `lib/${file}`)
  const faces = ['index.d.mts', 'index.d.ts', 'index.js', 'index.mjs']
  const about = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
  const program = ['bin/offloop.js']
  expect(filesOf(path.join(modules, 'offloop'))).toEqual([...about, ...faces, ...program, ...library].sort())
  expect(filesOf(path.join(modules, addon))).toEqual(
    ['LICENSE', 'README.md', `offloop.${platformName()}.node`, 'package.json'].sort(),
  )
})

test('the package asks for its platform packages at its own version, and has no script to run', async () => {
  const installed = path.join(await project('manifest'), 'node_modules', 'offloop', 'package.json')
  const manifest = JSON.parse(fs.readFileSync(installed, 'utf8'))
  const platforms = fs.readdirSync(path.join(root, 'npm')).map((platform) => [`offloop-${platform}`, version])
  expect(platforms).toHaveLength(8)
  expect(manifest.optionalDependencies).toEqual(Object.fromEntries(platforms))
  expect(manifest).toMatchObject({ name: 'offloop', version, license: 'MIT' })
  expect(manifest).not.toHaveProperty('private')
  expect(manifest).not.toHaveProperty('scripts')
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('devDependencies')
})

test.each(['offloop', addon])('%s has no fault that publint knows of', async (name) => {
  const cwd = await project(`publint-${name}`)
  const check = ['run', '--pack', 'false', '--strict', path.join(cwd, 'node_modules', name)]
  const { stdout } = await run(process.execPath, [toolFile('publint'), ...check])
  expect(stdout).toContain('All good!')
})

test('the crate has the version of the package', () => {
  const crate = fs.readFileSync(path.join(root, 'Cargo.toml'), 'utf8')
  expect(/^version = "(.*)"$/m.exec(crate)?.[1]).toBe(version)
})

test.each(fs.readdirSync(path.join(root, 'npm')))('the manifest of %s names its platform', (platform) => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'npm', platform, 'package.json'), 'utf8'))
  const [system, processor, library] = platform.split('-')
  expect(manifest).toMatchObject({ name: `offloop-${platform}`, version, os: [system], cpu: [processor] })
  expect(manifest.libc).toEqual(system === 'linux' ? [library === 'musl' ? 'musl' : 'glibc'] : undefined)
  expect(manifest.main).toBe(`offloop.${platform}.node`)
  expect(manifest.files).toEqual([manifest.main])
})

test('a CommonJS Express app answers with the result of a task', async () => {
  const cwd = await project('express', { links: ['express'] })
  const server = spawn(process.execPath, ['server.js'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const [port] = await once(server.stdout.setEncoding('utf8'), 'data')
    const body = Buffer.alloc(50_000, 'offloop')
    const headers = { 'content-type': 'application/octet-stream' }
    const response = await fetch(`http://127.0.0.1:${Number(port)}/digest`, { method: 'POST', body, headers })
    const digest = createHash('sha256').update(body).digest('hex')
    expect(await response.json()).toEqual({ digest, bytes: body.length })
    const primes = await fetch(`http://127.0.0.1:${Number(port)}/primes?below=12`)
    expect(await primes.json()).toEqual([2, 3, 5, 7, 11])
    server.stdin.end()
    expect(await once(server, 'exit')).toEqual([0, null])
  } finally {
    server.kill('SIGKILL')
  }
})

test('npx runs the program', async () => {
  const cwd = await project('npx')
  const npx = (/** @type {string[]} */ ...args) => {
    const [command, ...rest] = npm('exec', '--offline', '--', 'offloop', ...args)
    return run(command, rest, cwd)
  }
  expect(await npx('--version')).toEqual({ stdout: `${version}\n`, stderr: '' })
  fs.copyFileSync(path.join(root, 'examples/photos/coffee.jpg'), path.join(cwd, 'coffee.jpg'))
  const { stdout } = await npx('image', 'coffee.jpg', '--resize', '60', '--webp')
  expect(stdout).toMatch(/^1 file: 1 done, 0 failed, 0 skipped;/)
  expect(fs.readFileSync(path.join(cwd, 'coffee.webp')).toString('latin1', 0, 4)).toBe('RIFF')
})

test('an ESM script has the names, and one state with CommonJS', async () => {
  const { stdout } = await run(process.execPath, ['script.mjs'], await project('esm'))
  const expected = { door: 'one-off', sum: 3, code: 'ERR_TASK_PANICKED', words: [['a', 'b'], 'C by shout'] }
  Object.assign(expected, { typed: true, oneState: true })
  expect(JSON.parse(stdout)).toEqual(expected)
})

test('a strict TypeScript project compiles and runs, as CommonJS and as ESM', async () => {
  const cwd = await project('typescript', { links: ['@types'] })
  await run(process.execPath, [toolFile('tsc')], cwd)
  expect(await run(process.execPath, ['out/common.js'], cwd)).toMatchObject({ stdout: '3 ERR_TASK_FAILED true\n' })
  expect(await run(process.execPath, ['out/module.mjs'], cwd)).toMatchObject({ stdout: '2,4,6 4 5\n' })
}, 60_000)

test('a Jest project with two test files passes and ends', async () => {
  const cwd = await project('jest')
  // One process for both files: each gets a realm of its own there.
  const { stderr } = await run(process.execPath, [toolFile('jest'), '--runInBand', '--colors=false'], cwd)
  expect(stderr).toContain('Tests:       6 passed, 6 total')
  expect(stderr).not.toContain('did not exit')
}, 60_000)

test('without the platform package, loading says what to do', async () => {
  const cwd = await project('alone', { packages: ['offloop'] })
  const script =
    'try { require("offloop") } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }'
  const { stdout } = await run(process.execPath, ['-e', script], cwd)
  const { code, message } = JSON.parse(stdout)
  expect(code).toBe('ERR_NATIVE_MISSING')
  expect(message).toContain(`the package ${addon} is not installed`)
  expect(message).toContain('--omit=optional')
})

test('an addon that cannot be loaded is not taken for a missing one', async () => {
  const cwd = await project('damaged')
  fs.writeFileSync(path.join(cwd, 'node_modules', addon, `offloop.${platformName()}.node`), 'no addon')
  const script =
    'try { require("offloop") } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }'
  const { stdout } = await run(process.execPath, ['-e', script], cwd)
  const { code, message } = JSON.parse(stdout)
  expect(code).toBe('ERR_NATIVE_MISSING')
  expect(message).toContain(`cannot load its native addon ${addon}`)
})
