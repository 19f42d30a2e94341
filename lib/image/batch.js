// @ts-check
'use strict'

/**
 * `imageBatch()`: the same chain for many pictures, of which each may fail alone.
 *
 * The window is that of `pool.map()`: it bounds what is read ahead, what runs, and what waits for the consumer.
 *
 * @module
 */

const { stat } = require('node:fs/promises')
const path = require('node:path')
const { setImmediate } = require('node:timers')
const { fileURLToPath } = require('node:url')
const { inspect, types } = require('node:util')
const { errorOf } = require('../errors')
const { checkFunction, checkKnown, checkNumber, checkObject, unexpected } = require('../options')
const { defaultPool } = require('../run-task')
const { Image, image, optionNames } = require('./image')
const { Tally } = require('./tally')

const ownNames = Object.freeze(['concurrency', 'input', 'output', 'onError', 'onProgress'])
const eachNames = Object.freeze(optionNames.filter((name) => name !== 'create' && name !== 'onProgress'))

/**
 * @typedef {InstanceType<typeof import('../pool').WorkerPool>} WorkerPool
 *
 * @typedef {object} Batch what is asked for, checked and complete
 * @property {any} items
 * @property {(picture: InstanceType<typeof Image>, item: any, index: number) => unknown} pipeline
 * @property {(item: any, index: number) => any} input
 * @property {(item: any, index: number) => any} output
 * @property {((error: unknown, item: any, index: number) => unknown) | undefined} onError
 * @property {number | undefined} concurrency
 * @property {AbortSignal | undefined} signal
 * @property {WorkerPool} pool
 * @property {object} imageOptions
 * @property {Set<string>} taken the files that are written
 *
 * @typedef {{ item: any, index: number, error: unknown }} Failure
 * @typedef {{ item: any, index: number, bytesIn: number, info: any, data?: Buffer, path?: string }} Success
 */

/**
 * @param {any} items
 * @param {unknown} pipeline
 * @param {unknown} [written]
 */
function imageBatch(items, pipeline, written = {}) {
  const options = checkObject('options', written)
  const batch = resolve(items, pipeline, options)
  const total = () => items.length ?? items.size ?? null
  const tally = new Tally(total, options.onProgress && guarded(options.onProgress, batch.pool))
  const results = run(batch, tally)
  return Object.assign(results, { all: () => all(results, tally) })
}

/**
 * @param {any} items
 * @param {unknown} pipeline
 * @param {any} options
 * @returns {Batch}
 */
function resolve(items, pipeline, options) {
  const open = items?.[Symbol.asyncIterator] ?? items?.[Symbol.iterator]
  // A path and a Buffer are iterable too, and never meant to be.
  if (typeof open !== 'function' || typeof items === 'string' || ArrayBuffer.isView(items)) {
    throw unexpected('items', 'an iterable or async iterable of images', items, 'ERR_INVALID_ARG_TYPE')
  }
  checkFunction('pipeline', pipeline)
  checkKnown(options, [...ownNames, ...eachNames])
  const { concurrency, input, output, onError, onProgress, ...imageOptions } = options
  if (concurrency !== undefined) checkNumber('concurrency', concurrency, { min: 1, integer: true, infinite: true })
  for (const [name, value] of Object.entries({ input, output, onError, onProgress })) {
    if (value !== undefined) checkFunction(name, value)
  }
  // What is wrong with the options of every image is said once, and now.
  image(Buffer.alloc(0), imageOptions)
  return {
    items,
    pipeline: /** @type {Batch['pipeline']} */ (pipeline),
    input: input ?? ((item) => item?.input ?? item),
    output: output ?? ((item) => item?.output),
    onError,
    concurrency,
    signal: imageOptions.signal,
    pool: imageOptions.pool ?? defaultPool(),
    imageOptions,
    taken: new Set(),
  }
}

/**
 * The results as they come.
 *
 * @param {Batch} batch
 * @param {InstanceType<typeof Tally>} tally
 * @returns {AsyncGenerator<Success | Failure, void, void>}
 */
