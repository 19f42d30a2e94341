const { WorkerPool, runTask } = require('offloop')

test('a pool that is closed', async () => {
  const pool = new WorkerPool(2)
  await expect(pool.runTask('noop', { a: 1 })).resolves.toEqual({ a: 1 })
  await pool.close()
})

test('a pool of JS workers that is closed', async () => {
  const pool = new WorkerPool(require.resolve('./worker'), 2)
  await expect(Promise.all([pool.runTask(1), pool.runTask(2)])).resolves.toEqual([2, 4])
  await pool.close()
})

test('the one-off door', async () => {
  await expect(runTask('noop', [1])).resolves.toEqual([1])
})
