// @ts-check
'use strict'

/** Runs in a process of its own: gets data, and sends one result. */

process.on('message', (/** @type {{ values?: number[], wait?: number }} */ { values = [], wait = 0 }) => {
  const sum = values.reduce((total, value) => total + value, 0)
  setTimeout(() => process.send?.({ sum, pid: process.pid }), wait)
})
