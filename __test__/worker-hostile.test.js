// @ts-check
'use strict'

/** Data and workers that do what one would not think of. */

const { WorkerPool } = require('..')
const { failure } = require('./support/failure')

/** @type {WorkerPool} */
let pool
afterEach(() => pool.destroy())

test('data that aborts the call while it is read', async () => {
  pool = new WorkerPool(() => new Promise(() => {}), 1)
  const controller = new AbortController()
  const data = {
    get rows() {
      controller.abort()
      return []
    },
  }
  expect(await failure(pool.runTask(data, { signal: controller.signal }))).toMatchObject({ code: 'ABORT_ERR' })
})
