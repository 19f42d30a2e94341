// @ts-check
'use strict'

/**
 * What a process reads while it runs a loop that lets no message in: which of its runs are to stop, in a file that has no
 * name, which is memory of the system's. A worker thread shares such memory with the engine.
 *
 * @module
 */

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { randomUUID } = require('node:crypto')

/** By the engine's number for it (`Reason` in src/engine/cancel.rs). */
const codes = ['', 'ABORT_ERR', 'ERR_TASK_TIMEOUT', 'ERR_POOL_CLOSED']

class Stops {
  /** Its number here; `undefined` where no file can be made: then a loop hears of nothing, and is killed. */
  fd
  #places

  /** @param {number} places how many runs there may be at a time */
  constructor(places) {
    this.#places = places
    const file = path.join(os.tmpdir(), `offloop-${randomUUID()}`)
    try {
      this.fd = fs.openSync(file, 'wx+', 0o600)
      fs.unlinkSync(file)
      fs.ftruncateSync(this.fd, 8 * places)
    } catch {
      this.close()
    }
  }

  /** @param {number} place  @param {number} run  @param {string} code */
  mark(place, run, code) {
    // The run last: who sees it has to see the reason too.
    this.#write(this.#places + place, codes.indexOf(code))
    this.#write(place, run)
  }

  /** @param {number} at  @param {number} word */
  #write(at, word) {
    if (this.fd === undefined) return
    try {
      fs.writeSync(this.fd, Uint32Array.of(word), 0, 4, 4 * at)
    } catch {
      this.close()
    }
  }

  close() {
    if (this.fd !== undefined) fs.closeSync(this.fd)
    this.fd = undefined
  }
}

module.exports = { Stops }
