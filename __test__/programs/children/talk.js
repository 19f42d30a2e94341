// @ts-check
'use strict'

/** One way for a script to talk to its parent, by name: `fork('talk.js', [name, …])`. */

const net = require('node:net')

const [, , name, ...args] = process.argv
const send = /** @type {(message: any, handle?: any) => boolean} */ (process.send?.bind(process))

/** @type {Record<string, () => unknown>} */
const ways = {
  'sends and exits': () => {
    const text = 'x'.repeat(Number(args[1]))
    for (let i = 0; i < Number(args[0]) - 1; i++) send({ i, text })
    // Node drops what is not written yet when it exits or disconnects.
    process.send?.({ i: Number(args[0]) - 1, text }, () => process.exit())
  },
  'exits without a word': () => process.exit(Number(args[0])),
  'throws at a message': () => {
    process.on('message', () => {
      throw new Error('on purpose')
    })
  },
  'closes the channel and stays': () => {
    process.once('message', () => {
      process.disconnect()
      setTimeout(() => {}, 60_000)
    })
  },
  'sends something internal': () => {
    send({ cmd: 'NODE_SOMETHING', secret: true })
    send({ cmd: 'NODE_', open: true })
    send({ cmd: 'other' })
    process.disconnect()
  },
  'sends a socket': () => {
    const server = net
      .createServer((socket) => send({ with: 'socket' }, socket))
      .listen(0, () => {
        net.connect(/** @type {net.AddressInfo} */ (server.address()).port)
      })
    process.on('warning', ({ name }) => process.send?.(name, () => process.exit()))
  },
  'sends what is no message': () => {
    require('node:fs').writeSync(Number(args[0]), 'no JSON\n')
    setTimeout(() => {}, 60_000)
  },
  'does not read': () => {
    const until = Date.now() + Number(args[0])
    while (Date.now() < until);
    process.on('message', () => {})
    process.once('message', () => send('read'))
  },
  'tells of the disconnect': () => {
    process.on('disconnect', () => {
      console.log('disconnected', process.connected)
      process.exit(0)
    })
    process.once('message', () => {})
    send('ready')
  },
  'answers late': () => {
    process.on('message', (/** @type {any} */ { wait, answer }) => setTimeout(() => send(answer), wait))
  },
  'tells of itself': () => {
    send({
      argv: process.argv.slice(2),
      execArgv: process.execArgv,
      env: process.env.A,
      fd: process.env.NODE_CHANNEL_FD,
    })
    process.disconnect()
  },
  stays: () => {
    setInterval(() => {}, 1000)
    send(process.pid)
  },
  'stays, whatever comes': () => {
    process.on('SIGTERM', () => {})
    setInterval(() => {}, 1000)
    send(process.pid)
  },
}

void ways[name]()
