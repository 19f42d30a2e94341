// @ts-check
'use strict'

/**
 * Every way of `worker-exit.js` so many times, each time at another moment: `node worker-exits.js <times>`. Prints how long
 * the ends took, from the call that began them to the end of the process or of the thread, and what went wrong.
 */

const { spawn } = require('node:child_process')
const path = require('node:path')

const times = Number(process.argv[2])
const program = path.join(__dirname, 'worker-exit.js')

/** After so many milliseconds a process hangs. */
const HANGS_AFTER = 20_000

/** How long after the start the end begins, at the most, and the exit code. @type {Record<string, [delay: number, code: number]>} */
const cases = {
  'process.exit()': [150, 7],
  'an uncaught exception': [150, 1],
  'exit in a continuation': [100, 7],
  'exit in onProgress': [100, 7],
  'exit in a listener for exit': [150, 7],
  'exit after destroy()': [150, 7],
  'exit while the workers are being ended': [150, 7],
  'exit with idle pools': [10, 7],
  'exit while the workers start': [100, 7],
  'nothing left to do': [10, 7],
  'nothing left to do but an aborted task that goes on': [100, 7],
  'worker.terminate()': [150, 7],
  'process.exit() in a worker': [150, 7],
  'process.exit() above a worker': [150, 7],
}

/**
 * @param {string} name
 * @param {number} delay
 * @returns {Promise<{ took: number, fault: string | undefined }>}
 */
function end(name, delay) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, name, String(delay)], { stdio: ['ignore', 'pipe', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), HANGS_AFTER)
    let [stdout, stderr, ended] = ['', '', 0]
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('exit', () => (ended = performance.timeOrigin + performance.now()))
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const began = /began (.*)/.exec(stdout)
      const took = /took (.*)/.exec(stdout)
      const right = code === cases[name][1] && (began ?? took) !== null
      const fault = right ? undefined : `after ${delay} ms: ${signal ?? code} ${stderr.slice(0, 2000)}`
      resolve({ took: took ? Number(took[1]) : ended - Number(began?.[1]), fault })
    })
  })
}

async function main() {
  /** @type {number[]} */
  const all = []
  let faults = 0
  for (const [name, [most]] of Object.entries(cases)) {
    const took = []
    for (let i = 0; i < times; i++) {
      const outcome = await end(name, Math.round((most * i) / times))
      if (outcome.fault) {
        faults++
        console.log(`${name}, ${outcome.fault}`)
      } else {
        took.push(outcome.took)
      }
    }
    print(name, took)
    all.push(...took)
  }
  print(`all, Node ${process.version}`, all)
  console.log(`${faults} faults in ${times * Object.keys(cases).length} ends`)
  process.exitCode = faults === 0 ? 0 : 1
}

/**
 * @param {string} what
 * @param {number[]} took in milliseconds
 */
function print(what, took) {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(1)
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`)
}

void main()
