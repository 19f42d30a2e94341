// @ts-check
'use strict'

/** offloop in worker threads. Each case is a process of its own, since what is looked for is a crash. */

const { runProgram } = require('./support/program')

jest.setTimeout(150_000)

test.each([
  ['twenty at once', 0, '[1,2,3,"ERR_TASK_PANICKED"] 0 main\n'],
  ['a hundred terminated', 0, 'terminated main\n'],
  ['terminated while it loads', 0, 'terminated main\n'],
  ['exits', 0, '5 main\n'],
  ['throws', 0, 'on purpose 1 main\n'],
  ['ends by itself', 0, '0\n'],
  ['main exits under it', 6, ''],
])('%s', async (name, code, stdout) => {
  const outcome = await runProgram('worker-threads.js', [name], { killAfter: 120_000 })
  // A panic that is part of a case prints its message.
  expect(outcome).toMatchObject({ code, signal: null, stdout })
})
