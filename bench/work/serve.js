'use strict'

const { once } = require('node:events')
const net = require('node:net')

const DELAY_MS = 10

/**
 * Starts a server in the worker that answers every message after a timer of 10 ms, and returns its port: whoever gets
 * an answer knows that the worker's event loop turns.
 * @returns {Promise<number>}
 */
module.exports = async function serve() {
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => setTimeout(() => socket.write(data), DELAY_MS))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return /** @type {net.AddressInfo} */ (server.address()).port
}
