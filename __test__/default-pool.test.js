// @ts-check
'use strict'

const { WorkerPool, defaultPool } = require('..')

test('is one pool, made when it is first asked for, and made again after it was closed', async () => {
  const pool = defaultPool()
  expect(pool).toBeInstanceOf(WorkerPool)
  expect(defaultPool()).toBe(pool)
  expect(pool.size).toBe(new WorkerPool().size)
  await expect(pool.runTask('noop', 'default')).resolves.toBe('default')
  await pool.close()
  const next = defaultPool()
  expect(next).not.toBe(pool)
  expect(next.closed).toBe(false)
  await expect(next.runTask('noop', 'next')).resolves.toBe('next')
})
