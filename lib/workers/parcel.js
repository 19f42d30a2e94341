// @ts-check
'use strict'

/**
 * Values that go to a worker through its MessagePort: those with a `transferList`, and those that only a port can carry,
 * such as a SharedArrayBuffer. A worker that has nothing to do is sent its parcel with the call; otherwise the parcel
 * stays here until a worker has started the call and asks for it.
 *
 * @module
 */

const { types } = require('node:util')
const { uncloneable } = require('./values/value')

/**
 * A value that waits for the worker that will need it.
 *
 * @typedef {object} Parcel
 * @property {number} id
 * @property {any} value a clone, of the time of the call
 * @property {readonly any[]} transferList of the clone
 */

let lastId = 0

/** A number for a parcel. */
function nextId() {
  lastId = (lastId % 0xffffffff) + 1
  return lastId
}

/**
 * Keeps a value for a worker. What is in the `transferList` is taken from the caller.
 *
 * @param {number} id
 * @param {unknown} value
 * @param {readonly any[]} transferList
 * @returns {Parcel}
 */
function keep(id, value, transferList) {
  try {
    const clone = structuredClone({ value, transferList }, { transfer: [...transferList] })
    return { id, ...clone }
  } catch (cause) {
    throw uncloneable(value, cause, 'data', transferList)
  }
}

/** From how many bytes on a port, which copies memory once, is quicker than the engine. */
const BULKY = 32 * 1024

/**
 * Whether a value is a large piece of memory, or an object with one.
 *
 * @param {any} value
 */
function isBulky(value) {
  if (isLarge(value)) return true
  if (Object.prototype.toString.call(value) !== '[object Object]') return false
  return Object.values(value).some(isLarge)
}

/** @param {any} value */
function isLarge(value) {
  return (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) && value.byteLength >= BULKY
}

/** @param {readonly unknown[]} transferList */
function bytesIn(transferList) {
  return transferList.reduce((/** @type {number} */ bytes, item) => {
    return bytes + (types.isArrayBuffer(item) ? item.byteLength : 0)
  }, 0)
}

module.exports = { bytesIn, isBulky, keep, nextId }
