// @ts-check
'use strict'

// A small service in a process of its own: /health answers at once, /compute adds up square roots, /delay tells and
// resets the worst delay of the event loop. Forked with the contestant's name and the range of /compute.

const http = require('node:http')
const peers = require('../peers')
const { watchDelay } = require('./delay')
const sqrtSum = require('../work/sqrt-sum')

const THREADS = 2

// With the one who measures gone, nobody stops the server.
process.on('disconnect', () => process.exit())

async function main() {
  const [name, range] = process.argv.slice(2)
  const part = { from: 0, to: Number(range) }
  const pool =
    name === 'inline'
      ? { run: sqrtSum }
      : peers[name].open(await peers[name].load(), { threads: THREADS, work: 'sqrt-sum' })
  const worstDelay = watchDelay()

  /** @type {Record<string, () => unknown>} */
  const routes = {
    '/health': () => ({ status: 'ok' }),
    '/compute': async () => ({ result: await pool.run(part) }),
    '/delay': () => ({ ms: worstDelay() }),
  }
  const server = http.createServer(async (request, response) => {
    try {
      const body = JSON.stringify(await routes[request.url ?? '']())
      response.setHeader('content-type', 'application/json').end(body)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await pool.run({ from: 0, to: 1e6 })
  server.listen(0, '127.0.0.1', () =>
    process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
  )
}

main()
