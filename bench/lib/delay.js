// @ts-check
'use strict'

const { monitorEventLoopDelay } = require('node:perf_hooks')

const RESOLUTION_MS = 1

/**
 * Watches this thread's event loop.
 * @returns {() => number} the worst delay in ms since it was last asked
 */
function watchDelay() {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  return () => {
    const ms = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
    delay.reset()
    return ms
  }
}

module.exports = { watchDelay }
