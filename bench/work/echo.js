'use strict'

/** Gives back what it got. @template T  @param {T} value */
module.exports = function echo(value) {
  return value
}
