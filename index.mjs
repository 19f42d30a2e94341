// One state for both module systems: the CommonJS core, re-exported.
import offloop from './index.js'

export const {
  AbortError,
  ArgumentError,
  ExpressionError,
  FfmpegError,
  FileError,
  ImageError,
  OffloopError,
  PoolError,
  ProcessError,
  TaskError,
  TimeoutError,
  WorkerError,
  WorkerPool,
  defaultPool,
  exec,
  execFile,
  ffmpeg,
  fork,
  image,
  imageBatch,
  info,
  probe,
  runNodeScript,
  runTask,
  runWorker,
  safeArgument,
  spawn,
  tasks,
  thumbnails,
  transcode,
} = offloop

export default offloop
