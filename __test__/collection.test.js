// @ts-check
'use strict'

/** What the engine holds of JavaScript survives garbage collection for as long as somebody can submit a task. */

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const entry = path.join(__dirname, '..')

/** Runs a script with `gc()` in a process of its own, and gives what it printed. @param {string} script */
async function run(script) {
  const args = ['--expose-gc', '-e', script, entry]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
  return stdout
}

test('a collection before the first task loses no outcome, on both doors', async () => {
  const stdout = await run(`
    const { runTask, WorkerPool } = require(process.argv[1])
    const pool = new WorkerPool(1)
    const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
    void (async () => {
      for (let round = 0; round < 3; round++) {
        await turn()
        gc()
        await turn()
        console.log(await runTask('noop', 'one-off'), await pool.runTask('noop', 'pool'), await pool.runTask('noop'))
      }
    })()
  `)
  expect(stdout).toBe('one-off pool undefined\n'.repeat(3))
})
