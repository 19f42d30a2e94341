// @ts-check
'use strict'

// What is done to a picture, the same for every contestant.

/**
 * @typedef {object} Job
 * @property {string} title
 * @property {string} short for a chart
 * @property {'photo' | 'paper' | 'large'} source
 * @property {number} width
 * @property {number} height
 * @property {{ width: number, height: number }} [uncut] what there is before `cover` cuts something off
 * @property {object} [resize] options of sharp's and offloop's resize()
 * @property {'jpeg' | 'webp' | 'png'} format
 * @property {boolean} [alone] one image alone is the question, not many at once
 * @property {number} images how many a measurement converts
 * @property {number} bar how many times sharp's throughput is the goal
 */

/** @type {Record<string, Job>} */
const jobs = {
  jpeg: {
    title: 'JPEG → JPEG 720×588',
    short: 'JPEG',
    source: 'photo',
    width: 720,
    height: 588,
    format: 'jpeg',
    images: 40,
    bar: 1.5,
  },
  webp: {
    title: 'JPEG → WebP 800×600',
    short: 'WebP',
    source: 'photo',
    width: 800,
    height: 600,
    uncut: { width: 800, height: 653 },
    format: 'webp',
    images: 24,
    bar: 1.35,
  },
  png: {
    title: 'RGBA PNG → PNG 720×540',
    short: 'PNG',
    source: 'paper',
    width: 720,
    height: 540,
    format: 'png',
    images: 32,
    bar: 2,
  },
  thumbnail: {
    title: 'JPEG → JPEG 200×163',
    short: 'thumbnail',
    source: 'photo',
    width: 200,
    height: 163,
    format: 'jpeg',
    images: 60,
    bar: 1.3,
  },
  large: {
    title: '24 MP JPEG → WebP 1920×1280, alone',
    short: '24 MP',
    source: 'large',
    width: 1920,
    height: 1280,
    format: 'webp',
    alone: true,
    images: 5,
    bar: 1.5,
  },
}

/** What sharp and offloop have as defaults, written out. */
const settings = {
  jpeg: { quality: 80, chromaSubsampling: '4:2:0', mozjpeg: false },
  webp: { quality: 80, effort: 4 },
  png: { compressionLevel: 6, adaptiveFiltering: false },
}

module.exports = { jobs, settings }
