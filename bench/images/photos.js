// @ts-check
'use strict'

// The pictures that the benchmark reads. The photo and the PNG of sharp's own benchmark may not be shipped: they lie
// beside the repository, or not at all, and then there are stand-ins of the same size, made of the photos in examples/.

const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const DATA = path.join(ROOT, '..', 'shared', 'data')
const SAMPLES = path.join(ROOT, 'examples', 'photos')

const ORIGINALS = {
  photo: path.join(DATA, 'images', 'photo-2725x2225.jpg'),
  paper: path.join(DATA, 'images', 'paper-rgba-2048x1536.png'),
}

/** The widths of photos as programs get them. */
const WIDTHS = [640, 800, 1024, 1280, 1600]

/**
 * @typedef {object} Pictures
 * @property {{ photo: string, paper: string, large: string }} sources
 * @property {string[]} mix small and middling ones, in every format
 * @property {boolean} standIns whether the photo or the PNG is not the one of sharp's benchmark
 */

/** All images in a folder, if there is one. @param {string} folder */
function imagesIn(folder) {
  if (!fs.existsSync(folder)) return []
  const names = fs.readdirSync(folder).filter((name) => /\.(jpg|png)$/.test(name))
  return names.sort().map((name) => path.join(folder, name))
}

/** A photo of 2725 × 2225 pixels, made of small ones. @param {string} file */
async function composePhoto(file) {
  const sharp = require('sharp')
  const sample = (/** @type {string} */ name) => path.join(SAMPLES, name)
  const ground = await sharp(sample('coffee.jpg'))
    .extend({ right: 2125, bottom: 1825, extendWith: 'mirror' })
    .toColourspace('srgb')
    .png()
    .toBuffer()
  await sharp(ground)
    .composite([
      { input: sample('astronaut.jpg'), left: 200, top: 200 },
      { input: sample('chelsea.jpg'), left: 1100, top: 700 },
      { input: sample('astronaut.jpg'), left: 1900, top: 1500 },
      { input: sample('chelsea.jpg'), left: 500, top: 1700 },
    ])
    .jpeg({ quality: 80 })
    .toFile(file)
}

/** The photo and its mirror images, side by side until there are 24 million pixels. @param {string} photo  @param {string} file */
async function composeLarge(photo, file) {
  const sharp = require('sharp')
  const { width, height } = await sharp(photo).metadata()
  await sharp(photo)
    .extend({ right: 6000 - width, bottom: 4000 - height, extendWith: 'mirror' })
    .jpeg({ quality: 90 })
    .toFile(file)
}

/**
 * Makes what is not there, in this folder.
 * @param {string} folder
 * @returns {Promise<Pictures>}
 */
async function compose(folder) {
  const sharp = require('sharp')
  const photoStandsIn = !fs.existsSync(ORIGINALS.photo)
  const photo = photoStandsIn ? path.join(folder, 'photo.jpg') : ORIGINALS.photo
  if (photoStandsIn) await composePhoto(photo)

  const paperStandsIn = !fs.existsSync(ORIGINALS.paper)
  const paper = paperStandsIn ? path.join(SAMPLES, 'blackbug.png') : ORIGINALS.paper

  const large = path.join(folder, 'large.jpg')
  await composeLarge(photo, large)

  const sized = []
  for (const width of WIDTHS) {
    for (const [source, ending] of [
      [photo, 'jpg'],
      [photo, 'webp'],
      [paper, 'png'],
    ]) {
      const file = path.join(folder, `${width}.${ending}`)
      await sharp(source).resize(width).toFile(file)
      sized.push(file)
    }
  }
  const icons = imagesIn(path.join(DATA, 'pngsuite')).filter((file) => !path.basename(file).startsWith('x'))
  const mix = [
    ...sized,
    ...imagesIn(SAMPLES),
    ...imagesIn(path.join(DATA, 'images', 'orientation')),
    ...icons.filter((_, i) => i % 10 === 0),
  ]
  return { sources: { photo, paper, large }, mix, standIns: photoStandsIn || paperStandsIn }
}

module.exports = { measure: { compose } }
