import offloop, { WorkerPool } from 'offloop'

const pool: WorkerPool = new offloop.WorkerPool(1)
const doubled: number[] = []
for await (const number of pool.map([1, 2, 3], (item) => item * 2)) doubled.push(number)
await pool.close()

const workers = new WorkerPool<typeof import('./worker.mjs')>(new URL('worker.mjs', import.meta.url), 1)
const length: number = await workers.runTask('four')
const when: Date = await workers.runTask(5, { name: 'at' })
// @ts-expect-error The data of the default export is a string.
await workers.runTask(4)
await workers.close()
console.log(doubled.join(), length, when.getTime())
