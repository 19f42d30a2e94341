// @ts-check
'use strict'

/**
 * A service of two processes with one limit for both: so many requests in a time, whichever of them answers.
 *
 *     node server.js            # PORT, LIMIT and INTERVAL (in ms) are read from the environment
 *
 * @module
 */

const cluster = require('node:cluster')
const express = require('express')
const { RateLimiter } = require('offloop')

const WORKERS = 2

/** Starts the workers, and says where they listen when all do. */
function runPrimary() {
  // Two services on one machine have a limit each.
  for (let i = 0; i < WORKERS; i++) cluster.fork({ LIMITER: `rate-limit-${process.pid}` })
  let listening = 0
  cluster.on('listening', (worker, { port }) => {
    if (++listening === WORKERS) console.log(`listening on http://localhost:${port}`)
  })
  process.once('SIGTERM', () => cluster.disconnect())
}

function runWorker() {
  const { LIMITER, LIMIT = 10, INTERVAL = 1000, PORT = 3000 } = process.env
  const limiter = new RateLimiter(/** @type {string} */ (LIMITER), {
    tokens: Number(LIMIT),
    interval: Number(INTERVAL),
  })
  const app = express()

  app.use((request, response, next) => {
    const { allowed, retryAfter } = limiter.attempt()
    if (allowed) return void next()
    response.set('Retry-After', String(Math.ceil(retryAfter / 1000)))
    response.status(429).json({ error: 'Too many requests', retryAfter })
  })

  app.get('/', (request, response) => {
    response.json({ pid: process.pid, left: Math.floor(limiter.available) })
  })

  app.listen(Number(PORT))
  // The primary ends the service.
  process.on('SIGTERM', () => {})
}

if (cluster.isPrimary) runPrimary()
else runWorker()
