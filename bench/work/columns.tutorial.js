'use strict'

const { parentPort } = require('node:worker_threads')
const columns = require('./columns')

parentPort?.on('message', (data) => parentPort?.postMessage(columns(data)))
