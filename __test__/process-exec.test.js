// @ts-check
'use strict'

/** A shell's line and a program, with their output in one piece. */

const os = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { promisify } = require('node:util')
const { OffloopError, ProcessError, exec, execFile, spawn } = require('..')
const { failure } = require('./support/failure')
const { node } = require('./support/processes')

describe('a result', () => {
  test('has execa’s fields', async () => {
    const result = await exec('echo out; echo err >&2')
    expect(result).toEqual({
      command: 'echo out; echo err >&2',
      cwd: process.cwd(),
      pid: expect.any(Number),
      durationMs: expect.any(Number),
      failed: false,
      timedOut: false,
      isCanceled: false,
      isMaxBuffer: false,
      isTerminated: false,
      isForcefullyTerminated: false,
      exitCode: 0,
      signal: undefined,
      signalDescription: undefined,
      stdout: 'out',
      stderr: 'err',
      all: undefined,
      stdio: [undefined, 'out', 'err'],
    })
    expect(result.durationMs).toBeGreaterThan(0)
  })

  test('of a program: arguments are what they are', async () => {
    const args = ['$HOME; echo *', '`id`', '"', "'", '\\', '', ' ', '\n', '-n', '--', 'ü', '🎉', '%PATH%', '&& ls']
    const [file, own] = node('console.log(JSON.stringify(process.argv.slice(1)))')
    const printed = await execFile(file, [...own, '--', ...args])
    expect(JSON.parse(printed.stdout)).toEqual(args)
  })

  test('numbers are arguments; half a surrogate pair becomes U+FFFD', async () => {
    expect((await spawn('printf', ['%s|%s|%s', 1, 2.5, 'a\ud800b'])).stdout).toBe('1|2.5|a\ufffdb')
  })

  test.each([
    ['a\n', 'a'],
    ['a\n\n', 'a\n'],
    ['a\r\n', 'a'],
    ['\n', ''],
    ['a', 'a'],
    ['', ''],
  ])('%j without its final newline is %j', async (written, stdout) => {
    expect((await spawn('printf', ['%s', written])).stdout).toBe(stdout)
    expect((await spawn('printf', ['%s', written], { stripFinalNewline: false })).stdout).toBe(written)
  })

  test.each([
    ['a\nb\r\n\nc', ['a', 'b', '', 'c'], ['a\n', 'b\r\n', '\n', 'c']],
    ['a\n', ['a'], ['a\n']],
    ['', [], []],
    ['\n\n', ['', ''], ['\n', '\n']],
  ])('%j as lines', async (written, stripped, whole) => {
    expect((await spawn('printf', ['%s', written], { lines: true })).stdout).toEqual(stripped)
    expect((await spawn('printf', ['%s', written], { lines: true, stripFinalNewline: false })).stdout).toEqual(whole)
  })

  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  test.each(/** @type {const} */ (['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url']))(
    'in %s',
    async (encoding) => {
      const { stdout } = await spawn('cat', { input: bytes, encoding })
      expect(stdout).toBe(bytes.toString(encoding))
    },
  )

  test('in bytes, and as bytes without the newline', async () => {
    const { stdout } = await spawn('cat', { input: bytes, encoding: 'buffer', stripFinalNewline: false })
    expect(Buffer.isBuffer(stdout)).toBe(true)
    expect(stdout.equals(bytes)).toBe(true)
    expect((await spawn('echo', ['a'], { encoding: 'buffer' })).stdout.toString()).toBe('a')
  })

  test('UTF-16 loses a whole newline', async () => {
    const input = Buffer.from('ü\n', 'utf16le')
    expect((await spawn('cat', { input, encoding: 'utf16le' })).stdout).toBe('ü')
  })

  test('`all` has both outputs in the order in which they came', async () => {
    const line = Array.from({ length: 20 }, (_, i) => `echo ${i} ${i % 2 ? '>&2' : ''}; sleep 0.005`).join('; ')
    const { all, stdout } = await exec(line, { all: true, lines: true })
    expect(all).toEqual(Array.from({ length: 20 }, (_, i) => String(i)))
    expect(stdout).toHaveLength(10)
  })

  test('without `buffer` there is none of its output', async () => {
    expect(await exec('echo a; echo b >&2', { buffer: false })).toMatchObject({ stdout: undefined, stderr: undefined })
  })
})

