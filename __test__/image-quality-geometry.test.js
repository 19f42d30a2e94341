// @ts-check
'use strict'

// Turning, mirroring, framing and trimming by `image()` beside sharp's, pixel by pixel, in sharp's order.

const { WorkerPool } = require('..')
const { differences, fixture, glass, ours, pixelsOf, reference, sharp, sized, theirs } = require('./support/peers')
const { likeness, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

/** @type {WorkerPool} */
let pool
/** @type {Pixels} */
let cat
/** @type {Pixels} */
let window

beforeAll(async () => {
  pool = new WorkerPool(2)
  cat = await sized('chelsea.jpg', 157, 103)
  window = glass(cat)
})

afterAll(() => pool.close())

/** A chain by the names of its calls, for the names of tests. @param {[string, ...any[]][]} calls */
const chainOf = (calls) => (/** @type {any} */ chain) =>
  calls.reduce((chain, [name, ...args]) => chain[name](...args), chain)

/** Chains with their names. @param {[string, ...any[]][][]} chains @returns {[string, [string, ...any[]][]][]} */
const named = (chains) =>
  chains.map((calls) => [
    calls.map(([name, ...args]) => `${name}(${args.map((arg) => JSON.stringify(arg))})`).join(' '),
    calls,
  ])

describe('exact', () => {
  /** @type {[string, ...any[]][][]} */
  const chains = [
    [['rotate', 90]],
    [['rotate', 180]],
    [['rotate', 270]],
    [['rotate', -90]],
    [['rotate', 450]],
    [['rotate', 360]],
    [['flip']],
    [['flop']],
    [['flip'], ['flop']],
    [['flip'], ['rotate', 90]],
    [['rotate', 90], ['flip']],
    [['rotate', 270], ['flop']],
    [
      ['extract', { left: 3, top: 5, width: 101, height: 67 }],
      ['rotate', 90],
    ],
    [
      ['rotate', 90],
      ['extract', { left: 3, top: 5, width: 67, height: 101 }],
    ],
    [['flip'], ['extract', { left: 3, top: 5, width: 67, height: 41 }]],
    [['extract', { left: 3, top: 5, width: 67, height: 41 }], ['flop']],
    [['rotate', 90], ['flip'], ['extract', { left: 3, top: 5, width: 67, height: 41 }]],
    [['extend', 7]],
    [['extend', { top: 3, left: 5, right: 11, background: '#80ff40' }]],
    [['extend', { top: 3, left: 5, bottom: 9, right: 11, background: { r: 255, g: 0, b: 0, alpha: 0.5 } }]],
    [['extend', { top: 13, left: 5, bottom: 9, right: 11, extendWith: 'copy' }]],
    [['extend', { top: 113, left: 165, bottom: 9, right: 320, extendWith: 'repeat' }]],
    [['extend', { top: 113, left: 165, bottom: 209, right: 11, extendWith: 'mirror' }]],
    [
      ['extract', { left: 3, top: 5, width: 67, height: 41 }],
      ['extend', 4],
      ['rotate', 90],
    ],
    [['rotate', 90], ['extend', { left: 9, background: 'red' }], ['flop']],
    [
      ['extract', { left: 3, top: 5, width: 67, height: 41 }],
      ['rotate', 90],
      ['extract', { left: 2, top: 3, width: 30, height: 50 }],
    ],
  ]

  test.each(named(chains))('%s', async (_, calls) => {
    expect(await differences(cat, chainOf(calls), { max: 0 }, { pool })).toEqual([])
    expect(await differences(window, chainOf(calls), { max: 0 }, { pool })).toEqual([])
  })
})

describe('with a resizing', () => {
  // Sizes into which the picture goes evenly: see image-quality-resize.
  /** @type {Pixels} */
  let even

  beforeAll(async () => {
    even = await sized('coffee.jpg', 120, 80)
  })

  /** @type {[string, ...any[]][][]} */
  const chains = [
    [['resize', 60, 33, { position: 'north' }], ['flip']],
    [['resize', 41, 40, { position: 'west' }], ['flop']],
    [['flip'], ['resize', 60, 33, { position: 'north' }]],
    [['flop'], ['flip'], ['resize', 41, 40, { position: 'southeast' }]],
    [['resize', 60, 51, { fit: 'contain', position: 'north', background: 'red' }], ['flip']],
    [['resize', 75, 40, { fit: 'contain', position: 'west', background: 'red' }], ['flop']],
    [
      ['rotate', 90],
      ['resize', 40, 33],
    ],
    [
      ['rotate', 90],
      ['resize', 31, 60, { position: 'east' }],
    ],
    [['rotate', 90], ['resize', 40, 60, { fit: 'fill' }], ['flip']],
    [['rotate', 270], ['flop'], ['resize', 40, 60, { fit: 'fill' }]],
    [['rotate', 90], ['flip'], ['resize', 33, 60, { position: 'left top' }]],
    [
      ['resize', 60, 40, { fit: 'inside' }],
      ['rotate', 90],
    ],
    [['resize', 60, 40, { fit: 'inside' }], ['rotate', 180], ['flop']],
    [['resize', 60, 40], ['extract', { left: 3, top: 5, width: 37, height: 30 }], ['flip']],
    [['extract', { left: 10, top: 0, width: 60, height: 80 }], ['resize', 30, 33, { position: 'south' }], ['flop']],
    [['resize', 60, 40], ['extend', { top: 3, background: 'red' }], ['flip'], ['rotate', 180]],
  ]

  test.each(named(chains))('%s', async (_, calls) => {
    expect(await differences(even, chainOf(calls), { psnr: 46, max: 5, edge: 42 }, { pool })).toEqual([])
  })

  // sharp turns before it cuts, to the size that was asked for before the turn, so that 60 × 33 turned is 33 × 40. What is
  // asked for here is a picture of 60 × 33, turned.
  test.each([
    [60, 33, { fit: 'cover' }],
    [60, 51, { fit: 'contain', background: 'red' }],
  ])('%s × %s is turned when it is done', async (width, height, options) => {
    const resized = await reference(even, (chain) => chain.resize(width, height, options))
    const expected = await reference(resized, (chain) => chain.rotate(90))
    const found = await pixelsOf(ours(even, { pool }).resize(width, height, options).rotate(90))
    expect(shortfalls(likeness(found, expected), { psnr: 46, max: 5, edge: 42 })).toEqual([])
  })
})

describe('any angle', () => {
  /**
   * Pixels turned about their middle by libvips' bicubic interpolator, as sharp's `affine` does it. sharp's `rotate` is
   * bilinear, and turns about a corner, so that the picture lies up to half a pixel beside the middle of the canvas.
   *
   * @param {Pixels} pixels
   * @param {number} angle
   * @param {any} background
   */
  function turned(pixels, angle, background) {
    const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)]
    const { width, height } = pixels
    // By `vips__transform_set_area`: where the corners lie, rounded.
    const [xs, ys] = [
      [0, cos * width, -sin * height, cos * width - sin * height],
      [0, sin * width, cos * height, sin * width + cos * height],
    ]
    const [left, top] = [Math.min(...xs), Math.min(...ys)]
    const [across, down] = [Math.round(Math.max(...xs) - left), Math.round(Math.max(...ys) - top)]
    const [x, y] = [width / 2 - 0.5, height / 2 - 0.5]
    return reference(pixels, (chain) =>
      chain.affine([cos, -sin, sin, cos], {
        interpolator: 'bicubic',
        odx: Math.round(left) - 0.5 + across / 2 - (cos * x - sin * y),
        ody: Math.round(top) - 0.5 + down / 2 - (sin * x + cos * y),
        background,
      }),
    )
  }

  const backgrounds = ['#000', '#4080c0', { r: 255, g: 0, b: 0, alpha: 0.5 }, { r: 0, g: 0, b: 0, alpha: 0 }]
  const cases = [7.5, -7.5, 33, 45, 100, 181.2, -135].flatMap((angle) =>
    backgrounds.map((background) => ({ angle, background })),
  )

  test.each(cases)('$angle on $background', async ({ angle, background }) => {
    for (const [picture, bounds] of /** @type {const} */ ([
      [cat, { psnr: 51, ssim: 0.998, max: 3.2, shift: 0.5, edge: 50 }],
      [window, { psnr: 51, ssim: 0.998, max: 4, shift: 0.5, edge: 50 }],
    ])) {
      const found = await pixelsOf(ours(picture, { pool }).rotate(angle, { background }))
      const expected = await turned(picture, angle, background)
      expect(shortfalls(likeness(found, expected), bounds)).toEqual([])
      const plain = await theirs(picture).rotate(angle, { background }).raw().toBuffer({ resolveWithObject: true })
      expect([found.width, found.height, found.channels]).toEqual([
        plain.info.width,
        plain.info.height,
        plain.info.channels,
      ])
    }
  })

  test.each([
    [
      [
        ['rotate', 33],
        ['resize', 80],
      ],
      27,
    ],
    [
      [
        ['resize', 80],
        ['rotate', 33],
      ],
      21,
    ],
    [
      [
        ['rotate', 45],
        ['extract', { left: 30, top: 30, width: 80, height: 80 }],
      ],
      21,
    ],
    [[['rotate', 45], ['flip']], 21],
  ])('%j in the order of sharp', async (calls, psnr) => {
    // The picture that lies half a pixel beside sharp's is alike enough to tell one order from another.
    expect(await differences(cat, chainOf(/** @type {any} */ (calls)), { psnr }, { pool })).toEqual([])
  })
})

