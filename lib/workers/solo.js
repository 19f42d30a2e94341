// @ts-check
'use strict'

/**
 * Runs in the worker thread of `runWorker`, before the user's file, which then runs as it would by itself: it is the main
 * module, and has its own `workerData` and `process.argv`. All that this file adds is word of what nobody catches.
 *
 * @module
 */

const Module = require('node:module')
const { fileURLToPath } = require('node:url')
const threads = require('node:worker_threads')

const { file, workerData, port } = threads.workerData
Object.assign(threads, { workerData })
// So that `import { workerData }` sees it too.
Module.syncBuiltinESMExports()

process.on('uncaughtExceptionMonitor', (thrown) => {
  const { encodeThrown } = require('./values/thrown')
  port.postMessage(encodeThrown(thrown))
})

if (file.startsWith('file:')) {
  process.argv[1] = fileURLToPath(file)
  Module.runMain()
} else {
  void import(file)
}
