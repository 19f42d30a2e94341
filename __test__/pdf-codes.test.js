// @ts-check
'use strict'

// QR codes and barcodes, read from the drawn page as a scanner reads them.

const { scanned } = require('./support/pdf-codes')
const { checked, differences } = require('./support/pdf-documents')
const { colorAt, drawn, inked, pictures, words } = require('./support/pdf-readers')

const page = { pageSize: { width: 400, height: 400 }, pageMargins: 30 }

/** The codes on the page of a document, as drawn with 144 dpi. @param {any} content */
async function codes(content) {
  const { file } = await checked({ ...page, content })
  return scanned(await drawn(file, { dpi: 144 }))
}

describe('QR codes', () => {
  test.each([
    ['a URL', 'https://example.com/orders/8a7c?from=paper#top'],
    ['numbers', '0123456789012345678901234567890'],
    ['capitals', 'HELLO WORLD $%*+-./:'],
    ['letters of several scripts', 'naïve Größe — Привет, 世界 🦀'],
    ['a long text', 'All that is written here goes into one code, which grows. '.repeat(12)],
    ['one letter', 'x'],
  ])('%s', async (_, text) => {
    const [code] = await codes([{ qr: text, fit: 300 }])
    expect(code).toMatchObject({ text, format: 'QRCode' })
  })

  test.each(['L', 'M', 'Q', 'H'])('eccLevel %s', async (eccLevel) => {
    const [code] = await codes([{ qr: 'how much may be torn off', eccLevel, fit: 200 }])
    expect(code).toMatchObject({ text: 'how much may be torn off', ecLevel: eccLevel })
  })

  test('of a version, and no smaller than what fits', async () => {
    expect((await codes([{ qr: 'small', version: 7, fit: 200 }]))[0]).toMatchObject({ text: 'small', version: '7' })
    await expect(checked({ content: ['a', { qr: 'x'.repeat(500), version: 2 }] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('content[1].qr'),
    })
  })

  test('of a size, in colours, aligned', async () => {
    const { file } = await checked({
      ...page,
      content: [{ qr: 'blue on yellow', fit: 100, foreground: 'blue', background: 'yellow', alignment: 'right' }],
    })
    const seen = await drawn(file)
    const box = inked(seen)
    expect(box?.top).toBeCloseTo(30, -0.5)
    expect(box?.right).toBeCloseTo(369, -0.5)
    expect((box?.right ?? 0) - (box?.left ?? 0)).toBeLessThanOrEqual(100)
    expect((box?.right ?? 0) - (box?.left ?? 0)).toBeGreaterThan(70)
    // The finder pattern begins in the corner.
    expect(colorAt(seen, (box?.left ?? 0) + 2, (box?.top ?? 0) + 2)).toEqual([0, 0, 255])
  })

  test('look like pdfmake’s, as large and in the same place', async () => {
    const content = ['before', { qr: 'the same in both', fit: 200, eccLevel: 'M' }, 'after']
    // The pattern that is laid over the data may be another one.
    expect(await differences({ ...page, content }, { looks: { ssim: 0.5 } })).toEqual([])
  })

  test('are followed by what comes after, below them', async () => {
    const { file } = await checked({ ...page, content: [{ qr: 'above', fit: 120 }, 'below'] })
    const [{ y }] = await words(file)
    expect(y).toBeGreaterThan(30 + 80)
    expect(y).toBeLessThanOrEqual(30 + 121)
  })

  test('are drawn, not pictures', async () => {
    const { file } = await checked({ ...page, content: [{ qr: 'lines stay sharp' }] })
    expect(await pictures(file)).toEqual([])
  })

  test('that hold too much are an error with its place', async () => {
    await expect(checked({ content: [['a', { qr: 'x'.repeat(8000) }]] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('content[0][1].qr'),
    })
  })
})

describe('barcodes', () => {
  test.each([
    ['code128', 'Offloop-128 ok', 'Code128', 'Offloop-128 ok'],
    ['code128', '00123456789012345675', 'Code128', '00123456789012345675'],
    ['code39', 'CODE-39', 'Code39', 'CODE-39'],
    ['ean13', '4006381333931', 'EAN13', '4006381333931'],
    ['ean13', '400638133393', 'EAN13', '4006381333931'],
    ['ean8', '96385074', 'EAN8', '96385074'],
    ['itf', '00012345678905', 'ITF', '00012345678905'],
    ['codabar', 'A40156B', 'Codabar', 'A40156B'],
  ])('%s of %s', async (type, barcode, format, text) => {
    const [code] = await codes([{ barcode, type, width: 240, height: 60, margin: 20 }])
    // Several standards share one look.
    expect(code.format.replace(/^(EAN13|EAN8|ITF|Code39).*/, '$1')).toBe(format)
    expect(code.text.toUpperCase()).toBe(text.toUpperCase())
  })

  test('are Code 128 unless something else is said', async () => {
    expect(await codes([{ barcode: 'plain', margin: 20 }])).toMatchObject([{ text: 'plain', format: 'Code128' }])
  })

  test('several on a page', async () => {
    const found = await codes([
      { barcode: 'first', margin: [20, 10, 20, 20] },
      {
        columns: [
          { barcode: 'second', width: 150, margin: [10, 0] },
          { qr: 'third', fit: 100 },
        ],
        columnGap: 20,
      },
    ])
    expect(found.map(({ text }) => text).sort()).toEqual(['first', 'second', 'third'])
  })

  test('of a size', async () => {
    const { file } = await checked({
      ...page,
      content: [{ barcode: '4006381333931', type: 'ean13', width: 190, height: 70, foreground: 'navy' }],
    })
    const box = inked(await drawn(file))
    expect((box?.right ?? 0) - (box?.left ?? 0)).toBeCloseTo(190, -1)
    expect((box?.bottom ?? 0) - (box?.top ?? 0)).toBeCloseTo(70, -1)
  })

  test.each([
    ['ean13', '4006381333932', 'a wrong check digit'],
    ['ean13', '12', 'too few digits'],
    ['ean8', 'abcdefgh', 'letters'],
    ['code39', 'ä', 'a letter it has not'],
    ['code128', 'ж', 'a letter it has not'],
  ])('%s of %j is an error: %s', async (type, barcode) => {
    await expect(checked({ content: [{ columns: ['a', { barcode, type }] }] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('content[0].columns[1].barcode'),
    })
  })
})
