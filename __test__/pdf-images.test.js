// @ts-check
'use strict'

// Pictures in documents: pixel by pixel beside sharp's, in size and place beside pdfmake.

const fs = require('node:fs')
const path = require('node:path')
const { pdf } = require('..')
const { checked, differences } = require('./support/pdf-documents')
const { colorAt, drawn, inked, pictures } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')
const { fixture, photo, sharp } = require('./support/peers')
const { likeness } = require('./support/quality')

const coffee = photo('coffee.jpg')
const jpeg = fixture('formats/progressive.jpg')
const png = fixture('pngsuite/basn6a08.png')

/** The pixels of a file on white. @param {string} file @returns {Promise<import('./support/quality').Pixels>} */
async function onWhite(file) {
  const image = sharp(file).flatten({ background: 'white' }).toColourspace('srgb').removeAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: 3 }
}

/**
 * A part of a page, a pixel for each point. From four pixels on for each pixel of a picture, poppler does not mix them: of
 * more, that in the middle counts.
 *
 * @param {import('./support/quality').Pixels} page
 * @param {{ x: number, y: number, width: number, height: number, scale?: number }} frame
 */
function part({ data, width: stride }, { x: left, y: top, width, height, scale = 1 }) {
  const pixels = Buffer.alloc(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [left + (i % width) + 0.5, top + Math.floor(i / width) + 0.5].map((at) => Math.floor(at * scale))
    pixels.set(data.subarray(3 * (y * stride + x), 3 * (y * stride + x) + 3), 3 * i)
  }
  return { data: pixels, width, height, channels: 3 }
}

describe('the pixels are those of the file', () => {
  /** Draws the files side by side, and tells how each is unlike itself. @param {string[]} files @param {number} cell points */
  async function errors(files, cell) {
    const scale = 5
    const across = Math.floor(450 / cell)
    const places = files.map((_, i) => ({ x: (i % across) * cell, y: Math.floor(i / across) * cell }))
    const expected = await Promise.all(files.map(onWhite))
    const content = files.map((image, i) => ({ image, width: expected[i].width, absolutePosition: places[i] }))
    const { file } = await checked({ pageSize: { width: 450, height: 450 }, pageMargins: 0, content })
    const page = await drawn(file, { dpi: scale * 72 })
    return files.map((file, i) => {
      const { width, height } = expected[i]
      const { max, psnr } = likeness(part(page, { ...places[i], width, height, scale }), expected[i])
      return { file: path.basename(file), max, psnr }
    })
  }

  test('PNG of every kind', async () => {
    // Colour, interlacing, transparency, palettes, filters and sizes.
    const kinds = /^(bas|bga|bgan|cs|ct1|f0|s|tb|tm|tp|oi9|z09)/
    const files = fs.readdirSync(fixture('pngsuite')).filter((name) => kinds.test(name))
    expect(files.length).toBeGreaterThan(90)
    const unlike = (
      await errors(
        files.map((name) => fixture(`pngsuite/${name}`)),
        41,
      )
    ).filter(({ max }) => max > 2)
    expect(unlike).toEqual([])
  })

  test('WebP without loss, with transparency', async () => {
    const [{ max }] = await errors([fixture('formats/alpha.webp')], 200)
    expect(max).toBeLessThanOrEqual(2)
  })

  test('JPEG and WebP with loss, as near as decoders are to one another', async () => {
    const files = ['progressive.jpg', 'grey.jpg', 'lossy.webp'].map((name) => fixture(`formats/${name}`))
    for (const { psnr } of await errors(files, 100)) expect(psnr).toBeGreaterThan(38)
  })

  test('JPEG of inks', async () => {
    const [{ psnr }] = await errors([fixture('formats/cmyk.jpg')], 100)
    expect(psnr).toBeGreaterThan(18)
  })
})

test('a JPEG goes into the file as it is', async () => {
  const { data, file } = await checked({ content: [{ image: jpeg, width: 100 }] })
  const bytes = fs.readFileSync(jpeg)
  expect(data.includes(bytes)).toBe(true)
  expect(await pictures(file)).toMatchObject([{ type: 'image', enc: 'jpeg', color: 'rgb', width: '60', height: '40' }])
})

