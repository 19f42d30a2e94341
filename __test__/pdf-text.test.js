// @ts-check
'use strict'

// Text and how it looks: the words, where they stand, and in what font and colour, beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')
const { drawn, fonts, inked, texts, words } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

const sentence = 'The harbour was quiet, and the boats that had come in late lay close to one another along the quay.'
const paragraph = Array(6).fill(sentence).join(' ')

describe('stands where pdfmake has it', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['a paragraph that is longer than a line', { content: [paragraph] }],
      ['several paragraphs', { content: [sentence, '', paragraph, sentence] }],
      ['kerning and ligatures', { content: [{ text: 'AVATAR Tofu. Waffle, office, first flight', fontSize: 30 }] }],
      ['one text without a list', { content: sentence }],
      ['numbers and booleans', { content: [12, 3.5, true, false, null, 'end'] }],
      ['lines of its own', { content: ['one\ntwo\n\nfour', 'five\r\nsix'] }],
      ['tabs', { content: ['a\tb\tc'] }],
      ['blanks in a row', { content: ['some   more    blanks', { text: '   in front', preserveLeadingSpaces: true }] }],
      ['a word that is wider than the page', { content: ['Wide'.repeat(60), sentence] }],
      ['text that goes over pages', { content: Array(20).fill(paragraph) }],
    ]),
  )('%s', async (_, document) => {
    expect(await differences(document)).toEqual([])
  })

  test('runs of a paragraph, each in its own style', async () => {
    const content = [
      {
        text: [
          'A plain start, ',
          { text: 'something bold, ', bold: true },
          { text: 'something slanted', italics: true },
          ', ',
          { text: 'both of them, ', bold: true, italics: true },
          { text: 'something large ', fontSize: 22 },
          { text: ['and a run ', { text: 'within', bold: true }, ' a run '] },
          sentence,
        ],
      },
    ]
    expect(await differences({ content })).toEqual([])
  })

  test('a run in a run has the style of both', async () => {
    const { data } = await checked({
      content: { text: ['a ', { text: ['b ', { text: 'c', italics: true }], fontSize: 20 }] },
    })
    const { items } = (await found(data)).pages[0]
    expect(items.find(({ text }) => text.trim() === 'a')?.size).toBeCloseTo(12)
    expect(items.find(({ text }) => text.trim() === 'c')?.size).toBeCloseTo(20)
  })

  test('runs without blanks between them stay one word', async () => {
    const content = [{ text: ['Straw', { text: 'berry', bold: true }, 'jam ', { text: 'a', fontSize: 20 }, 'b'] }]
    const document = { content }
    expect(await differences(document)).toEqual([])
    const { file } = await checked(document)
    expect(await texts(file)).toEqual(['Strawberryjam ab'])
  })

  test('named styles: over one another, extended, and written over', async () => {
    const styles = {
      header: { fontSize: 20, bold: true, margin: [0, 6, 0, 12] },
      quiet: { italics: true, fontSize: 10, color: 'gray' },
      aside: { extends: 'quiet', alignment: 'right' },
      wide: { characterSpacing: 2 },
    }
    const content = [
      { text: 'A headline', style: 'header' },
      { text: 'Quiet and a headline', style: ['header', 'quiet'] },
      { text: 'A headline, smaller', style: 'header', fontSize: 14 },
      { text: 'An aside', style: 'aside' },
      { text: ['Runs ', { text: 'with styles ', style: 'quiet' }, { text: 'too', style: ['wide', 'header'] }] },
      { style: 'quiet', stack: ['inherited', { text: 'written over', fontSize: 18 }] },
    ]
    expect(await differences({ content, styles })).toEqual([])
  })

  test('a default style', async () => {
    const defaultStyle = { fontSize: 9, bold: true, lineHeight: 1.4 }
    expect(await differences({ content: [paragraph, { text: 'not bold', bold: false }], defaultStyle })).toEqual([])
  })

  test.each([
    ['lineHeight', { lineHeight: 1.7 }],
    ['characterSpacing', { characterSpacing: 1.5 }],
    ['leadingIndent', { leadingIndent: 30 }],
    ['fontSize', { fontSize: 7.5 }],
    ['noWrap', { noWrap: true }],
    ['maxHeight', { maxHeight: 20 }],
    ['sup', { text: ['x', { text: '2', sup: true }, ' + y', { text: '12', sup: true, fontSize: 8 }] }],
    ['sub', { text: ['H', { text: '2', sub: true, fontSize: 8 }, 'O'] }],
    ['fontFeatures', { text: 'Small Capitals and 0123', fontFeatures: ['smcp', 'onum'] }],
  ])('%s', async (_, style) => {
    const content = ['before', { text: `${sentence} ${sentence}`, ...style }, 'after']
    expect(await differences({ content })).toEqual([])
  })

  test.each(['left', 'center', 'right', 'justify'])('alignment: %s', async (alignment) => {
    const content = [
      { text: paragraph, alignment },
      { text: 'short', alignment },
      { alignment, stack: [sentence, { text: 'first\nsecond line', fontSize: 16 }] },
      { alignment, columns: [paragraph, sentence] },
    ]
    expect(await differences({ content })).toEqual([])
  })
})

