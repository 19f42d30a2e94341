// @ts-check
'use strict'

// Whether documents say the same, by poppler's `pdftotext` and `pdfinfo`: as many pages with the same words as pdfmake's,
// and of pdfkit, which breaks its own lines and pages, the same words.

const { execFileSync } = require('node:child_process')

/** @param {string} program  @param {string[]} args */
function printed(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 29 })
  } catch (cause) {
    if (/** @type {any} */ (cause).code !== 'ENOENT') throw cause
    throw new Error(`${program} is missing: apt-get install poppler-utils, or brew install poppler`, { cause })
  }
}

/** @param {string} file */
const pagesOf = (file) =>
  printed('pdftotext', ['-raw', file, '-'])
    .split('\f')
    .slice(0, -1)
    .map((page) => page.split(/\s+/).filter((word) => word !== ''))

/**
 * Throws unless all files say the same.
 * @param {string} job
 * @param {Record<string, string>} files by contestant
 */
function compare(job, files) {
  const names = Object.keys(files)
  const pages = Object.fromEntries(names.map((name) => [name, pagesOf(files[name])]))
  for (const name of names) {
    const isLaidOut = !/pdfkit|PdfDocument/.test(name)
    const reference = isLaidOut && pages.pdfmake ? 'pdfmake' : names[0]
    const form = (/** @type {string[][]} */ pages) =>
      // Words as they stand on their pages, or all of them, in whatever order they were drawn; pdfkit does not repeat the
      // head of a table.
      isLaidOut && reference === 'pdfmake'
        ? pages.map((page) => page.join(' ')).join('\n')
        : pages
            .flat()
            .filter((word) => !word.startsWith('Head-'))
            .sort()
            .join(' ')
    if (form(pages[name]) !== form(pages[reference]))
      throw new Error(`${name} says something else in ${job} than ${reference}`)
  }
}

module.exports = { compare }
