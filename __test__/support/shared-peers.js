// @ts-check
'use strict'

/**
 * Other threads and processes, and the memory that they have in common with the test. All of them end, and all names are
 * given up, when a test has ended, however it has.
 *
 * @module
 */

const { fork } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { SharedRegion } = /** @type {any} */ (require('../..'))

const file = path.join(__dirname, '../programs/shared/peer.js')

/** Where objects begin: before them are words for notes between the test and its peers. */
const START = 64

/** @typedef {'thread' | 'process'} Kind */

/** @type {Kind[]} */
const kinds = ['thread', 'process']

let names = 0

/** A name that no other test has. */
const regionName = () => `jest-${process.pid}-${Date.now() % 1e7}-${names++}`

/**
 * @typedef {object} Shared
 * @property {Kind} kind of the peers that can have it
 * @property {any} place for constructors
 * @property {ArrayBuffer | SharedArrayBuffer} buffer
 * @property {Int32Array} notes
 * @property {any} given what peers need to have it too
 */

/**
 * @typedef {object} Peer
 * @property {(fn: (here: any, ...args: any[]) => unknown, ...args: any[]) => Promise<any>} run calls the function there; its
 *   source is sent, so it sees nothing of the test but its arguments
 * @property {() => Promise<void>} end terminates the thread, or kills the process by SIGKILL
 * @property {any} handle the Worker or the ChildProcess
 */

/** @returns {{ shared: (kind: Kind, bytes: number) => Shared, peer: (shared: Shared) => Promise<Peer> }} */
function sharedPeers() {
  /** @type {(() => unknown)[]} */
  const ends = []
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()))
  })

  /** @param {Kind} kind  @param {number} bytes */
  function shared(kind, bytes) {
    const name = regionName()
    const place = kind === 'thread' ? SharedRegion.create(bytes) : SharedRegion.open(name, bytes)
    const { buffer } = place
    ends.push(() => place.close())
    return {
      kind,
      place,
      buffer,
      notes: place.view(Int32Array, 0, 16),
      given: place.name ? { name, bytes } : { buffer },
    }
  }

  /** @param {Shared} memory */
  async function peer({ kind, given }) {
    const [handle, send, end] = kind === 'thread' ? thread(given) : child(given)
    /** @type {Map<number, { resolve: (value: any) => void, reject: (error: any) => void }>} */
    const asked = new Map()
    let last = 0
    const answers = (/** @type {number} */ id) => {
      const promise = new Promise((resolve, reject) => asked.set(id, { resolve, reject }))
      // A peer that is ended leaves questions behind.
      promise.catch(() => {})
      return promise
    }
    const isReady = answers(0)
    handle.on('message', (/** @type {any} */ { id, value, error }) => {
      if (error) asked.get(id)?.reject(Object.assign(new Error(error.message), error))
      else asked.get(id)?.resolve(value)
      asked.delete(id)
    })
    handle.on('exit', () => asked.forEach(({ reject }) => reject(new Error('The peer has ended'))))
    ends.push(end)
    await isReady
    /** @param {(here: any, ...args: any[]) => unknown} fn  @param {any[]} args */
    const run = (fn, ...args) => {
      const id = ++last
      send({ id, code: String(fn), args })
      return answers(id)
    }
    return { run, end, handle }
  }
  return { shared, peer }
}

/** @param {any} workerData @returns {[any, (message: any) => void, () => Promise<void>]} */
function thread(workerData) {
  const worker = new Worker(file, { workerData })
  return [worker, (message) => worker.postMessage(message), async () => void (await worker.terminate())]
}

/** @param {any} given @returns {[any, (message: any) => void, () => Promise<void>]} */
function child(given) {
  const child = fork(file, [JSON.stringify(given)], { serialization: 'advanced' })
  const exit = once(child, 'exit')
  const end = async () => {
    child.kill('SIGKILL')
    await exit
  }
  return [child, (message) => child.send(message), end]
}

module.exports = { START, kinds, regionName, sharedPeers }
