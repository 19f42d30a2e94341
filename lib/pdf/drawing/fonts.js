// @ts-check
'use strict'

/**
 * Names of fonts that need no file: the package's family, and the 14 fonts that every PDF reader is said to have. These are
 * not in a file, and have no Greek or Cyrillic; the package's family stands in for them.
 *
 * @module
 */

const families = ['Helvetica', 'Times', 'Courier', 'Roboto']

/**
 * @typedef {object} Face of the package's family
 * @property {boolean} bold
 * @property {boolean} italics
 * @property {string} [standsInFor] what looks different
 */

/** @type {Map<string, Face>} */
const known = new Map()
for (const family of families) {
  // Sans serif, as Roboto is.
  const isAlike = family === 'Helvetica' || family === 'Roboto'
  for (const style of ['', '-Roman', '-Regular', '-Bold', '-Italic', '-Oblique', '-BoldItalic', '-BoldOblique']) {
    const name = `${family}${style}`
    known.set(name, {
      bold: style.includes('Bold'),
      italics: /Italic|Oblique/.test(style),
      ...(isAlike ? {} : { standsInFor: name }),
    })
  }
}

/** @param {unknown} name */
function faceOf(name) {
  return known.get(/** @type {string} */ (name))
}

module.exports = { faceOf }
