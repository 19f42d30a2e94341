// @ts-check
'use strict'

/**
 * The functions that a worker file exports. Runs on: the worker's thread.
 *
 * @module
 */

const seat = require('./seat')

/** @typedef {InstanceType<typeof import('./context').Context>} Context */

/** @typedef {(data: any, context: Context) => unknown} WorkerFunction */

/** Under this name Node exports all of a CommonJS module once more. */
const WHOLE = 'module.exports'

/** By name. @type {Map<string, WorkerFunction>} */
let functions = new Map()

/** By the engine's number of the name; 0 is the default export. @type {(WorkerFunction | undefined)[]} */
const byNumber = []
/** @type {string[]} */
const names = ['default']

/**
 * The functions among what a module exports, by name: those of ESM, of CommonJS, and of either compiled to the other, where
 * the default export has exports of its own.
 *
 * @param {any} exported
 */
function functionsOf(exported) {
  const found = new Map()
  for (let part = exported, depth = 0; depth < 3 && isObject(part); part = part.default, depth++) {
    if (isTask(part) && !found.has('default')) found.set('default', part)
    for (const name of Object.keys(part)) {
      if (isTask(part[name]) && !found.has(name) && name !== WHOLE) found.set(name, part[name])
    }
    if (!Object.hasOwn(part, 'default')) break
  }
  return found
}

/** @param {any} value */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/**
 * A class is exported for other purposes than to be called.
 *
 * @param {unknown} value
 */
function isTask(value) {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value))
}

/** @param {any} exported what the worker file exports */
function use(exported) {
  functions = functionsOf(exported)
  byNumber[0] = functions.get('default')
}

/** How many there are. */
function count() {
  return functions.size
}

/**
 * The function of a name's number, if there is one.
 *
 * @param {number} number
 */
function find(number) {
  return (byNumber[number] ??= functions.get(nameOf(number)))
}

/** @param {number} number */
function nameOf(number) {
  return (names[number] ??= seat.nameOf(number) ?? '')
}

/**
 * The error for a name that is not exported.
 *
 * @param {number} number
 */
function unknown(number) {
  const known = [...functions.keys()].map((name) => `\`${name}\``).join(', ')
  const wanted = number === 0 ? 'no default function' : `no function \`${nameOf(number)}\``
  const { errorOf } = require('../../errors')
  const message = `The worker file exports ${wanted}: it exports ${known || 'no functions'}`
  return errorOf(message, { code: 'ERR_TASK_UNKNOWN' })
}

module.exports = { count, find, nameOf, unknown, use }
