// @ts-check
'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

/**
 * A folder for worker files that a test writes itself, so that they stand beside what is expected of them. It is removed
 * after the tests.
 *
 * @returns {(name: string, text: string) => string} writes a file and gives its path
 */
function workerFiles() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-workers-')))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
  return (name, text) => {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
    return file
  }
}

module.exports = { workerFiles }
