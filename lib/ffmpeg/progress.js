// @ts-check
'use strict'

/**
 * How far ffmpeg is, from what it writes for `-progress`: lines of `key=value`, of which `progress=` ends a report.
 *
 * @module
 */

/**
 * @typedef {object} Progress
 * @property {number | null} percent `null` when the length is not known
 * @property {number} time seconds of output that are written
 * @property {number | null} fps frames that are made in a second; `null` without video
 * @property {number | null} speed 1 is real time
 * @property {number | null} bitrate bits per second
 * @property {number | null} eta seconds that are left
 */

/** What is shown while ffmpeg still runs, however far it says that it is. */
const ALMOST = 99.9

/** Makes progress of lines. */
class Tracker {
  #expected
  /** @type {Record<string, string>} */
  #report = {}
  /** Both never go back, as ffmpeg's own numbers may at a start or a seek. */
  #time = 0
  #percent = 0

  /** @param {number | null} expected the length of the output in seconds */
  constructor(expected) {
    // A length of zero says nothing either.
    this.#expected = expected !== null && expected > 0 ? expected : null
  }

  /**
   * @param {string} line
   * @returns {Progress | undefined} when a report is complete, and ffmpeg goes on
   */
  take(line) {
    const at = line.indexOf('=')
    if (at < 0) return undefined
    const [key, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    this.#report[key] = value
    // Whether the end is a good one only its exit says.
    return key === 'progress' && value !== 'end' ? this.#measure() : undefined
  }

  /** The last one, of a run that ended well. @returns {Progress} */
  finish() {
    const known = this.#expected !== null
    return { ...this.#measure(), percent: known ? 100 : null, eta: known ? 0 : null }
  }

  /** @returns {Progress} */
  #measure() {
    const { fps, speed, bitrate } = this.#report
    // `out_time_ms` has microseconds as well, and older versions have only that.
    const microseconds = numberOf(this.#report.out_time_us) ?? numberOf(this.#report.out_time_ms) ?? 0
    this.#time = Math.max(this.#time, microseconds / 1e6)
    const pace = numberOf(speed)
    const kilobits = numberOf(bitrate)
    return {
      percent: this.#part(),
      time: this.#time,
      fps: numberOf(fps),
      speed: pace,
      bitrate: kilobits === null ? null : Math.round(kilobits * 1000),
      eta: this.#expected === null || !pace ? null : Math.max(0, (this.#expected - this.#time) / pace),
    }
  }

  #part() {
    if (this.#expected === null) return null
    this.#percent = Math.max(this.#percent, Math.min((this.#time / this.#expected) * 100, ALMOST))
    return this.#percent
  }
}

/** The number that a value begins with: `129.2kbits/s`, `25.3x`; `N/A` is none. @param {string | undefined} value */
function numberOf(value) {
  const number = Number.parseFloat(value ?? '')
  return Number.isFinite(number) ? number : null
}

module.exports = { Tracker }
