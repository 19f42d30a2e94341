// @ts-check
'use strict'

/** What goes into a child and comes out of it: streams, lines, files, file descriptors. */

const {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
} = require('node:fs')
const { once } = require('node:events')
const os = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { PassThrough, Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { exec, spawn } = require('..')
const { failure } = require('./support/failure')
const { isAlive, node, untilGone } = require('./support/processes')
const { until } = require('./support/until')

const folder = mkdtempSync(path.join(os.tmpdir(), 'offloop-streams-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** @param {string} name */
const inFolder = (name) => path.join(folder, name)

/** @param {AsyncIterable<any>} source */
async function collected(source) {
  const found = []
  for await (const item of source) found.push(item)
  return found
}

describe('streams', () => {
  test('through a child and back, byte by byte the same', async () => {
    const bytes = Buffer.alloc(3_000_000, 'some text, and \0 and \xff ')
    const child = spawn('cat', { buffer: false })
    const [found] = await Promise.all([
      collected(/** @type {any} */ (child.stdout)),
      pipeline(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]), /** @type {any} */ (child.stdin)),
    ])
    expect(Buffer.concat(found).equals(bytes)).toBe(true)
    await child
  })

  test('an empty output ends', async () => {
    const child = spawn('true', { buffer: false })
    expect(await collected(/** @type {any} */ (child.stdout))).toEqual([])
    expect(await collected(/** @type {any} */ (child.stderr))).toEqual([])
    await child
  })

  test.each([true, false])('a slow reader holds the child up (buffer: %s); nothing is lost', async (buffer) => {
    const child = spawn('head', ['-c', '20000000', '/dev/zero'], {
      buffer,
      encoding: 'buffer',
      stripFinalNewline: false,
    })
    let [size, pieces, largest] = [0, 0, 0]
    for await (const piece of /** @type {any} */ (child.stdout)) {
      size += piece.length
      largest = Math.max(largest, child.stdout?.readableLength ?? 0)
      if (++pieces % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(size).toBe(20_000_000)
    // What waits here is bounded, however much the child writes.
    expect(largest).toBeLessThan(3_000_000)
    expect((await child).stdout?.length).toBe(buffer ? 20_000_000 : undefined)
  })

  test('a child that nobody reads waits, unless its output is kept', async () => {
    const child = exec('head -c 5000000 /dev/zero; echo done >&2', { buffer: false })
    /** @type {string[]} */
    const said = []
    child.stderr?.on('data', (data) => said.push(String(data)))
    await once(child, 'spawn')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(said).toEqual([])
    child.stdout?.resume()
    await child
    expect(said).toEqual(['done\n'])
    expect((await exec('head -c 5000000 /dev/zero; echo done >&2')).stderr).toBe('done')
  })

  test('who begins to read late gets all that is kept', async () => {
    for (const event of ['spawn', 'exit', 'close']) {
      const child = exec('echo one; sleep 0.02; echo two')
      await once(child, event)
      expect(Buffer.concat(await collected(/** @type {any} */ (child.stdout))).toString()).toBe('one\ntwo\n')
    }
  })

  test('`setEncoding`, and `pipe` to a file', async () => {
    const text = 'ü'.repeat(100_000)
    const child = spawn('cat', { input: `x${text}` })
    child.stdout?.setEncoding('utf8')
    expect((await collected(/** @type {any} */ (child.stdout))).join('') === `x${text}`).toBe(true)
    const file = inFolder('piped')
    await pipeline(/** @type {any} */ (spawn('echo', ['a']).stdout), createWriteStream(file))
    expect(readFileSync(file, 'utf8')).toBe('a\n')
  })

  test('destroying an output closes the pipe', async () => {
    const child = spawn('yes', { buffer: false })
    await once(/** @type {any} */ (child.stdout), 'data')
    child.stdout?.destroy()
    expect(await failure(child)).toMatchObject({ signal: 'SIGPIPE' })
  })

  test('one that nobody reads may be destroyed too', async () => {
    const child = spawn('yes', { buffer: false })
    child.stdout?.destroy()
    expect(await failure(child)).toMatchObject({ signal: 'SIGPIPE' })
  })

  test('real pipes: a child can open /dev/stdin and /dev/stdout', async () => {
    expect((await exec('cat /dev/stdin > /dev/stdout', { input: 'a' })).stdout).toBe('a')
  })
})

describe('stdin', () => {
  test('is open until it is ended', async () => {
    const child = spawn('cat')
    child.stdin?.write('a')
    child.stdin?.write(Buffer.from('b'))
    child.stdin?.end('c')
    expect((await child).stdout).toBe('abc')
  })

  test('holds who writes up', async () => {
    const child = exec('read go; cat | wc -c', { input: undefined })
    let written = 0
    child.stdin?.write('go\n'.padStart(3))
    const block = Buffer.alloc(1 << 16)
    while (child.stdin?.write(block)) written += block.length
    expect(written).toBeLessThan(1 << 20)
    child.stdin?.end()
    expect(Number((await child).stdout)).toBeGreaterThan(written)
  })

  test('a child that reads nothing: the error is the stream’s, and crashes nobody', async () => {
    const child = spawn('true')
    await once(child, 'exit')
    const error = await new Promise((resolve) => child.stdin?.write(Buffer.alloc(1 << 20), resolve))
    expect(error).toMatchObject({ code: expect.stringMatching(/^(EPIPE|ERR_STREAM_DESTROYED)$/) })
    await child
  })

  test('`input` that nobody reads is no failure', async () => {
    expect(await spawn('true', { input: Buffer.alloc(1 << 22) })).toMatchObject({ exitCode: 0 })
  })

  test('a child that closes its stdin early', async () => {
    const child = exec('exec <&-; sleep 0.2; echo on')
    const errors = pipeline(Readable.from([Buffer.alloc(1 << 22)]), /** @type {any} */ (child.stdin))
    expect((await failure(errors)).code).toBe('EPIPE')
    expect((await child).stdout).toBe('on')
  })
})

describe('lines', () => {
  const text = 'one\ntwo\r\n\nthree, without an end'
  const lines = ['one', 'two', '', 'three, without an end']

  test('as they come', async () => {
    expect(await collected(spawn('printf', ['%s', text]))).toEqual(lines)
    expect(await collected(spawn('cat', { input: text, buffer: false }))).toEqual(lines)
    expect(await collected(exec('echo a; echo b >&2').iterable({ from: 'stderr' }))).toEqual(['b'])
    expect(await collected(spawn('true'))).toEqual([])
  })

  test.each(/** @type {const} */ (['utf8', 'latin1', 'utf16le', 'hex', 'buffer']))('in %s', async (encoding) => {
    const input = Buffer.from('ä\nö\n', encoding === 'latin1' || encoding === 'utf16le' ? encoding : 'utf8')
    expect(await collected(spawn('cat', { input, encoding }))).toEqual(['ä', 'ö'])
  })

  test('characters and line ends may come in pieces', async () => {
    const line = 'printf "\\303"; sleep 0.03; printf "\\244\\r"; sleep 0.03; printf "\\nb"; sleep 0.03; echo'
    expect(await collected(exec(line))).toEqual(['ä', 'b'])
  })

  test('and then the failure, after the last line', async () => {
    const seen = []
    const error = await failure(
      (async () => {
        for await (const line of exec('echo a; echo b; exit 3')) seen.push(line)
      })(),
    )
    expect([seen, error.exitCode]).toEqual([['a', 'b'], 3])
    expect((await failure(collected(spawn('no-such-program')))).code).toBe('ENOENT')
  })

  test('a `break` ends a child that writes on, and waits for nothing', async () => {
    const child = spawn('yes', { buffer: false })
    let seen = 0
    for await (const line of child) if (line === 'y' && ++seen === 1000) break
    expect(seen).toBe(1000)
    expect(await failure(child)).toMatchObject({ signal: 'SIGPIPE' })
    expect(isAlive(/** @type {number} */ (child.pid))).toBe(false)
  })

  test('a `break` leaves a child alone that writes no more', async () => {
    const child = exec('echo a; sleep 0.1; exit 3', { reject: false })
    for await (const _ of child) break
    expect(await child).toMatchObject({ exitCode: 3 })
  })

  test('several ask at once: each gets a line, in order', async () => {
    const iterator = exec('echo 1; sleep 0.02; echo 2; echo 3')[Symbol.asyncIterator]()
    const asked = await Promise.all([1, 2, 3, 4, 5].map(() => iterator.next()))
    expect(asked.map(({ value }) => value)).toEqual(['1', '2', '3', undefined, undefined])
    expect(asked[4].done).toBe(true)
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
  })

  test('`return` while somebody asks', async () => {
    const child = spawn('sleep', ['60'])
    const iterator = child[Symbol.asyncIterator]()
    const asked = iterator.next()
    await once(child, 'spawn')
    expect(await iterator.return?.()).toEqual({ value: undefined, done: true })
    expect(await asked).toEqual({ value: undefined, done: true })
    child.kill()
    await failure(child)
  })

  test('the child waits for who takes them', async () => {
    const child = spawn('yes', ['x'.repeat(99)], { buffer: false, onLine: undefined })
    const iterator = child[Symbol.asyncIterator]()
    await iterator.next()
    const before = process.memoryUsage().rss
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
    await iterator.return?.()
    await failure(child)
  })

  test('one very long line, and a million short ones', async () => {
    const [long] = await collected(exec('head -c 20000000 /dev/zero | tr "\\0" a; echo', { buffer: false }))
    expect(long.length).toBe(20_000_000)
    let [count, sum] = [0, 0]
    for await (const line of spawn('seq', ['1000000'], { buffer: false })) {
      count += 1
      sum += Number(line)
    }
    expect([count, sum]).toEqual([1e6, 500_000_500_000])
  })

  test('`onLine`, of both outputs', async () => {
    /** @type {any[]} */
    const told = []
    const line = 'echo a; sleep 0.02; echo b >&2; sleep 0.02; printf c'
    const { stdout } = await exec(line, { onLine: (...values) => told.push(values) })
    expect(told).toEqual([
      ['a', 'stdout'],
      ['b', 'stderr'],
      ['c', 'stdout'],
    ])
    expect(stdout).toBe('a\nc')
    told.length = 0
    await exec(line, { buffer: false, stderr: 'ignore', onLine: (...values) => told.push(values) })
    expect(told).toEqual([
      ['a', 'stdout'],
      ['c', 'stdout'],
    ])
  })

  test('lines of something else than an output', () => {
    const child = spawn('true')
    expect(() => child.iterable(/** @type {any} */ ({ from: 'stdin' }))).toThrow('Expected `from` to be')
    return child
  })
})

describe('stdio', () => {
  test('a word for all', async () => {
    expect(await exec('cat; echo a', { stdio: 'ignore' })).toMatchObject({ stdout: undefined, stderr: undefined })
    const child = spawn('true', { stdio: 'ignore' })
    expect(child.stdio).toEqual([null, null, null])
    await child
  })

  test('inherited from this process', async () => {
    const code = `require('.').spawn('sh', ['-c', 'cat; echo err >&2'], { stdio: 'inherit' })`
    expect(await spawn(...node(code), { input: 'through' })).toMatchObject({ stdout: 'through', stderr: 'err' })
  })

  test('a file: written, appended to, read; by path or URL', async () => {
    const file = inFolder('out')
    await exec('echo first', { stdout: { file } })
    await exec('echo one', { stdout: { file: pathToFileURL(file) } })
    await exec('echo two; echo three >&2', { stdio: ['ignore', { file, append: true }, { file, append: true }] })
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nthree\n')
    expect((await spawn('cat', { stdin: { file } })).stdout).toBe('one\ntwo\nthree')
  })

  test('file descriptors, and streams that have one', async () => {
    const file = inFolder('descriptor')
    const descriptor = openSync(file, 'w')
    await exec('echo a', { stdio: ['ignore', descriptor, descriptor] })
    closeSync(descriptor)
    const written = createWriteStream(file, { flags: 'a' })
    await once(written, 'open')
    await exec('echo b', { stdout: written })
    written.end()
    const read = createReadStream(file)
    await once(read, 'open')
    expect((await spawn('cat', { stdin: read })).stdout).toBe('a\nb')
    read.destroy()
    const error = await failure(exec('echo a', { stdout: new PassThrough() }))
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('`stdout`') })
  })

  test('one output into the other', async () => {
    expect(await exec('echo a; echo b >&2', { stdio: ['pipe', 'pipe', 'pipe'], all: true })).toMatchObject({
      stdout: 'a',
    })
  })

  test('more pipes: the child writes, we read', async () => {
    const child = exec('echo three >&3; echo five >&5; echo one', {
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
    })
    const three = collected(/** @type {any} */ (child.stdio[3]))
    const { stdout, stdio } = await child
    expect([stdout, ...stdio]).toEqual(['one', undefined, 'one', '', 'three', undefined, 'five'])
    expect(Buffer.concat(await three).toString()).toBe('three\n')
  })

  test('nothing else of this process is handed on', async () => {
    const descriptor = openSync('/etc/passwd', 'r')
    const { stdout } = await exec('ls /proc/self/fd', { lines: true })
    closeSync(descriptor)
    expect(stdout).toEqual(expect.arrayContaining(['0', '1', '2']))
    // 3 is the folder that `ls` reads.
    expect(descriptor).toBeGreaterThan(3)
    expect(stdout).not.toContain(String(descriptor))
  })

  test('from one child into another', async () => {
    const first = spawn('echo', ['a b'], { buffer: false })
    const second = spawn('wc', ['-w'])
    await pipeline(/** @type {any} */ (first.stdout), /** @type {any} */ (second.stdin))
    expect((await second).stdout.trim()).toBe('2')
    await first
  })
})

test('a child that is left by its reader does not stay', async () => {
  const child = spawn('yes', { buffer: false })
  child.on('error', () => {}).on('close', () => {})
  await once(child, 'spawn')
  const reader = /** @type {any} */ (child.stdout)[Symbol.asyncIterator]()
  await reader.next()
  await reader.return()
  await untilGone(/** @type {number} */ (child.pid))
  await until(() => child.signalCode !== null)
  expect(child.signalCode).toBe('SIGPIPE')
})
