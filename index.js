// @ts-check
'use strict'

const { classes } = require('./lib/errors')
const { imageBatch } = require('./lib/image/batch')
const { image } = require('./lib/image/image')
const { info } = require('./lib/info')
const { WorkerPool } = require('./lib/pool')
const { defaultPool, runTask } = require('./lib/run-task')
const { tasks } = require('./lib/tasks')
const { runWorker } = require('./lib/workers/run-worker')

module.exports = { WorkerPool, defaultPool, image, imageBatch, info, runTask, runWorker, tasks, ...classes }
