// @ts-check
'use strict'

/** What goes wrong goes wrong in the same way on both doors: every case runs on each and the two errors are compared. */

const { WorkerPool, runTask } = require('..')
const { failure } = require('./support/failure')

const pool = new WorkerPool(2)
afterAll(() => pool.close())

const reason = new Error('no longer needed')
const detached = new Uint8Array(8)
structuredClone(detached, { transfer: [detached.buffer] })
/** @type {any} */
const circle = { a: [{}] }
circle.a[0].b = circle.a

/** @type {[string, any[], { name: string, code: string, message: string, task?: string, cause?: unknown }][]} */
const cases = [
  [
    'an unknown task',
    ['nop'],
    {
      name: 'TaskError',
      code: 'ERR_TASK_UNKNOWN',
      task: 'nop',
      message: 'No native task is named `nop`: did you mean `noop`?',
    },
  ],
  [
    'a name like none',
    ['¿?'],
    {
      name: 'TaskError',
      code: 'ERR_TASK_UNKNOWN',
      task: '¿?',
      message: 'No native task is named `¿?`: `tasks()` lists all there are',
    },
  ],
  [
    'no name',
    [],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'Expected `name` to be the name of a native task, got `undefined` (undefined)',
    },
  ],
  [
    'options that are none',
    ['noop', 1, 'fast'],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: "Expected `options` to be an object, got `'fast'` (string)",
    },
  ],
  [
    'a signal that is none',
    ['noop', 1, { signal: {} }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'Expected `signal` to be an AbortSignal, got `{}` (object)',
    },
  ],
  [
    'a signal that cannot be let go of',
    ['noop', 1, { signal: { aborted: false, addEventListener() {} } }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message:
        'Expected `signal` to be an AbortSignal, got `{ aborted: false, addEventListener: [Function: addEventListener] }` (object)',
    },
  ],
  [
    'a timeout that is text',
    ['noop', 1, { timeout: '5' }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: "Expected `timeout` to be a number from 0 to 9007199254740991 or Infinity, got `'5'` (string)",
    },
  ],
  [
    'a timeout below 0',
    ['noop', 1, { timeout: -1 }],
    {
      name: 'ArgumentError',
      code: 'ERR_OUT_OF_RANGE',
      message: 'Expected `timeout` to be a number from 0 to 9007199254740991 or Infinity, got `-1` (number)',
    },
  ],
  [
    'a timeout that is not a number',
    ['noop', 1, { timeout: NaN }],
    {
      name: 'ArgumentError',
      code: 'ERR_OUT_OF_RANGE',
      message: 'Expected `timeout` to be a number from 0 to 9007199254740991 or Infinity, got `NaN` (number)',
    },
  ],
  [
    'a timeout beyond counting',
    ['noop', 1, { timeout: 1e300 }],
    {
      name: 'ArgumentError',
      code: 'ERR_OUT_OF_RANGE',
      message: 'Expected `timeout` to be a number from 0 to 9007199254740991 or Infinity, got `1e+300` (number)',
    },
  ],
  [
    'a listener that is none',
    ['noop', 1, { onProgress: true }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'Expected `onProgress` to be a function, got `true` (boolean)',
    },
  ],
  [
    'a transfer list that is none',
    ['noop', 1, { transferList: new Uint8Array(1) }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'Expected `transferList` to be an array of ArrayBuffers, got `Uint8Array(1) [ 0 ]` (object)',
    },
  ],
  [
    'a view in the transfer list',
    ['noop', 1, { transferList: [new Uint8Array(1)] }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'Expected `transferList[0]` to be an ArrayBuffer, got `Uint8Array(1) [ 0 ]` (object)',
    },
  ],
  [
    'an option of the wrong type in the input',
    ['fault', { kind: 5 }],
    { name: 'ArgumentError', code: 'ERR_INVALID_ARG_TYPE', task: 'fault', message: expect.stringContaining('kind') },
  ],
  [
    'an input of the wrong type',
    ['fault', 'stall'],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_TYPE',
      task: 'fault',
      message: expect.stringContaining('Expected'),
    },
  ],
  [
    'an option that is missing in the input',
    ['fault', {}],
    { name: 'ArgumentError', code: 'ERR_INVALID_ARG_TYPE', task: 'fault', message: 'Expected `kind` to be given' },
  ],
  [
    'a number out of range in the input',
    ['fault', { kind: 'stall', milliseconds: -1 }],
    {
      name: 'ArgumentError',
      code: 'ERR_OUT_OF_RANGE',
      task: 'fault',
      message: 'Expected `milliseconds` to be a number >= 0, got `-1` (number)',
    },
  ],
  [
    'NaN in the input',
    ['fault', { kind: 'stall', milliseconds: NaN }],
    {
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'Expected `milliseconds` to be a finite number, got `NaN` (number)',
    },
  ],
  [
    'a function in the input',
    ['noop', { steps: [{ name: 'first' }, { run() {} }] }],
    {
      name: 'ArgumentError',
      code: 'ERR_VALUE_NOT_CLONEABLE',
      message: 'Expected `steps[1].run` to be a value that JSON can carry, got `[Function: run]` (function)',
    },
  ],
  [
    'a circular input',
    ['noop', circle],
    {
      name: 'ArgumentError',
      code: 'ERR_VALUE_NOT_CLONEABLE',
      message: 'Expected `a[0].b` to be free of circular references, got `[ [Object] ]` (object)',
    },
  ],
  [
    'a buffer that was transferred before',
    ['noop', { image: detached }],
    {
      name: 'ArgumentError',
      code: 'ERR_VALUE_NOT_CLONEABLE',
      message: 'Expected `image` to be a buffer that was not transferred before, got `Uint8Array(0) []` (object)',
    },
  ],
  [
    'a task that fails',
    ['fault', { kind: 'error' }],
    { name: 'TaskError', code: 'ERR_TASK_FAILED', task: 'fault', message: 'The task failed, as it was asked to' },
  ],
  [
    'a task that panics',
    ['fault', { kind: 'panic' }],
    { name: 'TaskError', code: 'ERR_TASK_PANICKED', task: 'fault', message: 'fault panicked: as it was asked to' },
  ],
  [
    'a task that runs too long',
    ['fault', { kind: 'stall' }, { timeout: 5 }],
    {
      name: 'TimeoutError',
      code: 'ERR_TASK_TIMEOUT',
      task: 'fault',
      message: 'The task ran longer than its `timeout`',
    },
  ],
  [
    'a signal that has fired',
    ['noop', 1, { signal: AbortSignal.abort(reason) }],
    {
      name: 'AbortError',
      code: 'ABORT_ERR',
      task: 'noop',
      cause: reason,
      message: 'The task was aborted before it was queued',
    },
  ],
]

