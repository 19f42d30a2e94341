// @ts-check
'use strict'

// The contestants that start programs, behind one door.

const { once } = require('node:events')
const { createInterface } = require('node:readline')

const TRUE = '/bin/true'

/**
 * @typedef {object} Contestant
 * @property {() => Promise<any>} load
 * @property {(module: any) => Promise<unknown>} start starts `/bin/true`; the promise is settled when it has ended
 * @property {(module: any, file: string, args: string[]) => AsyncIterable<string>} lines of its standard output
 * @property {(module: any, script: string) => Channel} [fork]
 *
 * @typedef {object} Channel
 * @property {(message: any) => void} send
 * @property {(listener: (message: any) => void) => void} listen
 * @property {() => void} close
 */

/** A child of Node's, or a handle with its methods. @param {any} child @returns {Channel} */
const channel = (child) => ({
  send: (message) => child.send(message),
  listen: (listener) => child.on('message', listener),
  close: () => child.disconnect(),
})

/** @type {Record<string, Contestant>} */
const contestants = {
  offloop: {
    load: async () => require('../..'),
    start: ({ spawn }) => spawn(TRUE),
    lines: ({ spawn }, file, args) => spawn(file, args, { buffer: false }),
    fork: ({ fork }, script) => channel(fork(script)),
  },
  'node:child_process': {
    load: async () => require('node:child_process'),
    start: ({ spawn }) => once(spawn(TRUE), 'close'),
    lines: ({ spawn }, file, args) => createInterface({ input: spawn(file, args).stdout }),
    fork: ({ fork }, script) => channel(fork(script)),
  },
  execa: {
    load: () => import('execa'),
    start: ({ execa }) => execa(TRUE),
    lines: ({ execa }, file, args) => execa(file, args, { buffer: false }),
  },
  tinyexec: {
    load: () => import('tinyexec'),
    start: ({ x }) => x(TRUE),
    lines: ({ x }, file, args) => x(file, args),
  },
}

module.exports = { contestants }
