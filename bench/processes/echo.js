// @ts-check
'use strict'

// A forked script that sends every message back.

process.on('message', (message) => process.send?.(message))
process.on('disconnect', () => process.exit())
