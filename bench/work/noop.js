'use strict'

/** piscina and tinypool call the export. @param {unknown} _data */
module.exports = function noop(_data) {}
