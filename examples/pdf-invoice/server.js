// @ts-check
'use strict'

/**
 * A service that sends invoices, and whose /health answers all the while.
 *
 *     node server.js            # PORT and THREADS are read from the environment
 *
 * @module
 */

const { pipeline } = require('node:stream/promises')
const express = require('express')
const { OffloopError, WorkerPool, pdf } = require('offloop')
const { example, invoice } = require('./invoice')

const pool = new WorkerPool({ size: Number(process.env.THREADS ?? 2), maxQueue: 100, name: 'invoices' })
const app = express()

/** GET /invoices/2026-0042.pdf?items=200 */
app.get('/invoices/:number.pdf', async (request, response) => {
  const order = { ...example(Math.min(Number(request.query.items ?? 12), 10_000)), number: request.params.number }
  const stream = pdf(invoice(order), { pool, timeout: 10_000, queueTimeout: 10_000 }).toStream()
  // Headers go out once there is a document: what fails before is an answer of its own.
  stream.once('info', ({ size }) => response.type('application/pdf').set('Content-Length', String(size)))
  // A client that goes away ends the work.
  await pipeline(stream, response)
})

app.get('/health', (request, response) => {
  const { running, queued } = pool.stats()
  response.json({ status: 'ok', running, queued })
})

/** @type {import('express').ErrorRequestHandler} */
const onError = (error, request, response, next) => {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const isBusy = error.code === 'ERR_QUEUE_FULL' || error.code === 'ERR_QUEUE_TIMEOUT'
  if (!(error instanceof OffloopError)) return next(error)
  response.status(isBusy ? 503 : 500).json({ error: error.message, code: error.code })
}
app.use(onError)

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${address.port}`)
})

process.once('SIGTERM', () => {
  server.close(() => void pool.close())
  server.closeIdleConnections()
})
