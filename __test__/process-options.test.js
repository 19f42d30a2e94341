// @ts-check
'use strict'

/** Every option with values that it cannot have: an error of a type that names it, by a rejection and never thrown. */

const offloop = /** @type {any} */ (require('..'))
const { ArgumentError } = require('..')
const { failure } = require('./support/failure')
const { script } = require('./support/processes')

const noText = [1, true, null, {}, [], Symbol('a')]
const noFlag = [1, 0, 'true', null, {}]

/** What each option cannot be. @type {Record<string, unknown[]>} */
const wrong = {
  all: noFlag,
  argv0: [...noText, 'a\0b'],
  buffer: noFlag,
  cleanup: noFlag,
  cwd: [...noText, '', 'a\0b', new URL('http://example.com/')],
  detached: noFlag,
  encoding: ['utf-99', '', 1, null, {}],
  env: [1, 'A=b', null, [], { 'A=B': '1' }, { '': '1' }, { 'a\0': '1' }, { A: 'b\0c' }],
  extendEnv: noFlag,
  forceKillAfterDelay: [-1, Number.NaN, 'x', null, {}],
  gid: [-1, 1.5, 2 ** 32, '1', null],
  input: [1, true, null, {}, ['a']],
  inputFile: [...noText, '', 'a\0b'],
  killDescendants: noFlag,
  killSignal: [0, -1, 65, 1.5, 'SIGNOTHING', 'sigterm', '', null, {}],
  lines: noFlag,
  maxBuffer: [-1, Number.NaN, '1', null],
  nice: [-21, 20, 0.5, '1', null],
  onLine: [1, 'a', null, {}],
  reject: noFlag,
  signal: [1, 'a', null, {}, new AbortController()],
  stderr: ['bad', -1, 1.5, {}, { file: 1 }, { file: '' }, { file: 'a', append: 'yes' }, Symbol('a')],
  stdin: ['bad', -1, {}, { file: 'a\0b' }],
  stdio: [1, null, {}, true],
  stdout: ['bad', -1, {}, []],
  stripFinalNewline: noFlag,
  timeout: [-1, Number.NaN, '1', null, {}],
  uid: [-1, 1.5, 2 ** 32, '1', null],
  verbose: ['loud', 1, null, {}],
}

const cases = Object.entries(wrong).flatMap(([option, values]) => values.map((value) => [option, value]))

/** An error of ours that names the option. @param {string} name */
const naming = (name) => {
  const code = expect.stringMatching(/^ERR_(INVALID_ARG_TYPE|INVALID_ARG_VALUE|OUT_OF_RANGE|UNKNOWN_SIGNAL)$/)
  return expect.objectContaining({ name: 'ArgumentError', code, message: expect.stringContaining(name) })
}

test('they are errors here', async () => {
  const error = await failure(offloop.spawn('true', [], { timeout: 'x' }))
  expect(error).toBeInstanceOf(Error)
  expect(error).toBeInstanceOf(ArgumentError)
})

test.each(cases)('%s: %p', async (option, value) => {
  for (const door of [offloop.spawn, offloop.execFile]) {
    expect(await failure(door('true', [], { [option]: value }))).toEqual(naming(`\`${option}`))
  }
  expect(await failure(offloop.exec('true', { [option]: value }))).toEqual(naming(`\`${option}`))
  expect(await failure(offloop.fork(script('echo.js'), [], { [option]: value }))).toEqual(naming(`\`${option}`))
  expect(await failure(offloop.runNodeScript(script('echo.js'), 1, { [option]: value }))).toEqual(naming(`\`${option}`))
})

test.each([
  ['shell', 1],
  ['shell', ''],
  ['shell', null],
  ['shell', 'a\0b'],
  ['shell', {}],
])('%s: %p', async (option, value) => {
  expect(await failure(offloop.spawn('true', [], { [option]: value }))).toEqual(naming(`\`${option}`))
  expect(await failure(offloop.exec('true', { [option]: value }))).toEqual(naming(`\`${option}`))
})

test.each([
  ['silent', 1],
  ['silent', null],
  ['execPath', ''],
  ['execPath', 1],
  ['execArgv', 'a'],
  ['execArgv', [1n]],
  ['execArgv', [null]],
  ['serialization', 'xml'],
  ['serialization', null],
  ['stdio', ['ipc', 'ipc']],
  ['shell', true],
])('fork, %s: %p', async (option, value) => {
  expect(await failure(offloop.fork(script('echo.js'), [], { [option]: value }))).toEqual(naming(`\`${option}`))
})