describe('EXIF', () => {
  const files = ['Landscape', 'Portrait'].flatMap((kind) => [1, 2, 3, 4, 5, 6, 7, 8].map((tag) => `${kind}_${tag}.jpg`))

  /** @type {[string, ...any[]][][]} */
  const chains = [
    [],
    [['flip']],
    [['rotate', 90]],
    [['rotate', 270], ['flop']],
    [['extract', { left: 11, top: 7, width: 51, height: 43 }]],
    [
      ['rotate', 90],
      ['extract', { left: 11, top: 7, width: 51, height: 43 }],
    ],
    [['extend', { top: 5, left: 9, background: 'red' }]],
  ]

  test.each(files)('%s is exact', async (name) => {
    for (const calls of chains) {
      expect(await differences(fixture(`orientation/${name}`), chainOf(calls), { max: 0 }, { pool })).toEqual([])
    }
    for (const autoOrient of [true, false]) {
      const settings = { pool, options: { autoOrient } }
      expect(await differences(fixture(`orientation/${name}`), (chain) => chain, { max: 0 }, settings)).toEqual([])
    }
  })

  test.each(files)('%s, resized', async (name) => {
    const bounds = { psnr: 47, max: 11, edge: 38 }
    for (const calls of /** @type {[string, ...any[]][][]} */ ([
      [['resize', 60, 45, { fit: 'fill' }]],
      [['resize', 45, 60, { fit: 'fill' }]],
      [
        ['rotate', 90],
        ['resize', 60, 60, { fit: 'fill' }],
      ],
      [
        ['resize', 60, 60, { fit: 'fill' }],
        ['rotate', 90],
      ],
      [
        ['extract', { left: 10, top: 8, width: 60, height: 40 }],
        ['resize', 30, 20],
      ],
    ])) {
      expect(await differences(fixture(`orientation/${name}`), chainOf(calls), bounds, { pool })).toEqual([])
    }
  })
})

