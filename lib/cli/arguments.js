// @ts-check
'use strict'

/**
 * The command line of `offloop image`: what was written, and then what it means, checked.
 *
 * @module
 */

const { parseArgs } = require('node:util')
const { errorOf } = require('../errors')
const { MAX_SIZE, checkNumber } = require('../options')
const { encodings } = require('./formats')
const { misuse } = require('./misuse')

/** The value may be left out: `--webp` and `--webp 80`. */
const optional = Object.freeze(['rotate', 'blur', 'sharpen', 'trim', 'jpeg', 'webp', 'avif', 'tiff'])
const resizing = Object.freeze(['fit', 'position', 'kernel'])
const valued = Object.freeze(['resize', ...resizing, 'quality', 'effort', 'out', 'suffix', 'concurrency', 'threads'])
const flags = Object.freeze(['without-enlargement', 'flip', 'flop', 'grey', 'png', 'gif', 'lossless', 'keep-metadata'])
const manners = Object.freeze(['overwrite', 'json', 'quiet'])

/** @type {Record<string, { type: 'boolean' | 'string', short?: string }>} */
const types = Object.fromEntries([
  ...[...flags, ...manners].map((name) => [name, { type: 'boolean' }]),
  ...[...optional, ...valued].map((name) => [name, { type: 'string' }]),
  ['out', { type: 'string', short: 'o' }],
  ['quiet', { type: 'boolean', short: 'q' }],
])

const number = /^-?\d+(\.\d+)?$/

/**
 * @typedef {[method: string, ...args: unknown[]]} Step a method of the chain
 *
 * @typedef {object} Command
 * @property {string[]} files
 * @property {string[]} given the names of the options
 * @property {Step[]} steps
 * @property {string | undefined} format of all results
 * @property {Record<string, unknown>} encoding `quality`, `effort`, `lossless`
 * @property {string | undefined} out
 * @property {string} suffix
 * @property {boolean} overwrite
 * @property {number | undefined} concurrency
 * @property {number | undefined} threads
 * @property {boolean} json
 * @property {boolean} quiet
 */

/**
 * @param {string[]} argv
 * @returns {Command}
 */
function commandOf(argv) {
  const { files, options } = read(argv)
  const format = formatOf(options)
  const percent = { min: 1, max: 100, integer: true }
  const quality = (format && numberOf(options, format, percent)) ?? numberOf(options, 'quality', percent)
  const effort = numberOf(options, 'effort', { min: 0, integer: true })
  /** @type {Command} */
  const command = {
    files,
    given: [...options.keys()],
    steps: stepsOf(options),
    format,
    encoding: { quality, effort, lossless: options.has('lossless') || undefined },
    out: options.get('out'),
    suffix: options.get('suffix') ?? '',
    overwrite: options.has('overwrite'),
    concurrency: numberOf(options, 'concurrency', { min: 1, integer: true }),
    threads: numberOf(options, 'threads', { min: 1, max: MAX_SIZE, integer: true }),
    json: options.has('json'),
    quiet: options.has('quiet'),
  }
  if (files.length === 0) throw misuse('files', 'at least one')
  checkTogether(options, format)
  return command
}

/** @param {Map<string, string | undefined>} options */
function formatOf(options) {
  const [format, other] = Object.keys(encodings).filter((format) => options.has(format))
  if (other) throw misuse(`--${other}`, 'the only format', `--${format}`)
  return format
}

/**
 * Refuses options that would have no effect beside the others, and results that have no name of their own.
 *
 * @param {Map<string, string | undefined>} options
 * @param {string | undefined} format
 */
function checkTogether(options, format) {
  for (const name of [...resizing, 'without-enlargement']) {
    if (!options.has(name) || options.has('resize')) continue
    throw misuse(`--${name}`, 'used with `--resize`')
  }
  for (const name of ['quality', 'effort', 'lossless']) {
    if (!format || !options.has(name) || encodings[format].includes(name)) continue
    const able = Object.keys(encodings).filter((format) => encodings[format].includes(name))
    const expected = `used with ${able.map((format) => `\`--${format}\``).join(' or ')}`
    throw misuse(`--${name}`, expected, `--${format}`)
  }
  if (!format && !options.has('out') && !options.has('suffix')) {
    throw misuse('--out', 'given, or `--suffix`, or a format')
  }
}

/**
 * In the order of the options, which is that of the methods: a turn before the resizing is another one than after it.
 *
 * @param {Map<string, string | undefined>} options
 * @returns {Step[]}
 */
function stepsOf(options) {
  const number = (/** @type {string} */ name) => numberOf(options, name, { min: -Infinity })
  /** @type {Record<string, () => Step>} */
  const meanings = {
    resize: () => ['resize', sizeOf(options)],
    rotate: () => ['rotate', number('rotate')],
    flip: () => ['flip'],
    flop: () => ['flop'],
    grey: () => ['greyscale'],
    blur: () => ['blur', number('blur')],
    sharpen: () => ['sharpen', number('sharpen')],
    trim: () => ['trim', { threshold: number('trim') }],
    'keep-metadata': () => ['keepMetadata'],
  }
  return [...options.keys()].filter((name) => name in meanings).map((name) => meanings[name]())
}

/** @param {Map<string, string | undefined>} options */
function sizeOf(options) {
  const written = options.get('resize') ?? ''
  const [, width, height] = /^(\d+)?(?:x(\d+)?)?$/i.exec(written) ?? []
  if (!width && !height) {
    throw misuse('--resize', 'a size such as 800x600, 800 or x600', written)
  }
  return {
    width: width && Number(width),
    height: height && Number(height),
    ...Object.fromEntries(resizing.map((name) => [name, options.get(name)])),
    withoutEnlargement: options.has('without-enlargement'),
  }
}

/**
 * @param {Map<string, string | undefined>} options
 * @param {string} name
 * @param {{ min: number, max?: number, integer?: boolean }} range
 * @returns {number | undefined}
 */
function numberOf(options, name, range) {
  const written = options.get(name)
  if (written === undefined) return undefined
  if (!number.test(written)) throw misuse(`--${name}`, 'a number', written)
  return checkNumber(`--${name}`, Number(written), range)
}

/**
 * The files, and the options in their order with their values.
 *
 * @param {string[]} argv
 * @returns {{ files: string[], options: Map<string, string | undefined> }}
 */
function read(argv) {
  const { tokens } = parseArgs({ args: tied(argv), options: types, strict: false, tokens: true })
  const files = []
  const options = new Map()
  for (const token of tokens) {
    if (token.kind === 'positional') files.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (!Object.hasOwn(types, name)) throw errorOf(`Unknown option \`${rawName}\``, { code: 'ERR_INVALID_ARG_VALUE' })
    const takesValue = types[name].type === 'string'
    if (takesValue !== (value !== undefined)) {
      const expected = takesValue ? 'followed by a value' : 'without a value'
      throw misuse(rawName, expected, value)
    }
    // The last one counts, and its place.
    options.delete(name)
    options.set(name, value === '' && optional.includes(name) ? undefined : value)
  }
  return { files, options }
}

/**
 * Ties values that may be left out to their options. `parseArgs` would take what follows for a file, or a file for the
 * value: only a number is one.
 *
 * @param {string[]} argv
 */
function tied(argv) {
  const args = []
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--') return [...args, ...argv.slice(i)]
    if (!optional.some((name) => argv[i] === `--${name}`)) args.push(argv[i])
    else args.push(number.test(argv[i + 1] ?? '') ? `${argv[i]}=${argv[++i]}` : `${argv[i]}=`)
  }
  return args
}

module.exports = { commandOf }
