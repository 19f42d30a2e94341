// @ts-check
'use strict'

/**
 * What `image()` reads: a path, bytes, pixels, a colour, or what is piped into it.
 *
 * @module
 */

const { types } = require('node:util')
const { errorOf } = require('../errors')
const { unexpected } = require('../options')

/** The most bytes that are gathered from a stream: more than any image needs. */
const MAX_PIPED = 2 ** 31 - 1

/**
 * The `source` of a native image task, or `undefined` when the image is to be piped in.
 *
 * @param {unknown} input
 * @param {unknown} raw how bytes are pixels
 * @param {unknown} create a picture of one colour
 */
function sourceOf(input, raw, create) {
  if (create !== undefined) {
    if (input !== undefined) throw unexpected('input', 'nothing beside `create`', input, 'ERR_INVALID_ARG_VALUE')
    return { create }
  }
  const isBytes = ArrayBuffer.isView(input) || types.isAnyArrayBuffer(input)
  if (raw !== undefined) {
    if (!isBytes) throw unexpected('input', 'a Buffer or typed array of `raw` pixels', input, 'ERR_INVALID_ARG_TYPE')
    return { raw: { .../** @type {object} */ (raw), data: input } }
  }
  if (input === undefined || isBytes || typeof input === 'string' || input instanceof URL) return input
  throw unexpected('input', 'a path, a `file:` URL, a Buffer or a typed array', input, 'ERR_INVALID_ARG_TYPE')
}

/**
 * All that is written to a stream, which tells its pieces by the event `piece`.
 *
 * @param {import('node:stream').Duplex} stream
 * @returns {Promise<Buffer>}
 */
function gathered(stream) {
  /** @type {Buffer[]} */
  const pieces = []
  let length = 0
  const whole = new Promise((resolve, reject) => {
    stream.on('piece', (/** @type {Buffer} */ piece) => {
      pieces.push(piece)
      length += piece.length
      if (length > MAX_PIPED) {
        const message = `More than ${MAX_PIPED} bytes were piped into an image`
        stream.destroy(errorOf(message, { code: 'ERR_IMAGE_TOO_LARGE' }))
      }
    })
    stream.once('finish', () => resolve(Buffer.concat(pieces, length)))
    stream.once('error', reject)
    stream.once('close', () => reject(errorOf('The stream was closed before its end', { code: 'ERR_IMAGE_INVALID' })))
  })
  // Who never asks for the result is not told either.
  whole.catch(() => {})
  return whole
}

module.exports = { gathered, sourceOf }
