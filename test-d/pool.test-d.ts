import { expectAssignable, expectError, expectType } from 'tsd'
import { SHARE_ENV } from 'node:worker_threads'
import offloop, { WorkerPool, defaultPool, runTask, runWorker, tasks } from '..'
import * as everything from '..'
import type { PoolStats, Progress, TaskDescription, TaskName } from '..'

// Both doors take the same tasks and give the same results.
expectType<Promise<any>>(runTask('noop', { any: ['thing'] }))
expectType<Promise<undefined>>(runTask('fault', { kind: 'stall', milliseconds: 5 }))
expectError(runTask('no.such.task'))
expectError(runTask('fault', { kind: 'smoke' }))
expectError(runTask(1))

const pool = new WorkerPool()
expectType<WorkerPool>(defaultPool())
expectType<Promise<any>>(pool.runTask('noop'))
expectType<Promise<undefined>>(pool.runTask('fault', { kind: 'panic' }))
expectError(pool.runTask('no.such.task'))

// Only a pool has a queue to wait in.
const common = {
  signal: new AbortController().signal,
  timeout: 100,
  transferList: [new ArrayBuffer(8)],
  onProgress: (progress: Progress) => expectType<number>(progress.percent),
}
void runTask('noop', 1, common)
void pool.runTask('noop', 1, { ...common, queueTimeout: 100, priority: -1 })
expectError(runTask('noop', 1, { queueTimeout: 100 }))
expectError(runTask('noop', 1, { priority: 1 }))
expectError(pool.runTask('noop', 1, { timeout: '100' }))
expectError(pool.runTask('noop', 1, { transferList: [new Uint8Array(8)] }))

// A pool is made from a number or from options.
void new WorkerPool(4)
void new WorkerPool({ size: 4, maxQueue: Infinity, maxQueueBytes: 1e9, name: 'images', niceIncrement: 5 })
expectError(new WorkerPool({ threads: 4 }))

// What a pool says of itself, and how it ends.
expectType<PoolStats>(pool.stats())
expectType<number>(pool.stats().waitTime.p99)
expectType<number>(pool.size)
expectType<number>(pool.queueSize)
expectType<boolean>(pool.hasRoom)
expectType<boolean>(pool.closed)
expectError((pool.size = 2))
expectType<Promise<void>>(pool.ready())
expectType<Promise<void>>(pool.drain())
expectType<Promise<void>>(pool.close({ timeout: 1000, force: true }))
expectType<Promise<void>>(pool.destroy())
expectAssignable<AsyncDisposable>(pool)
pool.on('drain', () => {})
pool.once('needsDrain', () => {})
pool.on('error', (error) => expectType<Error>(error))

// map: items are the inputs of a task, or anything that a function takes.
expectType<AsyncGenerator<undefined, void, void>>(pool.map([{ kind: 'error' as const }], 'fault', { concurrency: 2 }))
expectError(pool.map(['smoke'], 'fault'))
expectType<AsyncGenerator<string, void, void>>(
  pool.map([1, 2], async (item, index, { signal }) => {
    expectType<number>(item)
    expectType<number>(index)
    expectType<AbortSignal>(signal)
    return String(item)
  }),
)
expectError(pool.map([1], String, { priority: 1 }))

// One worker, one result.
expectType<Promise<any>>(runWorker('./compute.js'))
expectType<Promise<number>>(runWorker<number>(new URL('file:///compute.js'), { workerData: { iterations: 5 } }))
void runWorker('./compute.js', {
  transferList: [new ArrayBuffer(8), new MessageChannel().port1],
  signal: new AbortController().signal,
  timeout: 1000,
  gracePeriod: 0,
  env: SHARE_ENV,
  argv: ['a', 1],
  execArgv: ['--no-warnings'],
  resourceLimits: { maxOldGenerationSizeMb: 64 },
  name: 'compute',
  stdout: true,
  stderr: true,
  trackUnmanagedFds: false,
})
expectError(runWorker(() => 1))
expectError(runWorker('./compute.js', { queueTimeout: 5 }))

// Errors are one family.
const error = new Error() as offloop.OffloopError
expectType<boolean>(error.timedOut)
expectType<boolean>(error.canceled)
expectType<boolean>(error.crashed)
expectType<string | undefined>(error.task)
expectAssignable<string>(error.code)
expectAssignable<typeof error.code>('ERR_TASK_TIMEOUT' satisfies offloop.ErrorCode)
expectAssignable<typeof offloop.OffloopError.prototype>(offloop.TimeoutError.prototype)
expectAssignable<Error>(offloop.AbortError.prototype)
expectType<number | undefined>(offloop.WorkerError.prototype.exitCode)

expectType<TaskDescription[]>(tasks())
expectType<TaskName>(tasks()[0].name)
expectType<typeof everything.WorkerPool>(WorkerPool)
