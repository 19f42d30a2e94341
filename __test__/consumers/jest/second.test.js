const { ArgumentError, WorkerPool } = require('offloop')

test('a pool that nobody closes', async () => {
  await expect(new WorkerPool(1).runTask('noop', 'text')).resolves.toBe('text')
})

test('errors are those of this realm', async () => {
  const error = await new WorkerPool(1).runTask('noop', 1, { timeout: -1 }).catch((reason) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(error).toBeInstanceOf(ArgumentError)
})

test('values and errors of workers are those of this realm', async () => {
  const pool = new WorkerPool((data) => {
    if (data === null) throw new RangeError('nothing')
    return { doubled: 2 * data.n }
  }, 1)
  await expect(pool.runTask({ n: 4 })).resolves.toStrictEqual({ doubled: 8 })
  await expect(pool.runTask(null)).rejects.toThrow(RangeError)
})
