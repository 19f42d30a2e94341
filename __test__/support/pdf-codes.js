// @ts-check
'use strict'

/**
 * QR codes and barcodes as a scanner reads them from a drawn page.
 *
 * @module
 */

const fs = require('node:fs')
const { prepareZXingModule, readBarcodes } = require('zxing-wasm/reader')

// Else it would look for it on the network.
prepareZXingModule({
  overrides: {
    wasmBinary: new Uint8Array(fs.readFileSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))).buffer,
  },
})

/**
 * What the codes on a page say.
 *
 * @param {import('./quality').Pixels} page
 */
async function scanned({ data, width, height }) {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(3 * i, 3 * i + 3), 4 * i)
  const found = await readBarcodes(/** @type {any} */ ({ data: pixels, width, height, colorSpace: 'srgb' }), {
    tryHarder: true,
  })
  return found
    .filter(({ isValid }) => isValid)
    .map(({ text, format, ecLevel, version, position }) => ({ text, format, ecLevel, version, position }))
}

module.exports = { scanned }
