// @ts-check
'use strict'

/**
 * `transcode()`: a file in, another out, or nothing.
 *
 * The output is written beside its place and put there when it is whole. What is many files, or a list of them, cannot be:
 * ffmpeg writes it in its place, and a failure leaves what was written until then.
 *
 * @module
 */

const { stat } = require('node:fs/promises')
const path = require('node:path')
const { checkNumber } = require('../options')
const { fileSpec } = require('./address')
const { transcodeArguments } = require('./arguments')
const { aborted, failure } = require('./failure')
const { inputLength, outputLength } = require('./length')
const { transcodeOptions } = require('./options')
const { Partial, kindOf, targetOf } = require('./partial')
const { find } = require('./program')
const { Tracker } = require('./progress')
const { Queue } = require('./queue')
const { run } = require('./run')

/** @typedef {import('./options').Transcode} Transcode */

const queue = new Queue(1)

/**
 * @param {unknown} input
 * @param {unknown} output
 * @param {unknown} [written]
 */
async function transcode(input, output, written) {
  const job = transcodeOptions(input, output, written)
  const { signal } = job.limits
  const turn = queue.enter(signal)
  try {
    // What can be known now is not said after an hour in the queue.
    const ffmpeg = await find('ffmpeg', job.ffmpegPath)
    await refuseTaken(job)
    await turn.come
    return await work(job, ffmpeg)
  } finally {
    turn.end()
  }
}

Object.defineProperty(transcode, 'concurrency', {
  enumerable: true,
  get: () => queue.limit,
  set: (limit) => {
    queue.limit = checkNumber('concurrency', limit, { min: 1, integer: true, infinite: true })
  },
})

/** @param {Transcode} job  @param {string} ffmpeg */
async function work(job, ffmpeg) {
  const began = performance.now()
  const target = await targetOf(job.output)
  const place = await placeOf(job, target)
  if (place === 'folder') throw outputError(job, 'is a folder')
  const expected = job.onProgress ? await expectedLength(job, ffmpeg) : null
  const tracker = new Tracker(expected)
  // Not `rename`d onto a device, which would be gone then.
  if (job.isPattern || place === 'other') {
    const done = await make(job, ffmpeg, job.isPattern ? job.output : target, tracker, began)
    return finished(job, done, { tracker, began, size: null })
  }
  const partial = new Partial(target)
  try {
    const done = await make(job, ffmpeg, partial.path, tracker, began)
    if (job.limits.signal?.aborted) throw aborted(job.limits.signal, done)
    const size = await publish(job, partial, done)
    return finished(job, done, { tracker, began, size })
  } finally {
    await partial.discard()
  }
}

/**
 * @param {Transcode} job
 * @param {string} ffmpeg
 * @param {string} file that is written
 * @param {InstanceType<typeof Tracker>} tracker
 * @param {number} began
 */
function make(job, ffmpeg, file, tracker, began) {
  const { input, nice, limits, onProgress } = job
  // Always read, also when nobody listens: a full pipe would stop ffmpeg.
  const onLine = (/** @type {string} */ line) => {
    const progress = onProgress && tracker.take(line)
    if (progress) tell(onProgress, progress)
  }
  return run('ffmpeg', ffmpeg, transcodeArguments(job, file), {
    ...limits,
    // To look at the input took its part of the limit.
    spent: performance.now() - began,
    inputs: [input.spec],
    names: { [fileSpec(file)]: job.output, [file]: job.output },
    nice,
    watch: { fd: 1, onLine },
  })
}

/**
 * @param {Transcode} job
 * @param {import('./run').Run} done
 * @param {{ tracker: InstanceType<typeof Tracker>, began: number, size: number | null }} how
 */
function finished(job, { command, stderr }, { tracker, began, size }) {
  tell(job.onProgress, tracker.finish())
  return { output: job.output, durationMs: performance.now() - began, size, command, stderr }
}

/**
 * @param {Transcode} job
 * @param {InstanceType<typeof Partial>} partial
 * @param {import('./run').Run} done
 * @returns {Promise<number>} its bytes
 */
async function publish(job, partial, done) {
  try {
    const { size } = await stat(partial.path)
    await partial.publish(job)
    return size
  } catch (cause) {
    const { code } = /** @type {any} */ (cause)
    if (code === 'EEXIST') throw exists(job)
    const message =
      code === 'ENOENT' ? `ffmpeg wrote nothing for ${job.output}` : `Cannot put ${job.output} in its place`
    throw failure(message, { code: 'ERR_FFMPEG_FAILED', ...done, exitCode: 0, cause })
  }
}

/** @param {Transcode} job */
async function refuseTaken(job) {
  const place = await placeOf(job, job.output)
  if (!job.overwrite && place !== 'none') throw exists(job)
}

/** @param {Transcode} job  @param {string} file */
async function placeOf(job, file) {
  try {
    const folder = await kindOf(path.dirname(file))
    if (folder !== 'folder') throw outputError(job, 'is in a folder that does not exist')
    return await kindOf(file)
  } catch (cause) {
    const { code } = /** @type {any} */ (cause)
    if (code === 'EACCES') throw outputError(job, 'cannot be reached', 'ERR_FFMPEG_PERMISSION', cause)
    throw code?.startsWith('ERR_FFMPEG') ? cause : outputError(job, 'cannot be written', 'ERR_FFMPEG_FAILED', cause)
  }
}

/** @param {Transcode} job */
const exists = (job) => outputError(job, 'is there already, and `overwrite` is off', 'ERR_FFMPEG_OUTPUT_EXISTS')

/** @param {Transcode} job  @param {string} what  @param {string} [code]  @param {unknown} [cause] */
function outputError(job, what, code = 'ERR_FFMPEG_FAILED', cause) {
  return failure(`The output ${job.output} ${what}`, { code, command: '', cause })
}

/** @param {Transcode} job  @param {string} ffmpeg */
async function expectedLength(job, ffmpeg) {
  const { input, ffprobePath, limits, inputOptions } = job
  // The options that make sense of bytes; those that cut are of no use to ffprobe.
  return outputLength(
    job,
    await inputLength(input, { ffmpeg, ffprobePath, limits, inputOptions: formatOf(inputOptions) }),
  )
}

/** @param {string[]} options */
function formatOf(options) {
  const at = options.lastIndexOf('-f')
  return at < 0 ? [] : options.slice(at, at + 2)
}

/**
 * What a listener throws is no failure of the work.
 *
 * @param {((progress: import('./progress').Progress) => void) | undefined} listener
 * @param {import('./progress').Progress} progress
 */
function tell(listener, progress) {
  try {
    listener?.(progress)
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}

module.exports = { tell, transcode }
