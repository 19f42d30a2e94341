// @ts-check
'use strict'

/** `runTask` on libuv's threads, which it shares with everybody else. */

const { readFile } = require('node:fs/promises')
const { promisify } = require('node:util')
const { runTask } = require('..')
const { failure } = require('./support/failure')

const pbkdf2 = promisify(require('node:crypto').pbkdf2)

test('half of libuv’s threads are left to files, DNS and crypto, however many tasks there are', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const stalls = Array.from({ length: 20 }, () => failure(runTask('fault', { kind: 'stall' }, { signal })))
  // Those would hang if the stalls had all the threads.
  for (let i = 0; i < 20; i++) {
    await Promise.all([readFile(__filename), readFile(__filename), pbkdf2('a', 'b', 10, 8, 'sha256')])
  }
  controller.abort()
  expect((await Promise.all(stalls)).map(({ code }) => code)).toEqual(Array(20).fill('ABORT_ERR'))
})

test('ten thousand at once', async () => {
  const results = await Promise.all(Array.from({ length: 10_000 }, (_, i) => runTask('noop', i)))
  expect(results.every((result, i) => result === i)).toBe(true)
})

test('first in, first out', async () => {
  const controller = new AbortController()
  const stalls = Array.from({ length: 2 }, () => {
    return failure(runTask('fault', { kind: 'stall' }, { signal: controller.signal }))
  })
  /** @type {number[]} */
  const order = []
  const tasks = Array.from({ length: 100 }, (_, i) =>
    runTask('fault', { kind: 'stall', milliseconds: i < 1 ? 300 : 0 }).then(() => order.push(i)),
  )
  controller.abort()
  await Promise.all([...stalls, ...tasks])
  // One runner has the first, which is long; the other does the rest, one after the other.
  expect(order).toEqual([...Array.from({ length: 99 }, (_, i) => i + 1), 0])
})