describe('an error', () => {
  test('has execa’s fields too', async () => {
    const error = await failure(exec('echo out; echo err >&2; exit 3', { all: true }))
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(OffloopError)
    expect(error).toBeInstanceOf(ProcessError)
    expect(error.name).toBe('ProcessError')
    expect({ ...error }).toMatchObject({
      code: 'ERR_PROCESS_FAILED',
      command: 'echo out; echo err >&2; exit 3',
      exitCode: 3,
      failed: true,
      timedOut: false,
      isCanceled: false,
      isMaxBuffer: false,
      isTerminated: false,
      signal: undefined,
      stdout: 'out',
      stderr: 'err',
      stdio: [undefined, 'out', 'err'],
      originalMessage: 'Command failed with exit code 3',
      shortMessage: 'Command failed with exit code 3: echo out; echo err >&2; exit 3',
    })
    expect(error.all.split('\n').sort()).toEqual(['err', 'out'])
    expect(error.message).toBe(`${error.shortMessage}\n\nerr\n\nout`)
  })

  test('shows in its stack who waited', async () => {
    async function whoWaits() {
      await spawn('false')
    }
    expect((await failure(whoWaits())).stack).toContain('whoWaits')
  })

  test('of a signal from elsewhere', async () => {
    expect(await failure(exec('kill -SEGV $$'))).toMatchObject({
      code: 'ERR_PROCESS_SIGNALED',
      exitCode: undefined,
      signal: 'SIGSEGV',
      signalDescription: 'Segmentation fault',
      isTerminated: true,
      originalMessage: 'Command was killed with SIGSEGV (Segmentation fault)',
    })
  })

  test('`reject: false`: it is the result', async () => {
    const result = await exec('echo a; exit 4', { reject: false })
    expect(result).toBeInstanceOf(ProcessError)
    expect(result).toMatchObject({ failed: true, exitCode: 4, stdout: 'a' })
    expect(await spawn('no-such-program', { reject: false })).toMatchObject({ failed: true, code: 'ENOENT' })
    expect(await spawn('true', { reject: false })).toMatchObject({ failed: false, exitCode: 0 })
  })

  test('of a program that is not there, with what Node says', async () => {
    const error = await failure(spawn('no-such-program', ['a']))
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject({
      code: 'ENOENT',
      errno: -2,
      syscall: 'spawn no-such-program',
      path: 'no-such-program',
      spawnargs: ['a'],
      pid: undefined,
      exitCode: undefined,
      command: 'no-such-program a',
    })
  })

  test.each([
    ['a file that is no program', ['/etc/passwd'], 'EACCES'],
    ['a folder', ['/'], 'EACCES'],
    ['a path that is not there', ['./no/such/program'], 'ENOENT'],
    ['a `cwd` that is not there', ['true', [], { cwd: '/no/such/folder' }], 'ENOENT'],
    ['a `cwd` that is a file', ['true', [], { cwd: '/etc/passwd' }], 'ENOTDIR'],
    ['an `inputFile` that is not there', ['true', [], { inputFile: '/no/such/file' }], 'ENOENT'],
    ['an output that cannot be written', ['true', [], { stdout: { file: '/no/such/file' } }], 'ENOENT'],
    ['a file descriptor that is not open', ['true', [], { stdout: 9999 }], 'EBADF'],
    ['arguments that are too long', ['true', ['a'.repeat(3_000_000)]], 'E2BIG'],
  ])('of %s', async (_, args, code) => {
    const error = await failure(/** @type {any} */ (spawn)(...args))
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject({ code, failed: true })
  })
})

