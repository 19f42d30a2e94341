// @ts-check
'use strict'

/**
 * Measures every contestant once per round, each second round in reverse order, so that a drift of the machine falls on
 * all alike.
 * @template T
 * @param {{ rounds: number, contestants: string[], say: (text: string) => void }} plan
 * @param {(contestant: string) => Promise<T>} measure
 * @returns {Promise<Record<string, T[]>>} each contestant's samples, one per round
 */
async function interleaved({ rounds, contestants, say }, measure) {
  /** @type {Record<string, T[]>} */
  const samples = Object.fromEntries(contestants.map((contestant) => [contestant, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contestants : contestants.toReversed()
    for (const contestant of order) {
      say(`round ${round + 1} of ${rounds}: ${contestant}`)
      samples[contestant].push(await measure(contestant))
    }
  }
  return samples
}

module.exports = { interleaved }
