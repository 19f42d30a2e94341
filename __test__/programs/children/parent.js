// @ts-check
'use strict'

/** A parent that ends in one way, by name, with children that would stay: `node parent.js <how> <kind of child>`. */

const path = require('node:path')
const { Worker, isMainThread, workerData } = require('node:worker_threads')
const { exec, fork, spawn } = require('../../..')

const [how, kind] = isMainThread ? process.argv.slice(2) : workerData

const talk = path.join(__dirname, 'talk.js')

/** @type {Record<string, () => any>} */
const kinds = {
  spawn: () => spawn('sleep', ['60'], { stdio: 'ignore' }),
  'not cleaned up': () => spawn('sleep', ['60'], { stdio: 'ignore', cleanup: false }),
  detached: () => spawn('sleep', ['60'], { stdio: 'ignore', detached: true }),
  family: () => exec('sleep 60 & echo $!; wait'),
  fork: () => fork(talk, ['stays'], { silent: true }),
  'stubborn fork': () => fork(talk, ['stays, whatever comes'], { silent: true }),
}

/** Starts a child, and says the numbers of all processes there are of it then. */
async function start() {
  const child = kinds[kind]()
  child.catch(() => {})
  await new Promise((resolve) => child.once('spawn', resolve))
  const pids = [child.pid]
  if (kind === 'family') pids.push(Number(await new Promise((resolve) => child.stdout.once('data', resolve))))
  if (kind.endsWith('fork')) await new Promise((resolve) => child.once('message', resolve))
  console.log(JSON.stringify([process.pid, ...pids]))
}

/** @type {Record<string, () => unknown>} */
const ways = {
  'process.exit': () => process.exit(3),
  'an uncaught exception': () => {
    throw new Error('on purpose')
  },
  'an unhandled rejection': () => void Promise.reject(new Error('on purpose')),
  'a SIGTERM handler': () => {
    process.on('SIGTERM', () => process.exit(4))
    process.kill(process.pid, 'SIGTERM')
    setInterval(() => {}, 1000)
  },
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => process.kill(process.pid, 'SIGINT'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  'process.abort': () => process.abort(),
  'process.exit of a worker thread': () => process.exit(),
  nothing: () => setInterval(() => {}, 1000),
}

if (isMainThread && how.includes('worker')) {
  const worker = new Worker(__filename, {
    workerData: [how === 'a worker that is terminated' ? 'nothing' : how, kind],
    stdout: true,
  })
  let said = ''
  worker.stdout.on('data', async (data) => {
    said += data
    if (how !== 'a worker that is terminated' || !said.endsWith('\n')) return
    await worker.terminate()
    said = ''
  })
  worker.stdout.pipe(process.stdout)
  // The process goes on without it.
  worker.on('exit', () => setTimeout(() => console.log('worker ended'), 300))
} else {
  void start().then(() => setTimeout(ways[how], 20))
}
