// @ts-check
'use strict'

// A worker of a cluster: opens the counter, and counts when it is told to.

const { counting } = require('./counters')
const { now } = require('./threads')

/** @type {Promise<import('./counters').Counting>} */
let opened

process.on('message', async (/** @type {any} */ { open, count }) => {
  if (open !== undefined) {
    opened = Promise.resolve(counting[open.name](open.place))
    await opened
    process.send?.({ done: {} })
  }
  if (count !== undefined) {
    const { increment, incrementAtOnce } = await opened
    const began = now()
    await (count.atOnce === 1 ? increment(count.times) : incrementAtOnce?.(count.times, count.atOnce))
    process.send?.({ done: { began, ended: now() } })
  }
})
process.on('disconnect', () => process.exit())
