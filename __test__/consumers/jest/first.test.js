const { WorkerPool, runTask } = require('offloop')

test('a pool that is closed', async () => {
  const pool = new WorkerPool(2)
  await expect(pool.runTask('noop', { a: 1 })).resolves.toEqual({ a: 1 })
  await pool.close()
})

test('the one-off door', async () => {
  await expect(runTask('noop', [1])).resolves.toEqual([1])
})
