// @ts-check
'use strict'

/**
 * What a command does to each picture.
 *
 * @module
 */

const { ArgumentError, errorOf } = require('../errors')
const { image } = require('../image/image')
const { encodings, sameFormat } = require('./formats')

/**
 * @typedef {import('./arguments').Command} Command
 * @typedef {ReturnType<typeof image>} Image
 */

/**
 * @param {Command} command
 * @param {any} picture an Image, whose methods are called by their names
 * @param {string} file
 * @returns {Image}
 */
function chain({ steps, format, encoding }, picture, file) {
  for (const [method, ...args] of steps) picture[method](...args)
  const name = format ?? sameFormat(file)
  return picture.toFormat(name, Object.fromEntries(encodings[name].map((option) => [option, encoding[option]])))
}

/**
 * Tries the command on one pixel, so that what is wrong with the options is said once and before anything is written.
 *
 * @param {Command} command
 * @param {InstanceType<typeof import('../pool').WorkerPool>} pool
 */
async function rehearse(command, pool) {
  try {
    const create = { width: 1, height: 1, channels: 3, background: 'white' }
    // A large result is refused once its options have been understood.
    const pixel = image({ create, limitInputPixels: 1, pool })
    await chain(command, pixel, 'rehearsal.jpg').toBuffer()
  } catch (error) {
    if (error instanceof ArgumentError) throw errorOf(inItsWords(command, error.message), { code: error.code })
    // Whatever else is wrong, the files will show it.
  }
}

/**
 * A message about `resize.fit` is one about `--fit`, and about `resize.width` one about `--resize`.
 *
 * @param {Command} command
 * @param {string} message
 */
function inItsWords({ given }, message) {
  return message.replace(/`([\w.]+)`/, (whole, name) => {
    const option = name.split('.').findLast((/** @type {string} */ part) => given.includes(part))
    return option ? `\`--${option}\`` : whole
  })
}

module.exports = { chain, rehearse }
