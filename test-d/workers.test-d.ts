import { expectError, expectType } from 'tsd'
import { WorkerPool } from '..'
import type { NativePool, ScriptPool, WorkerContext, WorkerExitReason } from '..'

/** What \`typeof import('./worker')\` is. */
declare const worker: {
  default: (data: { n: number }, context: WorkerContext) => Promise<string>
  double: (n: number) => number
  now: () => Date
  VERSION: string
}

// Data and results are those of the exports.
const pool = new WorkerPool<typeof worker>('./worker.js', 4)
expectType<ScriptPool<typeof worker>>(pool)
expectType<Promise<string>>(pool.runTask({ n: 1 }))
expectType<Promise<string>>(pool.runTask({ n: 1 }, { name: 'default', priority: 1 }))
expectType<Promise<number>>(pool.runTask(1, { name: 'double' }))
expectType<Promise<Date>>(pool.runTask(undefined, { name: 'now' }))
expectError(pool.runTask('1'))
expectError(pool.runTask({ n: 1 }, { name: 'double' }))
expectError(pool.runTask(1, { name: 'triple' }))
expectError(pool.runTask(1, { name: 'VERSION' }))
expectType<AsyncGenerator<string, void, void>>(pool.map([{ n: 1 }], { concurrency: 3 }))
expectType<AsyncGenerator<number, void, void>>(pool.map([1, 2], 'double', { retry: 1 }))
expectType<AsyncGenerator<number, void, void>>(pool.map(['a'], async (text) => text.length))
expectError(pool.map(['a'], 'double'))

// A function brings its own types; an untyped file takes and gives anything.
const square = new WorkerPool((n: number, { aborted }) => (aborted ? 0 : n * n), { minSize: 1, maxSize: 4 })
expectType<Promise<number>>(square.runTask(3))
expectError(square.runTask('3'))
const untyped = new WorkerPool('./worker.js')
expectType<Promise<any>>(untyped.runTask({ any: ['thing'] }, { name: 'whatever' }))
expectType<Promise<any>>(untyped.runTask())
expectType<AsyncGenerator<any, void, void>>(untyped.map([1, 2]))
void new WorkerPool(new URL('file:///worker.js'), {
  size: 2,
  concurrency: 10,
  idleTimeout: 1000,
  workerData: { any: 'thing' },
  env: { A: 'b' },
  resourceLimits: { maxOldGenerationSizeMb: 64 },
  recycleAfter: { tasks: 1000, heapMb: 200, age: 60_000 },
  gracePeriod: 50,
})
expectError(new WorkerPool('./worker.js', { threads: 4 }))

// Everything that a task can be told.
void pool.runTask(
  { n: 1 },
  {
    signal: new AbortController().signal,
    timeout: 1,
    queueTimeout: 1,
    priority: -1,
    transferList: [new ArrayBuffer(8), new MessageChannel().port1],
    onProgress: (value) => expectType<any>(value),
    affinity: 'user-1',
    fairKey: 7,
  },
)

// The names of the two kinds.
expectType<NativePool>(new WorkerPool(4))
declare const native: WorkerPool
expectType<NativePool>(native)
declare const script: WorkerPool<typeof worker>
expectType<ScriptPool<typeof worker>>(script)

pool.on('workerExit', ({ exitCode, reason, error }) => {
  expectType<number | null>(exitCode)
  expectType<WorkerExitReason>(reason)
  expectType<Error | undefined>(error)
})
pool.on('workerCreate', ({ workerId }) => expectType<number>(workerId))
pool.on('message', (...[value, workerId]) => {
  expectType<any>(value)
  expectType<number>(workerId)
})
