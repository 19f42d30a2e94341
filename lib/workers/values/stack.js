// @ts-check
'use strict'

/**
 * Stacks as people read them: without the frames of this package, and across threads. Runs on every thread.
 *
 * @module
 */

const path = require('node:path')
const { pathToFileURL } = require('node:url')

/** Between the frames of the worker and those of the caller. */
const BOUNDARY = '    --- thread boundary: the worker above, its caller below ---'
/** How many frames of this package there may be above those of the caller. */
const OWN_FRAMES = 12

/**
 * The frames of the caller: of all who called, or who await what is being settled.
 *
 * @returns {string}
 */
function callerFrames() {
  const holder = { stack: '' }
  const { stackTraceLimit } = Error
  // By Reflect, since some freeze Error.
  if (stackTraceLimit > 0) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit + OWN_FRAMES)
  Error.captureStackTrace(holder, callerFrames)
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  const frames = framesOf(holder.stack).filter(isOutside).slice(0, stackTraceLimit)
  // In a worker, nobody calls but Node.
  return frames.every(isOfNode) ? '' : frames.join('\n')
}

/**
 * A worker's stack that goes on with the frames of its caller.
 *
 * @param {string} stack
 * @param {string} callerStack
 */
function joined(stack, callerStack) {
  const frames = framesOf(callerStack).filter(isOutside)
  if (frames.length === 0) return stack
  return [stack, ...(framesOf(stack).length > 0 ? [BOUNDARY] : []), ...frames].join('\n')
}

/**
 * Makes the caller's frames the stack of an error, which has been made deep inside this package or long after the call.
 *
 * @template {Error} Made
 * @param {Made} error
 * @param {string} frames
 * @returns {Made}
 */
function withFrames(error, frames) {
  error.stack = [`${error.name}: ${error.message}`, ...(frames === '' ? [] : [frames])].join('\n')
  return error
}

/**
 * A worker's stack without the frames of this package, and without those of Node that only lead there.
 *
 * @param {string} stack
 * @param {string} message
 */
function outsideStack(stack, message) {
  // A message may have lines that look like frames.
  const start = stack.indexOf(message)
  const end = stack.indexOf('\n', start < 0 ? 0 : start + message.length)
  if (end < 0) return stack
  const frames = framesOf(stack.slice(end))
  const last = frames.findLastIndex((frame) => !isOutside(frame))
  const kept = frames.filter((frame, i) => isOutside(frame) && (i < last || last < 0 || !isOfNode(frame)))
  return [stack.slice(0, end), ...kept].join('\n')
}

/** @param {unknown} stack */
function framesOf(stack) {
  // Whoever sets `Error.prepareStackTrace` may make something else of a stack.
  return typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at |^\s+---/.test(line)) : []
}

/** @param {string} frame */
function isOfNode(frame) {
  return /\bnode:(internal|events)\b/.test(frame)
}

const folder = path.resolve(__dirname, '..', '..') + path.sep
const folderUrl = pathToFileURL(folder).href

/**
 * Whether a frame is not of this package.
 *
 * @param {string} frame
 */
function isOutside(frame) {
  return !frame.includes(folder) && !frame.includes(folderUrl)
}

module.exports = { callerFrames, joined, outsideStack, withFrames }
