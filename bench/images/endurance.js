// @ts-check
'use strict'

// What a process has resident that converts thousands of images. Runs in a fresh process.

const fs = require('node:fs')
const { availableParallelism } = require('node:os')
const { median } = require('../lib/stats')
const { contestants } = require('./contestants')
const { inFlight } = require('./flight')
const { peakMemory, residentMemory } = require('./resident')

/** @typedef {import('./jobs').Job} Job */

const SIZE = 320
const job = { width: SIZE, height: SIZE, resize: { fit: 'inside', withoutEnlargement: true } }
/** @type {Array<Job['format']>} */
const formats = ['jpeg', 'webp', 'png']

/**
 * Converts the files in turn, into each format in turn, and looks at the memory after each.
 * @param {{ name: string, files: string[], images: number }} input
 * @returns {Promise<Record<'peak' | 'third' | 'last' | 'perSecond', number>>} MB; the medians of the last two quarters
 */
async function endurance({ name, files, images }) {
  const cores = availableParallelism()
  const convert = contestants[name].open(cores)
  const sources = files.map((file) => fs.readFileSync(file))
  const memory = new Float64Array(images)
  let done = 0
  const start = performance.now()
  await inFlight(2 * cores, Array(images).keys(), async (i) => {
    const round = Math.floor(i / sources.length)
    const format = formats[(i + round) % formats.length]
    await convert(sources[i % sources.length], /** @type {Job} */ ({ ...job, format }))
    memory[done++] = residentMemory()
  })
  const seconds = (performance.now() - start) / 1000
  const [half, threeQuarters] = [images / 2, (images * 3) / 4].map(Math.floor)
  return {
    peak: peakMemory(),
    third: median(memory.subarray(half, threeQuarters)),
    last: median(memory.subarray(threeQuarters)),
    perSecond: images / seconds,
  }
}

module.exports = { SIZE, measure: { endurance } }