test('a justified paragraph fills its lines, but for the last of each', async () => {
  const { file } = await checked({ content: [{ text: `${paragraph}\n${paragraph}`, alignment: 'justify' }] })
  /** Right ends by line. @type {Map<number, number>} */
  const ends = new Map()
  for (const { y, right } of await words(file)) ends.set(y, Math.max(ends.get(y) ?? 0, right))
  const full = [...ends.values()].filter((right) => Math.abs(right - (595.28 - 40)) < 0.1)
  expect(full).toHaveLength(ends.size - 2)
})

test('both readers find the same text', async () => {
  const { data, file } = await checked({
    content: [sentence, { text: 'Größe: naïve façade, “quoted” – €5', bold: true }],
  })
  const { pages } = await found(data)
  const [text] = await texts(file)
  expect(text).toContain('Größe: naïve façade, “quoted” – €5')
  expect(pages[0].text.replaceAll(/\s+/g, ' ').trim()).toBe(text.replaceAll(/\s+/g, ' ').trim())
})

test('ligatures are letters when they are copied', async () => {
  const { file } = await checked({ content: ['office first flight waffle'] })
  expect(await texts(file)).toEqual(['office first flight waffle'])
})

test('the size is that of the font, and the baseline is shared by sizes on one line', async () => {
  const { data } = await checked({ content: [{ text: ['small ', { text: 'LARGE', fontSize: 30 }] }] })
  const { items } = (await found(data)).pages[0]
  const [small, large] = [items.find(({ text }) => /small/.test(text)), items.find(({ text }) => /LARGE/.test(text))]
  expect(small?.size).toBeCloseTo(12, 3)
  expect(large?.size).toBeCloseTo(30, 3)
  expect(small?.y).toBeCloseTo(/** @type {any} */ (large).y, 2)
})

describe('a glyph that no font has', () => {
  test('is told, once for each character, and the rest is there', async () => {
    const { file, info } = await checked({
      content: ['before \u4e2d\u4e2d after', { text: 'and \u{1f980}', bold: true }],
    })
    expect(info.warnings).toEqual([{ code: 'MISSING_GLYPHS', message: expect.stringMatching(/U\+4E2D[^]*U\+1F980/) }])
    expect(info.warnings[0].message.match(/U\+4E2D/g)).toHaveLength(1)
    const [text] = await texts(file)
    expect(text).toMatch(/before[^]*after[^]*and/)
  })

  test('nothing is told when all are there', async () => {
    const { info } = await checked({
      content: [sentence, 'tab\tnewline\nsoft\u00adhyphen zero\u200bwidth no-break\u00a0space'],
    })
    expect(info.warnings).toEqual([])
  })
})

test('the fonts that are used are in the file, as subsets, and no others', async () => {
  const { file } = await checked({ content: ['plain', { text: 'bold', bold: true }] })
  const used = await fonts(file)
  expect(used.map(({ name }) => name.replace(/^[A-Z]{6}\+/, '')).sort()).toEqual(['Roboto-Bold', 'Roboto-Regular'])
  for (const font of used) expect(font).toMatchObject({ emb: 'yes', sub: 'yes', uni: 'yes', encoding: 'Identity-H' })
})

test('an empty document is an empty page', async () => {
  for (const content of ['', [], [''], null]) {
    const { file, info } = await checked({ content })
    expect(info.pages).toBe(1)
    expect(inked(await drawn(file))).toBeUndefined()
  }
})

test('invisible characters take no room and draw nothing', async () => {
  const { file, info } = await checked({ content: ['ab', 'a\u200bb', 'a\u200db', 'a\u2060b', 'a\u00adb'] })
  /** Right ends by line. @type {Map<number, number>} */
  const ends = new Map()
  for (const { y, right } of await words(file)) ends.set(y, Math.max(ends.get(y) ?? 0, right))
  expect(ends.size).toBe(5)
  const [plain, ...others] = ends.values()
  for (const end of others) expect(end).toBeCloseTo(plain, 2)
  expect(info.warnings).toEqual([])
})
