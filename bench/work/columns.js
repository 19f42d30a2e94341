'use strict'

/**
 * The sum of `a * b + sin(c)^2` over the rows of a part.
 * @param {{ a: Float64Array, b: Float64Array, c: Float64Array, from: number, to: number }} part
 */
module.exports = function columns({ a, b, c, from, to }) {
  let sum = 0
  for (let i = from; i < to; i++) {
    const sine = Math.sin(c[i])
    sum += a[i] * b[i] + sine * sine
  }
  return sum
}
