// @ts-check
'use strict'

/**
 * Files that are not ready: written beside their place under a name of their own, so that a failure destroys nothing and
 * nobody takes a half for the whole.
 *
 * @module
 */

const { randomUUID } = require('node:crypto')
const { unlinkSync } = require('node:fs')
const { link, lstat, realpath, rename, stat, unlink } = require('node:fs/promises')
const path = require('node:path')

/** Those of this process. @type {Set<string>} */
const pending = new Set()

/** An exit leaves no time for anything else; the child that writes is ended by the addon. */
function removeAll() {
  for (const file of pending) {
    try {
      unlinkSync(file)
    } catch {
      // It was not begun.
    }
  }
}

class Partial {
  /** Where it is written. @type {string} */
  path
  #target

  /** @param {string} target where it belongs */
  constructor(target) {
    this.#target = target
    // The extension is what ffmpeg goes by. The rest is short: the target's own name may be as long as names can be.
    this.path = path.join(path.dirname(target), `.offloop-${randomUUID()}${path.extname(target)}`)
    if (pending.size === 0) process.on('exit', removeAll)
    pending.add(this.path)
  }

  /**
   * Puts it in its place.
   *
   * @param {{ overwrite: boolean }} how without `overwrite` it fails with EEXIST when something is there
   */
  async publish({ overwrite }) {
    if (overwrite || !(await linked(this.path, this.#target))) await rename(this.path, this.#target)
    this.#forget()
  }

  /** Removes it, if it was not published. */
  async discard() {
    if (!pending.has(this.path)) return
    await unlink(this.path).catch(() => {})
    this.#forget()
  }

  #forget() {
    pending.delete(this.path)
    if (pending.size === 0) process.off('exit', removeAll)
  }
}

/**
 * Gives a file its name unless that is taken, which `rename` cannot.
 *
 * @param {string} from
 * @param {string} to
 * @returns {Promise<boolean>} `false` where there are no links, and nothing is in the way
 */
async function linked(from, to) {
  try {
    await link(from, to)
  } catch (error) {
    if (/** @type {any} */ (error).code === 'EEXIST' || (await kindOf(to)) !== 'none') throw error
    return false
  }
  await unlink(from)
  return true
}

/**
 * What is at a path. A device or a pipe must be written to, never replaced.
 *
 * @param {string} file
 * @returns {Promise<'none' | 'file' | 'folder' | 'other'>}
 */
async function kindOf(file) {
  try {
    const found = await stat(file)
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'
  } catch (error) {
    if (/** @type {any} */ (error).code === 'ENOENT') return 'none'
    throw error
  }
}

/** The file that a link stands for: it is that which is replaced, not the link. @param {string} file */
async function targetOf(file) {
  try {
    return (await lstat(file)).isSymbolicLink() ? await realpath(file) : path.resolve(file)
  } catch {
    return path.resolve(file)
  }
}

module.exports = { Partial, kindOf, targetOf }
