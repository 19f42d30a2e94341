// @ts-check
'use strict'

// PDFs by pdfmake and pdfkit in a worker of piscina. The bytes are moved, not copied.

const { move } = require('piscina')
const { make } = require('./make')

/** @param {Parameters<typeof make>[0]} task */
module.exports = async (task) => move(Uint8Array.from(await make(task)).buffer)
