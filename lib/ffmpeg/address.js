// @ts-check
'use strict'

/**
 * What ffmpeg reads and writes, said so that it cannot be mistaken: a path that begins with a dash is no option, and one
 * with a colon no protocol.
 *
 * @module
 */

const path = require('node:path')
const { fileURLToPath } = require('node:url')
const { unexpected } = require('../options')

/** What each protocol goes over, which ffmpeg's list must name as well. @type {Record<string, string[]>} */
const carriers = {
  http: ['tcp'],
  https: ['tls', 'tcp'],
  rtmp: ['tcp'],
  rtmps: ['tls', 'tcp'],
  rtsp: ['rtp', 'udp', 'tcp'],
}

/**
 * @typedef {object} Input
 * @property {string} spec what ffmpeg is given
 * @property {string | undefined} path of a file
 * @property {string[]} args that stand before its `-i`
 */

/**
 * @param {unknown} value a path, a `file:` URL, or another URL whose protocol is allowed
 * @param {readonly string[]} protocols those that are allowed beside files and pipes
 * @returns {Input}
 */
function inputOf(value, protocols) {
  const whitelist = new Set(['file', 'pipe'])
  for (const protocol of protocols) for (const name of [protocol, ...(carriers[protocol] ?? [])]) whitelist.add(name)
  const args = ['-protocol_whitelist', [...whitelist].join(',')]
  const text = textOf('input', value)
  const scheme = schemeOf(text)
  if (scheme !== undefined && scheme !== 'file') {
    if (!protocols.includes(scheme)) {
      const expected = `a path, or a URL of a protocol in \`allowProtocols\`, which has no '${scheme}'`
      throw unexpected('input', expected, value, 'ERR_INVALID_ARG_VALUE')
    }
    return { spec: text, path: undefined, args }
  }
  const file = scheme === 'file' ? fileURLToPath(text) : text
  return { spec: fileSpec(file), path: file, args }
}

/** @param {unknown} value a path, or a `file:` URL @returns {string} */
function outputOf(value) {
  const text = textOf('output', value)
  const scheme = schemeOf(text)
  if (scheme === undefined) return text
  if (scheme === 'file') return fileURLToPath(text)
  const expected = 'a path or a `file:` URL; `ffmpeg()` can write elsewhere'
  throw unexpected('output', expected, value, 'ERR_INVALID_ARG_VALUE')
}

/** A file by its whole path. @param {string} file */
function fileSpec(file) {
  return `file:${path.resolve(file)}`
}

/** @param {string} option  @param {unknown} value */
function textOf(option, value) {
  const isUrl = value instanceof URL || (typeof value === 'object' && value !== null && 'href' in value)
  const text = isUrl ? String(value) : value
  if (typeof text !== 'string') throw unexpected(option, 'a path or a URL', value, 'ERR_INVALID_ARG_TYPE')
  if (text === '' || text.includes('\0')) {
    throw unexpected(option, 'a path or a URL without NUL', value, 'ERR_INVALID_ARG_VALUE')
  }
  return text
}

/** @param {string} text @returns {string | undefined} */
function schemeOf(text) {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1].toLowerCase()
}

const playlists = new Set(['.m3u8', '.mpd'])
const patternFormats = new Set(['dash', 'hls', 'image2', 'segment', 'ssegment', 'stream_segment', 'tee'])

/**
 * Whether the output is many files, or a list that names others: they cannot be written under another name.
 *
 * @param {string} output
 * @param {string | undefined} format
 */
function isPattern(output, format) {
  if (format !== undefined && patternFormats.has(format)) return true
  return /%0?\d*d/.test(path.basename(output)) || playlists.has(path.extname(output).toLowerCase())
}

module.exports = { fileSpec, inputOf, isPattern, outputOf }
