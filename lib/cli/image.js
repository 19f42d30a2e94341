// @ts-check
'use strict'

/**
 * `offloop image`: many files at once.
 *
 * @module
 */

const { access, mkdir } = require('node:fs/promises')
const os = require('node:os')
const path = require('node:path')
const { imageBatch } = require('../image/batch')
const { WorkerPool } = require('../pool')
const { commandOf } = require('./arguments')
const { progressBar } = require('./bar')
const { chain, rehearse } = require('./chain')
const { filesOf } = require('./files')
const { endingOf, sameFormat } = require('./formats')
const { Report } = require('./report')

/**
 * @typedef {import('./arguments').Command} Command
 * @typedef {{ input: string, output: string }} Job
 */

/**
 * @param {string[]} argv
 * @returns {Promise<number>} the exit code
 */
async function image(argv) {
  const command = commandOf(argv)
  const { concurrency, quiet } = command
  const pool = new WorkerPool({ size: command.threads ?? threads(), name: 'offloop-image' })
  const signal = interruption()
  const bar = progressBar(process.stderr)
  const report = new Report(command, { stdout: process.stdout, stderr: process.stderr, clear: bar.clear })
  try {
    await rehearse(command, pool)
    const jobs = await plan(command, report, signal)
    const onProgress = quiet ? undefined : bar.draw
    for await (const result of imageBatch(jobs, pipeline(command), { pool, concurrency, signal, onProgress })) {
      const { item, info, bytesIn, error } = /** @type {any} */ (result)
      if (error) report.failed(item, error)
      else report.done(item, info, bytesIn)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    // What is interrupted takes its half files with it.
    await pool.destroy()
  }
  const isWell = report.end()
  if (signal.aborted) return exitCode(signal.reason)
  return isWell ? 0 : 1
}

/** All cores: here the event loop has little to do. `undefined` for what `OFFLOOP_THREADS` says. */
function threads() {
  return process.env.OFFLOOP_THREADS ? undefined : os.availableParallelism()
}

/** Milliseconds in which a second signal is the same request: npx sends on what the terminal has sent already. */
const ECHO = 1000

/** Fires when the process is asked to end. Asked once more, it ends at once. */
function interruption() {
  const controller = new AbortController()
  let since = 0
  const onSignal = (/** @type {NodeJS.Signals} */ name) => {
    if (!controller.signal.aborted) since = performance.now()
    else if (performance.now() - since > ECHO) process.exit(exitCode(name))
    controller.abort(name)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return controller.signal
}

/** As of a process that the signal has ended. @param {NodeJS.Signals} name */
function exitCode(name) {
  return 128 + os.constants.signals[name]
}

/**
 * What is to be done. It is known before anything is written, so that a file that another one has become is not taken for
 * one that was there.
 *
 * @param {Command} command
 * @param {InstanceType<typeof Report>} report
 * @param {AbortSignal} signal
 */
async function plan(command, report, signal) {
  /** @type {Job[]} */
  const jobs = []
  for await (const { file, base, error } of filesOf(command.files, command.out)) {
    if (signal.aborted) break
    report.found()
    if (error) {
      report.failed({ input: file }, error)
      continue
    }
    const job = { input: file, output: resultOf(file, base, command) }
    if (command.overwrite || !(await isThere(job))) jobs.push(job)
    else report.skipped(job)
  }
  return jobs
}

/**
 * The path of a result.
 *
 * @param {string} file
 * @param {string} base
 * @param {Command} command
 */
function resultOf(file, base, { out, suffix, format }) {
  const { dir, name } = path.parse(file)
  const folder = out === undefined ? dir : path.join(out, path.relative(base, dir))
  return path.join(folder, `${name}${suffix}${endingOf(format ?? sameFormat(file), file)}`)
}

/** Whether a result is there already. A file that would become its own result is for the batch to refuse. @param {Job} job */
async function isThere({ input, output }) {
  if (path.resolve(input) === path.resolve(output)) return false
  return access(output).then(
    () => true,
    () => false,
  )
}

/** @param {Command} command */
function pipeline(command) {
  return async (/** @type {any} */ picture, /** @type {Job} */ { input, output }) => {
    await mkdir(path.dirname(output), { recursive: true })
    return chain(command, picture, input)
  }
}

module.exports = { image }
