// @ts-check
'use strict'

/**
 * `tasks()`: what native tasks there are.
 *
 * @module
 */

const native = require('./native')

/** Every native task: its name, what it does, and the JSON Schema of its input. */
function tasks() {
  return JSON.parse(native.listTasks())
}

module.exports = { tasks }
