// @ts-check
'use strict'

/**
 * Progress on stderr: a bar on one line of a terminal; on anything else a line now and then.
 *
 * @module
 */

const WIDTH = 24
/** Milliseconds between two lines where there is no terminal. */
const PERIOD = 10_000

/**
 * @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} stream
 */
function progressBar(stream) {
  const start = performance.now()
  let told = start
  let drawn = false
  return {
    /** @param {{ done: number, failed: number, total: number | null, percent: number | null }} progress */
    draw({ done, failed, total, percent }) {
      const now = performance.now()
      const finished = done + failed
      const text = [`${finished} of ${total}`, failed > 0 && `${failed} failed`, left(now - start, percent ?? 0)]
      const line = text.filter(Boolean).join(', ')
      if (stream.isTTY) {
        const filled = Math.floor(((percent ?? 0) * WIDTH) / 100)
        const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
        // A line that does not fit would go on in the next one, which is not cleared.
        stream.write(`\r\x1b[K${`${bar} ${line}`.slice(0, (stream.columns || 80) - 1)}`)
        drawn = true
      } else if (now - told >= PERIOD) {
        told = now
        stream.write(`${line}\n`)
      }
    },
    /** Makes room for a line of something else. */
    clear() {
      if (drawn) stream.write('\r\x1b[K')
      drawn = false
    },
  }
}

/**
 * @param {number} elapsed in milliseconds
 * @param {number} percent
 */
function left(elapsed, percent) {
  if (percent === 0 || percent === 100) return false
  return `${Math.ceil((elapsed * (100 - percent)) / percent / 1000)} s left`
}

module.exports = { progressBar }
