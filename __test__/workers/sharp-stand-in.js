// @ts-check
'use strict'

/** Preloaded where sharp is not installed: has what the tutorial's worker uses of it, and writes down what it is asked. */

const { readFile, writeFile } = require('node:fs/promises')
const Module = require('node:module')

/** @param {string} input */
function sharp(input) {
  /** @type {unknown[]} */
  const steps = []
  return {
    resize(/** @type {number[]} */ ...size) {
      steps.push(size)
      return this
    },
    webp(/** @type {object} */ options) {
      steps.push(options)
      return this
    },
    async toFile(/** @type {string} */ output) {
      await readFile(input)
      await writeFile(output, JSON.stringify(steps))
    },
  }
}

const loader = /** @type {any} */ (Module)
const load = loader['_load']

loader['_load'] = (/** @type {string} */ request, /** @type {unknown[]} */ ...rest) => {
  try {
    return load(request, ...rest)
  } catch (error) {
    if (request === 'sharp') return sharp
    throw error
  }
}
