// @ts-check
'use strict'

const format = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** Three significant digits: benchmarks are not worth more. @param {number} value */
const number = (value) => format.format(value)

/** `12.3×` @param {number} value */
const times = (value) => `${number(value)}×`

module.exports = { number, times }
