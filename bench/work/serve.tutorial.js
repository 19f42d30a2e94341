'use strict'

const { parentPort } = require('node:worker_threads')
const serve = require('./serve')

parentPort?.on('message', async () => parentPort?.postMessage(await serve()))
