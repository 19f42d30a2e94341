// @ts-check
'use strict'

// The example of a batch, as a process of its own.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { WorkerPool, image } = require('..')
const { runProgram } = require('./support/program')

const photos = path.join(__dirname, '../examples/photos')

/** @type {string} */
let folder

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'offloop-example-')))
  fs.cpSync(photos, path.join(folder, 'photos'), { recursive: true })
})

afterEach(() => fs.rmSync(folder, { recursive: true }))

const processImages = (/** @type {Parameters<typeof runProgram>[2]} */ options) =>
  runProgram('../../examples/image-batch/process-images.js', ['photos', 'thumbnails'], { cwd: folder, ...options })

test('every photo becomes a WebP of 800 × 600, and a broken one is named', async () => {
  fs.writeFileSync(path.join(folder, 'photos/broken.jpg'), 'no image')
  const { code, stdout, stderr } = await processImages({})
  expect(code).toBe(0)
  expect(stdout).toMatch(/(?<!5 of 6\n)5 of 6\n5 done, 1 failed, \d+ bytes in, \d+ bytes out\n$/)
  expect(stderr.replaceAll(path.sep, '/')).toMatch(/^photos\/broken.jpg: The bytes are no image .*\n$/)
  const pool = new WorkerPool(1)
  const results = fs.readdirSync(path.join(folder, 'thumbnails'))
  expect(results.sort()).toEqual(
    ['astronaut', 'blackbug', 'chelsea', 'coffee', 'concert'].map((name) => `${name}.webp`),
  )
  for (const name of results) {
    const found = await image(path.join(folder, 'thumbnails', name), { pool }).metadata()
    expect(found).toMatchObject({ format: 'webp', width: 800, height: 600 })
  }
  await pool.close()
})

test('SIGINT ends it and leaves whole files only', async () => {
  const photo = path.join(photos, 'coffee.jpg')
  for (let i = 0; i < 100; i++) fs.copyFileSync(photo, path.join(folder, 'photos', `${i}.jpg`))
  /** @type {(child: import('node:child_process').ChildProcess) => void} */
  let onOutput = (child) => {
    onOutput = () => {}
    child.kill('SIGINT')
  }
  const { code, stderr } = await processImages({ onOutput: (child) => onOutput(child) })
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'The iteration was aborted\n' })
  const results = fs.readdirSync(path.join(folder, 'thumbnails'))
  expect(results.length).toBeLessThan(100)
  expect(results.every((name) => /^\w+\.webp$/.test(name))).toBe(true)
})
