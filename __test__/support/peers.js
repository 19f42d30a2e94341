// @ts-check
'use strict'

/**
 * The same picture by `image()` and by sharp, which is the reference: one chain of calls, run on both.
 *
 * @module
 */

const path = require('node:path')
const sharp = require('sharp')
const { image } = require('../..')
const { likeness, shortfalls } = require('./quality')

// A file that is read again is read anew.
sharp.cache(false)

const root = path.join(__dirname, '../..')

/** A file in `examples/photos`. @param {string} name */
const photo = (name) => path.join(root, 'examples/photos', name)

/** A file in the fixtures. @param {string} name */
const fixture = (name) => path.join(root, '__test__/fixtures', name)

/** @typedef {import('./quality').Pixels & { info: any }} Pixels */
/** @typedef {(chain: any) => any} Chain calls that both have */

/**
 * What is compared: the bytes of a file, or pixels.
 *
 * @typedef {Buffer | string | Pixels} Input
 */

/** @typedef {{ pool?: any, options?: object, depth?: 'uchar' | 'ushort' }} Settings */

/**
 * The pixels that come out of a chain.
 *
 * @param {any} chain
 * @param {'uchar' | 'ushort'} [depth]
 * @returns {Promise<Pixels>}
 */
async function pixelsOf(chain, depth = 'uchar') {
  const { data, info } = await chain.raw({ depth }).toBuffer({ resolveWithObject: true })
  const samples = depth === 'uchar' ? data : new Uint16Array(new Uint8Array(data).buffer)
  return { data: samples, width: info.width, height: info.height, channels: info.channels, info }
}

/** The arguments that both constructors take for an input. @param {Input} input @returns {[any, object]} */
function argumentsFor(input) {
  if (typeof input === 'string' || Buffer.isBuffer(input)) return [input, {}]
  const { data, width, height, channels } = input
  return [data, { raw: { width, height, channels } }]
}

/** `image()` of an input. @param {Input} input @param {Settings} [settings] */
function ours(input, { pool, options } = {}) {
  const [given, how] = argumentsFor(input)
  return image(given, { ...how, ...options, pool })
}

/** sharp of an input, which turns by EXIF only when it is told. @param {Input} input @param {Settings} [settings] */
function theirs(input, { options } = {}) {
  const [given, how] = argumentsFor(input)
  return sharp(given, { autoOrient: true, ...how, ...options })
}

/** sharp's pixels of a chain: a step on the way to a reference. @param {Input} input @param {Chain} [chain] */
const reference = (input, chain = (same) => same) => pixelsOf(chain(theirs(input)))

/**
 * How much a chain's result is like sharp's.
 *
 * @param {Input} input
 * @param {Chain} chain
 * @param {Settings} settings
 */
async function compared(input, chain, settings) {
  const [found, expected] = await Promise.all([
    pixelsOf(chain(ours(input, settings)), settings.depth),
    pixelsOf(chain(theirs(input, settings)), settings.depth),
  ])
  return likeness(found, expected)
}

/**
 * In what a chain's result is less like sharp's than the bounds say, with the numbers: nothing, when all is well.
 *
 * @param {Input} input
 * @param {Chain} chain
 * @param {Partial<import('./quality').Likeness>} bounds
 * @param {Settings} settings
 */
const differences = async (input, chain, bounds, settings) => shortfalls(await compared(input, chain, settings), bounds)

/** A photo in another size. @param {string} name @param {number} width @param {number} height */
const sized = (name, width, height) => reference(photo(name), (chain) => chain.resize(width, height))

/**
 * The same colours, transparent on the left, opaque on the right, with steps between that wave.
 *
 * @param {Pixels} opaque
 * @returns {Pixels}
 */
function glass({ data, width, height, info }) {
  const samples = Buffer.alloc(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    const alpha = (300 * x) / width - 20 + 30 * Math.sin(y / 5)
    samples.set([...data.subarray(3 * i, 3 * i + 3), Math.round(Math.min(Math.max(alpha, 0), 255))], 4 * i)
  }
  return { data: samples, width, height, channels: 4, info }
}

module.exports = {
  compared,
  differences,
  fixture,
  glass,
  ours,
  photo,
  pixelsOf,
  reference,
  sharp,
  sized,
  theirs,
}
