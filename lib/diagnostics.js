// @ts-check
'use strict'

/**
 * What happens to tasks, on channels of `node:diagnostics_channel`: `offloop:task:enqueue`, `offloop:task:start`,
 * `offloop:task:end` and `offloop:task:error`. All messages of a task are the same object. A program that subscribes to
 * none of them pays for nothing.
 *
 * @module
 */

const { channel } = require('node:diagnostics_channel')

const enqueue = channel('offloop:task:enqueue')
const start = channel('offloop:task:start')
const end = channel('offloop:task:end')
const error = channel('offloop:task:error')

/**
 * The message of a task's channels.
 *
 * @typedef {object} Trace
 * @property {string | undefined} task the native task, or the export of a worker file
 * @property {string | undefined} pool its name; `undefined` for a one-off task
 * @property {number} enqueuedAt as `performance.now()` has it, so the others
 * @property {number} [startedAt]
 * @property {number} [endedAt]
 * @property {unknown} [error]
 */

/** Whether anybody listens. */
function isActive() {
  return enqueue.hasSubscribers || start.hasSubscribers || end.hasSubscribers || error.hasSubscribers
}

/**
 * The message of a task that is about to be queued, if anybody listens.
 *
 * @param {string | undefined} task
 * @param {string | undefined} pool
 * @returns {Trace | undefined}
 */
function trace(task, pool) {
  if (!isActive()) return undefined
  return { task, pool, enqueuedAt: performance.now() }
}

/** @param {Trace} message */
function enqueued(message) {
  enqueue.publish(message)
}

/** @param {Trace} message */
function started(message) {
  message.startedAt = performance.now()
  start.publish(message)
}

/** @param {Trace} message */
function ended(message) {
  message.endedAt = performance.now()
  end.publish(message)
}

/**
 * @param {Trace} message
 * @param {unknown} reason
 */
function failed(message, reason) {
  message.endedAt = performance.now()
  message.error = reason
  error.publish(message)
}

module.exports = { ended, enqueued, failed, isActive, started, trace }