describe('options', () => {
  test('`cwd`, a path or a URL; the result has an absolute one', async () => {
    const folder = path.resolve(__dirname, 'support')
    for (const cwd of [folder, pathToFileURL(folder), path.relative('.', folder)]) {
      expect(await spawn('pwd', { cwd })).toMatchObject({ stdout: folder, cwd: folder })
    }
  })

  test('`env` is added, or is all; `undefined` takes away', async () => {
    const env = { A: '1', HOME: undefined, N: 5 }
    expect((await exec('echo "$A|$HOME|$N|${PATH:+path}"', { env })).stdout).toBe('1||5|path')
    const { stdout } = await spawn('/usr/bin/env', { env: { A: 'ü' }, extendEnv: false })
    expect(stdout).toBe('A=ü')
  })

  test('a program is found on the PATH that it gets', async () => {
    const PATH = path.dirname(process.execPath)
    expect((await spawn(path.basename(process.execPath), ['-p', '1'], { env: { PATH } })).stdout).toBe('1')
    expect(await failure(spawn('ls', { env: { PATH: '/no/such/folder' } }))).toMatchObject({ code: 'ENOENT' })
  })

  test('`input` of every kind', async () => {
    const bytes = new TextEncoder().encode('hällo')
    const inputs = ['hällo', Buffer.from(bytes), bytes, new DataView(bytes.buffer), bytes.buffer, new Uint16Array(0)]
    const found = await Promise.all(inputs.map((input) => spawn('cat', { input })))
    expect(found.map(({ stdout }) => stdout)).toEqual(['hällo', 'hällo', 'hällo', 'hällo', 'hällo', ''])
  })

  test('`inputFile`', async () => {
    expect((await spawn('wc', ['-l'], { inputFile: pathToFileURL('/etc/passwd') })).stdout.trim()).toMatch(/^\d+$/)
  })

  test('`argv0`, `nice`, `uid` and `gid`', async () => {
    expect((await spawn('/bin/sh', ['-c', 'echo $0'], { argv0: 'another' })).stdout).toBe('another')
    expect((await exec('nice', { nice: 3 })).stdout).toBe(String(os.getPriority() + 3))
    const own = { uid: process.getuid?.(), gid: process.getgid?.() }
    expect((await exec('id -u; id -g', { ...own, lines: true })).stdout).toEqual([`${own.uid}`, `${own.gid}`])
  })

  test('`shell`: another one; no arguments beside it', async () => {
    expect((await exec('echo $0', { shell: '/bin/sh' })).stdout).toBe('/bin/sh')
    expect((await exec('echo a', { shell: undefined })).stdout).toBe('a')
    expect((await spawn('echo $((1 + 1))', { shell: true })).stdout).toBe('2')
    expect(await failure(spawn('echo', ['$HOME'], { shell: true }))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })

  test('this process’s channel is not handed on', async () => {
    process.env.NODE_CHANNEL_FD = '99'
    const { stdout } = await exec('env').finally(() => delete process.env.NODE_CHANNEL_FD)
    expect(stdout).toContain('PATH=')
    expect(stdout).not.toContain('NODE_CHANNEL_FD')
  })

  test('`verbose` says on stderr what happens', async () => {
    const code = `
      const { exec, spawn } = require('.')
      const run = async () => {
        await exec('echo one', { verbose: true })
        await exec('echo two; exit 2', { verbose: 'full', reject: false })
        await spawn('no-such-program', { verbose: 'short', reject: false })
      }
      run()`
    const { stderr, stdout } = await spawn(...node(code))
    expect(stdout).toBe('')
    expect(
      stderr
        .replaceAll(/\[[\d:.]+\]/g, '[time]')
        .replaceAll(/\d+ ms/g, 'N ms')
        .split('\n'),
    ).toEqual([
      '[time] $ echo one',
      '[time] ✔ exit code 0, N ms: echo one',
      '[time] $ echo two; exit 2',
      '  two',
      '[time] ✘ exit code 2, N ms: echo two; exit 2',
      '[time] $ no-such-program',
      '[time] ✘ not started, N ms: no-such-program',
    ])
  })
})

describe('Node’s forms', () => {
  /** @param {(done: (...values: any[]) => void) => unknown} call @returns {Promise<any[]>} */
  const called = (call) => new Promise((resolve) => call((...values) => resolve(values)))

  test('a callback', async () => {
    expect(await called((done) => exec('echo a', done))).toEqual([null, 'a', ''])
    expect(await called((done) => exec('echo a', { encoding: 'hex' }, done))).toEqual([null, '610a', ''])
    expect(await called((done) => execFile('echo', done))).toEqual([null, '', ''])
    expect(await called((done) => execFile('echo', ['b'], done))).toEqual([null, 'b', ''])
    expect(await called((done) => execFile('echo', ['b'], {}, done))).toEqual([null, 'b', ''])
    expect(await called((done) => execFile('pwd', { cwd: '/' }, done))).toEqual([null, '/', ''])
    expect(await called((done) => /** @type {any} */ (execFile)('echo', undefined, undefined, done))).toEqual([
      null,
      '',
      '',
    ])
  })

  test('a callback gets errors, and the promise needs nobody then', async () => {
    const [error, stdout, stderr] = await called((done) => exec('echo a; exit 2', done))
    expect([error.exitCode, stdout, stderr]).toEqual([2, 'a', ''])
    expect((await called((done) => execFile('no-such-program', done)))[0]).toMatchObject({ code: 'ENOENT' })
    expect((await called((done) => exec('exit 2', { reject: false }, done)))[0]).toMatchObject({ exitCode: 2 })
    expect((await called((done) => exec('true', /** @type {any} */ ({ cwd: 1 }), done)))[0].code).toBe(
      'ERR_INVALID_ARG_TYPE',
    )
  })

  test('a callback that throws is an uncaught exception', async () => {
    const code = `require('.').exec('true', () => { throw new Error('on purpose') })
      process.on('uncaughtException', (error) => console.log(error.message))
      process.on('unhandledRejection', () => console.log('a rejection'))`
    expect((await spawn(...node(code))).stdout).toBe('on purpose')
  })

  test('promisified', async () => {
    const { stdout, stderr } = await promisify(exec)('echo a; echo b >&2')
    expect([stdout, stderr]).toEqual(['a', 'b'])
    expect(await promisify(execFile)('echo', ['c'], { encoding: 'buffer' })).toMatchObject({ stdout: Buffer.from('c') })
    expect(await failure(promisify(exec)('echo d >&2; false'))).toMatchObject({ stderr: 'd' })
  })

  test('the tutorial’s runCommand', async () => {
    const execPromise = promisify(exec)
    const runCommand = async (/** @type {string} */ command) => {
      try {
        const { stdout } = await execPromise(command)
        return stdout
      } catch (error) {
        throw new Error(/** @type {any} */ (error).stderr || /** @type {any} */ (error).message, { cause: error })
      }
    }
    const log = await runCommand('echo one; echo two')
    expect(log.split('\n')).toEqual(['one', 'two'])
    await expect(runCommand('echo gone >&2; exit 1')).rejects.toThrow(/^gone$/)
  })
})
