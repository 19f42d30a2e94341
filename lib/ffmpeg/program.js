// @ts-check
'use strict'

/**
 * Where ffmpeg and ffprobe are: where the caller says, else where the environment says, else on the PATH, else in the npm
 * package that has them, if the project has it.
 *
 * @module
 */

const { constants } = require('node:fs')
const { access, stat } = require('node:fs/promises')
const { createRequire } = require('node:module')
const path = require('node:path')
const { failure } = require('./failure')

/** @typedef {'ffmpeg' | 'ffprobe'} Program */

const installers = Object.freeze({ ffmpeg: '@ffmpeg-installer/ffmpeg', ffprobe: '@ffprobe-installer/ffprobe' })

/**
 * The path of a program.
 *
 * @param {Program} name
 * @param {string | undefined} wanted the caller's option
 * @returns {Promise<string>}
 */
async function find(name, wanted) {
  const variable = `${name.toUpperCase()}_PATH`
  // What was asked for by name is not replaced by another in silence.
  const stated = wanted ?? (process.env[variable] || undefined)
  const candidates = stated === undefined ? [...onPath(name), ...packaged(name)] : named(stated)
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate
  throw notFound(name, candidates, stated === undefined ? undefined : wanted === undefined ? variable : `${name}Path`)
}

/** A path, or a name to look for. @param {string} stated */
function named(stated) {
  return stated.includes('/') || stated.includes(path.sep) ? [path.resolve(stated)] : onPath(stated)
}

/** @param {string} name */
function onPath(name) {
  const file = process.platform === 'win32' && path.extname(name) === '' ? `${name}.exe` : name
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => path.join(folder, file))
}

/** @param {Program} name @returns {string[]} */
function packaged(name) {
  // The project's own first: that of the folder it runs in.
  for (const from of [path.join(process.cwd(), 'package.json'), __filename]) {
    try {
      return [createRequire(from)(installers[name]).path]
    } catch {
      // It is not installed, or not for this platform.
    }
  }
  return []
}

/** @param {string} file */
async function isProgram(file) {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

/**
 * @param {Program} name
 * @param {string[]} tried
 * @param {string} [by] what named it
 * @param {unknown} [cause]
 */
function notFound(name, tried, by, cause) {
  const places = tried.length === 0 ? 'nowhere: PATH is empty' : tried.join(', ')
  const how = 'Install it with `apt-get install ffmpeg` or `brew install ffmpeg`'
  const set = by ? `check \`${by}\`` : `set \`${name}Path\` or ${name.toUpperCase()}_PATH, or add ${installers[name]}`
  const message = `Cannot find ${name}. ${how}, or ${set}. Tried: ${places}`
  return failure(message, { code: 'ERR_FFMPEG_NOT_FOUND', cause, command: name })
}

module.exports = { find, notFound }
