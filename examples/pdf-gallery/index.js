// @ts-check
'use strict'

/**
 * Makes the pages of the gallery: node examples/pdf-gallery [folder]
 *
 * With `--pictures` also a picture of the first page of each, by poppler's pdftoppm: that is what docs/gallery has.
 *
 * @module
 */

const { execFileSync } = require('node:child_process')
const { mkdirSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { pdf } = require('../..')
const { documents } = require('./documents')

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { pictures: { type: 'boolean' } } })
  const folder = path.resolve(positionals[0] ?? path.join(os.tmpdir(), 'offloop-gallery'))
  mkdirSync(folder, { recursive: true })
  for (const [name, document] of Object.entries(documents)) {
    const file = path.join(folder, `${name}.pdf`)
    const { pages, size } = await pdf(/** @type {any} */ (document)).toFile(file)
    console.log(`${file}: ${pages} pages, ${size} bytes`)
    if (!values.pictures) continue
    execFileSync('pdftoppm', ['-png', '-r', '96', '-singlefile', file, path.join(folder, name)])
  }
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
