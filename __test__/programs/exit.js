// @ts-check
'use strict'

/** One way for a process to end, by name, with work in flight on a door: `node exit.js <case> [door]`. */

const { WorkerPool, runTask } = require('../..')

const [, , name, door = 'pool'] = process.argv
const pool = new WorkerPool({ size: 2 })
const stalled = { kind: /** @type {const} */ ('stall') }

/** @param {number} [milliseconds] */
const stall = (milliseconds) => {
  const input = { ...stalled, milliseconds }
  return door === 'pool' ? pool.runTask('fault', input) : runTask('fault', input)
}

/** Work that runs and work that waits, none of which ends by itself. */
const start = () => {
  for (let i = 0; i < 10; i++) stall().catch(() => {})
  return new Promise((resolve) => setTimeout(resolve, 50))
}

/** @type {Record<string, () => unknown>} */
const cases = {
  // Nothing outstanding: an idle pool does not keep the process alive, closed or not.
  idle: () => console.log('idle'),
  used: async () => console.log(await Promise.all([pool.runTask('noop', 1), runTask('noop', 2)])),
  // Outstanding work does.
  outstanding: () => void stall(300).then(() => console.log('done')),
  waiting: () => {
    for (let i = 0; i < 6; i++) void stall(60).then(() => console.log('done', i))
  },
  backpressure: async () => {
    const bounded = new WorkerPool({ size: 1, maxQueue: 1 })
    for (let i = 0; i < 2; i++) void bounded.runTask('fault', { ...stalled, milliseconds: 50 })
    await bounded.ready()
    console.log('ready')
    await bounded.drain()
    console.log('drained')
    await bounded.close()
    console.log('closed')
  },
  dropped: async () => {
    // Many pools that nobody closes or keeps.
    for (let i = 0; i < 50; i++) console.log(await new WorkerPool(4).runTask('noop', i))
  },
  exit: async () => {
    await start()
    process.exit(7)
  },
  'exit in a listener': async () => {
    void pool.runTask('noop').then(() => process.exit(8))
    await start()
  },
  'exit in progress': async () => {
    const onProgress = () => process.exit(9)
    await pool.runTask('fault', { ...stalled, milliseconds: 10_000 }, { onProgress })
  },
  'work in an exit listener': async () => {
    process.on('exit', () => {
      pool.runTask('noop').catch(({ code }) => console.log('never heard of', code))
      void pool.close()
    })
    await start()
    process.exit(4)
  },
  uncaught: async () => {
    await start()
    setTimeout(() => {
      throw new Error('on purpose')
    })
  },
  unhandled: async () => {
    await start()
    void new WorkerPool(1).runTask('fault', { kind: 'error' })
  },
  'thrown in progress': () => {
    const onProgress = () => {
      throw new Error('on purpose')
    }
    return pool.runTask('fault', { ...stalled, milliseconds: 10_000 }, { onProgress })
  },
  'caught and on': async () => {
    process.once('uncaughtException', (error) => console.log('caught', error.message))
    const task = stall(200)
    setTimeout(() => {
      throw new Error('on purpose')
    })
    await task
    console.log('done')
  },
  abort: async () => {
    await start()
    process.abort()
  },
  signal: async () => {
    await start()
    console.log('ready')
  },
  'graceful signal': async () => {
    const tasks = [1, 2, 3, 4].map(() => stall(150))
    process.on('SIGTERM', async () => {
      await pool.close()
      console.log('closed', (await Promise.all(tasks)).length)
    })
    // Keeps the process alive until the signal comes.
    const timer = setInterval(() => {}, 1000)
    process.once('SIGTERM', () => clearInterval(timer))
    console.log('ready')
  },
}

void cases[name]()
