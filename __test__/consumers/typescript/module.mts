import offloop, { WorkerPool } from 'offloop'

const pool: WorkerPool = new offloop.WorkerPool(1)
const doubled: number[] = []
for await (const number of pool.map([1, 2, 3], (item) => item * 2)) doubled.push(number)
await pool.close()
console.log(doubled.join())
