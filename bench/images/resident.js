// @ts-check
'use strict'

const fs = require('node:fs')

const STATUS = '/proc/self/status'

/**
 * The most memory that this process has had resident, in MB. Linux's answer to `process.resourceUsage()` begins with what
 * the process that forked this one had.
 */
function peakMemory() {
  const kilobytes = fs.existsSync(STATUS)
    ? Number(/^VmHWM:\s*(\d+) kB$/m.exec(fs.readFileSync(STATUS, 'utf8'))?.[1])
    : process.resourceUsage().maxRSS
  return (kilobytes * 1024) / 1e6
}

/** What it has now, in MB. */
const residentMemory = () => process.memoryUsage.rss() / 1e6

module.exports = { peakMemory, residentMemory }
