// @ts-check
'use strict'

/**
 * `ffmpeg()`: for the rest, with the arguments that the caller writes.
 *
 * @module
 */

const { checkFunction } = require('../options')
const { commonArguments } = require('./arguments')
const { checkText, checkTexts, limitNames, limitsOf, niceOf, optionsOf, programPath } = require('./options')
const { find } = require('./program')
const { Tracker } = require('./progress')
const { run } = require('./run')
const { checkTime } = require('./time')
const { tell } = require('./transcode')

const ffmpegNames = Object.freeze(['cwd', 'duration', 'ffmpegPath', 'nice', 'onProgress', ...limitNames])

/** The standard output may be the caller's. */
const PROGRESS_FD = 3

/**
 * @param {unknown} args
 * @param {unknown} [written]
 */
async function ffmpeg(args, written) {
  const list = checkTexts('args', args)
  const options = optionsOf(written, ffmpegNames)
  const { duration, onProgress } = options
  if (onProgress !== undefined) checkFunction('onProgress', onProgress)
  const tracker = new Tracker(duration === undefined ? null : checkTime('duration', duration))
  const limits = limitsOf(options)
  const cwd = options.cwd === undefined ? undefined : checkText('cwd', options.cwd)
  const nice = niceOf(options.nice)
  const file = await find('ffmpeg', programPath('ffmpegPath', options.ffmpegPath))
  const onLine = (/** @type {string} */ line) => {
    const progress = onProgress && tracker.take(line)
    if (progress) tell(onProgress, progress)
  }
  const done = await run('ffmpeg', file, [...commonArguments(PROGRESS_FD), ...list], {
    ...limits,
    inputs: list.filter((_, i) => list[i - 1] === '-i'),
    watch: { fd: PROGRESS_FD, onLine },
    nice,
    cwd,
  })
  tell(onProgress, tracker.finish())
  return done
}

module.exports = { ffmpeg }
