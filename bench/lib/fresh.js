// @ts-check
'use strict'

// Runs one measurement in a process of its own, so that no contestant inherits another's heap, threads or warm code.
// This file is both sides: the caller's `fresh()`, and the child that it forks.

const { fork } = require('node:child_process')

/** Several times what the slowest measurement takes: past it, something hangs. */
const LIMIT_MS = 120_000

/**
 * Calls `require(file).measure[name](input)` in a fresh process and returns what it returns.
 * @param {string} file
 * @param {string} name
 * @param {unknown} [input]
 * @returns {Promise<any>}
 */
function fresh(file, name, input) {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [], { serialization: 'advanced', timeout: LIMIT_MS })
    /** @type {{ result: unknown } | undefined} */
    let answer
    child.on('message', (message) => {
      answer = /** @type {any} */ (message)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (answer !== undefined) resolve(answer.result)
      else
        reject(new Error(`${name}(${JSON.stringify(input)}) ended without a result: ${signal ?? `exit code ${code}`}`))
    })
    child.send({ file, name, input })
  })
}

/** @param {{ file: string, name: string, input: unknown }} call */
async function serve({ file, name, input }) {
  const result = await require(file).measure[name](input)
  process.send?.({ result }, () => process.exit(0))
}

if (require.main === module) {
  process.on('message', serve)
  process.on('disconnect', () => process.exit())
}

module.exports = { fresh }
