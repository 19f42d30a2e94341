// @ts-check
'use strict'

/** Children end with their parent, however that one ends. */

const { isAlive, untilGone } = require('./support/processes')
const { runProgram } = require('./support/program')

/** Runs a parent to its end, and gives the numbers of its children. @param {string} how  @param {string} kind */
async function childrenOf(how, kind) {
  const ended = await runProgram('children/parent.js', [how, kind])
  const [, ...pids] = JSON.parse(ended.stdout.split('\n', 1)[0] || '[]')
  expect(pids.length).toBeGreaterThan(0)
  return { ...ended, pids }
}

const ways = ['process.exit', 'an uncaught exception', 'an unhandled rejection', 'a SIGTERM handler']

describe.each(['spawn', 'family', 'fork'])('%s', (kind) => {
  test.each(ways)('by %s', async (how) => {
    const { pids } = await childrenOf(how, kind)
    for (const pid of pids) await untilGone(pid)
    expect(pids.map(isAlive)).not.toContain(true)
  })
})

const onLinux = process.platform === 'linux' ? ['SIGTERM', 'SIGINT', 'SIGKILL', 'process.abort'] : []

test.each(['SIGTERM', 'SIGINT', 'SIGKILL', 'process.abort'])('fork, by %s', async (how) => {
  const { pids } = await childrenOf(how, 'fork')
  for (const pid of pids) await untilGone(pid)
  expect(pids.map(isAlive)).not.toContain(true)
})

test.each([...onLinux, 'process.exit'])('a script that takes no notice of anything, by %s', async (how) => {
  const { pids } = await childrenOf(how, 'stubborn fork')
  // `process.exit` sends SIGTERM first; the kernel or the closed channel does the rest.
  for (const pid of pids) await untilGone(pid)
  expect(pids.map(isAlive)).not.toContain(true)
})

test.each([...onLinux, 'process.exit'])('a program, by %s', async (how) => {
  const { pids } = await childrenOf(how, 'spawn')
  for (const pid of pids) await untilGone(pid)
  expect(pids.map(isAlive)).not.toContain(true)
})

describe.each(['a worker that is terminated', 'process.exit of a worker thread'])('%s', (how) => {
  test.each(['spawn', 'family', 'fork'])('ends its own: %s', async (kind) => {
    const { pids, stdout, code } = await childrenOf(how, kind)
    for (const pid of pids) await untilGone(pid)
    expect({ stdout, code }).toEqual({ stdout: expect.stringContaining('worker ended'), code: 0 })
  })
})

test.each(['not cleaned up', 'detached'])('a child that is %s stays', async (kind) => {
  const { pids } = await childrenOf('process.exit', kind)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(pids.map(isAlive)).toEqual([true])
  process.kill(pids[0], 'SIGKILL')
  await untilGone(pids[0])
})

test('the exit code is the parent’s own', async () => {
  expect((await childrenOf('process.exit', 'spawn')).code).toBe(3)
  expect((await childrenOf('a SIGTERM handler', 'family')).code).toBe(4)
  expect((await childrenOf('SIGTERM', 'spawn')).signal).toBe('SIGTERM')
  const { code, stderr } = await childrenOf('an uncaught exception', 'fork')
  expect([code, stderr.includes('Error: on purpose')]).toEqual([1, true])
})
