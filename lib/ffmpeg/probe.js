// @ts-check
'use strict'

/**
 * `probe()`: what a file has in it, by ffprobe, with numbers as numbers.
 *
 * @module
 */

const { inputOf } = require('./address')
const { failure } = require('./failure')
const { inputNames, limitsOf, optionsOf, programPath, protocolsOf } = require('./options')
const { find } = require('./program')
const { run } = require('./run')

const probeNames = Object.freeze(['ffprobePath', ...inputNames])

/**
 * @param {unknown} input
 * @param {unknown} [written]
 */
async function probe(input, written) {
  const options = optionsOf(written, probeNames)
  const source = inputOf(input, protocolsOf(options.allowProtocols))
  const program = programPath('ffprobePath', options.ffprobePath)
  return look(source, { program, limits: limitsOf(options) })
}

/**
 * @param {import('./address').Input} input
 * @param {{ program: string | undefined, limits: import('./run').Limits, inputOptions?: string[] }} how
 */
async function look(input, { program, limits, inputOptions = [] }) {
  const file = await find('ffprobe', program)
  const args = ['-v', 'level+error', '-print_format', 'json', '-show_format', '-show_streams']
  const all = [...args, ...input.args, ...inputOptions, '-i', input.spec]
  const { stdout, command } = await run('ffprobe', file, all, { ...limits, inputs: [input.spec] })
  try {
    return described(JSON.parse(stdout.toString()))
  } catch (cause) {
    throw failure('ffprobe gave no answer that can be read', { code: 'ERR_FFMPEG_FAILED', command, exitCode: 0, cause })
  }
}

/** @param {any} raw */
function described(raw) {
  const { format = {}, streams = [] } = raw
  return {
    format: {
      name: format.format_name ?? null,
      longName: format.format_long_name ?? null,
      duration: numberOf(format.duration),
      start: numberOf(format.start_time),
      size: numberOf(format.size),
      bitrate: numberOf(format.bit_rate),
      tags: format.tags ?? {},
    },
    streams: streams.map(streamOf),
    raw,
  }
}

/** @param {any} stream */
function streamOf(stream) {
  return {
    index: stream.index,
    type: stream.codec_type ?? null,
    codec: stream.codec_name ?? null,
    profile: stream.profile ?? null,
    duration: numberOf(stream.duration),
    start: numberOf(stream.start_time),
    bitrate: numberOf(stream.bit_rate),
    frames: numberOf(stream.nb_frames),
    isDefault: stream.disposition?.default === 1,
    tags: stream.tags ?? {},
    ...(stream.codec_type === 'video' && videoOf(stream)),
    ...(stream.codec_type === 'audio' && audioOf(stream)),
  }
}

/** @param {any} stream */
function videoOf(stream) {
  return {
    width: numberOf(stream.width),
    height: numberOf(stream.height),
    pixelFormat: stream.pix_fmt ?? null,
    fps: rateOf(stream.avg_frame_rate) ?? rateOf(stream.r_frame_rate),
    rotation: rotationOf(stream),
  }
}

/** @param {any} stream */
function audioOf(stream) {
  return {
    sampleRate: numberOf(stream.sample_rate),
    channels: numberOf(stream.channels),
    channelLayout: stream.channel_layout ?? null,
  }
}

/** @param {unknown} value @returns {number | null} */
function numberOf(value) {
  if (value === undefined || value === null || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** `'30000/1001'`; `'0/0'` is not known. @param {unknown} value @returns {number | null} */
function rateOf(value) {
  const [over, under = 1] = String(value).split('/').map(Number)
  const rate = over / under
  return Number.isFinite(rate) && rate > 0 ? rate : null
}

/** Degrees clockwise by which players turn the picture. @param {any} stream */
function rotationOf(stream) {
  const listed = stream.side_data_list?.find((/** @type {any} */ data) => data.rotation !== undefined)
  // The matrix turns counter-clockwise, the older tag clockwise.
  const degrees = listed ? -listed.rotation : (numberOf(stream.tags?.rotate) ?? 0)
  return ((Math.round(degrees) % 360) + 360) % 360
}

module.exports = { look, probe }
