// @ts-check
'use strict'

// What a picture should look like when it is made smaller: Lanczos with three lobes over every pixel, in floating point,
// on the samples as they are (sRGB), colours multiplied by alpha. It is slow, and nobody's own way.

const LOBES = 3

/** @typedef {Float32Array[]} Planes one per channel, samples from 0 to 255 */

/** @param {number} x */
function lanczos(x) {
  if (x === 0) return 1
  if (Math.abs(x) >= LOBES) return 0
  const angle = Math.PI * x
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle)
}

/**
 * Which of `from` samples each of `to` takes, and how much of them.
 * @param {{ from: number, to: number, step: number, skip: number }} axis one sample stands for `step`, after the first
 *   `skip` of what there would be
 */
function taps({ from, to, step, skip }) {
  const stretch = Math.max(1, step)
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5 + skip) * step
    const first = Math.max(0, Math.ceil(centre - LOBES * stretch - 0.5))
    const last = Math.min(from - 1, Math.floor(centre + LOBES * stretch - 0.5))
    const weights = Float64Array.from({ length: last - first + 1 }, (_, j) =>
      lanczos((first + j + 0.5 - centre) / stretch),
    )
    const sum = weights.reduce((sum, weight) => sum + weight, 0)
    return { first, weights: weights.map((weight) => weight / sum) }
  })
}

/**
 * The channels of interleaved pixels, the colours of four channels multiplied by the fourth.
 * @param {{ data: Uint8Array, channels: number }} pixels
 * @returns {Planes}
 */
function planesOf({ data, channels }) {
  const planes = Array.from({ length: channels }, () => new Float32Array(data.length / channels))
  for (let i = 0, at = 0; at < data.length; i++, at += channels) {
    const alpha = channels === 4 ? data[at + 3] / 255 : 1
    for (let c = 0; c < channels; c++) planes[c][i] = c === 3 ? data[at + 3] : data[at + c] * alpha
  }
  return planes
}

/**
 * @param {Float32Array} plane
 * @param {{ width: number, height: number }} size
 * @param {ReturnType<typeof taps>} columns
 * @param {ReturnType<typeof taps>} rows
 */
function resizePlane(plane, { width, height }, columns, rows) {
  const narrow = new Float32Array(columns.length * height)
  for (let y = 0; y < height; y++) {
    columns.forEach(({ first, weights }, x) => {
      let sum = 0
      for (let j = 0, at = y * width + first; j < weights.length; j++) sum += plane[at + j] * weights[j]
      narrow[y * columns.length + x] = sum
    })
  }
  const result = new Float32Array(columns.length * rows.length)
  rows.forEach(({ first, weights }, y) => {
    for (let x = 0; x < columns.length; x++) {
      let sum = 0
      for (let j = 0; j < weights.length; j++) sum += narrow[(first + j) * columns.length + x] * weights[j]
      result[y * columns.length + x] = Math.min(255, Math.max(0, sum))
    }
  })
  return result
}

/**
 * The picture in another size, as `cover` has it. Where half a pixel would have to be cut off, libraries cut on either
 * side of it or between pixels: all three are right.
 * @param {{ data: Uint8Array, width: number, height: number, channels: number }} pixels
 * @param {{ width: number, height: number }} size
 * @returns {Planes[]}
 */
function references(pixels, { width, height }) {
  const planes = planesOf(pixels)
  const scale = Math.max(width / pixels.width, height / pixels.height)
  const whole = { width: Math.round(pixels.width * scale), height: Math.round(pixels.height * scale) }
  const spare = { x: (whole.width - width) / 2, y: (whole.height - height) / 2 }
  const cuts = new Set([Math.floor, Math.ceil, Number].map((round) => `${round(spare.x)} ${round(spare.y)}`))
  return [...cuts].map((cut) => {
    const [left, top] = cut.split(' ').map(Number)
    const columns = taps({ from: pixels.width, to: width, step: pixels.width / whole.width, skip: left })
    const rows = taps({ from: pixels.height, to: height, step: pixels.height / whole.height, skip: top })
    return planes.map((plane) => resizePlane(plane, pixels, columns, rows))
  })
}

module.exports = { planesOf, references }
