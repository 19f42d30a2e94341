// @ts-check
'use strict'

// How large the contestants' results are, and how close to what they should look like. Runs in a fresh process.

const fs = require('node:fs')
const { jobs } = require('./jobs')
const { planesOf, references } = require('./reference')
const { ssim } = require('./ssim')

/** @param {string} file  @param {boolean} alpha */
async function pixelsOf(file, alpha) {
  const sharp = require('sharp')
  const image = alpha ? sharp(file).ensureAlpha() : sharp(file).removeAlpha()
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}

/**
 * @param {{ job: string, file: string, outputs: Record<string, string> }} input by contestant, the file with its result
 * @returns {Promise<Record<string, { bytes: number, ssim: number }>>}
 */
async function quality({ job: jobName, file, outputs }) {
  const job = jobs[jobName]
  const alpha = job.format === 'png'
  const wanted = references(await pixelsOf(file, alpha), job)
  /** @type {Record<string, { bytes: number, ssim: number }>} */
  const results = {}
  for (const [name, output] of Object.entries(outputs)) {
    const pixels = await pixelsOf(output, alpha)
    if (pixels.width !== job.width || pixels.height !== job.height) {
      throw new Error(`${name}, ${job.title}: the result has ${pixels.width}×${pixels.height} pixels`)
    }
    const planes = planesOf(pixels)
    results[name] = {
      bytes: fs.statSync(output).size,
      ssim: Math.max(...wanted.map((reference) => ssim(planes, reference, job))),
    }
  }
  return results
}

module.exports = { measure: { quality } }
