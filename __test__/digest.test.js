// @ts-check
'use strict'

// `digest.hash` against Node's own digests and published ones.

const { createHash } = require('node:crypto')
const { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const zlib = require('node:zlib')
const { ArgumentError, FileError, WorkerPool, runTask } = require('..')
const { failure } = require('./support/failure')

const algorithms = /** @type {const} */ (['blake3', 'sha256', 'sha512', 'xxh3', 'crc32'])

/** @type {string} */
let folder
/** @type {WorkerPool} */
let pool

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'offloop-digest-'))
  pool = new WorkerPool(2)
})

afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

/** Bytes that repeat only after a long while. @param {number} length */
function bytes(length) {
  const data = Buffer.alloc(length)
  for (let i = 0, x = 1; i < length; i++, x = (Math.imul(x, 1103515245) + 12345) >>> 0) data[i] = x >>> 16
  return data
}

/** A file of zeros that takes no room on the disk. @param {number} length */
function sparseFile(length) {
  const file = path.join(folder, `sparse-${length}`)
  const handle = openSync(file, 'w')
  ftruncateSync(handle, length)
  closeSync(handle)
  return file
}

describe.each([0, 1, 1000, 256 * 1024, 3 * 1024 * 1024 + 5])('%d bytes', (length) => {
  const data = bytes(length)

  test.each(/** @type {const} */ (['sha256', 'sha512']))('%s is that of node:crypto', async (algorithm) => {
    const digest = createHash(algorithm).update(data).digest('hex')
    expect(await pool.runTask('digest.hash', { algorithm, data })).toEqual({ digest, bytes: length })
  })

  // Node has `zlib.crc32` since 22.2; gzip writes it, little-endian, into the trailer of every member.
  test('crc32 is the one that gzip writes', async () => {
    const digest = zlib.gzipSync(data).subarray(-8).readUInt32LE().toString(16).padStart(8, '0')
    expect(await pool.runTask('digest.hash', { algorithm: 'crc32', data })).toEqual({ digest, bytes: length })
  })

  test.each(algorithms)('%s of a file is that of its bytes', async (algorithm) => {
    const file = path.join(folder, `file ${length}`)
    writeFileSync(file, data)
    const expected = await pool.runTask('digest.hash', { algorithm, data })
    expect(await pool.runTask('digest.hash', { algorithm, path: file })).toEqual(expected)
    expect(await runTask('digest.hash', { algorithm, path: pathToFileURL(file) })).toEqual(expected)
    expect(await runTask('digest.hash', { algorithm, path: pathToFileURL(file).href })).toEqual(expected)
  })
})

test('published digests', async () => {
  // The test vectors of BLAKE3: bytes 0, 1, …, 250, 0, 1, …
  const vector = Buffer.from(Array.from({ length: 102400 }, (_, i) => i % 251))
  const blake3 = async (/** @type {number} */ length) =>
    (await runTask('digest.hash', { algorithm: 'blake3', data: vector.subarray(0, length) })).digest
  expect(await blake3(0)).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262')
  expect(await blake3(1)).toBe('2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213')
  expect(await blake3(1024)).toBe('42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7')
  expect(await blake3(102400)).toBe('bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085')
  const xxh3 = async (/** @type {string} */ text) =>
    (await runTask('digest.hash', { algorithm: 'xxh3', data: Buffer.from(text) })).digest
  expect(await xxh3('')).toBe('2d06800538d394c2')
  expect(await xxh3('abc')).toBe('78af5f94892f3950')
})

test('base64 is the same digest', async () => {
  const data = bytes(100)
  const digest = createHash('sha256').update(data).digest('base64')
  expect((await runTask('digest.hash', { algorithm: 'sha256', data, encoding: 'base64' })).digest).toBe(digest)
})

test('every kind of memory gives the same digest', async () => {
  const data = bytes(2_500_000)
  const shared = new Uint8Array(new SharedArrayBuffer(data.length + 8), 8)
  shared.set(data)
  for (const algorithm of algorithms) {
    const expected = await pool.runTask('digest.hash', { algorithm, data })
    expect(await pool.runTask('digest.hash', { algorithm, data: shared })).toEqual(expected)
    const moved = new Uint8Array(data)
    const options = { transferList: [moved.buffer] }
    expect(await pool.runTask('digest.hash', { algorithm, data: moved }, options)).toEqual(expected)
    expect(moved.byteLength).toBe(0)
    const words = new Float64Array(new Uint8Array(data.subarray(0, 80_000)).buffer)
    const short = { algorithm, data: data.subarray(0, 80_000) }
    expect(await runTask('digest.hash', { algorithm, data: words })).toEqual(await runTask('digest.hash', short))
  }
})

