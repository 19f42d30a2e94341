// @ts-check
'use strict'

/** What becomes of tasks when a worker that is a process ends: every one settles once, typed, and the pool goes on. */

const fs = require('node:fs')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { types } = require('node:util')
const { WorkerError } = require('..')
const { failure } = require('./support/failure')
const { isAlive } = require('./support/processes')
const { until } = require('./support/until')
const { workerFiles } = require('./support/worker-files')
const { makesPools, workerFile } = require('./support/worker-pools')

const file = workerFiles()
const pools = makesPools()

/** @param {any} [options] */
const makePool = (options = {}) => pools(workerFile('process.js'), { size: 1, runtime: 'process', ...options })

test.each([
  ['abort', undefined, 'SIGABRT'],
  ['kill', 'SIGSEGV', 'SIGSEGV'],
  ['kill', 'SIGKILL', 'SIGKILL'],
])('%s(%p): the task is rejected with the signal, the next one runs', async (name, data, signal) => {
  const pool = makePool({ stderr: true })
  const error = await failure(pool.runTask(data, { name }))
  expect(error).toBeInstanceOf(WorkerError)
  expect(error).toMatchObject({
    code: 'ERR_WORKER_EXITED',
    crashed: true,
    signal,
    message: `The worker was killed by ${signal} before the task had ended`,
  })
  expect(error.exitCode).toBeUndefined()
  await expect(pool.runTask('next')).resolves.toBe('next')
  await until(() => pool.exits.length === 1)
  expect(pool.exits[0]).toMatchObject({ workerId: 1, exitCode: null, signal, reason: 'crashed' })
  expect(pool.stats()).toMatchObject({ failed: 1, completed: 1, size: 1 })
})

test.each([0, 7])('process.exit(%i)', async (code) => {
  const pool = makePool()
  const error = await failure(pool.runTask(code, { name: 'exit' }))
  expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: code })
  expect(error.message).toBe(`The worker exited with code ${code} before the task had ended`)
  expect(pool.exits).toEqual([])
  await until(() => pool.exits.length === 1)
  expect(pool.exits[0]).toMatchObject({ exitCode: code, signal: null, reason: 'exited' })
})

test('an exception that nobody catches is the cause', async () => {
  const pool = makePool()
  const error = await failure(pool.runTask('late', { name: 'throwInTimer' }))
  expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', exitCode: 1 })
  expect(error.cause).toBeInstanceOf(RangeError)
  expect(error.cause).toMatchObject({ message: 'late', code: 'E_LATER', at: new Date(5) })
  await until(() => pool.exits.length === 1)
  expect(pool.exits[0].reason).toBe('crashed')
})

test('a heap that is full ends the process alone, and says so', async () => {
  const pool = makePool({ size: 2, stderr: true, resourceLimits: { maxOldGenerationSizeMb: 40 } })
  const neighbour = pool.runTask(500, { name: 'sleep' })
  const error = await failure(pool.runTask(undefined, { name: 'exhaust' }))
  expect(error).toMatchObject({ name: 'WorkerError', code: 'ERR_WORKER_OUT_OF_MEMORY', crashed: true })
  expect(error.cause.message).toMatch(/heap out of memory/)
  await expect(neighbour).resolves.toBe('slept')
  await expect(pool.runTask('next')).resolves.toBe('next')
  expect(pool.exits[0].reason).toBe('outOfMemory')
})

test('500 MB are the process’s own, and gone with it', async () => {
  const before = process.memoryUsage().rss
  const pool = makePool()
  const { rss, length } = await pool.runTask(500 * 2 ** 20, { name: 'allocate' })
  expect(length).toBe(500 * 2 ** 20)
  expect(rss).toBeGreaterThan(500 * 2 ** 20)
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
  const pid = await pool.runTask(undefined, { name: 'pid' })
  await failure(pool.runTask('SIGKILL', { name: 'kill' }))
  expect(isAlive(pid)).toBe(false)
})

