// @ts-check
'use strict'

/**
 * What the demo does, each piece in two ways: on the event loop, and off it.
 *
 * @module
 */

const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, rmSync } = require('node:fs')
const path = require('node:path')

/**
 * @typedef {object} Job
 * @property {string} label
 * @property {() => any} inline
 * @property {(pool: import('../..').WorkerPool, progress: (share: number) => void) => Promise<any>} offloaded
 * @property {(inline: any, offloaded: any) => boolean} check
 */

/**
 * @param {string[]} names
 * @param {string} folder where they are
 * @param {string} workspace where the results go, in a folder for each way
 * @returns {Job}
 */
function imageJob(names, folder, workspace) {
  /** @param {string} way */
  const inputs = (way) => {
    const target = path.join(workspace, way)
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    return names.map((name) => ({
      source: path.join(folder, name),
      resize: { width: 800, height: 600 },
      output: { webp: { quality: 80 } },
      file: path.join(target, `${path.parse(name).name}.webp`),
    }))
  }
  return {
    label: `${names.length} photos to WebP, 800×600`,
    inline() {
      const native = require('../../lib/native')
      const task = /** @type {number} */ (native.findTask('image.process'))
      return inputs('webp-inline').map((input) => JSON.parse(native.runInline(task, JSON.stringify(input))))
    },
    async offloaded(pool, progress) {
      const results = []
      for await (const result of pool.map(inputs('webp'), 'image.process')) {
        progress(results.push(result) / names.length)
      }
      return results
    },
    check: (inline, offloaded) =>
      offloaded.every((/** @type {any} */ image, /** @type {number} */ i) => {
        return (
          image.width === 800 && image.height === 600 && readFileSync(image.path).equals(readFileSync(inline[i].path))
        )
      }),
  }
}

/**
 * @param {number} to
 * @returns {Job}
 */
function sumJob(to) {
  return {
    label: `sum of ${to.toExponential()} square roots`,
    inline() {
      let result = 0
      for (let i = 0; i < to; i++) result += Math.sqrt(i)
      return result
    },
    offloaded: (pool, progress) =>
      pool.runTask(
        'numeric.reduce',
        { op: 'sum', of: 'sqrt(i)', range: [0, to] },
        { onProgress: ({ percent }) => progress(percent / 100) },
      ),
    // The loop adds up one rounding error after the other; the task does not.
    check: (inline, offloaded) => Math.abs(inline - offloaded) < 1e-9 * inline,
  }
}

/**
 * @param {string} file
 * @param {number} megabytes
 * @returns {Job}
 */
function digestJob(file, megabytes) {
  return {
    label: `SHA-256 of a file of ${megabytes} MB`,
    inline: () => createHash('sha256').update(readFileSync(file)).digest('hex'),
    offloaded: async (pool, progress) => {
      const onProgress = (/** @type {{ percent: number }} */ { percent }) => progress(percent / 100)
      return (await pool.runTask('digest.hash', { algorithm: 'sha256', path: file }, { onProgress })).digest
    },
    check: (inline, offloaded) => inline === offloaded,
  }
}

module.exports = { digestJob, imageJob, sumJob }
