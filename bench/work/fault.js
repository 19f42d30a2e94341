'use strict'

const { setTimeout: sleep } = require('node:timers/promises')

class PaymentError extends Error {
  /** @param {string} message  @param {ErrorOptions} options */
  constructor(message, options) {
    super(message, options)
    this.name = 'PaymentError'
  }
}

/**
 * What a worker's code can do to its pool, by the name of the fault.
 * @type {Record<string, (input: any, context?: { signal: AbortSignal }) => unknown>}
 */
const faults = {
  none: () => 'done',
  // Where the pool tells its tasks that they were aborted, this one listens.
  wait: ({ ms }, context) => sleep(ms, 'done', { signal: context?.signal }),
  count({ counter }) {
    Atomics.add(counter, 0, 1)
  },
  loop() {
    for (;;);
  },
  exit: () => process.exit(3),
  uncaught() {
    setImmediate(() => {
      throw new Error('thrown in a callback')
    })
    return sleep(60_000)
  },
  function: () => () => {},
  throw() {
    const error = new PaymentError('Card declined', { cause: new Error('no funds') })
    throw Object.assign(error, { code: 'ERR_PAYMENT', amount: 42 })
  },
}

/** @param {{ fault: keyof typeof faults } & Record<string, any>} input  @param {{ signal: AbortSignal }} [context] */
module.exports = async function fault(input, context) {
  return faults[input.fault](input, context)
}
