// @ts-check
'use strict'

// Fonts of one's own: from where they come, how they are embedded, and what happens to broken ones.

const fs = require('node:fs')
const path = require('node:path')
const { pdf } = require('..')
const { checked, differences } = require('./support/pdf-documents')
const { arabic, collection, hebrew, hebrewBold, japanese, roboto } = require('./support/pdf-fonts')
const { drawn, fonts: fontsOf, inked, place, spoken, texts } = require('./support/pdf-readers')

/** A document in one font. @param {any} normal @param {any} [content] */
const document = (normal, content = 'Words in a font') => ({
  fonts: { Own: { normal } },
  defaultStyle: { font: 'Own' },
  content,
})

/** The names of the fonts of a file, without the letters that tell that they are subsets. @param {string} file */
const names = async (file) => (await fontsOf(file)).map(({ name }) => name.replace(/^[A-Z]{6}\+/, '')).sort()

describe('come from', () => {
  test('a path, a Buffer and a Uint8Array: the same', async () => {
    const bytes = fs.readFileSync(roboto)
    const [fromPath, fromBuffer, fromArray] = await Promise.all(
      [roboto, bytes, new Uint8Array(bytes)].map((font) => checked(document(font))),
    )
    expect(fromBuffer.data.equals(fromPath.data)).toBe(true)
    expect(fromArray.data.equals(fromPath.data)).toBe(true)
    expect(await names(fromPath.file)).toEqual(['Roboto-Regular'])
  })

  test('a collection, by the name of a face', async () => {
    const fonts = { Own: { normal: [collection, 'Roboto-Regular'], bold: [collection, 'Roboto-Bold'] } }
    const content = ['plain', { text: 'bold', bold: true }]
    const { file } = await checked({ fonts, defaultStyle: { font: 'Own' }, content })
    expect(await names(file)).toEqual(['Roboto-Bold', 'Roboto-Regular'])
    expect(await differences({ fonts, defaultStyle: { font: 'Own', fontSize: 12 }, content })).toEqual([])
  })

  test('a Buffer that is changed after the call: what it was', async () => {
    const own = fs.readFileSync(roboto)
    const made = pdf(document(own)).toBuffer()
    own.fill(0)
    expect((await made).equals(await pdf(document(roboto)).toBuffer())).toBe(true)
  })
})

test('Roboto is there without being asked for, also beside one’s own', async () => {
  const content = ['Roboto', { text: 'שלום', font: 'Own' }]
  const { file } = await checked({ fonts: { Own: { normal: hebrew } }, content })
  expect(await names(file)).toEqual(['NotoSansHebrew', 'Roboto-Regular'])
})

test('one’s own Roboto is taken in place of that of the package', async () => {
  const { file } = await checked({ fonts: { Roboto: { normal: japanese } }, content: 'latin' })
  expect(await names(file)).toEqual(['TestJapanese-Regular'])
})

describe('are embedded', () => {
  test.each([
    ['TrueType', roboto, 'CID TrueType', 'Words'],
    ['TrueType of another script', arabic, 'CID TrueType', 'مرحبا'],
    ['OpenType with CFF', japanese, 'CID Type 0C', '日本語'],
  ])('%s, as a subset that is small', async (_, font, type, text) => {
    const { data, file } = await checked(document(font, text))
    expect(await fontsOf(file)).toMatchObject([
      { type: expect.stringContaining(type), emb: 'yes', sub: 'yes', uni: 'yes' },
    ])
    expect(data.length).toBeLessThan(25_000)
    expect(await spoken(file)).toContain(text)
    expect(inked(await drawn(file))).toBeDefined()
  })

  test('each once, however often it is used', async () => {
    const content = Array.from({ length: 50 }, (_, i) => ({
      text: `line ${i}`,
      bold: i % 2 === 0,
      fontSize: 8 + (i % 5),
      color: i % 3 ? 'red' : 'blue',
    }))
    const { file } = await checked({ content })
    expect(await names(file)).toEqual(['Roboto-Bold', 'Roboto-Regular'])
  })

  test('with a name of six letters that is that of the glyphs: two documents with other words differ', async () => {
    const tag = async (/** @type {string} */ text) => (await fontsOf((await checked({ content: text })).file))[0].name
    expect(await tag('abc')).toMatch(/^[A-Z]{6}\+Roboto-Regular$/)
    expect(await tag('abc')).toBe(await tag('abc'))
    expect(await tag('abc')).not.toBe(await tag('xyz'))
  })
})

