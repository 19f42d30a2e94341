/** A worker file that gives back what it is given. */

import { MessageChannel } from 'node:worker_threads'

export default (value) => value

/** Adds to shared memory, and gives back what it was given. */
export function add(value) {
  Atomics.add(value.cells, 0, value.by)
  return value
}

/** Says on a port what it is told, and closes it. */
export function sayOn({ port, text }) {
  port.postMessage(text)
  port.close()
}

/** Gives what cannot be cloned, by name. */
export function uncloneable(name) {
  const { port1 } = new MessageChannel()
  port1.unref()
  const values = {
    function: { rows: [1, { callback() {} }] },
    promise: new Map([['a', Promise.resolve()]]),
    proxy: [new Proxy({}, {})],
    symbol: Symbol('s'),
    port: { port: port1 },
    getter: {
      get broken() {
        throw new RangeError('mine')
      },
    },
  }
  return values[name]
}
