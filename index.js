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
const { WorkerPool } = require('./lib/pool')
const { exec, execFile, fork, runNodeScript, safeArgument, spawn } = require('./lib/process/exec')
const { defaultPool, runTask } = require('./lib/run-task')
const { tasks } = require('./lib/tasks')
const { runWorker } = require('./lib/workers/run-worker')

module.exports = {
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
  ...classes,
}