describe('fallback', () => {
  const fonts = { Hebrew: { normal: hebrew }, Japanese: { normal: japanese } }

  test('what a font lacks comes from the next that has it', async () => {
    const content = 'Latin, עברית and 日本語 in a line'
    const { file, info } = await checked({ fonts, fallbackFonts: ['Hebrew', 'Japanese'], content })
    expect(info.warnings).toEqual([])
    expect(await names(file)).toEqual(['NotoSansHebrew', 'Roboto-Regular', 'TestJapanese-Regular'])
    const [text] = await texts(file)
    for (const word of ['Latin,', 'עברית', '日本語', 'line']) expect(text).toContain(word)
  })

  test('is not asked for what the font has', async () => {
    const { file } = await checked({ fonts, fallbackFonts: ['Japanese'], content: 'Only latin' })
    expect(await names(file)).toEqual(['Roboto-Regular'])
  })

  test('to a family that is not there is an error', async () => {
    await expect(checked({ fallbackFonts: ['Nowhere'], content: 'a' })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(PDF_FONT_INVALID|INVALID_ARG_VALUE)$/),
      message: expect.stringMatching(/fallbackFonts[^]*Nowhere/),
    })
  })
})

test('a style that a family does not have is an error, as in pdfmake', async () => {
  const fonts = { Own: { normal: hebrew, bold: hebrewBold } }
  const content = ['a', { text: 'שלום', font: 'Own', italics: true }]
  await expect(checked({ fonts, content })).rejects.toMatchObject({
    code: 'ERR_PDF_FONT_INVALID',
    message: expect.stringMatching(/content\[1\][^]*Own[^]*italics/),
  })
})

describe('that cannot be', () => {
  const bytes = fs.readFileSync(roboto)
  /** @param {(copy: Buffer) => void} change */
  const changed = (change) => {
    const copy = Buffer.from(bytes)
    change(copy)
    return copy
  }

  test.each(
    /** @type {[string, any][]} */ ([
      ['no font', Buffer.from('This is no font.')],
      ['nothing', Buffer.alloc(0)],
      ['the beginning of one', bytes.subarray(0, 100)],
      ['a picture', path.join(__dirname, 'fixtures/pngsuite/basn6a08.png')],
      ['tables that are beyond its end', changed((copy) => copy.writeUInt32BE(0xfffffff0, copy.indexOf('glyf') + 8))],
      ['as many tables as can be said', changed((copy) => copy.writeUInt16BE(0xffff, 4))],
    ]),
  )('%s', async (_, font) => {
    await expect(pdf(document(font)).toBuffer()).rejects.toMatchObject({
      name: 'PdfError',
      code: 'ERR_PDF_FONT_INVALID',
    })
  })

  test('is named by its place', async () => {
    const fonts = { Broken: { normal: roboto, bold: Buffer.from('no') } }
    const content = ['fine', { stack: [{ text: 'broken', font: 'Broken', bold: true }] }]
    await expect(pdf({ fonts, content }).toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_FONT_INVALID',
      message: expect.stringMatching(/fonts\.Broken\.bold|content\[1\][^]*Broken/),
    })
  })

  test('a family that nobody has given', async () => {
    await expect(pdf({ content: ['a', { text: 'b', font: 'Comic' }] }).toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_FONT_INVALID',
      message: expect.stringMatching(/content\[1\][^]*Comic/),
    })
  })

  test('a file that is not there', async () => {
    const error = await pdf(document('/no/such/font.ttf'))
      .toBuffer()
      .catch((error) => error)
    expect(error.message).toContain('/no/such/font.ttf')
    expect(error.code).toBe('ENOENT')
  })

  test('a URL, which nobody asks', async () => {
    for (const url of ['http://127.0.0.1:9/font.ttf', 'https://example.com/font.ttf']) {
      await expect(pdf(document(url)).toBuffer()).rejects.toMatchObject({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringMatching(/fonts\.Own\.normal[^]*URL/),
      })
    }
  })

  test('bytes that are changed at random: an error or a document, and always an end', async () => {
    let seed = 12345
    const random = (/** @type {number} */ below) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed % below
    }
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, () => {
        const font = changed((copy) => {
          for (let i = 0; i < 40; i++) copy[random(i < 20 ? 2000 : copy.length)] = random(256)
        })
        return pdf(document(font, 'Words, office, AVATAR'), { timeout: 20_000 })
          .toBuffer()
          .then(
            () => 'made',
            (error) => error.code,
          )
      }),
    )
    for (const outcome of outcomes) expect(['made', 'ERR_PDF_FONT_INVALID', 'ERR_PDF_INVALID']).toContain(outcome)
  })
})

test('the same path with other bytes is another font', async () => {
  const file = place('font.ttf')
  fs.copyFileSync(roboto, file)
  expect(await names((await checked(document(file, 'text'))).file)).toEqual(['Roboto-Regular'])
  fs.copyFileSync(japanese, file)
  expect(await names((await checked(document(file, 'text'))).file)).toEqual(['TestJapanese-Regular'])
})
