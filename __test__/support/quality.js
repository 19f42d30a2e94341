// @ts-check
'use strict'

/**
 * How much alike two pictures are.
 *
 * PSNR is 10 · log10(peak² / mean squared error), as in ITU-T J.340, over all samples.
 *
 * SSIM is that of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", IEEE Transactions on Image Processing 13(4), 2004, equation 13, with its K1 = 0.01 and K2 = 0.03, in windows
 * of 8 × 8 pixels of equal weight, every four pixels, as most video encoders measure it: of each channel, and of the
 * brightness by ITU-R BT.601.
 *
 * Colours are compared multiplied by their alpha: what nobody sees does not count, and what is seen through counts as much
 * as it is seen.
 *
 * @module
 */

/**
 * Rows of pixels without padding, of 8 or of 16 bits.
 *
 * @typedef {{ data: Uint8Array | Uint16Array, width: number, height: number, channels: number }} Pixels
 */

/**
 * @typedef {object} Likeness
 * @property {number} psnr decibels, `Infinity` for the same samples
 * @property {number} ssim the worst of all channels and of the brightness
 * @property {number} max the largest difference of two samples
 * @property {number} shift the mean difference, with its sign, of the channel where it is largest
 * @property {number} edge the PSNR of the worst of the four outermost lines
 */

/** Pixels along a side of a window of SSIM. */
const window = 8

/**
 * @param {Pixels} ours
 * @param {Pixels} theirs of the same size and as many channels
 * @returns {Likeness}
 */
function likeness(ours, theirs) {
  for (const name of /** @type {const} */ (['width', 'height', 'channels'])) {
    if (ours[name] !== theirs[name]) throw new Error(`The ${name} is ${ours[name]}, expected ${theirs[name]}`)
  }
  const { width, height } = ours
  if (isSame(ours, theirs)) return { psnr: Infinity, ssim: 1, max: 0, shift: 0, edge: Infinity }
  const peak = ours.data instanceof Uint16Array ? 65535 : 255
  const [left, right] = [planesOf(ours, peak), planesOf(theirs, peak)]
  const psnr = (/** @type {Region} */ region) => decibels(left, right, width, region, peak)
  const edges = [
    { x: 0, y: 0, width, height: 1 },
    { x: 0, y: height - 1, width, height: 1 },
    { x: 0, y: 0, width: 1, height },
    { x: width - 1, y: 0, width: 1, height },
  ]
  let max = 0
  let shift = 0
  for (let c = 0; c < left.length; c++) {
    let sum = 0
    for (let i = 0; i < left[c].length; i++) {
      const difference = left[c][i] - right[c][i]
      sum += difference
      // Not by `Math`: looking a global up is slow in the realm of a Jest test.
      if (difference > max) max = difference
      else if (-difference > max) max = -difference
    }
    const mean = sum / left[c].length
    if (Math.abs(mean) > Math.abs(shift)) shift = mean
  }
  const [seen, expected] = [withBrightness(left), withBrightness(right)]
  return {
    psnr: psnr({ x: 0, y: 0, width, height }),
    ssim: Math.min(...seen.map((plane, c) => ssimOf(plane, expected[c], width, height, peak))),
    max,
    shift,
    edge: Math.min(...edges.map(psnr)),
  }
}

/** @param {Pixels} ours @param {Pixels} theirs */
function isSame({ data: ours }, { data: theirs }) {
  return ours.length === theirs.length && ours.every((sample, i) => sample === theirs[i])
}

/** The channels, each for itself; colours times alpha. @param {Pixels} pixels @param {number} peak */
function planesOf({ data, width, height, channels }, peak) {
  const colors = channels - (channels % 2 === 0 ? 1 : 0)
  return Array.from({ length: channels }, (_, c) => {
    const plane = new Float32Array(width * height)
    for (let i = 0, at = c; i < plane.length; i++, at += channels) plane[i] = data[at]
    if (c < colors && colors < channels) {
      for (let i = 0, at = colors; i < plane.length; i++, at += channels) plane[i] *= data[at] / peak
    }
    return plane
  })
}

/** @param {Float32Array[]} planes */
function withBrightness(planes) {
  if (planes.length < 3) return planes
  const [r, g, b] = planes
  return [...planes, r.map((value, i) => 0.299 * value + 0.587 * g[i] + 0.114 * b[i])]
}

/** @typedef {{ x: number, y: number, width: number, height: number }} Region */

/**
 * @param {Float32Array[]} left
 * @param {Float32Array[]} right
 * @param {number} stride
 * @param {Region} region
 * @param {number} peak
 */
