// @ts-check
'use strict'

// Starts `/bin/true` whenever it is told to, and says when it has ended.

const { spawn } = require('node:child_process')

process.on('message', () => {
  spawn('/bin/true').on('close', () => process.send?.('ended'))
})
process.on('disconnect', () => process.exit())
