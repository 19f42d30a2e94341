// @ts-check
'use strict'

const { spawn } = require('node:child_process')
const path = require('node:path')

/**
 * Runs a script of `programs/` in a process of its own, and gives how it ended. One that hangs is killed.
 *
 * @param {string} name
 * @param {string[]} [args]
 * @param {{ node?: string[], env?: Record<string, string>, cwd?: string, killAfter?: number, onOutput?: (child:
 *   import('node:child_process').ChildProcess, stdout: string) => void }} [options] `node`: flags of Node itself
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
function runProgram(name, args = [], { node = [], env = {}, cwd, killAfter = 60_000, onOutput = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const script = path.join(__dirname, '..', 'programs', name)
    const child = spawn(process.execPath, [...node, script, ...args], {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfter)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      onOutput(child, stdout)
    })
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
}

module.exports = { runProgram }
