'use strict'

/**
 * The tutorial's heavy computation, over a part of the range.
 * @param {{ from: number, to: number }} part
 */
module.exports = function sqrtSum({ from, to }) {
  let result = 0
  for (let i = from; i < to; i++) result += Math.sqrt(i)
  return result
}
