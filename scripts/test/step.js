// @ts-check
'use strict'

/**
 * One command of the test run: in a process group of its own, with a time limit, its output kept for when it fails.
 *
 * @module
 */

const { spawn, spawnSync } = require('node:child_process')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')

/** How often a step that runs says where it is. */
const SIGN_OF_LIFE_MS = 15_000
/** How long what a step has left behind may hold its output open. */
const PIPE_GRACE_MS = 3_000

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {[command: string, ...args: string[]]} command
 * @property {number} minutes after which it is ended and has failed
 * @property {NodeJS.ProcessEnv} [env] added to this process's
 * @property {(output: string) => Count} [count] how many tests it ran; without it the step itself is one
 * @property {string} [unless] why a failure is no failure here, and the rest of the step's message
 *
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {string} [note] what to print beside the numbers
 * @property {string[]} [failures] each test that failed, and why
 *
 * @typedef {Count & { name: string, seconds: number }} Result
 *
 * @typedef {object} Ending
 * @property {boolean} ok
 * @property {string} output
 * @property {string} reason why it is not
 */

/**
 * Runs a step and prints how it went.
 *
 * @param {Step} step
 * @returns {Promise<Result>}
 */
async function runStep(step) {
  const { name, count, unless } = step
  const start = Date.now()
  console.log(`- ${name}`)
  const { ok, output, reason } = await execute(step)
  const seconds = (Date.now() - start) / 1000
  if (!ok && unless !== undefined) {
    console.log(`  not done: ${unless}`)
    return { name, seconds, passed: 0, failed: 0, note: unless }
  }
  const counted = count ? count(output) : { passed: Number(ok), failed: Number(!ok) }
  // A command that fails has failed in something, and tests that nobody counted are no pass.
  const nothing = counted.passed + counted.failed === 0
  const failed = counted.failed === 0 && (!ok || nothing) ? 1 : counted.failed
  if (failed > 0) console.log(`${output.trimEnd()}\n  FAILED: ${name}: ${ok ? 'see above' : reason}`)
  return { ...counted, name, seconds, failed }
}

/**
 * @param {Step} step
 * @returns {Promise<Ending>}
 */
function execute({ name, command: [command, ...args], minutes, env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      // The output is kept and may be read by a program: no colours.
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // So that the time limit reaches everything it has started.
      detached: process.platform !== 'win32',
    })
    let output = ''
    let reason = ''
    const keep = (/** @type {string} */ text) => void (output += text)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)

    const start = Date.now()
    const signOfLife = setInterval(() => {
      const seconds = Math.round((Date.now() - start) / 1000)
      console.log(`  ${name}, ${seconds} s: ${lastLine(output)}`)
    }, SIGN_OF_LIFE_MS)
    const limit = setTimeout(() => {
      reason = `it was ended after ${minutes} minutes`
      end(child)
    }, minutes * 60_000)
    const interrupt = (/** @type {NodeJS.Signals} */ signal) => {
      end(child)
      process.exit(signal === 'SIGINT' ? 130 : 143)
    }
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt)

    const finish = (/** @type {boolean} */ ok) => {
      clearInterval(signOfLife)
      clearTimeout(limit)
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      resolve({ ok, output, reason })
    }
    child.once('error', (error) => {
      reason = error.message
      finish(false)
    })
    child.once('exit', (code, signal) => {
      reason ||= signal ? `it was ended by ${signal}` : `it ended with ${code}`
      const grace = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, PIPE_GRACE_MS)
      child.once('close', () => {
        clearTimeout(grace)
        finish(code === 0)
      })
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function end({ pid }) {
  if (pid === undefined) return
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'])
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime.
  }
}

/** @param {string} output */
function lastLine(output) {
  return output.trimEnd().split('\n').at(-1)?.trim().slice(0, 90) ?? ''
}

module.exports = { root, runStep }
