// One state for both module systems: the CommonJS core, re-exported.
import offloop from './index.js'

export const {
  AbortError,
  ArgumentError,
  ExpressionError,
  FileError,
  ImageError,
  OffloopError,
  PoolError,
  TaskError,
  TimeoutError,
  WorkerError,
  WorkerPool,
  defaultPool,
  image,
  imageBatch,
  info,
  runTask,
  runWorker,
  tasks,
} = offloop

export default offloop