test('retry runs the task in another process, as often as it says', async () => {
  const pool = makePool({ stderr: true })
  const [enough, tooFew] = [file('enough', ''), file('too-few', '')]
  const task = { times: 3, signal: 'SIGKILL' }
  await expect(pool.runTask({ ...task, file: enough }, { name: 'signalTimes', retry: 3 })).resolves.toBe('survived')
  const error = await failure(pool.runTask({ ...task, file: tooFew }, { name: 'signalTimes', retry: 2 }))
  expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', signal: 'SIGKILL' })
  expect([enough, tooFew].map((name) => fs.statSync(name).size)).toEqual([4, 3])
})

test('an idle process that is killed is replaced', async () => {
  const pool = makePool()
  const pid = await pool.runTask(undefined, { name: 'pid' })
  process.kill(pid, 'SIGKILL')
  await until(() => pool.exits.length === 1)
  await expect(pool.runTask(undefined, { name: 'pid' })).resolves.not.toBe(pid)
  expect(pool.size).toBe(1)
})

test('one that leaves its channel is replaced', async () => {
  const pool = makePool()
  await pool.runTask(undefined, { name: 'leave' }).catch(() => {})
  await until(() => pool.exits.length === 1)
  await expect(pool.runTask('next')).resolves.toBe('next')
})

test('2,000 tasks while processes are killed: each settles once, with its own result or the reason', async () => {
  const pool = makePool({ size: 3 })
  const settled = new Uint8Array(2000)
  const outcomes = Array.from({ length: 2000 }, (_, i) => {
    const retry = i % 2 === 0 ? 100 : 0
    const task = i % 5 === 0 ? pool.runTask(new Map([['i', i]]), { retry }) : pool.runTask({ i }, { retry })
    return task.then(
      (/** @type {any} */ value) => {
        settled[i]++
        return (types.isMap(value) ? value.get('i') : value.i) === i ? 'right' : 'wrong'
      },
      (/** @type {any} */ error) => {
        settled[i]++
        return retry === 0 ? error.code : `although it could run again: ${error.code}`
      },
    )
  })
  let kills = 0
  let isOver = false
  const all = Promise.all(outcomes).finally(() => (isOver = true))
  /** @type {number | undefined} */
  let last
  while (!isOver && kills < 15) {
    await sleep(5)
    // The newest, when it is there.
    const { pid } = pool.created.at(-1) ?? {}
    if (pid === undefined || pid === last) continue
    process.kill(pid, 'SIGKILL')
    last = pid
    kills++
  }
  const counts = Object.create(null)
  for (const outcome of await all) counts[outcome] = (counts[outcome] ?? 0) + 1
  expect(Object.keys(counts).filter((key) => key !== 'right' && key !== 'ERR_WORKER_EXITED')).toEqual([])
  expect(counts.right).toBeGreaterThanOrEqual(1000)
  expect(settled.every((times) => times === 1)).toBe(true)
  expect(pool.exits.filter((/** @type {any} */ { signal }) => signal === 'SIGKILL').length).toBeGreaterThan(0)
  expect(pool.stats()).toMatchObject({ queued: 0, running: 0, inputBytes: 0 })
})

test('a file that crashes while it is loaded', async () => {
  const crashing = file('crashing.cjs', 'process.abort()')
  const pool = pools(crashing, { size: 1, runtime: 'process', stderr: true })
  const error = await failure(pool.runTask(1))
  expect(error).toMatchObject({ code: 'ERR_WORKER_LOAD_FAILED', signal: 'SIGABRT' })
  expect(error.message).toBe('The worker cannot be loaded: it was killed by SIGABRT')
})

test('what a process that crashes has started ends with it', async () => {
  const parent = file(
    'parent.cjs',
    `const { spawn } = require('node:child_process')
module.exports = (end) => {
  const { pid } = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' })
  if (end) process.nextTick(() => process.kill(process.pid, 'SIGKILL'))
  require('node:fs').writeFileSync(${JSON.stringify(path.join(path.dirname(file('pid', '')), 'pid'))}, String(pid))
  return new Promise(() => {})
}`,
  )
  const pool = pools(parent, { size: 1, runtime: 'process' })
  expect((await failure(pool.runTask(true))).code).toBe('ERR_WORKER_EXITED')
  const pid = Number(fs.readFileSync(path.join(path.dirname(parent), 'pid'), 'utf8'))
  await until(() => !isAlive(pid))
})