async function* run(batch, tally) {
  const { items, onError, pool, concurrency, signal } = batch
  /** @param {any} item @param {number} index @param {{ signal: AbortSignal }} context */
  const work = async (item, index, { signal }) => {
    try {
      const result = await made(batch, item, index, signal)
      tally.succeed(result.bytesIn, result.info.size)
      return result
    } catch (thrown) {
      // The end of the iteration, or of the pool, is not the item's failure.
      if (signal.aborted || /** @type {any} */ (thrown)?.code === 'ERR_POOL_CLOSED') throw thrown
      tally.fail()
      const error = asError(thrown)
      if (onError === undefined) return { item, index, error }
      await onError(error, item, index)
      return undefined
    }
  }
  try {
    for await (const result of pool.map(items, work, { concurrency, signal, ordered: false })) {
      if (result !== undefined) yield /** @type {Success | Failure} */ (result)
    }
  } finally {
    tally.end()
  }
}

/**
 * The result of one item.
 *
 * @param {Batch} batch
 * @param {any} item
 * @param {number} index
 * @param {AbortSignal} signal
 * @returns {Promise<Success>}
 */
async function made({ input, output, pipeline, pool, imageOptions, taken }, item, index, signal) {
  const source = input(item, index)
  // An image without a source would wait for somebody to pipe it in.
  if (source === undefined) throw unexpected('input', 'an image', source, 'ERR_INVALID_ARG_TYPE')
  const file = output(item, index)
  if (file !== undefined) take(file, taken)
  const picture = image(source, { ...imageOptions, pool, signal })
  const chain = (await pipeline(picture, item, index)) ?? picture
  if (!(chain instanceof Image)) {
    throw unexpected('pipeline', 'a function that returns the image it is given', chain, 'ERR_INVALID_ARG_TYPE')
  }
  // A queue with a bound of its own makes pictures wait, not fail.
  while (!pool.hasRoom) await pool.ready()
  const result = file === undefined ? chain.toBuffer({ resolveWithObject: true }) : written(chain, file)
  const [bytesIn, outcome] = await Promise.all([sizeOf(source), result])
  return { item, index, bytesIn, ...outcome }
}

/**
 * @param {InstanceType<typeof Image>} chain
 * @param {any} file
 */
async function written(chain, file) {
  const { path, ...info } = await chain.toFile(file)
  return { path, info }
}

/**
 * Two pictures cannot be one file.
 *
 * @param {any} file
 * @param {Set<string>} taken
 */
function take(file, taken) {
  const resolved = path.resolve(pathOf(file))
  if (taken.has(resolved)) {
    throw unexpected('output', 'a file of its own for each item', file, 'ERR_INVALID_ARG_VALUE')
  }
  taken.add(resolved)
}

/**
 * How many bytes a source has. Whether it can be read is for the image to say.
 *
 * @param {any} source
 * @returns {Promise<number>}
 */
async function sizeOf(source) {
  if (typeof source !== 'string' && !(source instanceof URL)) return source.byteLength
  try {
    return (await stat(pathOf(source))).size
  } catch {
    return 0
  }
}

/** @param {unknown} file a path or a `file:` URL, as an object or as a string */
function pathOf(file) {
  const text = String(file)
  return text.startsWith('file://') ? fileURLToPath(text) : text
}

/** A failure is an Error, whatever the pipeline throws. @param {unknown} thrown */
function asError(thrown) {
  // Errors of Node's own are of another realm under Jest.
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown
  return errorOf(`The pipeline threw ${inspect(thrown)}`, { code: 'ERR_TASK_FAILED', cause: thrown })
}

/**
 * What a listener throws is no failure of a picture: as for a task, it is an `error` of the pool.
 *
 * @param {(progress: object) => void} listener
 * @param {WorkerPool} pool
 */
function guarded(listener, pool) {
  return (/** @type {object} */ progress) => {
    try {
      listener(progress)
    } catch (error) {
      setImmediate(() => pool.emit('error', error))
    }
  }
}

/**
 * All results, in the order of the items.
 *
 * @param {AsyncIterable<Success | Failure>} results
 * @param {InstanceType<typeof Tally>} tally
 */
async function all(results, tally) {
  const list = []
  for await (const result of results) list.push(result)
  return { results: list.sort((a, b) => a.index - b.index), ...tally.totals }
}

module.exports = { imageBatch }