test.each([
  ['an option that there is not', { timeOut: 1 }, '`timeOut`'],
  ['`input` and `inputFile`', { input: 'a', inputFile: '/etc/passwd' }, '`inputFile`'],
  ['`input` and a `stdin` that is none', { input: 'a', stdin: 'ignore' }, '`input`'],
  ['`inputFile` and a `stdin`', { inputFile: '/etc/passwd', stdin: 'inherit' }, '`inputFile`'],
  ['`signal` and `cancelSignal`', { signal: AbortSignal.abort(), cancelSignal: AbortSignal.abort() }, '`cancelSignal`'],
  ['`lines` of bytes', { lines: true, encoding: 'buffer' }, '`lines`'],
  ['`lines` of digits', { lines: true, encoding: 'hex' }, '`lines`'],
  ['a channel without `fork`', { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] }, '`stdio[3]`'],
  ['a word of `stdio` that there is not', { stdio: 'nothing' }, '`stdio[0]`'],
  ['`execArgv` without `fork`', { execArgv: [] }, '`execArgv`'],
])('%s', async (_, options, name) => {
  expect(await failure(offloop.spawn('true', [], options))).toEqual(naming(name))
})

test.each([
  ['spawn', [], '`file`'],
  ['spawn', [1], '`file`'],
  ['spawn', [''], '`file`'],
  ['spawn', ['a\0b'], '`file`'],
  ['spawn', [new URL('https://example.com/')], '`file`'],
  ['spawn', ['true', 'arguments'], '`options`'],
  ['spawn', ['true', [1n]], '`args[0]`'],
  ['spawn', ['true', ['a', null]], '`args[1]`'],
  ['spawn', ['true', ['a\0b']], '`args[0]`'],
  ['spawn', ['true', [], 'options'], '`options`'],
  ['spawn', ['true', [], []], '`options`'],
  ['execFile', [], '`file`'],
  ['execFile', ['true', ['a', {}]], '`args[1]`'],
  ['exec', [], '`command`'],
  ['exec', [''], '`command`'],
  ['exec', [['ls']], '`command`'],
  ['exec', ['ls\0'], '`command`'],
  ['exec', ['ls', 'options'], '`options`'],
  ['exec', ['ls', { shell: false }], '`shell`'],
  ['exec', ['ls', {}, 'callback'], '`callback`'],
  ['fork', [], '`script`'],
  ['fork', [''], '`script`'],
  ['fork', [new URL('https://example.com/')], '`script`'],
  ['fork', ['a.js', [Symbol('a')]], '`args[0]`'],
  ['fork', ['a.js', [], 1], '`options`'],
  ['runNodeScript', [], '`script`'],
  ['runNodeScript', ['a.js', 1, { reject: 1 }], '`reject`'],
])('%s of %p', async (door, args, name) => {
  expect(await failure(offloop[door](...args))).toEqual(naming(name))
})

test('`null` and `undefined` stand for nothing', async () => {
  const options = Object.fromEntries(Object.keys(wrong).map((option) => [option, undefined]))
  expect((await offloop.spawn('echo', ['a'], options)).stdout).toBe('a')
  expect((await offloop.spawn('echo', null, null)).stdout).toBe('')
  expect((await offloop.exec('echo a', null)).stdout).toBe('a')
  expect((await offloop.spawn('echo', ['a'], { stdio: [null, undefined] })).stdout).toBe('a')
})

describe('safeArgument', () => {
  const { safeArgument } = offloop

  test('gives back what no program takes for an option', () => {
    for (const value of ['express', '@scope/name', 'a b', '$(rm)', 'ü', './-a', '1', ' -a'])
      expect(safeArgument(value)).toBe(value)
    expect(safeArgument('abc', { pattern: /[a-z]+/ })).toBe('abc')
    expect(safeArgument('ABC', { pattern: /[a-z]+/gi })).toBe('ABC')
    expect(safeArgument('b', { pattern: /a|b/ })).toBe('b')
  })

  test.each(['-rf', '--prefix=/', '-', '--', ''])('refuses %p', (value) => {
    expect(() => safeArgument(value)).toThrow(
      expect.objectContaining({ code: 'ERR_UNSAFE_ARGUMENT', name: 'ArgumentError' }),
    )
  })

  test('all of it must match the pattern, every time', () => {
    const pattern = /[a-z]+/g
    for (const value of ['abc; rm', 'abc\n', '\nabc', 'a1']) {
      expect(() => safeArgument(value, { pattern })).toThrow(expect.objectContaining({ code: 'ERR_UNSAFE_ARGUMENT' }))
    }
    expect(() => safeArgument('a\nb', { pattern: /^a$/m })).toThrow('that matches')
    expect([safeArgument('abc', { pattern }), safeArgument('abc', { pattern })]).toEqual(['abc', 'abc'])
  })

  test.each([
    [[1], '`argument`'],
    [[undefined], '`argument`'],
    [['a\0'], '`argument`'],
    [['a', { pattern: 'a' }], '`pattern`'],
    [['a', { patern: /a/ }], '`patern`'],
    [['a', 1], '`options`'],
  ])('%p is no use of it', (args, name) => {
    expect(() => safeArgument(...args)).toThrow(name)
  })
})
