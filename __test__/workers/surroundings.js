'use strict'

/** Says what the worker finds around it. */

const os = require('node:os')
const workerThreads = require('node:worker_threads')

exports.default = () => ({
  workerData: workerThreads.workerData,
  env: { ...process.env },
  script: process.argv[1],
  argv: process.argv.slice(2),
  execArgv: process.execArgv,
  resourceLimits: workerThreads.resourceLimits,
  threadName: workerThreads.threadName,
  // Of this thread, on Linux.
  priority: os.getPriority(),
})

exports.print = (text) => {
  process.stdout.write(text)
  process.stderr.write(text)
}
