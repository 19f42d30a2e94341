// @ts-check
'use strict'

/** Processes with waits pending: what keeps them alive, and that they end when they are to. */

const { runProgram } = require('./support/program')

jest.setTimeout(60_000)

/** A process ends within this time, with all that it takes to start one. It is to be well below what it waits for. */
const SOON = 10_000

/** @param {string} name */
async function end(name) {
  const before = performance.now()
  const outcome = await runProgram('shared/exit.js', [name], { killAfter: 30_000 })
  return { ...outcome, took: performance.now() - before }
}

test.each([
  ['mutex', 'ERR_SHARED_TIMEOUT'],
  ['atomics', 'timed-out'],
  ['channel', 'received'],
])('a wait keeps the process alive: %s', async (name, said) => {
  const { code, stdout, stderr, took } = await end(name)
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${said}\n`, stderr: '' })
  expect(took).toBeGreaterThanOrEqual(300)
})

test('waits without `ref` do not', async () => {
  const { code, stdout, stderr, took } = await end('unref')
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'waiting\n', stderr: '' })
  expect(took).toBeLessThan(SOON)
})

test.each(['exit', 'exit with blocked workers'])('`process.exit()` ends at once: %s', async (name) => {
  const { code, signal, stdout, stderr, took } = await end(name)
  expect({ code, signal, stdout, stderr }).toEqual({ code: 3, signal: null, stdout: '', stderr: '' })
  expect(took).toBeLessThan(SOON)
})

test.each(['throw', 'throw with blocked workers'])('an uncaught exception ends at once: %s', async (name) => {
  const { code, signal, stderr, took } = await end(name)
  expect({ code, signal }).toEqual({ code: 1, signal: null })
  expect(stderr).toContain('Error: uncaught')
  expect(took).toBeLessThan(SOON)
})

test('a worker that exits with waits pending leaves nothing behind', async () => {
  const { code, stdout, stderr } = await end('exit in a worker')
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'worker 4\n', stderr: '' })
})
