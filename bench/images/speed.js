// @ts-check
'use strict'

// How long an image takes, one after another and many at once. Runs in a fresh process.

const fs = require('node:fs')
const { availableParallelism } = require('node:os')
const { contestants } = require('./contestants')
const { inFlight } = require('./flight')
const { jobs } = require('./jobs')
const { peakMemory } = require('./resident')

/**
 * @param {number} images
 * @param {number} width how many are in flight
 * @param {() => Promise<void>} one
 * @returns {Promise<{ ms: number, cpu: number }>} per image; of CPU time, all threads'
 */
async function timed(images, width, one) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await inFlight(width, Array(images).keys(), one)
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { ms: ms / images, cpu: (user + system) / 1000 / images }
}

/**
 * @param {{ name: string, job: string, file: string, images: number, output: string }} input the last result is
 *   written to the file `output`
 * @returns {Promise<Record<string, number>>} ms per image; MB
 */
async function speed({ name, job: jobName, file, images, output }) {
  const { open, slow } = contestants[name]
  const job = jobs[jobName]
  const cores = availableParallelism()
  const convert = open(cores)
  const bytes = fs.readFileSync(file)
  /** @type {Uint8Array | undefined} */
  let result
  const one = async () => {
    result = await convert(bytes, job)
  }

  const several = 2 * cores
  await (job.alone || slow ? one() : timed(several, several, one))
  const serial = await timed(images, 1, one)
  const saturated = job.alone ? undefined : await timed(images, several, one)
  fs.writeFileSync(output, /** @type {any} */ (result))
  return {
    serial: serial.ms,
    ...(saturated && { saturated: saturated.ms }),
    cpu: (saturated ?? serial).cpu,
    peak: peakMemory(),
  }
}

module.exports = { measure: { speed } }
