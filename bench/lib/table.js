// @ts-check
'use strict'

const { number } = require('./number')

/**
 * @typedef {{ title: string, columns: Record<string, string>, rows: Array<{ name: string } & Record<string, any>>, words?: boolean }} Table
 *   `columns` maps a row's key to its heading; a row without the key has a dash there.
 *   `words`: the cells are words, not numbers.
 */

/** @param {unknown} cell */
function text(cell) {
  if (cell === undefined || cell === null) return '–'
  return typeof cell === 'number' ? number(cell) : String(cell)
}

/**
 * The table in Markdown, offloop in bold.
 * @param {Table} table
 */
function markdownTable({ title, columns, rows, words = false }) {
  const keys = Object.keys(columns)
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [
    line([title, ...Object.values(columns)]),
    line(['---', ...keys.map(() => (words ? '---' : '---:'))]),
    ...rows.map((row) => {
      const cells = [row.name, ...keys.map((key) => text(row[key]))]
      return line(row.name.startsWith('offloop') ? cells.map((cell) => `**${cell}**`) : cells)
    }),
  ].join('\n')
}

module.exports = { markdownTable }
