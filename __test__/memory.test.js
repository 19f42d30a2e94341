// @ts-check
'use strict'

/** Memory stays flat: what rounds of the same work leave behind, measured in a process of its own. */

const { runProgram } = require('./support/program')

const MB = 2 ** 20

test.each(['tasks', 'values', 'failures', 'aborts', 'transfers', 'one-off', 'pools'])(
  'rounds of %s leave nothing behind',
  async (name) => {
    const { code, stdout, stderr } = await runProgram('memory.js', [name], {
      node: ['--expose-gc'],
      killAfter: 110_000,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rounds = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rounds).toHaveLength(6)
    // The first rounds fill caches and let the allocator find its size.
    const [settled, last] = [rounds[2], rounds[5]]
    expect(last.heapUsed - settled.heapUsed).toBeLessThan(3 * MB)
    expect(last.external - settled.external).toBeLessThan(3 * MB)
    // Three rounds that kept what they use would take more.
    expect(last.rss - settled.rss).toBeLessThan(60 * MB)
  },
  120_000,
)