describe('trim', () => {
  /** A picture in a frame of one colour. @param {any} background @param {object} [frame] */
  const framed = (background, frame = { top: 7, left: 11, bottom: 3, right: 19 }) =>
    reference(cat, (chain) =>
      chain.extract({ left: 20, top: 20, width: 61, height: 47 }).extend({ ...frame, background }),
    )

  /** @param {Pixels} picture @param {import('./support/peers').Chain} chain */
  async function trimmed(picture, chain) {
    const [found, expected] = [await pixelsOf(chain(ours(picture, { pool }))), await reference(picture, chain)]
    for (const name of ['width', 'height', 'channels', 'trimOffsetLeft', 'trimOffsetTop']) {
      expect({ [name]: found.info[name] }).toEqual({ [name]: expected.info[name] })
    }
    return likeness(found, expected)
  }

  test.each([['#000'], ['#fff'], ['#804020'], [{ r: 255, g: 0, b: 0, alpha: 0.5 }], [{ r: 0, g: 0, b: 0, alpha: 0 }]])(
    '%j',
    async (background) => {
      const picture = await framed(background)
      expect(await trimmed(picture, (chain) => chain.trim())).toMatchObject({ max: 0 })
      expect(await trimmed(picture, (chain) => chain.trim({ threshold: 0 }))).toMatchObject({ max: 0 })
      expect(await trimmed(picture, (chain) => chain.trim({ threshold: 60 }))).toMatchObject({ max: 0 })
      expect(await trimmed(picture, (chain) => chain.trim({ lineArt: true }))).toMatchObject({ max: 0 })
      expect(await trimmed(picture, (chain) => chain.trim({ margin: 2 }))).toMatchObject({ max: 0 })
      expect(await trimmed(picture, (chain) => chain.trim({ margin: 300 }))).toMatchObject({ max: 0 })
    },
  )

  test('a background that is named', async () => {
    const picture = await framed('#00ff00')
    const background = '#00ff00'
    expect(await trimmed(picture, (chain) => chain.trim({ background }))).toMatchObject({ max: 0 })
    expect(await trimmed(picture, (chain) => chain.trim({ background: '#10f010', threshold: 5 }))).toMatchObject({
      max: 0,
    })
    expect(await trimmed(picture, (chain) => chain.trim({ background: '#10f010', threshold: 40 }))).toMatchObject({
      max: 0,
    })
  })

  test('nothing to trim, and nothing but background', async () => {
    expect(await trimmed(cat, (chain) => chain.trim({ threshold: 0 }))).toMatchObject({ max: 0 })
    const plain = await reference(cat, (chain) => chain.extract({ left: 0, top: 0, width: 9, height: 9 }).blur(100))
    const flat = { ...plain, data: Buffer.alloc(9 * 9 * 3, 77) }
    expect(await trimmed(flat, (chain) => chain.trim())).toMatchObject({ max: 0 })
  })

  test('noise on the background', async () => {
    const picture = await framed('#808080')
    const noisy = Buffer.from(picture.data)
    for (let i = 0; i < noisy.length; i += 7) if (noisy[i] === 0x80) noisy[i] += (i % 13) - 6
    expect(await trimmed({ ...picture, data: noisy }, (chain) => chain.trim())).toMatchObject({ max: 0 })
    expect(await trimmed({ ...picture, data: noisy }, (chain) => chain.trim({ threshold: 2 }))).toMatchObject({
      max: 0,
    })
  })

  test('before a resizing and after a turn', async () => {
    const picture = await framed('#fff')
    for (const chain of [
      (/** @type {any} */ chain) => chain.trim().resize(30, 23, { fit: 'fill' }),
      (/** @type {any} */ chain) => chain.rotate(90).trim(),
      (/** @type {any} */ chain) => chain.trim().rotate(90),
      (/** @type {any} */ chain) => chain.flip().trim(),
      (/** @type {any} */ chain) => chain.trim().extract({ left: 3, top: 4, width: 20, height: 21 }),
    ]) {
      expect(shortfalls(await trimmed(picture, chain), { psnr: 46, edge: 43 })).toEqual([])
    }
  })

  test('a photo in JPEG', async () => {
    const picture = await framed('#fff', { top: 32, left: 16, bottom: 24, right: 8 })
    const { width, height, channels } = picture
    const jpeg = await sharp(picture.data, { raw: { width, height, channels: /** @type {3} */ (channels) } })
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const found = await pixelsOf(ours(jpeg, { pool }).trim())
    const expected = await reference(jpeg, (chain) => chain.trim())
    expect([found.width, found.height]).toEqual([expected.width, expected.height])
    expect(likeness(found, expected).max).toBe(0)
  })
})
