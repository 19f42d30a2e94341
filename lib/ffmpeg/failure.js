// @ts-check
'use strict'

/**
 * Why ffmpeg failed: its exit code says nothing, so its last words are read.
 *
 * @module
 */

const { errorOf } = require('../errors')

/**
 * @param {string} message
 * @param {{ code: string, command: string, stderr?: string, exitCode?: number, cause?: unknown }} details
 */
function failure(message, { code, command, stderr = '', exitCode, cause }) {
  return Object.assign(errorOf(message, { code, cause }), { command, stderr, exitCode })
}

/** The first that fits. The input comes last: a damaged one is complained of, and then often read all the same. */
const reasons = Object.freeze([
  { code: 'ERR_FFMPEG_NO_SPACE', pattern: /No space left on device|Disk quota exceeded/i },
  {
    code: 'ERR_FFMPEG_CODEC_MISSING',
    pattern:
      /Unknown (?:en|de)coder '|Encoder .*not found|Decoder .*not found|Automatic encoder selection failed|Requested .*coder .*not found/i,
    hint: '`ffmpeg -encoders` lists those that this ffmpeg has',
  },
  {
    code: 'ERR_FFMPEG_ODD_SIZE',
    pattern: /(?:width|height) not divisible by 2|must be an integer multiple of the specified chroma/i,
    hint: "give an even `resolution`, or round it: filters: 'scale=trunc(iw/2)*2:trunc(ih/2)*2'",
  },
  { code: 'ERR_FFMPEG_PERMISSION', pattern: /Permission denied|Read-only file system|Operation not permitted/i },
  { code: 'ERR_FFMPEG_OUTPUT_EXISTS', pattern: /already exists\. (?:Exiting|Overwrite)/i },
  {
    code: 'ERR_FFMPEG_INVALID_INPUT',
    pattern:
      /Invalid data found when processing input|moov atom not found|does not contain any stream|matches no streams/i,
  },
])

/**
 * @typedef {object} Ended a run that ended badly
 * @property {string} program
 * @property {string} command
 * @property {string} stderr
 * @property {number | undefined} exitCode
 * @property {string | undefined} signal that ended it
 * @property {readonly string[]} inputs as ffmpeg was given them
 * @property {Readonly<Record<string, string>>} names what people know as something else, and as what
 */

/**
 * Its error.
 *
 * @param {Ended} ended
 */
function failureOf({ program, command, stderr, exitCode, signal, inputs, names }) {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const { code, line, hint } = reasonOf(lines, inputs)
  const ending = signal === undefined ? `failed with exit code ${exitCode}` : `was ended by ${signal}`
  let message = `${program} ${ending}${line === undefined ? '' : `: ${withoutLevel(line)}`}${hint ? ` (${hint})` : ''}`
  for (const [name, known] of Object.entries(names)) message = message.replaceAll(name, () => known)
  return failure(message, { code, command, stderr, exitCode })
}

/** @param {string[]} lines  @param {readonly string[]} inputs @returns {{ code: string, line: string | undefined, hint?: string }} */
function reasonOf(lines, inputs) {
  const missing = lines.find(
    (line) => line.includes('No such file or directory') && inputs.some((input) => line.includes(input)),
  )
  if (missing !== undefined) return { code: 'ERR_FFMPEG_INPUT_NOT_FOUND', line: missing }
  for (const { code, pattern, hint } of reasons) {
    const line = lines.find((line) => pattern.test(line))
    if (line !== undefined) return { code, line, hint }
  }
  // The first error is the reason, and those after it are what came of it.
  const line = lines.find((line) => /\[(?:error|fatal|panic)\]/.test(line)) ?? lines.at(-1)
  return { code: 'ERR_FFMPEG_FAILED', line }
}

/** `[libx264 @ 0x55cf68360dc0] [error] width …` for people. @param {string} line */
function withoutLevel(line) {
  return line
    .replace(/^\[(\S+) @ 0x[0-9a-f]+\] /, '$1: ')
    .replace(/\[(?:panic|fatal|error|warning)\] /, '')
    .trim()
}

/** @param {AbortSignal} signal  @param {{ command?: string, stderr?: string, exitCode?: number }} [run] */
function aborted(signal, { command = '', ...run } = {}) {
  return failure('The work of ffmpeg was aborted', { code: 'ABORT_ERR', cause: signal.reason, command, ...run })
}

module.exports = { aborted, failure, failureOf }
