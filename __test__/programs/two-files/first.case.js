// @ts-check
'use strict'

/** Loaded by Jest in one process with `second.case.js`, each file in a realm of its own over one native addon. */

const offloop = require('../../..')

test('errors, promises and values are of this realm', async () => {
  const pool = new offloop.WorkerPool(1)
  for (const run of [offloop.runTask, pool.runTask.bind(pool)]) {
    const promise = run('fault', { kind: 'error' })
    expect(promise).toBeInstanceOf(Promise)
    const error = await promise.catch((failure) => failure)
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(offloop.TaskError)
    const result = await run('noop', { list: [1], bytes: Buffer.from('x'), floats: Float64Array.of(1) })
    expect(result).toStrictEqual({ list: [1], bytes: Buffer.from('x'), floats: Float64Array.of(1) })
    expect(result.list).toBeInstanceOf(Array)
    expect(result.floats).toBeInstanceOf(Float64Array)
  }
  expect(() => new offloop.WorkerPool(0)).toThrow(offloop.ArgumentError)
})

test('the state of this file is its own', async () => {
  const shared = /** @type {any} */ (process)
  const seen = shared.offloopSeenByTests
  if (seen) {
    // The file before this one left its pools open.
    expect(seen.WorkerPool).not.toBe(offloop.WorkerPool)
    expect(seen.defaultPool()).not.toBe(offloop.defaultPool())
    await expect(seen.runTask('noop', 'of the other file')).resolves.toBe('of the other file')
  }
  shared.offloopSeenByTests = offloop
  await expect(offloop.defaultPool().runTask('noop', 1)).resolves.toBe(1)
})

test('the module can be loaded anew', async () => {
  jest.resetModules()
  const again = require('../../..')
  expect(again.WorkerPool).not.toBe(offloop.WorkerPool)
  await expect(Promise.all([again.runTask('noop', 1), offloop.runTask('noop', 2)])).resolves.toEqual([1, 2])
})
