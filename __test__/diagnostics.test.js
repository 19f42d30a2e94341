// @ts-check
'use strict'

/** The channels of `node:diagnostics_channel`, for native tasks on both doors. */

const { subscribe, unsubscribe } = require('node:diagnostics_channel')
const { WorkerPool, runTask } = require('..')

const events = ['enqueue', 'start', 'end', 'error']

/**
 * What the channels say while `work` runs.
 *
 * @param {() => Promise<unknown>} work
 */
async function heardWhile(work) {
  /** @type {{ event: string, message: any }[]} */
  const heard = []
  const listeners = events.map((event) => (/** @type {unknown} */ message) => void heard.push({ event, message }))
  events.forEach((event, i) => subscribe(`offloop:task:${event}`, listeners[i]))
  try {
    await work()
  } finally {
    events.forEach((event, i) => unsubscribe(`offloop:task:${event}`, listeners[i]))
  }
  return heard
}

test('a task is heard of when it is queued, started and done, always by the same message', async () => {
  const pool = new WorkerPool({ size: 1, name: 'watched' })
  const heard = await heardWhile(() => pool.runTask('noop'))
  await pool.close()
  expect(heard.map(({ event }) => event)).toEqual(['enqueue', 'start', 'end'])
  const [{ message }] = heard
  expect(heard.every((one) => one.message === message)).toBe(true)
  expect(message).toMatchObject({ task: 'noop', pool: 'watched' })
  expect(message.enqueuedAt).toBeLessThanOrEqual(message.startedAt)
  expect(message.startedAt).toBeLessThanOrEqual(message.endedAt)
})

test('a one-off task belongs to no pool', async () => {
  const heard = await heardWhile(() => runTask('noop', 1))
  expect(heard.map(({ event }) => event)).toEqual(['enqueue', 'start', 'end'])
  expect(heard[0].message).toMatchObject({ task: 'noop', pool: undefined })
})

test('the message of a task that fails has its error', async () => {
  /** @type {unknown} */
  let reason
  const heard = await heardWhile(() => runTask('fault', { kind: 'error' }).catch((error) => (reason = error)))
  expect(heard.map(({ event }) => event)).toEqual(['enqueue', 'start', 'error'])
  expect(heard[2].message.error).toBe(reason)
})

test('a task that is cancelled in the queue is never started', async () => {
  const pool = new WorkerPool(1)
  const heard = await heardWhile(async () => {
    const busy = pool.runTask('fault', { kind: 'stall', milliseconds: 50 })
    await pool.runTask('noop', 1, { queueTimeout: 1 }).catch(() => {})
    await busy
  })
  await pool.close()
  expect(heard.filter(({ message }) => message.task === 'noop').map(({ event }) => event)).toEqual(['enqueue', 'error'])
})

test('a task that is refused is not heard of', async () => {
  const pool = new WorkerPool(1)
  await pool.close()
  expect(await heardWhile(() => pool.runTask('noop', 1).catch(() => {}))).toEqual([])
})

test('nobody is told when nobody listens', async () => {
  const heard = await heardWhile(async () => {})
  await runTask('noop')
  expect(heard).toEqual([])
})
