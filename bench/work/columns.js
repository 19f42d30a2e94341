'use strict'

/**
 * `a * b + sin(c)^2` for the rows of a part, written to `out`.
 * @param {{ a: Float64Array, b: Float64Array, c: Float64Array, out: Float64Array, from: number, to: number }} part
 */
module.exports = function columns({ a, b, c, out, from, to }) {
  for (let i = from; i < to; i++) {
    const sine = Math.sin(c[i])
    out[i] = a[i] * b[i] + sine * sine
  }
}
