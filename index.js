// @ts-check
'use strict'

const { classes } = require('./lib/errors')
const { ffmpeg } = require('./lib/ffmpeg/ffmpeg')
const { probe } = require('./lib/ffmpeg/probe')
const { thumbnails } = require('./lib/ffmpeg/thumbnails')
const { transcode } = require('./lib/ffmpeg/transcode')
const { imageBatch } = require('./lib/image/batch')
const { image } = require('./lib/image/image')
const { info } = require('./lib/info')
const { PdfDocument } = require('./lib/pdf/drawing/document')
const { pdf } = require('./lib/pdf/pdf')
const { WorkerPool } = require('./lib/pool')
const { exec, execFile, fork, runNodeScript, safeArgument, spawn } = require('./lib/process/exec')
const { defaultPool, runTask } = require('./lib/run-task')
const { atomics } = require('./lib/shared/atomics')
const { Channel, RingBuffer } = require('./lib/shared/channel')
const { Counter, Gauge } = require('./lib/shared/counters')
const { RateLimiter } = require('./lib/shared/limiter')
const { Barrier, Condition, Mutex, Once, RwLock, Semaphore } = require('./lib/shared/locks')
const { SharedMap } = require('./lib/shared/map')
const { SharedRegion } = require('./lib/shared/region')
const { tasks } = require('./lib/tasks')
const { runWorker } = require('./lib/workers/run-worker')

module.exports = {
  Barrier,
  Channel,
  Condition,
  Counter,
  Gauge,
  Mutex,
  Once,
  PdfDocument,
  RateLimiter,
  RingBuffer,
  RwLock,
  Semaphore,
  SharedMap,
  SharedRegion,
  WorkerPool,
  atomics,
  defaultPool,
  exec,
  execFile,
  ffmpeg,
  fork,
  image,
  imageBatch,
  info,
  pdf,
  probe,
  runNodeScript,
  runTask,
  runWorker,
  safeArgument,
  spawn,
  tasks,
  thumbnails,
  transcode,
  ...classes,
}
