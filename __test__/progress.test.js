// @ts-check
'use strict'

const { WorkerPool } = require('..')
const { doors } = require('./support/doors')

const pool = new WorkerPool(2)
afterAll(() => pool.close())

describe.each(doors(() => pool))('%s', (_, run) => {
  test('reports at most twenty times a second, rising, and the whole at last', async () => {
    /** @type {import('..').Progress[]} */
    const reports = []
    const milliseconds = 400
    const start = performance.now()
    await run(
      'fault',
      { kind: 'stall', milliseconds },
      { onProgress: (/** @type {any} */ report) => reports.push(report) },
    )
    const seconds = (performance.now() - start) / 1000
    expect(reports.length).toBeGreaterThanOrEqual(2)
    // One at the start and one at the end beside those in between.
    expect(reports.length).toBeLessThanOrEqual(20 * seconds + 2)
    const completed = reports.map((report) => report.completed)
    expect(completed).toEqual([...completed].sort((a, b) => a - b))
    for (const report of reports) {
      expect(report.total).toBe(milliseconds)
      expect(report.percent).toBeCloseTo((100 * report.completed) / milliseconds)
    }
    expect(reports.at(-1)).toEqual({ completed: milliseconds, total: milliseconds, percent: 100 })
  })

  test('never reports after the task has settled', async () => {
    const controller = new AbortController()
    let settled = false
    const late = jest.fn()
    const onProgress = () => {
      if (settled) late()
      controller.abort()
    }
    await run('fault', { kind: 'stall', milliseconds: 60_000 }, { onProgress, signal: controller.signal }).catch(
      () => {},
    )
    settled = true
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(late).not.toHaveBeenCalled()
  })

  test('a task that fails at once reports nothing', async () => {
    const onProgress = jest.fn()
    await run('fault', { kind: 'error' }, { onProgress }).catch(() => {})
    expect(onProgress).not.toHaveBeenCalled()
  })
})

test('each task reports to its own listener', async () => {
  const totals = await Promise.all(
    [10, 20, 30, 40].map(async (milliseconds) => {
      const seen = new Set()
      const onProgress = (/** @type {import('..').Progress} */ { total }) => seen.add(total)
      await pool.runTask('fault', { kind: 'stall', milliseconds }, { onProgress })
      return [...seen]
    }),
  )
  expect(totals).toEqual([[10], [20], [30], [40]])
})
