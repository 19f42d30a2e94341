// @ts-check
'use strict'

/**
 * A function as text that another thread evaluates. It comes without what it closes over.
 *
 * @module
 */

const { Script } = require('node:vm')
const { errorOf } = require('../errors')

/**
 * An expression, in parentheses, whose value is the function.
 *
 * @param {Function} work
 * @returns {string}
 */
function sourceOf(work) {
  const text = Function.prototype.toString.call(work)
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) {
    throw refused('a function written in JavaScript', 'bound and built-in functions have no source', work)
  }
  if (/^class\b/.test(text)) {
    throw refused('a function', 'a class cannot be called', work)
  }
  if (Object.prototype.toString.call(work).endsWith('GeneratorFunction]')) {
    throw refused('a function that returns its result', 'a generator returns an iterator, which cannot be cloned', work)
  }
  // The second is for what was written as a method: `{ work(data) {} }`.
  for (const source of [`(${text}\n)`, `(Object.values({${text}\n})[0])`]) {
    if (isExpression(source)) return source
  }
  throw refused('a function whose source stands for itself', 'this one’s does not', work)
}

/** @param {string} source */
function isExpression(source) {
  try {
    void new Script(source)
    return true
  } catch {
    return false
  }
}

/**
 * @param {string} expected
 * @param {string} why
 * @param {Function} work
 */
function refused(expected, why, work) {
  const name = work.name === '' ? 'an anonymous one' : `\`${work.name}\``
  const message = `Expected \`worker\` to be ${expected}, got ${name}: ${why}`
  return errorOf(message, { code: 'ERR_INVALID_ARG_VALUE' })
}

module.exports = { sourceOf }
