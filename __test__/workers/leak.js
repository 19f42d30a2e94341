'use strict'

const kept = []

/** Keeps so many megabytes of JS heap, and answers how many are in use. */
exports.default = (megabytes) => {
  for (let i = 0; i < megabytes; i++) kept.push(Array.from({ length: 131_072 }, (_, j) => j + 0.5))
  return process.memoryUsage().heapUsed / 2 ** 20
}
