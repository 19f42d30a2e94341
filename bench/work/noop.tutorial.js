'use strict'

const { parentPort } = require('node:worker_threads')
const noop = require('./noop')

parentPort?.on('message', (data) => parentPort?.postMessage(noop(data)))
