// @ts-check
'use strict'

/**
 * Errors as values: a stable `code`, the class's name, `cause`, the `task` they belong to, and predicates.
 *
 * @module
 */

/**
 * @typedef {object} ErrorDetails
 * @property {string} code
 * @property {unknown} [cause]
 * @property {string} [task]
 */

/** The base class of every error that offloop makes. */
class OffloopError extends Error {
  /**
   * @param {string} message
   * @param {ErrorDetails} details
   */
  constructor(message, { code, cause, task }) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    if (task !== undefined) this.task = task
  }

  /** Whether a `timeout` or a `queueTimeout` ran out. */
  get timedOut() {
    return this.code === 'ERR_TASK_TIMEOUT' || this.code === 'ERR_QUEUE_TIMEOUT'
  }

  /** Whether the caller stopped the task: by its signal, or by destroying the pool. */
  get canceled() {
    return this.code === 'ABORT_ERR' || this.code === 'ERR_POOL_CLOSED'
  }

  /** Whether the task itself broke: a defect, not bad input. */
  get crashed() {
    return this.code === 'ERR_TASK_PANICKED'
  }
}

/** An option or an argument that cannot be used. */
class ArgumentError extends OffloopError {}

/** The caller's `AbortSignal` fired; `cause` is its reason. */
class AbortError extends OffloopError {}

/** A task that is unknown, failed or panicked. */
class TaskError extends OffloopError {}

/** A task that ran or waited for too long. */
class TimeoutError extends OffloopError {}

/** A pool that is full or closed. */
class PoolError extends OffloopError {}

/** A file that cannot be read or written; `code` is the operating system's, such as `ENOENT`, when it has one. */
class FileError extends OffloopError {}

/** An expression that cannot be parsed. */
class ExpressionError extends OffloopError {}

/** Bytes that are no image, a broken image, or one that is too large. */
class ImageError extends OffloopError {}

const classes = {
  OffloopError,
  ArgumentError,
  AbortError,
  TaskError,
  TimeoutError,
  PoolError,
  FileError,
  ExpressionError,
  ImageError,
}

// As Node's own errors have it: a name on the prototype, which is not listed when the error is printed.
for (const [name, type] of Object.entries(classes)) {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true })
}

/** @type {Record<string, typeof OffloopError>} */
const classOfCode = {
  ERR_INVALID_ARG_TYPE: ArgumentError,
  ERR_INVALID_ARG_VALUE: ArgumentError,
  ERR_OUT_OF_RANGE: ArgumentError,
  ERR_VALUE_NOT_CLONEABLE: ArgumentError,
  ABORT_ERR: AbortError,
  ERR_TASK_UNKNOWN: TaskError,
  ERR_TASK_FAILED: TaskError,
  ERR_TASK_PANICKED: TaskError,
  ERR_TASK_TIMEOUT: TimeoutError,
  ERR_QUEUE_TIMEOUT: TimeoutError,
  ERR_QUEUE_FULL: PoolError,
  ERR_POOL_CLOSED: PoolError,
  ERR_FILE: FileError,
  ERR_EXPRESSION_SYNTAX: ExpressionError,
  ERR_IMAGE_INVALID: ImageError,
  ERR_IMAGE_TOO_LARGE: ImageError,
  ERR_IMAGE_UNSUPPORTED: ImageError,
}

/**
 * Makes the error of a code.
 *
 * @param {string} message
 * @param {ErrorDetails & { errno?: string }} details
 */
function errorOf(message, { errno, ...details }) {
  const type = classOfCode[details.code] ?? OffloopError
  return new type(message, errno === undefined ? details : { ...details, code: errno })
}

/**
 * How a task failed, on its way from the engine to the caller. The error is made from it inside the caller's `await`,
 * where the stack can show the caller.
 */
class Failure {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} [errno]
   */
  constructor(code, message, errno) {
    this.code = code
    this.message = message
    this.errno = errno
  }

  /**
   * @param {string} task
   * @param {AbortSignal} [signal]
   */
  toError(task, signal) {
    const { code, message, errno } = this
    const cause = code === 'ABORT_ERR' ? signal?.reason : undefined
    return errorOf(message, { code, errno, task, cause })
  }
}

module.exports = { ...classes, classes, errorOf, Failure }
