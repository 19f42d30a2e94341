// @ts-check
'use strict'

/**
 * Processes and worker threads end, soon and whole, whatever their pools of JS workers do at that moment. Each end is one of
 * a process of its own, since what is looked for is a crash or a hang.
 */

const { runProgram } = require('./support/program')

test('280 ends with tasks in flight: no crash, no hang', async () => {
  const { code, stdout, stderr } = await runProgram('worker-exits.js', ['20'], { killAfter: 280_000 })
  expect({ code, stdout, stderr }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 faults in 280 ends'),
    stderr: '',
  })
}, 300_000)