test('a picture that is used many times is in the file once', async () => {
  const bytes = fs.readFileSync(coffee)
  const content = [
    { image: coffee, width: 100 },
    { image: coffee, width: 200 },
    { image: bytes, width: 50 },
    { image: 'cup', width: 30 },
  ]
  const { data } = await checked({ images: { cup: coffee }, content })
  expect(data.length).toBeLessThan(bytes.length * 1.1 + 20_000)
})

test('transparency is a mask, and what is under it is seen', async () => {
  const canvas = [{ type: 'rect', x: 0, y: 0, w: 100, h: 100, color: 'red' }]
  const content = [
    { canvas, absolutePosition: { x: 0, y: 0 } },
    { image: png, width: 100, absolutePosition: { x: 0, y: 0 } },
  ]
  const { file } = await checked({ pageMargins: 0, content })
  expect((await pictures(file)).map(({ type }) => type)).toEqual(['image', 'smask'])
  // It is clear at the left and full at the right.
  const page = await drawn(file)
  expect(colorAt(page, 1, 50)[0]).toBeGreaterThan(220)
  expect(colorAt(page, 1, 50)[2]).toBeLessThan(40)
})

describe('come from', () => {
  const bytes = fs.readFileSync(png)
  const sources = /** @type {Record<string, any>} */ ({
    'a path': { content: [{ image: png }] },
    'a Buffer': { content: [{ image: bytes }] },
    'a Uint8Array': { content: [{ image: new Uint8Array(bytes) }] },
    'a data URL': { content: [{ image: `data:image/png;base64,${bytes.toString('base64')}` }] },
    'a name, of a path': { images: { logo: png }, content: [{ image: 'logo' }] },
    'a name, of a Buffer': { images: { logo: bytes }, content: [{ image: 'logo' }] },
    'a name, of a data URL': {
      images: { logo: `data:image/png;base64,${bytes.toString('base64')}` },
      content: [{ image: 'logo' }],
    },
  })
  /** @type {Buffer} */
  let reference
  beforeAll(async () => {
    reference = await pdf({ content: [{ image: png }] }).toBuffer()
  })

  test.each(Object.entries(sources))('%s', async (_, document) => {
    const { data } = await checked(document)
    expect(data.equals(reference)).toBe(true)
  })

  test('a Buffer that is changed after the call: what it was', async () => {
    const own = Buffer.from(bytes)
    const made = pdf({ content: [{ image: own }] }).toBuffer()
    own.fill(0)
    expect((await made).equals(reference)).toBe(true)
  })
})

describe('stand where pdfmake has them, as large', () => {
  const page = { pageSize: { width: 400, height: 420 }, pageMargins: 20 }

  test.each([
    ['in their own size', {}],
    ['of a width', { width: 150 }],
    ['of a height', { height: 50 }],
    ['of both', { width: 200, height: 50 }],
    ['fitted into a box', { fit: [100, 200] }],
    ['covering a box', { cover: { width: 150, height: 150 } }],
    ['covering a box from the middle', { cover: { width: 200, height: 60, align: 'center', valign: 'center' } }],
    ['covering a box from the end', { cover: { width: 60, height: 150, align: 'right', valign: 'bottom' } }],
    ['no wider than', { width: 300, maxWidth: 90 }],
    ['no higher than', { maxHeight: 20 }],
    ['no narrower than', { minWidth: 250 }],
    ['no lower than', { width: 10, minHeight: 100 }],
    ['in the middle', { width: 100, alignment: 'center' }],
    ['at the right, with margins above and below', { width: 100, alignment: 'right', margin: [0, 10, 0, 5] }],
    ['faint', { width: 200, opacity: 0.3 }],
  ])('%s', async (_, how) => {
    const document = { ...page, content: ['before', { image: jpeg, ...how }, 'after'] }
    expect(await differences(document, { looks: { ssim: 0.9, psnr: 24 } })).toEqual([])
  })

  test('in columns, tables and lists', async () => {
    const image = { image: jpeg, width: 80 }
    const content = [
      { columns: [image, 'beside', { image: jpeg, fit: [40, 40] }] },
      {
        table: {
          widths: ['auto', '*'],
          body: [
            [image, 'in a cell'],
            ['below', { ...image, alignment: 'right' }],
          ],
        },
      },
      { ul: ['item', image, 'item'] },
    ]
    const document = { ...page, content }
    expect(await differences(document, { order: false, looks: { ssim: 0.9 } })).toEqual([])
  })

  test('on the next page, where too little is left', async () => {
    const document = {
      ...page,
      content: [{ text: 'above', margin: [0, 0, 0, 250] }, { image: jpeg, width: 300 }, 'after'],
    }
    expect(await differences(document)).toEqual([])
    const { file } = await checked(document)
    expect(inked(await drawn(file, { page: 2 }))?.right).toBeGreaterThan(300)
  })
})

