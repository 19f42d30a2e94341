// @ts-check
'use strict'

const { monitorEventLoopDelay } = require('node:perf_hooks')
const { WorkerPool, runTask } = require('..')
const { failure } = require('./support/failure')

test('the event loop keeps turning while every thread is busy and the queue is long', async () => {
  const pool = new WorkerPool(4)
  const controller = new AbortController()
  const { signal } = controller
  const stalls = [...Array(1000)].map(() => failure(pool.runTask('fault', { kind: 'stall' }, { signal })))
  stalls.push(...[...Array(8)].map(() => failure(runTask('fault', { kind: 'stall' }, { signal }))))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let beats = 0
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      if (++beats === 50) resolve(clearInterval(timer))
    }, 5)
  })
  delay.disable()
  // Far above what is normal, and far below what a loop that waits for a task would have.
  expect(delay.max / 1e6).toBeLessThan(2000)
  controller.abort()
  await Promise.all(stalls)
  await pool.close()
})

test('timers get their turn while a hundred thousand outcomes come in', async () => {
  const pool = new WorkerPool(2)
  let settled = 0
  const tasks = Array.from({ length: 100_000 }, (_, i) => pool.runTask('noop', i).then(() => settled++))
  /** How many had settled each time a turn of the loop came round. */
  const turns = new Set()
  const beat = () => {
    turns.add(settled)
    if (settled < tasks.length) setImmediate(beat)
  }
  setImmediate(beat)
  await Promise.all(tasks)
  expect(turns.size).toBeGreaterThan(10)
  await pool.close()
})

test('and while a few hundred tasks are always on their way, each submitted when another has settled', async () => {
  const pool = new WorkerPool(2)
  const [total, atOnce] = [100_000, 200]
  let settled = 0
  let most = 0
  /** @param {number} before how many had settled when the last turn of the loop came round */
  const beat = (before) => {
    const now = settled
    most = Math.max(most, now - before)
    if (now < total) setImmediate(beat, now)
  }
  setImmediate(beat, 0)
  const series = async () => {
    for (let i = 0; i < total / atOnce; i++) {
      await pool.runTask('noop')
      settled++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, series))
  // Without a share for each turn, tens of thousands settle before any timer gets its own.
  expect(most).toBeLessThan(5000)
  await pool.close()
})
