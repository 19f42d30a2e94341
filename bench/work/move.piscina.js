'use strict'

const { move } = require('piscina')

/** @param {Uint8Array} bytes */
module.exports = (bytes) => move(bytes)
