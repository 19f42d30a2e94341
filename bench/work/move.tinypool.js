'use strict'

const tinypool = import('tinypool')

/** @param {Uint8Array} bytes */
module.exports = async (bytes) => (await tinypool).Tinypool.move(bytes)
