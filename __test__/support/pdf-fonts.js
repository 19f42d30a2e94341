// @ts-check
'use strict'

/**
 * The fonts of the tests: where they are.
 *
 * @module
 */

const path = require('node:path')

/** A file of a package of fonts, which tells nobody where they are. @param {string} name @param {string} file */
const packaged = (name, file) => path.join(path.dirname(require.resolve(`@embedpdf/fonts-${name}`)), '../fonts', file)

module.exports = {
  roboto: path.join(__dirname, '../../lib/pdf/fonts/Roboto-Regular.ttf'),
  hebrew: packaged('hebrew', 'NotoSansHebrew-Regular.ttf'),
  hebrewBold: packaged('hebrew', 'NotoSansHebrew-Bold.ttf'),
  arabic: packaged('arabic', 'NotoNaskhArabic-Regular.ttf'),
  arabicBold: packaged('arabic', 'NotoNaskhArabic-Bold.ttf'),
  japanese: path.join(__dirname, '../fixtures/pdf/japanese.otf'),
  collection: path.join(__dirname, '../fixtures/pdf/two-faces.ttc'),
}
