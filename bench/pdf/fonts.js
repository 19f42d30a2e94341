// @ts-check
'use strict'

// The font that offloop comes with, for everybody.

const path = require('node:path')

const folder = path.join(__dirname, '../../lib/pdf/fonts')

const roboto = {
  normal: path.join(folder, 'Roboto-Regular.ttf'),
  bold: path.join(folder, 'Roboto-Bold.ttf'),
  italics: path.join(folder, 'Roboto-Italic.ttf'),
  bolditalics: path.join(folder, 'Roboto-BoldItalic.ttf'),
}

module.exports = { roboto }
