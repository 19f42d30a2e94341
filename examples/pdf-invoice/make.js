// @ts-check
'use strict'

/**
 * Writes an invoice as a file.
 *
 *     node make.js invoice.pdf 200   # with 200 items
 *
 * @module
 */

const { pdf } = require('offloop')
const { example, invoice } = require('./invoice')

const [file = 'invoice.pdf', count = '12'] = process.argv.slice(2)

async function main() {
  const { size, pages, warnings } = await pdf(invoice(example(Number(count)))).toFile(file)
  console.log(`${file}: ${pages} pages, ${size} bytes`)
  for (const { message } of warnings) console.warn(message)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
