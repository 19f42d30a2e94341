'use strict'

// piscina and tinypool call the export.
module.exports = function noop(_data) {}
