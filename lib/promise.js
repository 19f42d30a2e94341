// @ts-check
'use strict'

/**
 * Promises that are settled from outside, made without a closure for each: that would be most of what a small task
 * allocates.
 *
 * @module
 */

/** Settles the promise that `newPromise` made last. @type {(outcome: any) => void} */
let lastResolve = () => {}

const keepResolve = (/** @type {(outcome: any) => void} */ resolve) => {
  lastResolve = resolve
}

/** A promise whose `resolve` is had by calling `resolveOfLast` right after. @returns {Promise<any>} */
function newPromise() {
  return new Promise(keepResolve)
}

function resolveOfLast() {
  return lastResolve
}

module.exports = { newPromise, resolveOfLast }
