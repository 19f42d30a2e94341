// @ts-check
'use strict'

// The probes: what each does to a pool, and whether what happened is a defect.

const { setTimeout: sleep } = require('node:timers/promises')
const { inspect } = require('node:util')

/** Long enough for a worker to be replaced on a busy machine, many times over. */
const LIMIT_MS = 5000
/** A slot that is free later than this was not freed by the abort. */
const FREE_MS = 1000

/**
 * @typedef {import('./pools').Contestant} Contestant
 * @typedef {{ sound: boolean | undefined, words: string }} Verdict undefined: the pool does not have what is asked for
 * @typedef {{ title: string, probe: (contestant: Contestant) => Promise<Verdict> }} Probe
 */

/** @param {string} words  @returns {Verdict} */
const sound = (words) => ({ sound: true, words })
/** @param {string} words  @returns {Verdict} */
const defect = (words) => ({ sound: false, words })
/** @param {string} words  @returns {Verdict} */
const lacks = (words) => ({ sound: undefined, words })

/**
 * How a promise settles, if it does in time.
 *
 * @param {PromiseLike<unknown>} promise
 * @param {number} [limitMs]
 * @returns {Promise<{ state: 'resolved' | 'rejected' | 'pending', value?: any, error?: any, ms: number }>}
 */
function outcome(promise, limitMs = LIMIT_MS) {
  const start = performance.now()
  return Promise.race([
    promise.then(
      (value) => ({ state: /** @type {const} */ ('resolved'), value, ms: performance.now() - start }),
      (error) => ({ state: /** @type {const} */ ('rejected'), error, ms: performance.now() - start }),
    ),
    sleep(limitMs, { state: /** @type {const} */ ('pending'), ms: limitMs }),
  ])
}

/** A pool whose workers run. @param {Contestant} contestant  @param {import('./pools').Settings} settings */
async function warmPool(contestant, settings) {
  const pool = await contestant.open(settings)
  // One more than there are workers, so that each gets one.
  for (let i = 0; i <= settings.threads; i++) await pool.run({ fault: 'none' })
  return pool
}

/** What a task of the pool says after something went wrong there. @param {import('./pools').Pool} pool */
async function goesOn(pool) {
  const { state, value } = await outcome(pool.run({ fault: 'none' }))
  return state === 'resolved' && value === 'done'
}

/**
 * A fault that ends the worker: its task must reject and the pool must go on.
 *
 * @param {Contestant} contestant
 * @param {string} fault
 */
async function lostWorker(contestant, fault) {
  const pool = await warmPool(contestant, { threads: 1 })
  const { state } = await outcome(pool.run({ fault }))
  const next = (await goesOn(pool)) ? 'the next task runs' : 'the next task hangs too'
  if (state !== 'rejected') return defect(`${state === 'pending' ? 'never settles' : state}; ${next}`)
  return next === 'the next task runs' ? sound('rejects; the next task runs') : defect(`rejects; ${next}`)
}

/** Fills the queue of a pool of one worker, and what one task more does. @param {Contestant} contestant */
async function overfull(contestant) {
  const pool = await warmPool(contestant, { threads: 1, maxQueue: contestant.leastQueue })
  const running = Array.from({ length: 1 + (contestant.leastQueue ?? 0) }, () => pool.run({ fault: 'wait', ms: 300 }))
  const counter = new Int32Array(new SharedArrayBuffer(4))
  let threw = false
  const { state } = await outcome(
    // An async function makes a rejection of what is thrown.
    (async () => {
      let task
      try {
        task = pool.run({ fault: 'count', counter })
      } catch (error) {
        threw = true
        throw error
      }
      await task
    })(),
  )
  await Promise.all(running)
  await sleep(500)
  return { threw, refused: state === 'rejected', ran: Atomics.load(counter, 0) > 0 }
}

/** Whether the pool says that its queue is full. @param {Contestant} contestant  @param {boolean} withSignals */
async function saysFull(contestant, withSignals) {
  const pool = await warmPool(contestant, { threads: 1, maxQueue: 2 })
  let full = false
  pool.onFull?.(() => (full = true))
  const { signal } = new AbortController()
  const tasks = Array.from({ length: 3 }, () => pool.run({ fault: 'wait', ms: 50 }, withSignals ? signal : undefined))
  await Promise.all(tasks)
  await sleep(50)
  return full
}

