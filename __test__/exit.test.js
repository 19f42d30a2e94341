// @ts-check
'use strict'

/** The process can always exit, and never does while somebody waits for a result. */

const { runProgram } = require('./support/program')

jest.setTimeout(90_000)

test.each([
  ['idle', 'idle\n'],
  ['used', '[ 1, 2 ]\n'],
  ['dropped', Array.from({ length: 50 }, (_, i) => `${i}\n`).join('')],
  ['outstanding', 'done\n'],
  ['waiting', expect.stringMatching(/^(done \d\n){6}$/)],
  ['backpressure', 'ready\ndrained\nclosed\n'],
])('%s: ends by itself, when everything is done', async (name, stdout) => {
  await expect(runProgram('exit.js', [name])).resolves.toEqual({ code: 0, signal: null, stdout, stderr: '' })
})

test.each([
  ['outstanding', 'done\n'],
  ['waiting', expect.stringMatching(/^(done \d\n){6}$/)],
])('%s, on the one-off door', async (name, stdout) => {
  await expect(runProgram('exit.js', [name, 'one-off'])).resolves.toMatchObject({ code: 0, stdout, stderr: '' })
})

describe.each(['pool', 'one-off'])('work in flight on the door %s', (door) => {
  test.each([
    ['exit', 7],
    ['exit in a listener', 8],
    ['exit in progress', 9],
    ['work in an exit listener', 4],
  ])('process.exit(): %s', async (name, code) => {
    await expect(runProgram('exit.js', [name, door])).resolves.toEqual({ code, signal: null, stdout: '', stderr: '' })
  })

  test('an uncaught exception', async () => {
    const { code, signal, stderr } = await runProgram('exit.js', ['uncaught', door])
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    expect(stderr).toContain('Error: on purpose')
  })

  test('an uncaught exception that is caught after all: the work goes on', async () => {
    const { code, stdout } = await runProgram('exit.js', ['caught and on', door])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'caught on purpose\ndone\n' })
  })

  test('an unhandled rejection of a task ends the process as any other, and shows the task', async () => {
    const { code, stderr } = await runProgram('exit.js', ['unhandled', door])
    expect(code).toBe(1)
    expect(stderr).toContain('TaskError: The task failed, as it was asked to')
    expect(stderr).toContain("code: 'ERR_TASK_FAILED'")
  })

  test('a signal without a handler', async () => {
    const { code, signal } = await runProgram('exit.js', ['signal', door], {
      onOutput: (child, stdout) => stdout.includes('ready') && child.kill('SIGTERM'),
    })
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test('process.abort()', async () => {
    const { code, signal } = await runProgram('exit.js', ['abort', door])
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGABRT' })
  })
})

test('a SIGTERM handler that closes the pool lets the work end first', async () => {
  const { code, signal, stdout } = await runProgram('exit.js', ['graceful signal'], {
    onOutput: (child, output) => output === 'ready\n' && child.kill('SIGTERM'),
  })
  expect({ code, signal, stdout }).toEqual({ code: 0, signal: null, stdout: 'ready\nclosed 4\n' })
})

test('an exception in onProgress is an uncaught one, and the process ends', async () => {
  const { code, stderr } = await runProgram('exit.js', ['thrown in progress'])
  expect(code).toBe(1)
  expect(stderr).toContain('Error: on purpose')
})