// What is there to be seen of a fired or a transferred thing is made anew for each door, where the case itself uses it up.
test.each(cases)('%s', async (_, args, expected) => {
  const errors = []
  for (const run of [runTask, pool.runTask.bind(pool)]) {
    const error = await failure(/** @type {any} */ (run)(...args))
    const { name, code, message, task, cause } = error
    expect(error).toBeInstanceOf(Error)
    expect({ name, code, message, task, cause }).toEqual({ task: undefined, cause: undefined, ...expected })
    errors.push({ name, code, message, task, cause })
  }
  expect(errors[0]).toEqual(errors[1])
})

test.each(['queueTimeout', 'priority'])('the one-off door has no queue of yours, so no `%s`', async (option) => {
  const error = await failure(runTask('noop', 1, /** @type {any} */ ({ [option]: 1 })))
  expect(error).toMatchObject({ name: 'ArgumentError', code: 'ERR_INVALID_ARG_VALUE' })
  expect(error.message).toBe(
    `Unknown option \`${option}\`: expected one of \`signal\`, \`timeout\`, \`onProgress\`, \`transferList\``,
  )
})

test.each([
  [
    { queueTimeout: -1 },
    'Expected `queueTimeout` to be a number from 0 to 9007199254740991 or Infinity, got `-1` (number)',
  ],
  [{ priority: 0.5 }, 'Expected `priority` to be an integer from -2147483648 to 2147483647, got `0.5` (number)'],
  [
    { priority: 2 ** 31 },
    'Expected `priority` to be an integer from -2147483648 to 2147483647, got `2147483648` (number)',
  ],
  [{ prioriy: 1 }, 'Unknown option `prioriy`: expected one of'],
])('a pool refuses %p', async (options, message) => {
  const error = await failure(pool.runTask('noop', 1, /** @type {any} */ (options)))
  expect(error.name).toBe('ArgumentError')
  expect(error.message).toContain(message)
})

test('both doors give the same results', async () => {
  for (const input of [undefined, null, true, 0, 'text', [1, [2]], { a: { b: [] } }, Buffer.from('bytes')]) {
    const results = await Promise.all([runTask('noop', input), pool.runTask('noop', input)])
    expect(results).toEqual([input, input])
  }
})
