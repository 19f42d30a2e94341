// @ts-check
'use strict'

/**
 * Says on the standard error what is started and how it ended, for those who ask.
 *
 * @module
 */

/** @typedef {import('./options').Resolved} Resolved */

/**
 * @param {Resolved} resolved
 * @param {{ pid?: number, exitCode?: number, signal?: string, durationMs: number, stdout?: any, stderr?: any }} [found]
 */
function report({ verbose, command }, found) {
  if (verbose === 'none') return
  const time = new Date().toISOString().slice(11, 23)
  if (found === undefined) {
    process.stderr.write(`[${time}] $ ${command}\n`)
    return
  }
  if (verbose === 'full') {
    for (const output of [found.stdout, found.stderr].map((output) =>
      Array.isArray(output) ? output.join('\n') : output,
    )) {
      if (typeof output === 'string' && output !== '') process.stderr.write(output.replace(/^/gm, '  ') + '\n')
    }
  }
  const ended = found.signal ? `ended by ${found.signal}` : `exit code ${found.exitCode}`
  const how = found.pid === undefined ? 'not started' : ended
  process.stderr.write(
    `[${time}] ${found.exitCode === 0 ? '✔' : '✘'} ${how}, ${Math.round(found.durationMs)} ms: ${command}\n`,
  )
}

module.exports = { report }
