// @ts-check
'use strict'

const WIDTH = 30

/**
 * A progress bar on one line of a terminal; on anything else, one line when it is full.
 *
 * @param {string} label
 */
function progressBar(label) {
  const { isTTY } = process.stdout
  let drawn = -1
  return {
    /** @param {number} share 0 to 1 */
    draw(share) {
      const filled = Math.round(share * WIDTH)
      if (filled === drawn || (!isTTY && filled < WIDTH)) return
      drawn = filled
      const text = `  ${label.padEnd(36)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${Math.round(share * 100)}%`
      process.stdout.write(isTTY ? `\r${text}` : text)
      if (filled === WIDTH) process.stdout.write('\n')
    },
  }
}

module.exports = { progressBar }
