// @ts-check
'use strict'

// How soon the work on a large photo stops when it is aborted, wherever it is. Runs in a fresh process.

const fs = require('node:fs')
const { setTimeout: sleep } = require('node:timers/promises')
const { percentile } = require('../lib/stats')

/** What is done to the photo, so that every kind of decoder, operation and encoder is met. */
const chains = {
  'JPEG → WebP': (/** @type {any} */ image) => image.webp(),
  'JPEG → 1920 px WebP': (/** @type {any} */ image) => image.resize({ width: 1920 }).webp(),
  'JPEG → PNG': (/** @type {any} */ image) => image.png(),
  'turned → JPEG': (/** @type {any} */ image) => image.rotate(90).jpeg(),
  'turned by 33° → JPEG': (/** @type {any} */ image) => image.rotate(33).jpeg(),
  'blurred → JPEG': (/** @type {any} */ image) => image.blur(5).jpeg(),
  'sharpened → TIFF': (/** @type {any} */ image) => image.sharpen({ sigma: 2 }).tiff(),
  'median → JPEG': (/** @type {any} */ image) => image.median(5).jpeg(),
  'JPEG → GIF': (/** @type {any} */ image) => image.gif(),
}

/**
 * Aborts each chain at moments spread over all of its time.
 * @param {{ file: string, each: number }} input
 * @returns {Promise<{ byChain: Record<string, { p50: number, worst: number }>, p99: number }>} ms
 */
async function aborts({ file, each }) {
  const { image } = require('../..')
  const bytes = fs.readFileSync(file)
  /** @type {Record<string, { p50: number, worst: number }>} */
  const byChain = {}
  /** @type {number[]} */
  const all = []
  for (const [name, chain] of Object.entries(chains)) {
    const start = performance.now()
    await chain(image(bytes)).toBuffer()
    const whole = performance.now() - start
    /** @type {number[]} */
    const delays = []
    for (let i = 0; i < each; i++) {
      const controller = new AbortController()
      const result = chain(image(bytes, { signal: controller.signal })).toBuffer()
      const settled = result.then(
        () => undefined,
        (/** @type {Error} */ error) => {
          if (error.name !== 'AbortError') throw error
          return performance.now()
        },
      )
      await sleep(((i + 0.5) / each) * whole)
      const aborted = performance.now()
      controller.abort()
      const at = await settled
      // What had ended before is no answer.
      if (at !== undefined) delays.push(at - aborted)
    }
    byChain[name] = { p50: percentile(delays, 50), worst: Math.max(...delays) }
    all.push(...delays)
  }
  return { byChain, p99: percentile(all, 99) }
}

module.exports = { measure: { aborts } }
