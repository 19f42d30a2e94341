// @ts-check
'use strict'

/** What a worker runs: how a file is found, and how a function travels. */

const path = require('node:path')
const { pathToFileURL } = require('node:url')
const vm = require('node:vm')
const { resolveFile } = require('../lib/workers/file')
const { sourceOf } = require('../lib/workers/source')

const here = pathToFileURL(__filename)
const relative = path.relative(process.cwd(), __filename)

test.each([
  ['an absolute path', __filename, here.href],
  ['a path from the current directory', relative, here.href],
  ['one that begins with ./', `.${path.sep}${relative}`, here.href],
  ['without its extension', relative.replace(/\.js$/, ''), here.href],
  ['a URL', here, here.href],
  ['a URL as a string', here.href, here.href],
  ['a URL with a query', `${here.href}?a=1#b`, `${here.href}?a=1#b`],
  ['a URL of another realm', vm.runInNewContext('url', { url: new URL(here) }), here.href],
  ['a data: URL', new URL('data:text/javascript,1'), 'data:text/javascript,1'],
  ['a data: URL as a string', 'data:text/javascript,1', 'data:text/javascript,1'],
])('%s', (_, file, href) => {
  expect(resolveFile(file)).toBe(href)
})

test.each([['./no/such.js'], ['/no/such.js'], [new URL('file:///no/such.js')], [path.dirname(__filename)]])(
  'there is no file %s',
  (file) => {
    expect(() => resolveFile(file)).toThrow(
      expect.objectContaining({ name: 'WorkerError', code: 'ERR_WORKER_LOAD_FAILED', crashed: false }),
    )
  },
)

test('a relative path that is not found tells where it was looked for', () => {
  expect(() => resolveFile('./no/such.js')).toThrow(
    `There is no worker file ${path.resolve('no/such.js')}: \`./no/such.js\` is taken from the current directory`,
  )
})

test.each([
  [5, 'ERR_INVALID_ARG_TYPE', '`5` (number)'],
  [undefined, 'ERR_INVALID_ARG_TYPE', '`undefined` (undefined)'],
  [null, 'ERR_INVALID_ARG_TYPE', '`null` (null)'],
  [{}, 'ERR_INVALID_ARG_TYPE', '`{}` (object)'],
  ['', 'ERR_INVALID_ARG_VALUE', "`''` (string)"],
  ['a\0b', 'ERR_INVALID_ARG_VALUE', '(string)'],
  ['https://example.org/worker.js', 'ERR_INVALID_ARG_VALUE', 'https://example.org/worker.js'],
])('%p is no file', (file, code, shown) => {
  expect(() => resolveFile(file)).toThrow(
    expect.objectContaining({ name: 'ArgumentError', code, message: expect.stringContaining(shown) }),
  )
})

describe('a function', () => {
  const object = {
    method(/** @type {number} */ n) {
      return n + 1
    },
    async asynchronous(/** @type {number} */ n) {
      return n + 1
    },
    ['computed key'](/** @type {number} */ n) {
      return n + 1
    },
    get(/** @type {number} */ n) {
      return n + 1
    },
  }
  class Static {
    static method(/** @type {number} */ n) {
      return n + 1
    }
  }

  test.each([
    [(/** @type {number} */ n) => n + 1],
    [async (/** @type {number} */ n) => n + 1],
    [function named(/** @type {number} */ n) { return n + 1 }], // prettier-ignore
    [async function (/** @type {number} */ n) { return n + 1 }], // prettier-ignore
    // eslint-disable-next-line no-new-func
    [new Function('n', 'return n + 1')],
    [object.method],
    [object.asynchronous],
    [object['computed key']],
    [object.get],
    [Static.method],
  ])('%#: its source evaluates to it', async (work) => {
    const again = vm.runInThisContext(sourceOf(work))
    expect(await again(5)).toBe(6)
  })

  class Private {
    static #method() {}
    static method = Private.#method
  }

  test.each([
    [Math.sqrt, 'Expected `worker` to be a function written in JavaScript, got `sqrt`'],
    [object.method.bind(object), 'got `bound method`: bound and built-in functions have no source'],
    [Static, 'got `Static`: a class cannot be called'],
    [function* steps() {}, 'got `steps`: a generator returns an iterator, which cannot be cloned'],
    [(() => async function* () {})(), 'got an anonymous one: a generator'],
    [Private.method, 'a function whose source stands for itself'],
  ])('%p is refused', (work, message) => {
    expect(() => sourceOf(work)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining(message) }),
    )
  })
})
