// @ts-check
'use strict'

// The worker pool that tutorials teach: free workers, a queue in an array, one postMessage per task.

const { Worker } = require('node:worker_threads')

/** @typedef {{ data: unknown, resolve: (result: unknown) => void, reject: (error: Error) => void }} Task */

module.exports = class TutorialPool {
  /** @param {string} file  @param {number} size */
  constructor(file, size) {
    this.file = file
    /** @type {Set<Worker>} */
    this.workers = new Set()
    /** @type {Worker[]} */
    this.free = []
    /** @type {Task[]} */
    this.queue = []
    /** @type {Map<Worker, Task>} */
    this.running = new Map()
    for (let i = 0; i < size; i++) this.addWorker()
  }

  addWorker() {
    const worker = new Worker(this.file)
    worker.on('message', (result) => {
      const task = this.running.get(worker)
      this.running.delete(worker)
      this.free.push(worker)
      task?.resolve(result)
      this.next()
    })
    worker.on('error', (/** @type {Error} */ error) => {
      this.running.get(worker)?.reject(error)
      this.running.delete(worker)
      this.workers.delete(worker)
      this.free = this.free.filter((other) => other !== worker)
      this.addWorker()
    })
    this.workers.add(worker)
    this.free.push(worker)
  }

  /** @param {unknown} [data]  @returns {Promise<any>} */
  runTask(data) {
    return new Promise((resolve, reject) => {
      this.queue.push({ data, resolve, reject })
      this.next()
    })
  }

  next() {
    if (this.queue.length === 0) return
    const worker = this.free.pop()
    if (worker === undefined) return
    const task = /** @type {Task} */ (this.queue.shift())
    this.running.set(worker, task)
    worker.postMessage(task.data)
  }
}
