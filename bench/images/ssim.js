// @ts-check
'use strict'

// How alike two pictures look: structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004), with their Gaussian window
// of 11 × 11 samples and their constants.

const RADIUS = 5
const SIGMA = 1.5
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

const bell = Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)))
const total = bell.reduce((sum, weight) => sum + weight)
const WINDOW = Float64Array.from(bell, (weight) => weight / total)

/**
 * The window's mean at every place where it fits.
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 */
function means(plane, width, height) {
  const columns = width - 2 * RADIUS
  const rows = height - 2 * RADIUS
  const narrow = new Float64Array(columns * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (let j = 0; j < WINDOW.length; j++) sum += plane[y * width + x + j] * WINDOW[j]
      narrow[y * columns + x] = sum
    }
  }
  const result = new Float64Array(columns * rows)
  for (let i = 0; i < result.length; i++) {
    let sum = 0
    for (let j = 0; j < WINDOW.length; j++) sum += narrow[i + j * columns] * WINDOW[j]
    result[i] = sum
  }
  return result
}

/** @param {Float32Array} a  @param {Float32Array} b */
function products(a, b) {
  const result = new Float32Array(a.length)
  for (let i = 0; i < a.length; i++) result[i] = a[i] * b[i]
  return result
}

/** @param {Float32Array} a  @param {Float32Array} b  @param {number} width  @param {number} height */
function ssimOfPlanes(a, b, width, height) {
  const [meanA, meanB, meanAA, meanBB, meanAB] = [a, b, products(a, a), products(b, b), products(a, b)].map((plane) =>
    means(plane, width, height),
  )
  let sum = 0
  for (let i = 0; i < meanA.length; i++) {
    const both = meanA[i] * meanB[i]
    const squares = meanA[i] * meanA[i] + meanB[i] * meanB[i]
    const covariance = meanAB[i] - both
    const variances = meanAA[i] + meanBB[i] - squares
    sum += ((2 * both + C1) * (2 * covariance + C2)) / ((squares + C1) * (variances + C2))
  }
  return sum / meanA.length
}

/**
 * 1 for the same picture. The mean of the channels.
 * @param {import('./reference').Planes} a
 * @param {import('./reference').Planes} b
 * @param {{ width: number, height: number }} size
 */
function ssim(a, b, { width, height }) {
  return a.reduce((sum, plane, channel) => sum + ssimOfPlanes(plane, b[channel], width, height), 0) / a.length
}

module.exports = { ssim }
