// @ts-check
'use strict'

const { classes } = require('./lib/errors')
const { WorkerPool } = require('./lib/pool')
const { defaultPool, runTask } = require('./lib/run-task')
const { tasks } = require('./lib/tasks')

module.exports = { WorkerPool, defaultPool, runTask, tasks, ...classes }
