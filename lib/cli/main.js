// @ts-check
'use strict'

/**
 * The program `offloop`: finds the command, and turns what it throws into a message and an exit code.
 *
 * @module
 */

const { ArgumentError } = require('../errors')
const { help } = require('./help')
const { misuse } = require('./misuse')

/** The addon is loaded when a command needs it. @type {Record<string, () => (args: string[]) => Promise<number>>} */
const commands = { image: () => require('./image').image }

/** @param {string[]} argv */
async function main(argv) {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', readerLeft)
  try {
    process.exitCode = await run(argv)
  } catch (error) {
    process.exitCode = explain(error)
  }
}

/**
 * @param {string[]} argv
 * @returns {Promise<number>}
 */
async function run([name, ...args]) {
  if (name === '--version') return print(require('../../package.json').version)
  if (name === '--help' || name === '-h' || args.includes('--help') || args.includes('-h')) return print(help)
  if (!Object.hasOwn(commands, name ?? '')) {
    throw misuse('command', `\`${Object.keys(commands).join('` or `')}\``, name)
  }
  return commands[name]()(args)
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
  return 0
}

/**
 * @param {unknown} error
 * @returns {number} the exit code
 */
function explain(error) {
  const { code, message } = /** @type {any} */ (error)
  const isUsage = error instanceof ArgumentError
  if (!isUsage && code !== 'ERR_NATIVE_MISSING') throw error
  process.stderr.write(`offloop: ${message}\n`)
  if (!isUsage) return 1
  process.stderr.write('`offloop --help` lists the options.\n')
  return 2
}

/** Who reads the output may leave, as `head` does: the work goes on. @param {NodeJS.ErrnoException} error */
function readerLeft(error) {
  if (error.code !== 'EPIPE') throw error
}

module.exports = { main }
