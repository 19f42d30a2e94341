'use strict'

/** A worker file that does everything a worker file can do wrong, and some things right; for random tests. */

const { parentPort, workerData } = require('node:worker_threads')

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** @param {number} milliseconds */
function burn(milliseconds) {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** @param {number} id */
function failure(id) {
  return Object.assign(new RangeError(`of ${id}`), { code: 'ERR_OF_USER', id })
}

/**
 * What a task may do, by name. Those that end by themselves give the `id` they were given.
 *
 * @type {Record<string, (task: any, context: import('../..').WorkerContext) => unknown>}
 */
const kinds = {
  number: ({ id }) => id,
  echo: ({ id }) => ({ id, list: [1, 2, 3], text: 'plain' }),
  map: ({ id, map }) => new Map([...map, ['id', id]]),
  sleep: ({ id, milliseconds }) => sleep(milliseconds).then(() => id),
  burn: ({ id, milliseconds }) => {
    burn(milliseconds)
    return id
  },
  throws: ({ id }) => {
    throw failure(id)
  },
  rejects: async ({ id, milliseconds }) => {
    await sleep(milliseconds)
    throw Object.assign(failure(id), { details: new Map([[id, new Date()]]) })
  },
  uncloneable: () => ({ secret: () => {} }),
  // Until they are stopped.
  never: () => new Promise(() => {}),
  spin: () => {
    for (;;);
  },
  polite: (_, context) => {
    while (!context.aborted);
  },
  listening: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  'look at the signal': async (_, context) => {
    await sleep(0)
    while (!context.aborted);
    return context.signal.aborted && new Promise(() => {})
  },
  // Down with the worker.
  exit: ({ code }) => process.exit(code),
  'exit later': ({ id, milliseconds, code }) => {
    setTimeout(() => process.exit(code), milliseconds)
    return id
  },
  'burn and exit later': ({ id, milliseconds }) => {
    setTimeout(() => {
      burn(milliseconds)
      process.exit(4)
    })
    return id
  },
  'throw later': ({ id, milliseconds }) => {
    setTimeout(() => {
      throw failure(id)
    }, milliseconds)
    return id
  },
  'reject unheard': async ({ id, milliseconds }) => {
    void sleep(milliseconds).then(() => Promise.reject(failure(id)))
    return id
  },
  exhaust: () => {
    const hoard = []
    for (;;) hoard.push(Array.from({ length: 1000 }, Math.random))
  },
  // Values that go over ports.
  bytes: ({ id, bytes }, { move }) => move({ id, bytes }),
  shared: ({ id, shared }) => {
    Atomics.add(shared, 0, 1)
    return { id, shared }
  },
  port: ({ id, port }) => {
    port.postMessage(id)
    port.close()
    return id
  },
  progress: async ({ id, milliseconds }, { progress }) => {
    for (let step = 0; step < 3; step++) {
      progress(step % 2 ? new Map([[id, step]]) : { id, step })
      await sleep(milliseconds)
    }
    return id
  },
}

/** How each loading of the file goes, one after the other, for all workers of a pool together; first the next one's index. */
const { loads, style } = workerData
const load = loads === undefined ? 0 : loads[Atomics.add(loads, 0, 1)]
if (load === 1) throw new Error('not today')
if (load === 2) process.exit(9)

/** @param {any} task @param {any} context */
const work = (task, context) => (typeof task === 'number' ? task : kinds[task.kind](task, context))

if (style === 'plain') {
  parentPort?.on('message', async (task) => {
    // What is thrown here is nobody's to catch, as it is in Node.
    parentPort?.postMessage(await work(task, {}))
  })
} else {
  module.exports = { default: work, named: work }
}
