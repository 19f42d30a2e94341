// @ts-check
'use strict'

// Images from Buffer to Buffer beside the image libraries: time, size and likeness of the results, CPU time, memory, and
// what the rest of the program feels. What runs in fresh processes is in ../images.

const fs = require('node:fs')
const { availableParallelism, tmpdir } = require('node:os')
const path = require('node:path')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { medians } = require('../lib/stats')
const { contestants } = require('../images/contestants')
const { goals } = require('../images/goals')
const { jobs } = require('../images/jobs')
const { OWN, chart, tables } = require('../images/tables')

/** With thousands of images, or saturated. */
const ENDURING = [OWN, 'sharp']
/** Thousands of images take minutes. */
const LIMIT_MS = 15 * 60_000

/**
 * @typedef {import('../run').Context} Context
 * @typedef {import('../images/photos').Pictures} Pictures
 * @typedef {import('../images/tables').Measured} Measured
 */

/** Runs a measurement of ../images in a fresh process. @param {string} file  @param {unknown} input */
const measure = (file, input) => fresh(require.resolve(`../images/${file}`), file, input, LIMIT_MS)

/**
 * Speed, and then quality: the results stay in the folder.
 * @param {Context} context
 * @param {Pictures} pictures
 * @param {string} folder
 * @returns {Promise<Pick<Measured, 'speed' | 'quality'>>}
 */
async function convertEach({ quick, enters, say }, { sources }, folder) {
  /** @type {Pick<Measured, 'speed' | 'quality'>} */
  const measured = { speed: {}, quality: {} }
  for (const [job, { title, format, source, images }] of Object.entries(jobs)) {
    const able = Object.keys(contestants).filter((name) => enters(name) && !contestants[name].lacks?.includes(format))
    const file = sources[source]
    const outputs = Object.fromEntries(able.map((name, i) => [name, path.join(folder, `${job}-${i}.${format}`)]))
    const plan = {
      rounds: quick ? 1 : 5,
      contestants: able,
      say: (/** @type {string} */ text) => say(`${title}, ${text}`),
    }
    const samples = await interleaved(plan, (name) => {
      const share = (quick ? 1 / 4 : 1) * (contestants[name].slow ? 1 / 20 : 1)
      return measure('speed', { name, job, file, images: Math.ceil(images * share), output: outputs[name] })
    })
    measured.speed[job] = Object.fromEntries(able.map((name) => [name, medians(samples[name])]))
    say(`${title}: looking at the results`)
    measured.quality[job] = await measure('quality', { job, file, outputs })
  }
  return measured
}

/** @param {Context} context  @param {Pictures} pictures  @param {number} images  @returns {Promise<Measured['endurance']>} */
async function endure({ enters, say }, { mix }, images) {
  const plan = {
    rounds: 1,
    contestants: ENDURING.filter(enters),
    say: (/** @type {string} */ text) => say(`${images} images, ${text}`),
  }
  const samples = await interleaved(plan, (name) => measure('endurance', { name, files: mix, images }))
  return Object.fromEntries(Object.entries(samples).map(([name, [sample]]) => [name, sample]))
}

/** @param {Context} context  @param {Pictures} pictures  @returns {Promise<Measured['loop']>} */
async function saturate({ quick, enters, say }, { sources }) {
  const plan = {
    rounds: quick ? 1 : 3,
    contestants: ENDURING.filter(enters),
    say: (/** @type {string} */ text) => say(`the event loop, ${text}`),
  }
  const ms = quick ? 3000 : 8000
  const samples = await interleaved(plan, (name) => measure('loop', { name, file: sources.photo, ms }))
  const both = Object.entries(samples).map(([name, rounds]) => [
    name,
    { idle: medians(rounds.map(({ idle }) => idle)), loaded: medians(rounds.map(({ loaded }) => loaded)) },
  ])
  return Object.fromEntries(both)
}

/** @param {Context} context  @param {Pictures} pictures  @returns {Promise<Measured['aborts']>} */
function abort({ quick, say }, { sources }) {
  say('aborting')
  return measure('aborts', { file: sources.large, each: quick ? 4 : 40 })
}

/** @param {Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run(context) {
  const images = context.quick ? 300 : 10_000
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'offloop-bench-'))
  try {
    context.say('composing the pictures')
    /** @type {Pictures} */
    const pictures = await fresh(require.resolve('../images/photos'), 'compose', folder)
    const measured = {
      ...(await convertEach(context, pictures, folder)),
      endurance: await endure(context, pictures, images),
      loop: await saturate(context, pictures),
      aborts: context.enters(OWN) ? await abort(context, pictures) : undefined,
    }
    return {
      tables: tables(measured),
      charts: [chart(measured)],
      goals: context.enters(OWN) ? goals(measured, images) : [],
      notes: notes(context, pictures, images),
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {Context} context  @param {Pictures} pictures  @param {number} images */
function notes({ quick }, { standIns, mix }, images) {
  const cores = availableParallelism()
  return [
    `Buffers in and out. Serial is one image after another; saturated is ${2 * cores} in flight on ${cores} cores, and`,
    'CPU time is of all threads then. Lanczos, quality 80, WebP effort 4, PNG level 6 without filters, JPEG 4:2:0 but for',
    '@napi-rs/image and jimp, which only have 4:4:4; jimp has no Lanczos, and no WebP in Node. sharp is without its cache,',
    'as it comes and with all cores for one image; goals count the faster.',
    'SSIM, mean of the channels, is to the decoded source made smaller by Lanczos in floating point.',
    standIns
      ? 'The photo and the PNG are stand-ins of the size of those in sharp’s benchmark, made of the photos in `examples/`.'
      : 'The photo (2725×2225) and the PNG (2048×1536) are those of sharp’s own benchmark; 24 MP is the photo, mirrored.',
    `The ${images.toLocaleString('en-US')} images are ${mix.length} files of 32 to 1600 px, into JPEG, WebP and PNG in turn.`,
    `While ${jobs.webp.title} saturates the cores, readFile and lookup are asked every 10 ms.`,
    `Medians of ${quick ? 1 : 5} rounds, of ${quick ? 1 : 3} for the event loop; thousands of images are run once.`,
  ]
}

module.exports = { title: 'Images', run, measure: {} }
