// @ts-check
'use strict'

/**
 * A service that computes and converts images, and whose /health answers all the while.
 *
 *     node server.js            # PORT and THREADS are read from the environment
 *
 * @module
 */

const express = require('express')
const { OffloopError, WorkerPool, image } = require('offloop')

const pool = new WorkerPool({ size: Number(process.env.THREADS ?? 2), maxQueue: 100, name: 'service' })
const app = express()

/** The sum of the square roots below `to`: GET /compute?to=1e9 */
app.get('/compute', async (request, response) => {
  const to = Number(request.query.to ?? 1e9)
  const input = { op: 'sum', of: 'sqrt(i)', range: [0, to] }
  const options = { signal: untilGone(response), timeout: 60_000 }
  response.json({ result: await pool.runTask('numeric.reduce', input, options) })
})

/** An image in, a smaller WebP out: POST /images?width=800&height=600&quality=80 */
app.post('/images', express.raw({ type: () => true, limit: '50mb' }), async (request, response) => {
  const { width = 800, height = 600, quality = 80 } = request.query
  const photo = image(request.body, { pool, signal: untilGone(response), queueTimeout: 10_000 })
    .resize(Number(width), Number(height))
    .webp({ quality: Number(quality) })
  response.type('image/webp').send(await photo.toBuffer())
})

app.get('/health', (request, response) => {
  const { running, queued } = pool.stats()
  response.json({ status: 'ok', running, queued })
})

/** Work stops when nobody waits for its answer any more. @param {import('node:http').ServerResponse} response */
function untilGone(response) {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

/** The HTTP status of each failure; what is not here is a fault of the service. */
const statusOf = /** @type {Record<string, number>} */ ({
  ERR_INVALID_ARG_TYPE: 400,
  ERR_INVALID_ARG_VALUE: 400,
  ERR_OUT_OF_RANGE: 400,
  ERR_IMAGE_INVALID: 415,
  ERR_IMAGE_UNSUPPORTED: 415,
  ERR_IMAGE_TOO_LARGE: 413,
  ERR_QUEUE_FULL: 503,
  ERR_QUEUE_TIMEOUT: 503,
  ERR_POOL_CLOSED: 503,
  ERR_TASK_TIMEOUT: 504,
})

/** @type {express.ErrorRequestHandler} */
const onError = (error, request, response, next) => {
  if (response.headersSent || response.destroyed) return next(error)
  const status = error instanceof OffloopError ? (statusOf[error.code] ?? 500) : (error.status ?? 500)
  if (status === 503) response.set('Retry-After', '1')
  response.status(status).json({ error: error.message, code: error.code })
}
app.use(onError)

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', async () => {
  // Nobody new comes in; whoever is in gets an answer, within ten seconds.
  server.close()
  await pool.close({ timeout: 10_000 })
})
