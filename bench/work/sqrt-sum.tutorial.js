'use strict'

const { parentPort } = require('node:worker_threads')
const sqrtSum = require('./sqrt-sum')

parentPort?.on('message', (data) => parentPort?.postMessage(sqrtSum(data)))
