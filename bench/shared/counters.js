// @ts-check
'use strict'

// One counter for a whole cluster, as its workers have it, and its value, as the primary has it.

const { connect } = require('./redis')

const KEY = 'counter'
const OWN = 'offloop Counter in a named region'
const IPC = 'IPC to the primary'
const REDIS = 'Redis'

/**
 * @typedef {object} Counting
 * @property {(times: number) => void | Promise<void>} increment so many times, one after the other
 * @property {(times: number, atOnce: number) => Promise<void>} [incrementAtOnce] so many of them on their way
 *
 * @typedef {{ region: string, port?: number }} Place where the counter is
 */

/**
 * @param {(times: number) => Promise<unknown>} increment resolves when it is done
 * @returns {Counting}
 */
function asking(increment) {
  const lane = async (/** @type {number} */ times) => {
    for (let i = 0; i < times; i++) await increment(1)
  }
  return {
    increment: lane,
    incrementAtOnce: async (times, atOnce) => {
      await Promise.all(Array.from({ length: atOnce }, () => lane(times / atOnce)))
    },
  }
}

/** @param {string} region */
const openCounter = (region) => new /** @type {any} */ (require('../..')).Counter(region)

/** In a worker. @type {Record<string, (place: Place) => Counting | Promise<Counting>>} */
const counting = {
  [OWN]: ({ region }) => {
    const counter = openCounter(region)
    return {
      increment: (times) => {
        for (let i = 0; i < times; i++) counter.increment()
      },
    }
  },
  [IPC]: () => {
    /** Answers come in the order of the questions. @type {Array<(value: number) => void>} */
    const waiting = []
    process.on('message', (/** @type {any} */ { value }) => value !== undefined && waiting.shift()?.(value))
    return asking(
      () =>
        new Promise((resolve) => {
          waiting.push(resolve)
          process.send?.({ increment: true })
        }),
    )
  },
  [REDIS]: async ({ port }) => {
    const client = await connect(/** @type {number} */ (port))
    return asking(() => client.incr(KEY))
  },
}

/**
 * In the primary.
 *
 * @param {string} name
 * @param {Place} place
 * @param {import('node:cluster').Worker[]} workers
 * @returns {Promise<{ valueOf: () => Promise<number>, close?: () => void }>} `valueOf` gives the counter's value
 */
async function keep(name, { region, port }, workers) {
  if (name === OWN) {
    const counter = openCounter(region)
    return { valueOf: async () => counter.value }
  }
  if (name === REDIS) {
    const client = await connect(/** @type {number} */ (port))
    return { valueOf: async () => Number(await client.get(KEY)), close: () => client.destroy() }
  }
  let value = 0
  for (const worker of workers) {
    worker.on('message', ({ increment }) => increment && worker.send({ value: ++value }))
  }
  return { valueOf: async () => value }
}

module.exports = { IPC, OWN, REDIS, counting, keep }
