'use strict'

/**
 * Works for so many milliseconds and returns when it ended, by a clock that all threads of the process share.
 * @param {number} ms
 */
module.exports = function stamp(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
  return Number(process.hrtime.bigint()) / 1e6
}
