// @ts-check
'use strict'

/**
 * The programs that read the PDFs of the tests. Somebody without them can still test all else; CI has to have them.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')

/** How they are installed, by platform. @type {Record<string, string>} */
const install = {
  linux: 'apt-get install qpdf poppler-utils',
  darwin: 'brew install qpdf poppler',
  win32: 'choco install qpdf poppler',
}

/** @type {string[] | undefined} */
let options

/** What Jest is told besides: which tests it leaves out, of which a line says so. */
function readerOptions() {
  if (options !== undefined) return options
  const missing = process.env.CI ? [] : ['qpdf', 'pdftotext'].filter((program) => !isThere(program))
  options = missing.length > 0 ? ['--testPathIgnorePatterns', '/node_modules/', '/__test__/pdf-'] : []
  if (missing.length > 0) {
    const how = install[process.platform] ?? 'see https://qpdf.org and https://poppler.freedesktop.org'
    console.log(`- PDFs are not tested, since nothing here reads them: ${missing.join(' and ')} (${how})`)
  }
  return options
}

/** @param {string} program */
function isThere(program) {
  return spawnSync(program, ['--version'], { timeout: 20_000 }).error === undefined
}

module.exports = { readerOptions }
