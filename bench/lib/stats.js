// @ts-check
'use strict'

/**
 * The value below which `percent` of the samples lie (nearest rank).
 * @param {ArrayLike<number>} samples
 * @param {number} percent
 */
function percentile(samples, percent) {
  const sorted = Float64Array.from(samples).sort()
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
}

/** @param {ArrayLike<number>} samples */
function median(samples) {
  const sorted = Float64Array.from(samples).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Of several rounds with the same fields, each field's median.
 * @template {Record<string, number>} T
 * @param {T[]} rounds
 * @returns {T}
 */
function medians(rounds) {
  const fields = Object.keys(rounds[0]).map((field) => [field, median(rounds.map((round) => round[field]))])
  return Object.fromEntries(fields)
}

module.exports = { percentile, median, medians }
