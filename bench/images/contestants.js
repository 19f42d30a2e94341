// @ts-check
'use strict'

// The contestants, behind one door: open for so many cores, then convert the bytes of one image into those of another.

const { settings } = require('./jobs')

/** @typedef {import('./jobs').Job} Job */

/**
 * @typedef {object} Contestant
 * @property {boolean} [slow] is given fewer images
 * @property {Array<Job['format']>} [lacks] formats that it cannot write
 * @property {(cores: number) => (bytes: Buffer, job: Job) => Promise<Uint8Array>} open
 */

/** offloop has sharp's names. @param {any} image  @param {Job} job  @returns {Promise<Buffer>} */
const convert = (image, { width, height, resize, format }) =>
  image.resize(width, height, resize)[format](settings[format]).toBuffer()

/**
 * offloop turns images as their EXIF says unless told otherwise, sharp when told. No cache, as in sharp's own benchmark.
 * @param {boolean} allCores whether all cores work on one image; by default, with glibc, one does
 * @returns {Contestant}
 */
const sharp = (allCores) => ({
  open(cores) {
    const sharp = require('sharp')
    sharp.cache(false)
    if (allCores) sharp.concurrency(cores)
    return (bytes, job) => convert(sharp(bytes).autoOrient(), job)
  },
})

/** @type {Record<string, Contestant>} */
const contestants = {
  offloop: {
    open(cores) {
      const { image, WorkerPool } = require('../..')
      const pool = new WorkerPool({ size: cores })
      return (bytes, job) => convert(image(bytes, { pool }), job)
    },
  },

  sharp: sharp(false),
  'sharp, concurrency(cores)': sharp(true),

  // The faster of its two ways to resize, which stretches whatever its `fit` says. Subsampling, effort and level cannot be
  // chosen.
  '@napi-rs/image': {
    open() {
      const { CompressionType, FastResizeFilter, FilterType, ResizeFit, Transformer } = require('@napi-rs/image')
      /** @type {Record<Job['format'], (image: any) => Promise<Buffer>>} */
      const encode = {
        jpeg: (image) => image.jpeg(settings.jpeg.quality),
        webp: (image) => image.webp(settings.webp.quality),
        png: (image) => image.png({ compressionType: CompressionType.Default, filterType: FilterType.NoFilter }),
      }
      return (bytes, { width, height, uncut, format }) => {
        const size = uncut ?? { width, height }
        const image = new Transformer(bytes)
        image.fastResize({ ...size, filter: FastResizeFilter.Lanczos3, fit: ResizeFit.Fill })
        if (uncut) image.crop((uncut.width - width) >> 1, (uncut.height - height) >> 1, width, height)
        return encode[format](image)
      }
    },
  },

  // It has one way to make things smaller that weighs all pixels, and no JPEG subsampling. Its plugin for WebP does not
  // run in Node: it loads its WebAssembly by `fetch`, which knows no files.
  jimp: {
    slow: true,
    lacks: ['webp'],
    open() {
      const { Jimp, PNGFilterType } = require('jimp')
      /** @type {Record<string, object>} */
      const options = {
        jpeg: { quality: settings.jpeg.quality },
        // zlib's default strategy, as in libpng without filters.
        png: { deflateLevel: settings.png.compressionLevel, deflateStrategy: 0, filterType: PNGFilterType.NONE },
      }
      return async (bytes, { width, height, format }) => {
        const image = await Jimp.fromBuffer(bytes)
        return image.cover({ w: width, h: height }).getBuffer(`image/${format}`, options[format])
      }
    },
  },
}

module.exports = { contestants }
