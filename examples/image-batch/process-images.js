// @ts-check
'use strict'

/**
 * Every photo of a folder as a WebP of 800 × 600 pixels in another one.
 *
 *     node process-images.js <from> <to>
 *
 * @module
 */

const { mkdir, readdir } = require('node:fs/promises')
const path = require('node:path')
const { WorkerPool, imageBatch } = require('offloop')

const pool = new WorkerPool({ name: 'images' })
const stop = new AbortController()

/** @param {{ path: string, outputPath: string }[]} images */
const processImages = (images) =>
  imageBatch(images, (photo) => photo.resize(800, 600).webp({ quality: 80 }), {
    pool,
    signal: stop.signal,
    input: (image) => image.path,
    output: (image) => image.outputPath,
    onProgress: ({ done, total }) => console.log(`${done} of ${total}`),
  }).all()

/** @param {string[]} folders */
async function main([from, to]) {
  await mkdir(to, { recursive: true })
  const names = (await readdir(from)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
  const images = names.map((name) => ({
    path: path.join(from, name),
    outputPath: path.join(to, `${path.parse(name).name}.webp`),
  }))
  const { results, done, failed, bytesIn, bytesOut } = await processImages(images)
  for (const { item, error } of results) if (error) console.error(`${item.path}: ${error.message}`)
  console.log(`${done} done, ${failed} failed, ${bytesIn} bytes in, ${bytesOut} bytes out`)
  await pool.close()
}

process.once('SIGINT', () => stop.abort())

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
