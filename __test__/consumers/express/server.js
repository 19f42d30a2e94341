'use strict'

const express = require('express')
const { WorkerPool } = require('offloop')

const pool = new WorkerPool({ size: 2 })
const workers = new WorkerPool('./worker.js', { size: 1 })
const app = express()

app.get('/primes', (request, response, next) => {
  workers.runTask({ below: Number(request.query.below) }).then((primes) => response.json(primes), next)
})

app.post('/digest', express.raw({ type: '*/*' }), (request, response, next) => {
  const digest = pool.runTask('digest.hash', { algorithm: 'sha256', data: request.body })
  digest.then((result) => response.json(result), next)
})

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))

// The other end of our standard input is the test.
process.stdin.resume().once('end', () => {
  server.close(() => Promise.all([pool.close(), workers.close()]))
  server.closeIdleConnections()
})