/** @type {Record<string, Probe>} */
const probes = {
  close: {
    title: 'closing with two busy workers waits for both',
    async probe(contestant) {
      const pool = await warmPool(contestant, { threads: 2 })
      if (pool.close === undefined) return lacks('no such call')
      const tasks = [200, 600].map((ms) => outcome(pool.run({ fault: 'wait', ms })))
      await sleep(50)
      const closed = outcome(pool.close())
      const [first, second] = (await Promise.all(tasks)).map(({ state }) => state)
      const { state } = await closed
      if (first === 'resolved' && second === 'resolved') {
        return state === 'resolved' ? sound('waits') : defect(`waits, but closing is ${state}`)
      }
      if (first === 'pending' && second === 'pending') return defect('both tasks never settle')
      return defect(first === 'resolved' ? `the second task is ${second}` : `the tasks are ${first} and ${second}`)
    },
  },

  refused: {
    title: 'a task that a full queue refused never runs',
    async probe(contestant) {
      if (contestant.leastQueue === undefined) return lacks('its queue has no bound')
      const { refused, ran } = await overfull(contestant)
      if (!refused) return defect('is not refused')
      return ran ? defect('is refused, and runs') : sound('never runs')
    },
  },

  throws: {
    title: 'a full queue rejects, and does not throw',
    async probe(contestant) {
      if (contestant.leastQueue === undefined) return lacks('its queue has no bound')
      const { threw } = await overfull(contestant)
      return threw ? defect('throws') : sound('rejects')
    },
  },

  full: {
    title: 'the event for a full queue comes, with abortable tasks too',
    async probe(contestant) {
      const { onFull } = await contestant.open({ threads: 1 })
      if (onFull === undefined) return lacks('no such event')
      if (await saysFull(contestant, true)) return sound('comes')
      return defect((await saysFull(contestant, false)) ? 'only for tasks without a signal' : 'never comes')
    },
  },

  uncloneable: {
    title: 'a result that cannot be cloned fails its own task alone, with an Error',
    async probe(contestant) {
      const pool = await warmPool(contestant, { threads: 1, concurrency: 2 })
      const neighbour = outcome(pool.run({ fault: 'wait', ms: 300 }))
      const culprit = await outcome(pool.run({ fault: 'function' }))
      const next = (await goesOn(pool)) ? [] : ['the next task hangs']
      const { state } = await neighbour
      const itself =
        culprit.state !== 'rejected'
          ? [culprit.state === 'pending' ? 'never settles' : culprit.state]
          : culprit.error instanceof Error
            ? []
            : [`rejects with \`${inspect(culprit.error, { depth: 0 })}\``]
      const others = state === 'resolved' ? [] : [`its neighbour is ${state}`]
      const faults = [...itself, ...others, ...next]
      return faults.length > 0 ? defect(faults.join('; ')) : sound('fails alone')
    },
  },

  error: {
    title: 'an error arrives with its name, code, cause and own properties',
    async probe(contestant) {
      const pool = await warmPool(contestant, { threads: 1 })
      const { error } = await outcome(pool.run({ fault: 'throw' }))
      const lost = [
        ...(error instanceof Error ? [] : ['being an Error']),
        ...(error?.name === 'PaymentError' ? [] : ['name']),
        ...(error?.code === 'ERR_PAYMENT' ? [] : ['code']),
        ...(error?.cause?.message === 'no funds' ? [] : ['cause']),
        ...(error?.amount === 42 ? [] : ['properties']),
      ]
      return lost.length > 0 ? defect(`loses ${lost.join(', ')}`) : sound('complete')
    },
  },

  exit: {
    title: '`process.exit()` in a task rejects it',
    probe: (contestant) => lostWorker(contestant, 'exit'),
  },

  uncaught: {
    title: 'an uncaught exception in a worker rejects its task',
    probe: (contestant) => lostWorker(contestant, 'uncaught'),
  },

  abort: {
    title: 'aborting an endless loop frees its worker',
    async probe(contestant) {
      const pool = await warmPool(contestant, { threads: 1 })
      const controller = new AbortController()
      const loop = outcome(pool.run({ fault: 'loop' }, controller.signal))
      await sleep(200)
      controller.abort()
      const next = outcome(pool.run({ fault: 'none' }))
      const { state } = await loop
      const { state: nextState, ms } = await next
      if (nextState !== 'resolved') return defect('the loop goes on')
      if (state !== 'rejected') return defect(`the task is ${state}`)
      const words = `after ${ms < FREE_MS ? `${Math.ceil(ms / 10) * 10} ms` : `${(ms / 1000).toFixed(1)} s`}`
      return ms < FREE_MS ? sound(words) : defect(words)
    },
  },

  neighbour: {
    title: 'aborting an asynchronous task leaves its neighbour on the worker alone',
    async probe(contestant) {
      if (!contestant.shares) return lacks('a worker runs one task at a time')
      const pool = await warmPool(contestant, { threads: 1, concurrency: 2 })
      const controller = new AbortController()
      const neighbour = outcome(pool.run({ fault: 'wait', ms: 400 }))
      const aborted = outcome(pool.run({ fault: 'wait', ms: 60_000 }, controller.signal))
      await sleep(100)
      controller.abort()
      const [task, other] = await Promise.all([aborted, neighbour])
      if (task.state !== 'rejected') return defect(`the task is ${task.state}`)
      return other.state === 'resolved' ? sound('goes on') : defect(`its neighbour is ${other.state}`)
    },
  },

  alive: {
    title: 'a program that only waits for a result stays alive',
    async probe(contestant) {
      const pool = await contestant.open({ threads: 1 })
      // Nothing else keeps this process alive. If it ends here, that is the verdict.
      process.channel?.unref()
      await pool.run({ fault: 'wait', ms: 500 })
      process.channel?.ref()
      return sound('stays alive')
    },
  },
}

module.exports = { probes }
