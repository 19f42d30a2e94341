'use strict'

const { parentPort } = require('node:worker_threads')
const stamp = require('./stamp')

parentPort?.on('message', (data) => parentPort?.postMessage(stamp(data)))
