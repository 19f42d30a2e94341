// @ts-check
'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { find } = require('../../lib/ffmpeg/program')

/**
 * Video and sound by ffmpeg's own test sources, made beside offloop's way of running it.
 *
 * @param {string} file
 * @param {{ seconds?: number, size?: string, rate?: number, sound?: boolean, options?: string[] }} [how]
 */
async function clip(file, { seconds = 2, size = '128x96', rate = 25, sound = true, options = [] } = {}) {
  const picture = ['-f', 'lavfi', '-i', `testsrc=duration=${seconds}:size=${size}:rate=${rate}`]
  const tone = sound ? ['-f', 'lavfi', '-i', `sine=duration=${seconds}`, '-c:a', 'aac'] : []
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-y',
    ...picture,
    ...tone,
    ...codec,
    ...options,
    `file:${path.resolve(file)}`,
  ]
  execFileSync(await find('ffmpeg', undefined), args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return file
}

/**
 * What ffprobe says of a file, not by way of offloop.
 *
 * @param {string} file
 */
async function inspect(file) {
  const args = ['-v', 'error', '-print_format', 'json', '-show_format', '-show_streams', `file:${path.resolve(file)}`]
  const { format, streams } = JSON.parse(execFileSync(await find('ffprobe', undefined), args, { encoding: 'utf8' }))
  const of = (/** @type {string} */ type) => streams.find((/** @type {any} */ stream) => stream.codec_type === type)
  return { duration: Number(format.duration), format, video: of('video'), audio: of('audio') }
}

/**
 * A program in ffmpeg's place.
 *
 * @param {string} file
 * @param {string} script for a shell
 */
function fake(file, script) {
  fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return file
}

/** A script that writes to its last argument, as ffmpeg does: to a file by its whole path. */
const writesOutput = 'for last; do :; done; out="${last#file:}"; echo half > "$out"'

module.exports = { clip, fake, inspect, writesOutput }
