// @ts-check
'use strict'

/**
 * What each file descriptor of a child is: from what the caller wrote to what the addon makes.
 *
 * @module
 */

const tty = require('node:tty')
const { errorOf } = require('../errors')
const { checkBoolean, checkNumber, unexpected } = require('../options')
const { checkPath } = require('./values')

/**
 * What the caller wrote for each file descriptor of the child, and where.
 *
 * @typedef {{ option: string, item: unknown }} Written
 */

/** @param {any} options @returns {Written[]} */
function stdioList({ stdio = [], stdin, stdout, stderr, inputFile }) {
  const list = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
  if (!Array.isArray(list)) throw unexpected('stdio', 'a string or an array', stdio, 'ERR_INVALID_ARG_TYPE')
  const all = Array.from({ length: Math.max(list.length, 3) }, (_, number) => {
    return { option: `stdio[${number}]`, item: list[number] ?? 'pipe' }
  })
  for (const [option, item] of Object.entries({ stdin, stdout, stderr })) {
    if (item !== undefined) all[['stdin', 'stdout', 'stderr'].indexOf(option)] = { option, item }
  }
  if (inputFile !== undefined) {
    if (all[0].item !== 'pipe') throw inputConflict('inputFile')
    all[0] = { option: 'inputFile', item: { file: checkPath('inputFile', inputFile) } }
  }
  return all
}

/** @param {string} option */
const inputConflict = (option) =>
  errorOf(`Expected \`stdin\` to be 'pipe', because there is \`${option}\``, { code: 'ERR_INVALID_ARG_VALUE' })

/**
 * What the addon makes of one file descriptor.
 *
 * @param {Written} written
 * @param {number} number
 * @param {{ keep: number | null, serialization: string | undefined }} context
 */
function stdioOf({ option, item }, number, { keep, serialization }) {
  const input = number === 0
  if (item === 'pipe' || item === 'overlapped') return input ? { kind: 'input' } : { kind: 'output', keep }
  if (item === 'ignore') return { kind: 'ignore' }
  if (item === 'inherit') return { kind: 'fd', fd: number }
  if (item === 'ipc' && serialization !== undefined) {
    return { kind: 'channel', advanced: serialization === 'advanced' }
  }
  if (typeof item === 'number') {
    return { kind: 'fd', fd: checkNumber(option, item, { min: 0, max: 2 ** 31 - 1, integer: true }) }
  }
  if (typeof item === 'object' && item !== null) {
    const { file, append = false, fd } = /** @type {any} */ (item)
    if (file !== undefined) {
      const path = checkPath(`${option}.file`, file)
      return input
        ? { kind: 'inputFile', path }
        : { kind: 'file', path, append: checkBoolean(`${option}.append`, append) }
    }
    // A stream of Node's over a file, a terminal or a socket.
    // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
    const own = fd ?? /** @type {any} */ (item)._handle?.fd
    if (typeof own === 'number' && own >= 0) return { kind: 'fd', fd: own }
  }
  const expected = "'pipe', 'ignore', 'inherit', a file descriptor, a stream that has one, or { file }"
  throw unexpected(option, expected, item, 'ERR_INVALID_ARG_VALUE')
}

/** A fork has one channel, where the caller has not put it elsewhere. @param {Written[]} stdio @returns {Written[]} */
function channelFor(stdio) {
  const channels = stdio.filter(({ item }) => item === 'ipc')
  if (channels.length > 1) {
    throw unexpected(channels[1].option, "no second 'ipc': a child has one channel", 'ipc', 'ERR_INVALID_ARG_VALUE')
  }
  return channels.length === 1 ? [] : [{ option: 'stdio', item: 'ipc' }]
}

/** @param {any} end */
const readsTerminal = (end) => end.kind === 'fd' && tty.isatty(end.fd)

module.exports = { channelFor, inputConflict, readsTerminal, stdioList, stdioOf }
