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
 * @param {number} [limitMs]
 * @returns {Promise<any>} rejects with how it ended (`ending`) when there is no result
 */
function fresh(file, name, input, limitMs = LIMIT_MS) {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [], { serialization: 'advanced', timeout: limitMs })
    /** @type {{ result: unknown } | undefined} */
    let answer
    child.on('message', (message) => {
      answer = /** @type {any} */ (message)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (answer !== undefined) return resolve(answer.result)
      const ending = signal === null ? `ends with exit code ${code}` : `was ended by ${signal}`
      reject(Object.assign(new Error(`${name}(${JSON.stringify(input)}) without a result ${ending}`), { ending }))
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
