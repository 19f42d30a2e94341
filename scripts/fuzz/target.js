// @ts-check
'use strict'

/**
 * One fuzz target on its way: its arguments, its progress, and what it found.
 *
 * @module
 */

const { spawn } = require('node:child_process')
const { existsSync, mkdirSync, mkdtempSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { folder, program, root } = require('./toolchain')

/** Folders of images to begin with; every target also begins with the images that were once trouble. */
const seeds = /** @type {Record<string, string[]>} */ ({
  jpeg: ['formats', 'orientation'],
  png: ['formats', 'pngsuite'],
  webp: ['formats'],
  gif: ['formats'],
  tiff: ['formats'],
  bmp: [],
  ico: ['pngsuite'],
  pipeline: [],
})

const names = Object.keys(seeds)

/** Seconds that one input may take, and megabytes of the process, until that is a finding. */
const limits = ['-timeout=10', '-rss_limit_mb=2048']

const SIGN_OF_LIFE_MS = 10_000

/** Five to ten seconds of a target. */
const BRIEF_RUNS = 1_500

/**
 * @param {string} name
 * @param {{ seconds: number, brief: boolean }} options brief: from the seeds, with the same random numbers every time
 */
async function fuzz(name, { seconds, brief }) {
  const artifacts = path.join(folder, 'artifacts', name)
  const corpus = brief
    ? mkdtempSync(path.join(os.tmpdir(), `offloop-fuzz-${name}-`))
    : path.join(folder, 'corpus', name)
  for (const made of [artifacts, corpus]) mkdirSync(made, { recursive: true })
  const images = [...seeds[name], 'broken'].map((images) => path.join(root, '__test__', 'fixtures', images))
  // libFuzzer ends where a folder is missing, and git keeps no empty ones.
  const from = [corpus, path.join(folder, 'seeds', name), ...images].filter((images) => existsSync(images))
  try {
    return await run(name, [
      `-artifact_prefix=${artifacts}${path.sep}`,
      // As many inputs on a slow machine as on a fast one, so that it finds the same.
      brief ? `-runs=${BRIEF_RUNS}` : `-max_total_time=${seconds}`,
      ...limits,
      // A request is made of few bytes, all of which count from the start.
      ...(name === 'pipeline' ? ['-len_control=0', '-max_len=512'] : []),
      ...(brief ? ['-seed=1'] : []),
      ...from,
    ])
  } finally {
    if (brief) rmSync(corpus, { recursive: true, force: true })
  }
}

/**
 * Runs the target on one input, and shows all that it says.
 *
 * @param {string} name
 * @param {string} file
 * @returns {Promise<boolean>} whether all is well
 */
function runOnce(name, file) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(name), [...limits, file], { stdio: 'inherit', env })
    child.once('error', reject).once('close', (code) => resolve(code === 0))
  })
}

const env = {
  ...process.env,
  RUST_BACKTRACE: '1',
  ASAN_OPTIONS: `detect_odr_violation=0:${process.env.ASAN_OPTIONS ?? ''}`,
}

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<boolean>} whether nothing was found
 */
function run(name, args) {
  return new Promise((resolve, reject) => {
    const start = Date.now()
    const seconds = () => Math.round((Date.now() - start) / 1000)
    const child = spawn(program(name), args, { stdio: ['ignore', 'ignore', 'pipe'], env })
    let status = 'reading the seeds'
    let tail = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-20_000)
      status = lastStatus(tail) ?? status
    })
    const signOfLife = setInterval(() => console.log(`fuzz: ${name}, ${seconds()} s: ${status}`), SIGN_OF_LIFE_MS)
    const interrupt = () => void child.kill()
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
    child.once('error', reject).once('close', (code, signal) => {
      clearInterval(signOfLife)
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      if (code === 0) {
        console.log(`fuzz: ok ${name}, ${seconds()} s: ${status}`)
        return resolve(true)
      }
      console.log(`${tail.trimEnd()}\nfuzz: FAILED ${name}, ${seconds()} s: ended with ${signal ?? code}`)
      const [, found] = /Test unit written to (.*)/.exec(tail) ?? []
      if (found) console.log(`fuzz: again with: npm run fuzz -- ${name} ${path.relative(process.cwd(), found)}`)
      resolve(false)
    })
  })
}

/** The last of libFuzzer's lines on how it is getting on: `#1024 NEW cov: 312 ft: 401 corp: 17/2Kb exec/s: 512 …`. */
function lastStatus(/** @type {string} */ text) {
  const lines = [...text.matchAll(/^#(\d+)\s+\w+\s+cov: (\d+) .*?corp: (\d+)\/.*?exec\/s: (\d+)/gm)]
  const [, executions, coverage, inputs, speed] = lines.at(-1) ?? []
  return executions && `${executions} executions, ${speed}/s, coverage ${coverage}, ${inputs} inputs`
}

module.exports = { fuzz, names, runOnce }
