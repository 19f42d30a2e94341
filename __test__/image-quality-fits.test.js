// @ts-check
'use strict'

// The fits and positions of `resize` beside sharp's, pixel by pixel.

const { WorkerPool } = require('..')
const { differences, glass, ours, pixelsOf, reference, sized } = require('./support/peers')
const { likeness, shortfalls } = require('./support/quality')

/** @typedef {import('./support/peers').Pixels} Pixels */

const positions = ['centre', 'north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest']

/** @type {WorkerPool} */
let pool
// Sizes that divide the picture evenly, so that where the pixels are is beyond doubt, and what is cut or added is odd.
/** @type {Pixels} */
let even

beforeAll(async () => {
  pool = new WorkerPool(2)
  even = await sized('coffee.jpg', 120, 80)
})

afterAll(() => pool.close())

const bounds = { psnr: 49.5, ssim: 0.9945, max: 5, shift: 0.55, edge: 43.5 }
const sizes = {
  cover: [
    [60, 33],
    [41, 40],
    [48, 25],
    [27, 32],
    [75, 31],
    [19, 20],
  ],
  contain: [
    [60, 51],
    [75, 40],
    [48, 43],
    [39, 20],
  ],
  fill: [
    [60, 33],
    [41, 40],
    [17, 63],
  ],
  inside: [
    [60, 51],
    [75, 40],
    [30, 80],
  ],
  outside: [
    [60, 33],
    [41, 40],
    [24, 9],
  ],
}
const cases = Object.entries(sizes).flatMap(([fit, sizes]) =>
  sizes.flatMap(([width, height]) =>
    (fit === 'cover' || fit === 'contain' ? positions : ['centre']).map((position) => ({
      fit,
      width,
      height,
      position,
    })),
  ),
)

test.each(cases)('$fit, $width × $height, $position', async ({ width, height, ...options }) => {
  expect(
    await differences(even, (chain) => chain.resize(width, height, { background: '#4080c0', ...options }), bounds, {
      pool,
    }),
  ).toEqual([])
})

test.each([
  ['top', 'cover'],
  ['right top', 'cover'],
  ['right', 'contain'],
  ['right bottom', 'contain'],
  ['bottom', 'cover'],
  ['left bottom', 'contain'],
  ['left', 'cover'],
  ['left top', 'contain'],
])('%s, %s', async (position, fit) => {
  expect(await differences(even, (chain) => chain.resize(41, 37, { fit, position }), { psnr: 30 }, { pool })).toEqual(
    [],
  )
})

test('the background of contain may be transparent', async () => {
  const background = { r: 255, g: 0, b: 0, alpha: 0.5 }
  const contained = (/** @type {any} */ chain) => chain.resize(60, 51, { fit: 'contain', background })
  expect(await differences(even, contained, bounds, { pool })).toEqual([])
  expect(await differences(glass(even), contained, bounds, { pool })).toEqual([])
})

// Where the proportions of the result are not quite those of the picture, sharp scales both sides by one factor, so that
// a part of a pixel is cut off or invented at the edges. Here all of the picture is in the result, as `fill` has it.
test.each([
  ['cover', 101, 50],
  ['cover', 37, 37],
  ['cover', 83, null],
  ['inside', 101, 50],
  ['inside', 37, 37],
  ['outside', 47, 47],
  ['inside', null, 23],
])('%s in %s × %s keeps the whole picture', async (fit, width, height) => {
  const chain = (/** @type {any} */ chain) => chain.resize(width, height, { fit })
  const found = await pixelsOf(chain(ours(even, { pool })))
  const plain = await reference(even, chain)
  expect([found.width, found.height]).toEqual([plain.width, plain.height])
  expect(likeness(found, plain).psnr).toBeGreaterThan(27)
  const shrinks = [120 / (width ?? 0), 80 / (height ?? 0)]
  const shrink = fit === 'inside' ? Math.max(...shrinks.filter(Number.isFinite)) : Math.min(...shrinks)
  const [across, down] = [Math.round(120 / shrink), Math.round(80 / shrink)]
  const whole = await reference(even, (chain) => chain.resize(across, down, { fit: 'fill' }))
  const region = {
    left: Math.ceil((across - plain.width) / 2),
    top: Math.ceil((down - plain.height) / 2),
    width: plain.width,
    height: plain.height,
  }
  const expected = await reference(whole, (chain) => chain.extract(region))
  expect(shortfalls(likeness(found, expected), bounds)).toEqual([])
})

test.each(['cover', 'contain', 'inside', 'outside', 'fill'])('%s without enlargement or reduction', async (fit) => {
  for (const limit of ['withoutEnlargement', 'withoutReduction']) {
    for (const [width, height] of [
      [200, 40],
      [60, 90],
      [60, 40],
    ]) {
      const chain = (/** @type {any} */ chain) => chain.resize(width, height, { fit, [limit]: true })
      const [found, expected] = [await pixelsOf(chain(ours(even, { pool }))), await reference(even, chain)]
      expect([found.width, found.height]).toEqual([expected.width, expected.height])
      // Where the canvas is narrower than the picture, sharp begins left of it, and the picture is cut off.
      if (fit === 'contain' && limit === 'withoutReduction') continue
      // What is enlarged lies half a pixel beside sharp's.
      expect(likeness(found, expected).psnr).toBeGreaterThan(limit === 'withoutEnlargement' ? 46 : 22)
    }
  }
})
