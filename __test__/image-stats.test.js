// @ts-check
'use strict'

// `stats()` beside sharp's, and `info()`.

const path = require('node:path')
const sharp = require('sharp')
const { WorkerPool, image, info } = require('..')

const fixtures = path.join(__dirname, 'fixtures')

/** @type {WorkerPool} */
let pool

beforeAll(() => {
  pool = new WorkerPool(2)
})

afterAll(() => pool.close())

const files = [
  path.join(__dirname, '../examples/photos/coffee.jpg'),
  path.join(fixtures, 'formats/grey.jpg'),
  path.join(fixtures, 'formats/alpha.webp'),
  path.join(fixtures, 'orientation/Landscape_6.jpg'),
  path.join(fixtures, 'pngsuite/basn3p08.png'),
  path.join(fixtures, 'pngsuite/basn4a08.png'),
  path.join(fixtures, 'pngsuite/basn0g08.png'),
]

test.each(files.map((file) => [path.basename(file), file]))('the figures of %s are those of sharp', async (_, file) => {
  const [found, expected] = await Promise.all([image(file, { pool }).stats(), sharp(file).stats()])
  expect(found.channels).toHaveLength(expected.channels.length)
  for (const [i, channel] of found.channels.entries()) {
    const { min, max, sum, squaresSum, mean, stdev } = expected.channels[i]
    expect(channel).toMatchObject({ min, max, sum })
    expect(channel.squaresSum / squaresSum).toBeCloseTo(1, 6)
    expect(channel.mean).toBeCloseTo(mean, 6)
    expect(channel.stdev).toBeCloseTo(stdev, 6)
  }
  expect(found.isOpaque).toBe(expected.isOpaque)
  expect(found.entropy).toBeCloseTo(expected.entropy, 1)
  expect(found.dominant).toEqual(expected.dominant)
})

// sharp looks at 8 bits of these by another way.
test.each(['basn0g16', 'basn2c16', 'basn6a16'])('of 16 bits too, channel by channel: %s', async (name) => {
  const file = path.join(fixtures, `pngsuite/${name}.png`)
  const [found, expected] = await Promise.all([image(file, { pool }).stats(), sharp(file).stats()])
  const figures = (/** @type {any[]} */ channels) => channels.map(({ min, max, sum }) => ({ min, max, sum }))
  expect(figures(found.channels)).toEqual(figures(expected.channels))
  expect(found.isOpaque).toBe(expected.isOpaque)
})

test('places are those of the extremes', async () => {
  const data = Buffer.alloc(20 * 10 * 3, 100)
  data[(7 * 20 + 3) * 3] = 255
  data[(2 * 20 + 11) * 3 + 1] = 0
  const png = await image(data, { raw: { width: 20, height: 10, channels: 3 }, pool })
    .png()
    .toBuffer()
  const { channels } = await image(png, { pool }).stats()
  expect(channels[0]).toMatchObject({ min: 100, max: 255, maxX: 3, maxY: 7 })
  expect(channels[1]).toMatchObject({ min: 0, max: 100, minX: 11, minY: 2 })
})

test('a flat picture has neither entropy nor sharpness, a sharp one has more than its blurred self', async () => {
  const flat = await image({ create: { width: 30, height: 20, channels: 3, background: 'teal' }, pool })
    .png()
    .toBuffer()
  expect(await image(flat, { pool }).stats()).toMatchObject({ entropy: 0, sharpness: 0, isOpaque: true })
  const [photo] = files
  const blurred = await image(photo, { pool }).blur(4).png().toBuffer()
  const [sharpness, less] = await Promise.all([photo, blurred].map((file) => image(file, { pool }).stats()))
  expect(less.sharpness).toBeLessThan(sharpness.sharpness / 2)
})

test('what is no image, or too large, has no figures', async () => {
  await expect(image(Buffer.from('<html>'), { pool }).stats()).rejects.toMatchObject({ code: 'ERR_IMAGE_INVALID' })
  const limited = image(files[0], { pool, limitInputPixels: 100 })
  await expect(limited.stats()).rejects.toMatchObject({ code: 'ERR_IMAGE_TOO_LARGE' })
})

test('`info()` says what this build can do', () => {
  const { version, platform, threads, images } = info()
  expect(version).toBe(require('../package.json').version)
  expect(platform).toMatch(/^[a-z0-9]+-[a-z0-9]+/)
  expect(threads).toBeGreaterThan(0)
  expect(['mozjpeg', 'rust']).toContain(images.jpeg)
  expect(images.input).toEqual(expect.arrayContaining(['jpeg', 'png', 'webp', 'gif', 'tiff', 'bmp', 'ico']))
  expect(images.output).toEqual(expect.arrayContaining(['jpeg', 'png', 'webp', 'gif', 'tiff', 'raw']))
})
