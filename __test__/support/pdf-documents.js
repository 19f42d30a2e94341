// @ts-check
'use strict'

/**
 * Documents that the tests make, each looked at from outside before anything is said of it, and the same documents by
 * pdfmake.
 *
 * @module
 */

const { pdf } = require('../..')
const { oracle } = require('./pdf-oracle')
const { check, drawn, keep, read } = require('./pdf-readers')
const { likeness, shortfalls } = require('./quality')

/**
 * Makes a document that qpdf has nothing to say against.
 *
 * @param {any} document
 * @param {object} [options]
 */
async function checked(document, options) {
  const { data, info } = await pdf(document, options).toBuffer({ resolveWithObject: true })
  const file = keep(data)
  await check(file, document.ownerPassword ?? document.userPassword)
  return { data, info, file }
}

/**
 * The same document by both. What they need written in two ways, as a header with the number of the page, is written over.
 *
 * @param {any} document
 * @param {{ theirs?: object, ours?: object }} [written]
 */
async function both(document, { theirs, ours } = {}) {
  const [made, reference] = await Promise.all([checked({ ...document, ...ours }), oracle({ ...document, ...theirs })])
  return { ours: made, theirs: { data: reference, file: keep(reference) } }
}

/** Points that a word may stand beside its place. */
const TOLERANCE = 0.5

/** @typedef {import('./pdf-readers').Word} Word */

/** @param {Word} word */
const shown = ({ page, text, x, y }) => `"${text}" on page ${page} at ${x.toFixed(2)}, ${y.toFixed(2)}`

/** How far apart the corners of two words are, at most. @param {Word} a @param {Word} b */
const distance = (a, b) =>
  Math.max(...[a.x - b.x, a.y - b.y, a.right - b.right, a.bottom - b.bottom].map((length) => Math.abs(length)))

/**
 * In what the words of a file are not those of another, by their place: nothing, when all is well.
 *
 * @param {string} file
 * @param {string} reference
 * @param {{ order?: boolean, tolerance?: number }} [how] whether the words come in the same order too
 */
async function wordDifferences(file, reference, { order = true, tolerance = TOLERANCE } = {}) {
  const [found, expected] = await Promise.all([read(file), read(reference)])
  const sizes = (/** @type {typeof found} */ { pages }) =>
    pages.map(({ width, height }) => `${width.toFixed(1)} × ${height.toFixed(1)}`).join(', ')
  if (sizes(found) !== sizes(expected)) return [`pages of ${sizes(found)}, expected ${sizes(expected)}`]

  /** @type {string[]} */
  const differences = []
  /** @type {Map<string, Word[]>} */
  const rest = new Map()
  for (const word of found.words) {
    const key = `${word.page} ${word.text}`
    rest.set(key, [...(rest.get(key) ?? []), word])
  }
  for (const word of expected.words) {
    const same = rest.get(`${word.page} ${word.text}`) ?? []
    const nearest = same.reduce((best, next) => (distance(next, word) < distance(best, word) ? next : best), same[0])
    if (nearest === undefined) differences.push(`no ${shown(word)}`)
    else {
      same.splice(same.indexOf(nearest), 1)
      if (distance(nearest, word) > tolerance) differences.push(`${shown(nearest)}, expected ${shown(word)}`)
    }
  }
  for (const words of rest.values()) differences.push(...words.map((word) => `unexpected ${shown(word)}`))
  if (order && differences.length === 0) {
    const text = (/** @type {typeof found} */ { words }) => words.map(({ text }) => text)
    const [ours, theirs] = [text(found), text(expected)]
    const at = theirs.findIndex((word, i) => word !== ours[i])
    if (at >= 0) differences.push(`word ${at + 1} is "${ours[at]}", expected "${theirs[at]}"`)
  }
  return differences
}

/**
 * In what a document differs from what pdfmake makes of it: pages, words, their order and their places, and in how one of
 * its pages looks, if there are bounds for it.
 *
 * @param {any} document
 * @param {{ theirs?: object, ours?: object, order?: boolean, tolerance?: number, looks?: Partial<import('./quality').Likeness>, page?: number, words?: boolean }} [how]
 */
async function differences(document, how = {}) {
  const { ours, theirs } = await both(document, how)
  const inWords = how.words === false ? [] : await wordDifferences(ours.file, theirs.file, how)
  if (how.looks === undefined) return inWords
  const [page, reference] = await Promise.all([drawn(ours.file, how), drawn(theirs.file, how)])
  return [...inWords, ...shortfalls(likeness(page, reference), how.looks)]
}

module.exports = { both, checked, differences, wordDifferences }
