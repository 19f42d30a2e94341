// @ts-check
'use strict'

/** The test run itself: it never hangs, and what failed is never counted as passed. */

const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { countCargo, countJest } = require('../scripts/test/counts')
const { printReport } = require('../scripts/test/report')
const { runStep } = require('../scripts/test/step')

/** What was printed. @type {string[]} */
let printed

beforeEach(() => {
  printed = []
  jest.spyOn(console, 'log').mockImplementation((line) => void printed.push(line))
})

afterEach(() => jest.restoreAllMocks())

/**
 * A step that runs a script.
 *
 * @param {string} script
 * @param {Partial<import('../scripts/test/step').Step>} [more]
 */
const step = (script, more) =>
  runStep({ name: 'a step', command: [process.execPath, '-e', script], minutes: 1, ...more })

test('a step that works is one check, and says nothing of its output', async () => {
  expect(await step('console.log("output")')).toMatchObject({ passed: 1, failed: 0 })
  expect(printed).toEqual(['- a step'])
})

test('a step that fails shows its output', async () => {
  expect(await step('console.log("out"); console.error("err"); process.exit(3)')).toMatchObject({
    passed: 0,
    failed: 1,
  })
  expect(printed.join('\n')).toMatch(/out[^]*FAILED: a step: it ended with 3/)
  expect(printed.join('\n')).toContain('err')
})

test('a step whose program is missing fails', async () => {
  expect(await step('', { command: ['no-such-program'] })).toMatchObject({ passed: 0, failed: 1 })
})

test('a step that hangs is ended with all that it has started', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'offloop-step-'))
  const beats = path.join(folder, 'beats')
  const child = `setInterval(() => require('node:fs').appendFileSync(${JSON.stringify(beats)}, '.'), 20)`
  const script = `
    require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })
    setInterval(() => {}, 1000)`
  try {
    expect(await step(script, { minutes: 0.03 })).toMatchObject({ passed: 0, failed: 1 })
    expect(printed.join('\n')).toContain('it was ended after 0.03 minutes')
    const before = readFileSync(beats)
    await delay(200)
    expect(readFileSync(beats)).toEqual(before)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('tests that nobody counted are a failure, and so is an exit code that no test explains', async () => {
  expect(await step('', { count: countCargo })).toMatchObject({ passed: 0, failed: 1 })
  const line = 'test result: ok. 7 passed; 0 failed; 0 ignored'
  expect(await step(`console.log("${line}")`, { count: countCargo })).toMatchObject({ passed: 7, failed: 0 })
  expect(await step(`console.log("${line}"); process.exit(1)`, { count: countCargo })).toMatchObject({ failed: 1 })
})

test('what is left out on purpose is neither', async () => {
  expect(await step('process.exit(1)', { unless: 'no network' })).toMatchObject({ passed: 0, failed: 0 })
  expect(printed).toContain('  not done: no network')
})

test('the results of all programs of cargo are added up', () => {
  const output = [
    'test result: ok. 23 passed; 0 failed; 0 ignored',
    'test result: FAILED. 2 passed; 1 failed; 0 ignored',
  ].join('\n')
  expect(countCargo(output)).toEqual({ passed: 25, failed: 1 })
})

test('a test that Jest skips has failed, and so has a file that it cannot load', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'offloop-count-'))
  const file = path.join(folder, 'report.json')
  const none = {
    numPassedTests: 5,
    numFailedTests: 0,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
  }
  const count = (/** @type {object} */ report) => {
    writeFileSync(file, JSON.stringify({ ...none, ...report }))
    return countJest(file)
  }
  try {
    expect(count({})).toMatchObject({ passed: 5, failed: 0 })
    expect(count({ numPendingTests: 1, numTodoTests: 1 })).toMatchObject({ passed: 5, failed: 2, note: '2 skipped' })
    const failed = { status: 'failed', fullName: 'a sum is right', failureMessages: ['it is 3', 'at line 7'] }
    const testResults = [
      { name: '/far/sum.test.js', message: 'all of it', assertionResults: [failed, { status: 'passed' }] },
      { name: '/far/load.test.js', message: 'cannot be loaded', assertionResults: [] },
      { name: '/far/good.test.js', message: '', assertionResults: [{ status: 'passed' }] },
    ]
    expect(count({ numRuntimeErrorTestSuites: 1, numFailedTests: 1, testResults })).toMatchObject({
      failed: 2,
      failures: ['sum.test.js: a sum is right\nit is 3\nat line 7', 'load.test.js: cannot be loaded'],
    })
    expect(countJest(path.join(folder, 'none.json'))).toMatchObject({ passed: 0, failed: 1 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the last line is the count, alone', () => {
  const failed = printReport([
    { name: 'one', seconds: 1, passed: 3, failed: 0 },
    { name: 'two', seconds: 2.25, passed: 1, failed: 2, note: 'a note' },
  ])
  expect(failed).toBe(2)
  expect(printed.join('\n').split('\n').at(-1)).toBe('4 passed, 2 failed')
})
