// @ts-check
'use strict'

/**
 * Does the work for every item, with so many on their way.
 * @template T
 * @param {number} width
 * @param {Iterable<T>} items
 * @param {(item: T) => Promise<void>} work
 */
async function inFlight(width, items, work) {
  const rest = items[Symbol.iterator]()
  const lane = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

module.exports = { inFlight }
