// @ts-check
'use strict'

/**
 * What pdfmake takes as a function, and how it is said as data: a function cannot run on a Rust thread.
 *
 * @module
 */

const paged =
  'a node, in which `{pageNumber}` and `{pageCount}` are replaced, or `{ first, last, odd, even, default }` of nodes'
const byPlace = 'a value, or values by their place: `{ first, last, header, inner, odd, even, default, at: { 3: … } }`'

/** @type {Record<string, string>} */
const forms = {
  header: paged,
  footer: paged,
  background: paged,
  watermark: 'text, or `{ text, color, opacity, angle, … }`',
  pageBreakBefore: '`{ headlineLevel, style, whenLessThan }`, the nodes that begin a page',
  heights: "a number of points, 'auto', or an array of them, one for each row",
  widths: "a number of points, 'auto', '*', a percentage, or an array of them, one for each column",
  images: 'an object of paths, Buffers or data URLs by their names',
  fonts: 'an object of families: `{ Name: { normal, bold, italics, bolditalics } }`',
  tableLayouts: 'an object of layouts by their names',
}

for (const name of [
  'hLineWidth',
  'vLineWidth',
  'hLineColor',
  'vLineColor',
  'hLineStyle',
  'vLineStyle',
  'paddingLeft',
  'paddingRight',
  'paddingTop',
  'paddingBottom',
  'fillColor',
  'fillOpacity',
]) {
  forms[name] = byPlace
}

/** What is expected in place of a function. @param {string} key under which it stands */
function formOf(key) {
  return Object.hasOwn(forms, key) ? `${forms[key]} (a function cannot run on another thread)` : 'plain data'
}

module.exports = { formOf }