describe('a large file', () => {
  test.each(/** @type {const} */ (['blake3', 'sha512']))('%s reports progress in bytes', async (algorithm) => {
    const length = 200_000_000
    const file = sparseFile(length)
    /** @type {import('..').Progress[]} */
    const reports = []
    const onProgress = (/** @type {import('..').Progress} */ report) => reports.push(report)
    const { bytes } = await pool.runTask('digest.hash', { algorithm, path: file }, { onProgress })
    expect(bytes).toBe(length)
    expect(reports.length).toBeGreaterThan(1)
    expect(reports[0].completed).toBeLessThan(length)
    expect(reports.filter(({ completed }) => completed === length)).toHaveLength(1)
    expect(reports.at(-1)).toEqual({ completed: length, total: length, percent: 100 })
    expect(reports.every(({ total }) => total === length)).toBe(true)
  })

  test.each(algorithms)('%s stops when it is aborted', async (algorithm) => {
    // Seconds of work even for the fastest, so that a busy machine cannot miss the moment.
    const length = 20_000_000_000
    const file = sparseFile(length)
    const controller = new AbortController()
    let seen = 0
    const onProgress = (/** @type {import('..').Progress} */ { completed }) => {
      seen = completed
      controller.abort()
    }
    const hashed = pool.runTask('digest.hash', { algorithm, path: file }, { signal: controller.signal, onProgress })
    await expect(hashed).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', canceled: true })
    expect(seen).toBeGreaterThan(0)
    expect(seen).toBeLessThan(length)
  })
})

describe('bad input', () => {
  const data = Buffer.alloc(1)

  test.each([
    ['both', { algorithm: 'sha256', data, path: 'x' }, 'ERR_INVALID_ARG_TYPE', '`data` or `path`, got both'],
    ['neither', { algorithm: 'sha256' }, 'ERR_INVALID_ARG_TYPE', '`data` or `path`, got neither'],
    ['an unknown algorithm', { algorithm: 'md5', data }, 'ERR_INVALID_ARG_VALUE', 'Expected `algorithm` to be one of'],
    ['no algorithm', { data }, 'ERR_INVALID_ARG_TYPE', 'Expected `algorithm` to be given'],
    ['a string as data', { algorithm: 'sha256', data: 'x' }, 'ERR_INVALID_ARG_TYPE', 'Expected `data` to be a Buffer'],
    [
      'a path that is a number',
      { algorithm: 'sha256', path: 1 },
      'ERR_INVALID_ARG_TYPE',
      'Expected `path` to be a string',
    ],
    ['an empty path', { algorithm: 'sha256', path: '' }, 'ERR_INVALID_ARG_VALUE', 'Expected `path` to be a path'],
    ['a null byte', { algorithm: 'sha256', path: 'a\0b' }, 'ERR_INVALID_ARG_VALUE', 'without null bytes'],
    [
      'a URL of another host',
      { algorithm: 'sha256', path: 'file://host/x' },
      'ERR_INVALID_ARG_VALUE',
      'Expected `path`',
    ],
    ['an unknown option', { algorithm: 'sha256', data, seed: 1 }, 'ERR_INVALID_ARG_VALUE', '`seed`'],
  ])('%s', async (_, input, code, message) => {
    const error = await failure(runTask('digest.hash', /** @type {any} */ (input)))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error).toMatchObject({ code, message: expect.stringContaining(message), task: 'digest.hash' })
  })

  test.each(algorithms)('a file that is not there, by %s', async (algorithm) => {
    const missing = path.join(folder, 'missing')
    const error = await failure(runTask('digest.hash', { algorithm, path: missing }))
    expect(error).toBeInstanceOf(FileError)
    expect(error).toMatchObject({ code: 'ENOENT', message: expect.stringContaining(missing) })
  })

  test('a folder', async () => {
    await expect(runTask('digest.hash', { algorithm: 'sha256', path: folder })).rejects.toMatchObject({
      code: 'EISDIR',
    })
  })
})

test('a sparse file of any length is aborted in time', async () => {
  for (const length of [2 ** 41, 2 ** 43]) {
    const signal = AbortSignal.timeout(50)
    const error = await failure(
      pool.runTask('digest.hash', { algorithm: 'blake3', path: sparseFile(length) }, { signal }),
    )
    expect(error.code).toBe('ABORT_ERR')
  }
})
