// @ts-check
'use strict'

/**
 * What the demo works on, made once and kept in `demo-output/`: the sample photos, large photos composed from them, and
 * a large file.
 *
 * @module
 */

const {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} = require('node:fs')
const path = require('node:path')
const { image } = require('../..')

const samples = path.join(__dirname, '../../examples/photos')

/** The large photos: 12 and 24 megapixels, as cameras make them. */
const large = [
  { from: 'astronaut.jpg', width: 4000, height: 3000 },
  { from: 'coffee.jpg', width: 6000, height: 4000 },
  { from: 'chelsea.jpg', width: 4000, height: 3000 },
  { from: 'concert.jpg', width: 6000, height: 4000 },
]

/**
 * The folder of photos, and their names.
 *
 * @param {import('../..').WorkerPool} pool
 * @param {string} folder
 * @param {number} count how many large photos there are to be
 */
async function photos(pool, folder, count) {
  mkdirSync(folder, { recursive: true })
  const names = readdirSync(samples).filter((name) => /\.(jpg|png)$/.test(name))
  for (const name of names) copyFileSync(path.join(samples, name), path.join(folder, name))
  for (const { from, width, height } of large.slice(0, count)) {
    const name = `${path.parse(from).name}-${(width * height) / 1e6}mp.jpg`
    const file = path.join(folder, name)
    names.push(name)
    if (existsSync(file)) continue
    console.log(`  composing ${name} from ${from}`)
    const source = path.join(samples, from)
    await image(source, { pool }).resize(width, height).jpeg({ quality: 92 }).toFile(file)
  }
  return names
}

/**
 * The path of a file of so many megabytes, whose bytes repeat after a while, which no digest minds.
 *
 * @param {string} folder
 * @param {number} megabytes
 */
function largeFile(folder, megabytes) {
  const file = path.join(folder, `${megabytes}-megabytes`)
  if (existsSync(file)) return file
  console.log(`  writing a file of ${megabytes} MB`)
  const piece = Buffer.alloc(
    1e6,
    Uint8Array.from({ length: 999 }, (_, i) => (i * i) >> 3),
  )
  const unfinished = openSync(`${file}.new`, 'w')
  for (let i = 0; i < megabytes; i++) writeSync(unfinished, piece)
  closeSync(unfinished)
  renameSync(`${file}.new`, file)
  return file
}

module.exports = { largeFile, photos }
