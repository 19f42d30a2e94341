// @ts-check
'use strict'

/** One native addon under several JavaScript worlds, and what the environment of the process says. */

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')
const vm = require('node:vm')
const offloop = require('..')
const { runProgram } = require('./support/program')

const root = path.join(__dirname, '..')
const run = promisify(execFile)

/** Runs a line of JavaScript with offloop loaded and gives what it printed. */
async function evaluate(/** @type {string} */ script, /** @type {Record<string, string>} */ env) {
  const options = { cwd: root, env: { ...process.env, ...env }, timeout: 30_000 }
  return (await run(process.execPath, ['-e', `const offloop = require('.');${script}`], options)).stdout.trim()
}

test('two test files in one Jest process', async () => {
  const jestFile = path.join(path.dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
  const config = JSON.stringify({ rootDir: root, testMatch: ['<rootDir>/__test__/programs/two-files/*.case.js'] })
  const { stdout, stderr } = await run(process.execPath, [jestFile, '-i', '--config', config], {
    cwd: root,
    timeout: 60_000,
  })
  // That the process ended says that open pools kept nothing alive.
  expect(stdout + stderr).toContain('Tests:       6 passed, 6 total')
}, 90_000)

test('the JS layer in several vm contexts at once', async () => {
  const source = `
    const results = []
    const pool = new offloop.WorkerPool(1)
    results.push(pool.runTask('noop', { list: [1, 2] }), pool.runTask('fault', { kind: 'panic' }).catch((e) => e.code))
    Promise.all(results).finally(() => pool.close())
  `
  const outcomes = Array.from({ length: 10 }, () => vm.runInNewContext(source, { offloop }))
  for (const outcome of outcomes) await expect(outcome).resolves.toEqual([{ list: [1, 2] }, 'ERR_TASK_PANICKED'])
})

test('with Jest’s fake timers every promise still settles', async () => {
  jest.useFakeTimers()
  try {
    const pool = new offloop.WorkerPool({ size: 1, maxQueue: 1 })
    await expect(pool.runTask('noop', 1)).resolves.toBe(1)
    await expect(pool.runTask('fault', { kind: 'error' })).rejects.toMatchObject({ code: 'ERR_TASK_FAILED' })
    await expect(pool.runTask('fault', { kind: 'stall' }, { timeout: 5 })).rejects.toMatchObject({
      code: 'ERR_TASK_TIMEOUT',
    })
    await expect(offloop.runTask('fault', { kind: 'panic' })).rejects.toMatchObject({ code: 'ERR_TASK_PANICKED' })
    const tasks = [pool.runTask('noop'), pool.runTask('noop')]
    await pool.ready()
    await Promise.all(tasks)
    await pool.drain()
    await pool.close()
  } finally {
    jest.useRealTimers()
  }
})

test('CommonJS and ESM share one state', async () => {
  const script = `import('./index.mjs').then((esm) => console.log(
    Object.keys(offloop).every((name) => esm[name] === offloop[name]), esm.default === offloop))`
  await expect(evaluate(script, {})).resolves.toBe('true true')
})

describe('OFFLOOP_THREADS', () => {
  const size = 'console.log(new offloop.WorkerPool().size, offloop.defaultPool().size, new offloop.WorkerPool(2).size)'

  test.each([
    ['5', '5 5 2'],
    ['1', '1 1 2'],
    [' 3 ', '3 3 2'],
    ['40', '40 40 2'],
  ])('of %p is the size of a pool without one', async (value, printed) => {
    await expect(evaluate(size, { OFFLOOP_THREADS: value })).resolves.toBe(printed)
  })

  test.each(['0', '-1', '1.5', 'many', '1025'])('of %p is refused, by name', async (value) => {
    const script = `try { new offloop.WorkerPool() } catch (error) {
      console.log(error instanceof offloop.ArgumentError, error.code, error.message) }`
    const message = `Expected \`OFFLOOP_THREADS\` to be an integer from 1 to 1024, got \`${value}\``
    await expect(evaluate(script, { OFFLOOP_THREADS: value })).resolves.toBe(`true ERR_INVALID_ARG_VALUE ${message}`)
  })

  test('without it a core is left to the event loop', async () => {
    const { availableParallelism } = require('node:os')
    const expected = Math.max(1, availableParallelism() - 1)
    // A cgroup quota, which Node before 24 does not count, makes it smaller still.
    const printed = Number(await evaluate('console.log(new offloop.WorkerPool().size)', { OFFLOOP_THREADS: '' }))
    expect(printed).toBeGreaterThanOrEqual(1)
    expect(printed).toBeLessThanOrEqual(expected)
  })

  test('is shared by all pools without a size; one with a size is its owner’s affair', async () => {
    const { code, stdout } = await runProgram('budget.js', [], { env: { OFFLOOP_THREADS: '2' } })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ sizes: [2, 2, 3], running: [2, 3], waitedForTheOther: false })
  })
})
