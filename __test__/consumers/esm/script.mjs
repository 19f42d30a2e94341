import offloop, { TaskError, WorkerPool, runTask } from 'offloop'
import { createRequire } from 'node:module'

const pool = new WorkerPool(1)
const results = [await runTask('noop', { door: 'one-off' }), await pool.runTask('noop', new Float64Array([1, 2]))]
const workers = new WorkerPool(new URL('worker.mjs', import.meta.url), 1)
const words = [await workers.runTask('a,b'), await workers.runTask('c', { name: 'shout' })]
await workers.close()
const failure = await pool.runTask('fault', { kind: 'panic' }).catch((error) => error)
await pool.close()

console.log(
  JSON.stringify({
    door: results[0].door,
    sum: results[1][0] + results[1][1],
    code: failure.code,
    words,
    typed: failure instanceof TaskError,
    oneState: offloop === createRequire(import.meta.url)('offloop'),
  }),
)