test('photos are turned as their EXIF says', async () => {
  const content = Array.from({ length: 8 }, (_, i) => ({
    image: fixture(`orientation/Landscape_${i + 1}.jpg`),
    width: 90,
    absolutePosition: { x: 100 * i, y: 0 },
  }))
  const { file } = await checked({ pageSize: { width: 800, height: 100 }, pageMargins: 0, content })
  const page = await drawn(file)
  const frame = { y: 2, width: 86, height: 63 }
  const upright = part(page, { ...frame, x: 2 })
  for (let i = 1; i < 8; i++)
    expect(likeness(part(page, { ...frame, x: 100 * i + 2 }), upright).psnr).toBeGreaterThan(17)
})

test('a picture wider than the page is as wide as pdfmake has it', async () => {
  expect(await differences({ content: [{ image: coffee }, 'after'] })).toEqual([])
})

test('pdf.js draws upon the same pictures', async () => {
  const { data } = await checked({
    content: [{ image: png }, { image: jpeg }, { image: fixture('formats/alpha.webp') }, 'end'],
  })
  expect((await found(data)).pages[0].text).toContain('end')
})

test('alt says what a picture shows', async () => {
  const { data } = await checked({ tagged: true, content: [{ image: jpeg, alt: 'A cup of coffee' }] })
  expect(JSON.stringify((await found(data)).pages[0].structure)).toContain('A cup of coffee')
})

describe('that cannot be', () => {
  const nested = (/** @type {any} */ image) => ({
    content: [
      'a',
      {
        table: {
          body: [
            ['a', 'b'],
            ['c', [{ text: 'd' }, { image }]],
          ],
        },
      },
    ],
  })
  const place = 'content[1].table.body[1][1][1].image'

  test.each(
    /** @type {[string, any][]} */ ([
      ['no picture', Buffer.from('This is no picture at all, whatever it says.')],
      ['nothing', Buffer.alloc(0)],
      ['half a JPEG', fs.readFileSync(coffee).subarray(0, 300)],
      ['half a PNG', fs.readFileSync(png).subarray(0, 60)],
      ['a PNG of a depth that is none', fixture('pngsuite/xd0n2c08.png')],
      ['a PNG of a type that is none', fixture('pngsuite/xc1n0g08.png')],
      ['a bomb', fixture('broken/huge-frame.gif')],
      ['a data URL that is broken', 'data:image/png;base64,AAAA'],
    ]),
  )('%s', async (_, image) => {
    await expect(pdf(nested(image)).toBuffer()).rejects.toMatchObject({
      name: 'PdfError',
      code: 'ERR_PDF_IMAGE_INVALID',
      message: expect.stringContaining(place),
    })
  })

  test('a file that is not there', async () => {
    const error = await pdf(nested('/no/such/picture.png'))
      .toBuffer()
      .catch((error) => error)
    expect(error.message).toContain(place)
    expect(error.message).toContain('/no/such/picture.png')
    expect(error.code).toBe('ENOENT')
  })

  test('more pixels than are allowed', async () => {
    await expect(pdf({ content: [{ image: coffee }] }, { limitInputPixels: 1000 }).toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_TOO_LARGE',
      message: expect.stringContaining('content[0].image'),
    })
  })

  test('a name that `images` has, whose picture is broken: where it is used and its name', async () => {
    await expect(
      pdf({ images: { logo: Buffer.from('no') }, content: ['a', { image: 'logo' }] }).toBuffer(),
    ).rejects.toMatchObject({
      code: 'ERR_PDF_IMAGE_INVALID',
      message: expect.stringMatching(/content\[1\]\.image|images\.logo/),
    })
  })
})
