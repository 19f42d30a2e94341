// @ts-check
'use strict'

/** However a program ends that has a pool of processes, it ends by itself, and none of them is left. */

const { isAlive } = require('./support/processes')
const { runProgram } = require('./support/program')
const { until } = require('./support/until')

test.each([
  ['idle', 'with an idle pool', 0, null],
  ['pending', 'when its tasks have ended', 0, null],
  ['close', 'after close()', 0, null],
  ['destroy', 'after destroy()', 0, null],
  ['exit', 'by process.exit()', 3, null],
  ['throws', 'by an exception', 1, null],
  ['killed', 'by SIGKILL', null, 'SIGKILL'],
])('%s: %s', async (mode, _, code, signal) => {
  const ended = await runProgram('worker-process.js', [mode], { killAfter: 20_000 })
  expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal })
  const [pids, ...output] = ended.stdout.trimEnd().split('\n')
  expect(output).toEqual(mode === 'pending' ? ["[ 'slept', 'slept', 'slept' ]"] : [])
  expect(pids.split(',')).toHaveLength(2)
  await until(() => pids.split(',').every((pid) => !isAlive(Number(pid))))
})
