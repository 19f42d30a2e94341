// @ts-check
'use strict'

/** Ways to end with waits pending, or to be kept alive by them. The case is the first argument. */

const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { Barrier, Channel, Condition, Mutex, Once, RwLock, Semaphore, atomics } = /** @type {any} */ (
  require('../../..')
)

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`)

/** One of each that waits for ever. @param {object} options */
function waits(options) {
  const mutex = new Mutex()
  mutex.tryLock()
  const rwLock = new RwLock()
  rwLock.tryWrite()
  const semaphore = new Semaphore({ permits: 1 })
  semaphore.tryAcquire()
  const once = new Once()
  void once.run(() => new Promise(() => {}))
  const other = new Mutex()
  other.tryLock()
  return [
    mutex.lock(options),
    rwLock.read(options),
    rwLock.write(options),
    semaphore.acquire(options),
    new Barrier({ parties: 2 }).arrive(options),
    new Condition().wait(other, options),
    new Channel().receive(options),
    once.run(() => {}, options),
    atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, options).value,
  ]
}

/** Workers that are blocked, each in another way. */
function blocked() {
  const code = `
    const { Barrier, Channel, Mutex, atomics } = require(${JSON.stringify(path.join(__dirname, '../../..'))})
    const { parentPort, workerData } = require('node:worker_threads')
    parentPort.postMessage('here')
    const { buffer, way } = workerData
    if (way === 0) new Mutex(buffer).lockSync()
    if (way === 1) new Channel().receiveSync()
    if (way === 2) new Barrier({ parties: 2 }).arriveSync()
    if (way === 3) atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`
  const mutex = new Mutex()
  mutex.tryLock()
  const workers = [0, 1, 2, 3].map((way) => new Worker(code, { eval: true, workerData: { buffer: mutex.buffer, way } }))
  return Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
}

/** @type {Record<string, () => unknown>} */
const cases = {
  // Each alone keeps the process alive, which is ended by the wait's own end.
  mutex: () => void new Mutex().withLock(() => {}).then(() => later((mutex) => mutex.lock({ timeout: 300 }))),
  atomics() {
    const words = new Int32Array(new SharedArrayBuffer(4))
    void atomics.waitAsync(words, 0, 0, 300).value.then(say)
  },
  channel() {
    const channel = new Channel()
    void channel.receive().then(say)
    setTimeout(() => channel.sendSync('received'), 300).unref()
    // The timer does not keep the process alive: what waits does.
  },
  unref() {
    for (const wait of waits({ ref: false, timeout: 60_000 })) void wait.then(say, say)
    say('waiting')
  },
  exit() {
    for (const wait of waits({})) void wait.then(say, say)
    setTimeout(() => process.exit(3), 50)
  },
  throw() {
    for (const wait of waits({})) void wait.then(say, say)
    setTimeout(() => {
      throw new Error('uncaught')
    }, 50)
  },
  async 'exit with blocked workers'() {
    await blocked()
    setTimeout(() => process.exit(3), 50)
  },
  async 'throw with blocked workers'() {
    await blocked()
    setTimeout(() => {
      throw new Error('uncaught')
    }, 50)
  },
  'exit in a worker'() {
    const code = `
      const { Channel, Mutex } = require(${JSON.stringify(path.join(__dirname, '../../..'))})
      const mutex = new Mutex()
      mutex.tryLock()
      mutex.lock()
      new Channel().receive()
      setTimeout(() => process.exit(4), 30)`
    new Worker(code, { eval: true }).on('exit', (code) => say(`worker ${code}`))
  },
}

/** @param {(mutex: any) => Promise<unknown>} wait */
function later(wait) {
  const mutex = new Mutex()
  mutex.tryLock()
  wait(mutex).catch((error) => say(error.code))
}

void cases[process.argv[2]]()
