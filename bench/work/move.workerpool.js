'use strict'

const { Transfer, worker } = require('workerpool')

worker({ work: (/** @type {Uint8Array} */ bytes) => new Transfer(bytes, [bytes.buffer]) })