function decibels(left, right, stride, region, peak) {
  let sum = 0
  for (let c = 0; c < left.length; c++) {
    for (let y = region.y; y < region.y + region.height; y++) {
      for (let i = y * stride + region.x; i < y * stride + region.x + region.width; i++) {
        sum += (left[c][i] - right[c][i]) ** 2
      }
    }
  }
  const samples = left.length * region.width * region.height
  return 10 * Math.log10((peak * peak * samples) / sum)
}

/**
 * The mean over all windows, of which each is four blocks; a picture that is smaller than a window is one.
 *
 * @param {Float32Array} left
 * @param {Float32Array} right
 * @param {number} width
 * @param {number} height
 * @param {number} peak
 */
function ssimOf(left, right, width, height, peak) {
  if (width < window || height < window) {
    const sums = new Float64Array(5)
    addBlock(left, right, width, { x: 0, y: 0, width, height }, sums, 0)
    return similarity(sums, [0], width * height, peak)
  }
  const side = window / 2
  const [across, down] = [Math.floor(width / side), Math.floor(height / side)]
  const sums = new Float64Array(across * down * 5)
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const block = { x: x * side, y: y * side, width: side, height: side }
      addBlock(left, right, width, block, sums, 5 * (y * across + x))
    }
  }
  let total = 0
  for (let y = 0; y + 1 < down; y++) {
    for (let x = 0; x + 1 < across; x++) {
      const first = 5 * (y * across + x)
      const below = first + 5 * across
      total += similarity(sums, [first, first + 5, below, below + 5], window * window, peak)
    }
  }
  return total / ((down - 1) * (across - 1))
}

/**
 * Adds a block of two planes to five sums: of the samples, of their squares, of their products.
 *
 * @param {Float32Array} left
 * @param {Float32Array} right
 * @param {number} stride
 * @param {Region} block
 * @param {Float64Array} sums
 * @param {number} at
 */
function addBlock(left, right, stride, block, sums, at) {
  let a = 0
  let b = 0
  let aa = 0
  let bb = 0
  let ab = 0
  for (let y = block.y; y < block.y + block.height; y++) {
    const end = y * stride + block.x + block.width
    for (let i = y * stride + block.x; i < end; i++) {
      const l = left[i]
      const r = right[i]
      a += l
      b += r
      aa += l * l
      bb += r * r
      ab += l * r
    }
  }
  sums[at] += a
  sums[at + 1] += b
  sums[at + 2] += aa
  sums[at + 3] += bb
  sums[at + 4] += ab
}

/**
 * Equation 13, of a window of some blocks.
 *
 * @param {Float64Array} sums
 * @param {number[]} blocks where their sums are
 * @param {number} count pixels of the window
 * @param {number} peak
 */
function similarity(sums, blocks, count, peak) {
  const c1 = (0.01 * peak) ** 2
  const c2 = (0.03 * peak) ** 2
  let a = 0
  let b = 0
  let squares = 0
  let ab = 0
  for (const at of blocks) {
    a += sums[at]
    b += sums[at + 1]
    squares += sums[at + 2] + sums[at + 3]
    ab += sums[at + 4]
  }
  a /= count
  b /= count
  const variances = squares / count - a * a - b * b
  const covariance = ab / count - a * b
  return ((2 * a * b + c1) * (2 * covariance + c2)) / ((a * a + b * b + c1) * (variances + c2))
}

/**
 * What falls short of the bounds, each with its number: nothing, when two pictures are alike enough.
 *
 * @param {Likeness} found
 * @param {Partial<Likeness>} bounds the least `psnr`, `ssim` and `edge`, the largest `max` and `shift`
 */
function shortfalls(found, bounds) {
  return Object.entries(bounds).flatMap(([name, bound]) => {
    const value = found[/** @type {keyof Likeness} */ (name)]
    if (name === 'max' || name === 'shift') {
      return Math.abs(value) <= bound ? [] : [`${name} ${value.toFixed(3)}, at most ${bound}`]
    }
    return value >= bound ? [] : [`${name} ${value.toFixed(5)}, at least ${bound}`]
  })
}

/** The mean of each channel. @param {Pixels} pixels */
function means({ data, channels }) {
  return Array.from({ length: channels }, (_, c) => {
    let sum = 0
    for (let i = c; i < data.length; i += channels) sum += data[i]
    return (sum * channels) / data.length
  })
}

module.exports = { likeness, means, shortfalls }
