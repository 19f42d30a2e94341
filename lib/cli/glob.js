// @ts-check
'use strict'

/**
 * Files by a pattern: `*`, `?` and `[a-z]` within a name, `**` for any folders, `{a,b}` for one of several. Names that
 * begin with a dot are matched by those patterns only that do so too.
 *
 * Node has its own from version 22 on.
 *
 * @module
 */

const { readdir, stat } = require('node:fs/promises')
const path = require('node:path')
const { misuse } = require('./misuse')

/**
 * @typedef {object} Part of a pattern, between two slashes
 * @property {RegExp | undefined} name `undefined` for `**`
 * @property {Part | undefined} next `undefined` after the last one
 */

const special = /[*?[{]/
/** Where file systems take `A` and `a` for the same. */
const flags = process.platform === 'win32' || process.platform === 'darwin' ? 'isu' : 'su'

/** Whether a path is a pattern. @param {string} text */
function isPattern(text) {
  return special.test(text)
}

/**
 * The folder in which the search begins, and what is searched for from there.
 *
 * @param {string} written
 * @param {string} [separator] on Windows the backslash, which elsewhere may be part of a name
 * @returns {{ base: string, parts: Part[] }}
 */
function parse(written, separator = path.sep) {
  const pattern = written.replaceAll(separator, '/')
  const fixed = pattern.lastIndexOf('/', pattern.search(special)) + 1
  const alternatives = expand(pattern.slice(fixed)).map(partsOf)
  return { base: pattern.slice(0, fixed) || '.', parts: alternatives.filter((part) => part !== undefined) }
}

/**
 * A pattern without braces for each of the alternatives, the innermost braces first.
 *
 * @param {string} pattern
 * @returns {string[]}
 */
function expand(pattern) {
  const braces = /\{([^{}]*,[^{}]*)\}/.exec(pattern)
  if (!braces) return [pattern]
  const [whole, inside] = braces
  const [before, after] = [pattern.slice(0, braces.index), pattern.slice(braces.index + whole.length)]
  return inside.split(',').flatMap((alternative) => expand(before + alternative + after))
}

/**
 * The parts of a pattern, as a chain.
 *
 * @param {string} pattern
 * @returns {Part | undefined}
 */
function partsOf(pattern) {
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.')
  // All that is below.
  if (names.at(-1) === '**') names.push('*')
  /** @type {Part | undefined} */
  let part
  for (const name of names.toReversed()) part = { name: name === '**' ? undefined : expression(name), next: part }
  return part
}

/** @param {string} name */
function expression(name) {
  const source = name.replace(/\*+|\?|\[([!^]?)(\][^\]]*|[^\]]+)\]|[^]/gu, (token, not, set) => {
    if (token.startsWith('*')) return '.*'
    if (token === '?') return '.'
    if (set !== undefined) return `[${not && '^'}${set.replace(/[\\\][^]/g, '\\$&')}]`
    return token.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  try {
    return new RegExp(`^${name.startsWith('.') ? '' : '(?!\\.)'}${source}$`, flags)
  } catch {
    throw misuse('files', 'patterns', name)
  }
}

/**
 * The files below a folder that one of the patterns matches, in the order of their names, and the folders that cannot be
 * read.
 *
 * @param {string} folder
 * @param {Part[]} parts
 * @returns {AsyncGenerator<{ file: string, error?: unknown }, void, void>}
 */
async function* walk(folder, parts) {
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    yield { file: folder, error }
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const linked = entry.isSymbolicLink()
    const next = new Set(parts.flatMap((part) => after(part, entry.name, linked)))
    if (next.size === 0) continue
    const file = path.join(folder, entry.name)
    const found = linked ? await stat(file).catch(() => entry) : entry
    if (found.isFile() && next.has(undefined)) yield { file }
    next.delete(undefined)
    if (found.isDirectory() && next.size > 0) yield* walk(file, /** @type {Part[]} */ ([...next]))
  }
}

/**
 * What is left of a pattern once a name has been matched: nothing when it does not match, `undefined` after its last part.
 *
 * @param {Part} part
 * @param {string} name
 * @param {boolean} linked
 * @returns {(Part | undefined)[]}
 */
function after(part, name, linked) {
  if (part.name) return part.name.test(name) ? [part.next] : []
  // `**` does not go through links, which may lead in a circle.
  const deeper = linked || name.startsWith('.') ? [] : [part]
  return [...deeper, ...after(/** @type {Part} */ (part.next), name, linked)]
}

module.exports = { isPattern, parse, walk }
