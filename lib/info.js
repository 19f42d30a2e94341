// @ts-check
'use strict'

/**
 * `info()`: which build of offloop this is, and what it can do.
 *
 * @module
 */

const native = require('./native')
const { platformName } = require('./platform')

function info() {
  const { version } = require('../package.json')
  return { version, platform: platformName(), threads: native.budget(), images: JSON.parse(native.imageCodecs()) }
}

module.exports = { info }
