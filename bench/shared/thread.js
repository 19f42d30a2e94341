// @ts-check
'use strict'

// A worker thread that runs one function of a file, see `threads.js`.

const { parentPort, workerData } = require('node:worker_threads')

async function main() {
  const { file, name, input } = workerData
  const result = await require(file).threads[name](input)
  parentPort?.postMessage(result)
}

void main()
