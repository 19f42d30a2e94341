// @ts-check
'use strict'

/**
 * A service that transcodes videos, and says how far it is by server-sent events.
 *
 *     node server.js            # PORT and FOLDER are read from the environment
 *
 * @module
 */

const { randomUUID } = require('node:crypto')
const { createWriteStream, mkdirSync, rmSync } = require('node:fs')
const { stat, unlink } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { pipeline } = require('node:stream/promises')
const express = require('express')
const { transcode } = require('offloop')

const folder = process.env.FOLDER ?? path.join(tmpdir(), `transcode-${process.pid}`)
mkdirSync(folder, { recursive: true })

/** Names are made here and nowhere else: nothing of a request becomes part of a path. @param {string} id */
const source = (id) => path.join(folder, `${id}.source`)
/** @param {string} id */
const result = (id) => path.join(folder, `${id}.mp4`)

const app = express()
/** Of the whole service, for all work that is left when it has to go. */
const shutdown = new AbortController()

app.param('id', (request, response, next, id) => {
  if (/^[0-9a-f-]{36}$/.test(id)) next()
  else response.status(404).json({ error: 'There is no such video' })
})

/** A video in, its id out: POST /videos */
app.post('/videos', async (request, response) => {
  const id = randomUUID()
  try {
    await pipeline(request, createWriteStream(source(id)))
  } catch (error) {
    await unlink(source(id)).catch(() => {})
    throw error
  }
  response.status(201).json({ id, transcode: `/transcode/${id}` })
})

/** Makes an MP4 of it, and tells how far it is: GET /transcode/<id>?height=480&crf=28 */
app.get('/transcode/:id', async (request, response) => {
  const { id } = request.params
  if (!(await isFile(source(id)))) return void response.status(404).json({ error: 'There is no such video' })
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', Connection: 'close' })
  /** @param {string} event  @param {object} data */
  const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  send('waiting', { for: 'another transcode, if there is one' })
  try {
    const { height = 480, crf = 28 } = request.query
    const { size, durationMs } = await transcode(source(id), result(id), {
      crf: Number(crf),
      resolution: { height: Number(height) },
      outputOptions: ['-pix_fmt', 'yuv420p'],
      signal: AbortSignal.any([untilGone(response), shutdown.signal]),
      timeout: 30 * 60_000,
      onProgress: (progress) => send('progress', progress),
    })
    send('done', { url: `/videos/${id}`, size, durationMs })
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    send('failed', { code, message })
  }
  response.end()
})

/** What was made: GET /videos/<id> */
app.get('/videos/:id', async (request, response) => {
  if (await isFile(result(request.params.id))) response.sendFile(result(request.params.id), { dotfiles: 'allow' })
  else response.status(404).json({ error: 'There is no such video' })
})

/** Work stops when nobody waits for it any more. @param {import('node:http').ServerResponse} response */
function untilGone(response) {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

/** @param {string} file */
async function isFile(file) {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  // Who waits is told; a transcode may take longer than anybody gives a service to end.
  shutdown.abort()
  server.close(() => rmSync(folder, { recursive: true }))
})
