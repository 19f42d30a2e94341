// @ts-check
'use strict'

// Photos in JPEG, which are made smaller while they are decoded, and whose planes go straight into the next JPEG or WebP.
//
// What is compared is how near the result comes to the truth: the photo decoded in full, turned, cut, resized to the size of
// the whole and cut again, each step for itself, by sharp. It has to come as near as sharp does, which takes the same short
// way through the decoder, and at its four edges too, where an error would hide behind the rest.

const path = require('node:path')
const { WorkerPool } = require('..')
const { ours, photo, pixelsOf, reference, sharp, theirs } = require('./support/peers')
const { likeness } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

/** @type {WorkerPool} */
let pool
/** @type {Pixels} 121 × 91 */
let astronaut

beforeAll(async () => {
  pool = new WorkerPool(2)
  astronaut = await reference(photo('astronaut.jpg'), (chain) =>
    chain.extract({ left: 0, top: 0, width: 363, height: 273 }).resize(121, 91, { fit: 'fill' }),
  )
})

afterAll(() => pool.close())

/** A JPEG of the astronaut. @param {import('sharp').JpegOptions} [options] @param {number} [orientation] */
const jpeg = (options, orientation = 1) =>
  sharp(astronaut.data, { raw: { width: 121, height: 91, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 95, ...options })
    .toBuffer()

/** Every kind of source. @type {Record<string, () => Promise<Buffer | string>>} */
const sources = {
  '4:2:0': () => jpeg(),
  '4:4:4': () => jpeg({ chromaSubsampling: '4:4:4' }),
  // Part of the astronaut, see examples/photos/LICENSES.md, as no encoder here writes it.
  '4:2:2': async () => path.join(__dirname, 'support/halved-across.jpg'),
  progressive: () => jpeg({ progressive: true }),
  grey: () =>
    sharp(astronaut.data, { raw: { width: 121, height: 91, channels: 3 } })
      .toColourspace('b-w')
      .jpeg({ quality: 95 })
      .toBuffer(),
}

/** @typedef {{ region?: import('sharp').Region, resize?: import('sharp').ResizeOptions }} Wish */

/** @param {any} chain @param {Wish} wish */
const wished = (chain, { region, resize }) => {
  const part = region ? chain.extract(region) : chain
  return resize ? part.resize(resize) : part
}

/** The truth. @param {Buffer | string} source @param {Wish} wish @param {{ width: number, height: number }} size */
async function truth(source, { region, resize }, { width, height }) {
  let pixels = await reference(source)
  if (region) pixels = await reference(pixels, (chain) => chain.extract(region))
  if (!resize) return pixels
  const { fit = 'cover', position = 'centre' } = resize
  const shrinks = [pixels.width / (resize.width ?? 0), pixels.height / (resize.height ?? 0)].filter(Number.isFinite)
  const shrink = fit === 'inside' ? Math.max(...shrinks) : Math.min(...shrinks)
  const whole = fit === 'fill' ? [width, height] : [pixels.width / shrink, pixels.height / shrink].map(Math.round)
  // What is cut off, not the size of the whole, comes from the sizes that sharp's decoder has given.
  const [across, down] = [Math.max(whole[0], width), Math.max(whole[1], height)]
  const scaled = await reference(pixels, (chain) => chain.resize(across, down, { fit: 'fill' }))
  const last = position === 'southeast'
  const left = last ? across - width : Math.floor((across - width + 1) / 2)
  const top = last ? down - height : Math.floor((down - height + 1) / 2)
  return reference(scaled, (chain) => chain.extract({ left, top, width, height }))
}

/**
 * How far ours is behind sharp on the way to the truth, in dB, over all and at the edges; less than 0 is ahead.
 *
 * @param {Buffer | string} source
 * @param {Wish} wish
 * @param {[string, object]} format
 */
async function behind(source, wish, [format, options]) {
  const read = async (/** @type {any} */ chain) =>
    format === 'raw' ? pixelsOf(chain) : reference(await chain[format](options).toBuffer())
  const [found, peer] = await Promise.all([
    read(wished(ours(source, { pool }), wish)),
    read(wished(theirs(source), wish)),
  ])
  const expected = await truth(source, wish, peer)
  const [mine, other] = [likeness(found, expected), likeness(peer, expected)]
  // From here on nobody sees a difference.
  const less = (/** @type {'psnr' | 'edge'} */ name, /** @type {number} */ enough) =>
    Math.min(other[name], enough) - Math.min(mine[name], enough)
  return { all: less('psnr', 48), edge: less('edge', 44), shift: Math.abs(mine.shift) - Math.abs(other.shift) }
}

/** @type {[string, object][]} */
const formats = [
  ['raw', {}],
  ['jpeg', { quality: 100 }],
  ['webp', { quality: 100, effort: 0 }],
]

/** @type {Wish[]} */
const wishes = [
  {},
  { resize: { width: 60, height: 45, fit: 'fill' } },
  { resize: { width: 59, height: 43, fit: 'fill' } },
  { resize: { width: 31, height: 23, fit: 'fill' } },
  { resize: { width: 11, height: 9, fit: 'fill' } },
  { resize: { width: 51 } },
  { resize: { width: 31 } },
  { resize: { width: 19, height: 9 } },
  { resize: { width: 19, height: 9, position: 'southeast' } },
  { resize: { width: 300, height: 21, fit: 'inside' } },
  { region: { left: 13, top: 7, width: 72, height: 60 } },
  { region: { left: 13, top: 7, width: 72, height: 60 }, resize: { width: 36, height: 30 } },
  { region: { left: 11, top: 9, width: 75, height: 59 }, resize: { width: 19, height: 15, fit: 'fill' } },
]

/** How far ours may be behind, in dB, and in levels on average. */
const usual = { all: 0.7, edge: 2, shift: 0.7 }
/** At the edge of a small part libvips repeats pixels, while ours leaves out what is not there. */
const small = { all: 2.5, edge: 5, shift: 0.7 }
/** Of stripes in odd sizes the colour on average depends on where they are cut. */
const odd = { all: 0.7, edge: 2, shift: 1.8 }

/** @param {{ all: number, edge: number, shift: number }} less @param {typeof usual} most */
const isWorse = (less, most) => less.all > most.all || less.edge > most.edge || less.shift > most.shift

/** @param {Wish} wish */
const bound = (wish) => (wish.region && wish.resize?.fit === 'fill' ? small : usual)

/** A wish in a few letters. @param {Wish} wish */
const named = (wish) => JSON.stringify(wish).replace(/"/g, '')

describe.each(Object.keys(sources))('%s', (name) => {
  test.each(wishes.map((wish) => ({ wish, text: named(wish) })))('$text', async ({ wish }) => {
    const source = await sources[name]()
    const found = []
    for (const format of formats) found.push({ format, ...(await behind(source, wish, format)) })
    expect(found.filter((less) => isWorse(less, bound(wish)))).toEqual([])
  })
})

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('4:2:0, orientation %s', (orientation) => {
  test.each(
    [wishes[0], wishes[2], wishes[5], wishes[8], wishes[10], wishes[12]].map((wish) => ({ wish, text: named(wish) })),
  )('$text', async ({ wish }) => {
    const source = await jpeg({}, orientation)
    const found = []
    for (const format of formats) found.push({ format, ...(await behind(source, wish, format)) })
    expect(found.filter((less) => isWorse(less, bound(wish)))).toEqual([])
  })
})

describe('the way of the planes', () => {
  // Colours that lie beside their brightness show here first: stripes of one brightness, a few pixels wide.
  const striped = async (/** @type {number} */ width, /** @type {number} */ height) => {
    const data = Buffer.alloc(width * height * 3)
    for (let i = 0; i < width * height; i++) data.set((i % width) % 20 < 10 ? [200, 40, 40] : [40, 110, 110], 3 * i)
    return { data, width, height, channels: 3, info: undefined }
  }

  test.each([
    [50, 30],
    [49, 29],
    [33, 31],
  ])('the colours of %s × %s lie where their brightness lies', async (width, height) => {
    const stripes = await striped(101, 61)
    const found = []
    for (const orientation of [1, 2, 3, 6, 8]) {
      for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
        const source = await sharp(stripes.data, { raw: { width: 101, height: 61, channels: 3 } })
          .withMetadata({ orientation })
          .jpeg({ quality: 100, chromaSubsampling })
          .toBuffer()
        const resize = /** @type {const} */ ({ width, height, fit: 'fill' })
        for (const format of formats.slice(1)) {
          found.push({ orientation, chromaSubsampling, format, ...(await behind(source, { resize }, format)) })
        }
      }
    }
    expect(found.filter((less) => isWorse(less, odd))).toEqual([])
  })

  // The identity of `linear` takes the way of the pixels.
  test.each([
    [60, 44],
    [51, 37],
    [120, 90],
  ])('%s × %s is the same by pixels', async (width, height) => {
    for (const source of [await jpeg(), await jpeg({}, 6), await jpeg({ chromaSubsampling: '4:4:4' }, 3)]) {
      const chain = () => ours(source, { pool }).resize(width, height, { fit: 'fill' })
      const [planes, pixels] = await Promise.all(
        [chain(), chain().linear(1, 0)].map(async (chain) => reference(await chain.jpeg({ quality: 100 }).toBuffer())),
      )
      const { psnr, edge, shift } = likeness(planes, pixels)
      expect(psnr).toBeGreaterThan(36)
      expect(edge).toBeGreaterThan(32)
      expect(Math.abs(shift)).toBeLessThan(0.3)
    }
  })
})
