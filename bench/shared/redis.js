// @ts-check
'use strict'

// A Redis server for one measurement, which keeps nothing on disk and ends with this process.

const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const { setTimeout: sleep } = require('node:timers/promises')

const PROGRAM = 'redis-server'

/** @returns {string | undefined} of the server that is installed */
function redisVersion() {
  const { stdout } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' })
  return /v=(\S+)/.exec(stdout ?? '')?.[1]
}

/** A port that nobody has at this moment. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/** @param {number} port  @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** @returns {Promise<{ port: number, stop: () => Promise<void> }>} */
async function startRedis() {
  const port = await freePort()
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
  const server = spawn(PROGRAM, settings, { stdio: 'ignore' })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  for (let tries = 0; !(await answers(port)); tries++) {
    if (server.exitCode !== null || tries === 500) throw new Error(`${PROGRAM} does not answer at port ${port}`)
    await sleep(10)
  }
  const stop = async () => {
    kill()
    await once(server, 'exit')
  }
  return { port, stop }
}

/** @param {number} port  @returns {Promise<any>} */
async function connect(port) {
  const client = require('redis').createClient({ socket: { host: '127.0.0.1', port } })
  await client.connect()
  return client
}

module.exports = { connect, redisVersion, startRedis }
