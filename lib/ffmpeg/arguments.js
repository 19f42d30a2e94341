// @ts-check
'use strict'

/**
 * What is asked for, as ffmpeg's arguments. Their order has a meaning: options belong to the file that comes after them.
 *
 * @module
 */

const { fileSpec } = require('./address')
const { textOf } = require('./time')

/**
 * What every run begins with: no questions, no line that overwrites itself, and the level before each message.
 *
 * @param {number} fd the pipe for the progress
 */
function commonArguments(fd) {
  return ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-progress', `pipe:${fd}`]
}

/**
 * @param {import('./options').Transcode} job
 * @param {string} file that is written
 * @returns {string[]}
 */
function transcodeArguments(job, file) {
  const { input, start, duration, threads, filters, format, faststart } = job
  // Whether a file may be replaced is decided elsewhere, except for those that ffmpeg writes in their place.
  const replaces = job.isPattern && !job.overwrite ? '-n' : '-y'
  return [
    ...commonArguments(1),
    replaces,
    ...input.args,
    ...given('-threads', threads),
    ...(start > 0 ? ['-ss', textOf(start)] : []),
    ...job.inputOptions,
    '-i',
    input.spec,
    ...(duration === undefined ? [] : ['-t', textOf(duration)]),
    ...codec('v', job.videoCodec),
    ...given('-preset', job.preset),
    ...given('-crf', job.crf),
    ...(filters.length > 0 ? ['-vf', filters.join(',')] : []),
    ...codec('a', job.audioCodec),
    ...given('-threads', threads),
    ...(faststart ? ['-movflags', '+faststart'] : []),
    ...given('-f', format),
    ...job.outputOptions,
    fileSpec(file),
  ]
}

/** @param {'v' | 'a'} kind  @param {string | false} codec */
function codec(kind, codec) {
  return codec === false ? [`-${kind}n`] : [`-c:${kind}`, codec]
}

/** @param {string} name  @param {string | number | undefined} value */
function given(name, value) {
  return value === undefined ? [] : [name, String(value)]
}

module.exports = { commonArguments, transcodeArguments }
