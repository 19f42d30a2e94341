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
 * @property {number} [exitCode] of a worker
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
    return limitCodes.has(this.code)
  }

  /** Whether the caller stopped the task: by its signal, or by destroying the pool. */
  get canceled() {
    return this.code === 'ABORT_ERR' || this.code === 'ERR_POOL_CLOSED'
  }

  /** Whether the task itself broke, or took its worker down: a defect, not bad input. */
  get crashed() {
    return crashCodes.has(this.code)
  }
}

const limitCodes = new Set(['ERR_TASK_TIMEOUT', 'ERR_QUEUE_TIMEOUT', 'ERR_FFMPEG_TIMEOUT', 'ERR_SHARED_TIMEOUT'])

const crashCodes = new Set([
  'ERR_TASK_PANICKED',
  'ERR_WORKER_EXITED',
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_WORKER_TERMINATED',
])

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

/** A worker that could not be started, or that ended before its task did; `exitCode` is the thread's, if it has ended. */
class WorkerError extends OffloopError {
  /**
   * @param {string} message
   * @param {ErrorDetails} details
   */
  constructor(message, details) {
    super(message, details)
    if (details.exitCode !== undefined) this.exitCode = details.exitCode
  }
}

/** A file that cannot be read or written; `code` is the operating system's, such as `ENOENT`, when it has one. */
class FileError extends OffloopError {}

/** An expression that cannot be parsed. */
class ExpressionError extends OffloopError {}

/** Bytes that are no image, a broken image, or one that is too large. */
class ImageError extends OffloopError {}

/** A document that cannot be made as it is: a broken font or picture, a limit, or what only a layout knows. */
class PdfError extends OffloopError {}

/** A child process that could not be started, or did not end well; has execa's fields. */
class ProcessError extends OffloopError {}

/** What threads and processes share could not be had in time, or not at all, or not by this thread. */
class SharedError extends OffloopError {}

/** ffmpeg or ffprobe is missing, or has failed; has `stderr`, its last words, `command` and `exitCode`. */
class FfmpegError extends OffloopError {}

const classes = {
  OffloopError,
  ArgumentError,
  AbortError,
  TaskError,
  TimeoutError,
  PoolError,
  WorkerError,
  FileError,
  ExpressionError,
  ImageError,
  PdfError,
  ProcessError,
  FfmpegError,
  SharedError,
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
  ERR_WORKER_EXITED: WorkerError,
  ERR_WORKER_LOAD_FAILED: WorkerError,
  ERR_WORKER_OUT_OF_MEMORY: WorkerError,
  ERR_WORKER_TERMINATED: WorkerError,
  ERR_FILE: FileError,
  ERR_EXPRESSION_SYNTAX: ExpressionError,
  ERR_PROCESS_FAILED: ProcessError,
  ERR_PROCESS_NO_ANSWER: ProcessError,
  ERR_PROCESS_SIGNALED: ProcessError,
  ERR_PROCESS_SPAWN: ProcessError,
  ERR_PROCESS_TIMEOUT: ProcessError,
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: ProcessError,
  ERR_REQUEST_TIMEOUT: TimeoutError,
  ERR_IPC_CHANNEL_CLOSED: ProcessError,
  ERR_INVALID_HANDLE_TYPE: ArgumentError,
  ERR_MISSING_ARGS: ArgumentError,
  ERR_UNKNOWN_SIGNAL: ArgumentError,
  ERR_UNSAFE_ARGUMENT: ArgumentError,
  ERR_FFMPEG_CODEC_MISSING: FfmpegError,
  ERR_FFMPEG_FAILED: FfmpegError,
  ERR_FFMPEG_INPUT_NOT_FOUND: FfmpegError,
  ERR_FFMPEG_INVALID_INPUT: FfmpegError,
  ERR_FFMPEG_NOT_FOUND: FfmpegError,
  ERR_FFMPEG_NO_SPACE: FfmpegError,
  ERR_FFMPEG_ODD_SIZE: FfmpegError,
  ERR_FFMPEG_OUTPUT_EXISTS: FfmpegError,
  ERR_FFMPEG_PERMISSION: FfmpegError,
  ERR_FFMPEG_TIMEOUT: FfmpegError,
  ERR_IMAGE_INVALID: ImageError,
  ERR_IMAGE_TOO_LARGE: ImageError,
  ERR_IMAGE_UNSUPPORTED: ImageError,
  ERR_PDF_ENDED: PdfError,
  ERR_PDF_FONT_INVALID: PdfError,
  ERR_PDF_IMAGE_INVALID: PdfError,
  ERR_PDF_INVALID: PdfError,
  ERR_PDF_NOT_LAID_OUT: PdfError,
  ERR_PDF_TOO_LARGE: PdfError,
  ERR_SHARED_CLOSED: SharedError,
  ERR_SHARED_DEADLOCK: SharedError,
  ERR_SHARED_FAILED: SharedError,
  ERR_SHARED_FOREIGN: SharedError,
  ERR_SHARED_FULL: SharedError,
  ERR_SHARED_KIND: SharedError,
  ERR_SHARED_MISSING: SharedError,
  ERR_SHARED_NOT_OWNER: SharedError,
  ERR_SHARED_SIZE: SharedError,
  ERR_SHARED_TIMEOUT: SharedError,
  ERR_SHARED_UNSUPPORTED: SharedError,
}

/**
 * Makes the error of a code. When the operating system has a name for the cause, that is the error's code.
 *
 * @param {string} message
 * @param {ErrorDetails & { errno?: string }} details
 */
function errorOf(message, { code, errno, cause, task, exitCode }) {
  const type = classOfCode[code] ?? OffloopError
  return new type(message, { code: errno ?? code, cause, task, exitCode })
}

/**
 * Rejects a promise with an error whose stack shows the caller, although the error is made long after the call and no
 * stack was taken then, which would cost more than a small task.
 *
 * V8 adds the frames of all who await a promise to an error that is made in a reaction of that promise. So the caller's
 * promise is tied to one that is pending, and the error is made where that one settles, a microtask later.
 *
 * @param {(outcome: Promise<never>) => void} resolve settles the caller's promise
 * @param {() => unknown} make makes the error
 */
function rejectLater(resolve, make) {
  /** @type {(value?: unknown) => void} */
  let open = () => {}
  const gate = new Promise((resolveGate) => (open = resolveGate))
  const fail = () => {
    throw make()
  }
  resolve(gate.then(fail))
  // Not by `queueMicrotask`, which Jest's fake timers replace.
  void Promise.resolve().then(open)
}

module.exports = { ...classes, classes, errorOf, rejectLater }
