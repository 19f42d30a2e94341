// @ts-check
'use strict'

/**
 * The outline of a drawing, beside which readers show it: `doc.outline.addItem(title)` goes to the page at hand.
 *
 * @module
 */

const { checkNumber, checkObject } = require('../../options')
const { checkLength, checkText } = require('./arguments')

class Outline {
  #tally
  #record
  /** Its number; none for the outline itself. @type {number | undefined} */
  #number

  /**
   * @param {{ count: number }} tally items of the whole outline
   * @param {(operation: import('./recorder').Operation) => unknown} record
   * @param {number} [number]
   */
  constructor(tally, record, number) {
    this.#tally = tally
    this.#record = record
    this.#number = number
  }

  /**
   * @param {string} title
   * @param {{ expanded?: boolean, top?: number, pageNumber?: number | null }} [options] `pageNumber` from 0
   */
  addItem(title, options = {}) {
    const { expanded = false, top = 0, pageNumber } = checkObject('options', options)
    const page = pageNumber ?? undefined
    if (page !== undefined) checkNumber('pageNumber', page, { min: 0, max: 1e6, integer: true })
    const item = { title: checkText('title', title), expanded: Boolean(expanded), y: checkLength('top', top) }
    this.#record({ outline: { ...item, parent: this.#number, page } })
    return new Outline(this.#tally, this.#record, this.#tally.count++)
  }
}

module.exports = { Outline }
