// @ts-check
'use strict'

/** Answers every message with itself. */

process.on('message', (message) => process.send?.(message))
