// @ts-check
'use strict'

/**
 * A service that runs other programs, with input from strangers.
 *
 *     node server.js            # PORT and REPOSITORY are read from the environment
 *
 * @module
 */

const path = require('node:path')
const express = require('express')
const { OffloopError, execFile, runNodeScript, safeArgument, spawn } = require('offloop')

const repository = process.env.REPOSITORY ?? process.cwd()
const packages = path.join(__dirname, 'packages.txt')
const app = express()
app.use(express.json())

/** The last commits, one a line: GET /git-log?count=10 */
app.get('/git-log', async (request, response) => {
  const count = Number(request.query.count ?? 10)
  if (!(count >= 1 && count <= 100)) return void response.status(400).json({ error: 'count is from 1 to 100' })
  const options = { cwd: repository, lines: true, timeout: 10_000, signal: untilGone(response) }
  const { stdout } = await execFile('git', ['log', '--oneline', '-n', count], options)
  response.json({ log: stdout })
})

/**
 * What there is of a package: POST /packages { "package": "express" }. Stands for `npm install <name>`: the name comes from a
 * stranger, and the program would take `--prefix=/` for an option.
 */
app.post('/packages', async (request, response) => {
  const name = safeArgument(request.body?.package, { pattern: /(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]{0,99}/ })
  // No shell: the name is one argument, whatever is in it.
  const child = spawn('grep', ['-F', '-x', '-e', name, packages], { reject: false, timeout: 10_000 })
  const { exitCode, stdout } = await child
  response.status(exitCode === 0 ? 200 : 404).json({ found: stdout })
})

/** Work in a process of its own: POST /process { "values": [1, 2, 3] } */
app.post('/process', async (request, response) => {
  const options = { timeout: 10_000, signal: untilGone(response) }
  response.json(await runNodeScript(path.join(__dirname, 'scripts/process-data.js'), request.body ?? {}, options))
})

/** A program ends when nobody waits for its answer any more. @param {import('node:http').ServerResponse} response */
function untilGone(response) {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

/** The HTTP status of each failure; what is not here is a fault of the service. */
const statusOf = /** @type {Record<string, number>} */ ({
  ERR_INVALID_ARG_TYPE: 400,
  ERR_INVALID_ARG_VALUE: 400,
  ERR_UNSAFE_ARGUMENT: 400,
  ERR_PROCESS_TIMEOUT: 504,
})

/** @type {express.ErrorRequestHandler} */
const onError = (error, request, response, next) => {
  if (response.headersSent || response.destroyed) return next(error)
  const status = error instanceof OffloopError ? (statusOf[error.code] ?? 500) : (error.status ?? 500)
  // What a program has printed is not for strangers.
  response.status(status).json({ error: status < 500 ? error.message : 'The program failed', code: error.code })
}
app.use(onError)

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`listening on http://localhost:${port}`)
})

// Children end with the service.
process.once('SIGTERM', () => server.close())
