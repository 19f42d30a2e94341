// @ts-check
'use strict'

// Documents that are too much: deep, long, wide, large. They end, with an error that says what was too much, or with a PDF.

const { pdf } = require('..')
const { checked } = require('./support/pdf-documents')
const { words } = require('./support/pdf-readers')
const { failure } = require('./support/failure')

/** What becomes of a document within a time: `made`, or the code of its error. @param {any} document @param {any} [options] */
const outcome = (document, options) =>
  pdf(document, { timeout: 20_000, ...options })
    .toBuffer()
    .then(
      () => 'made',
      (error) => error.code,
    )

describe('pages', () => {
  const breaks = Array.from({ length: 30 }, () => ({ text: 'page', pageBreak: 'after' }))

  test('more than are allowed', async () => {
    const error = await failure(pdf({ content: breaks }, { maxPages: 10 }).toBuffer())
    expect(error).toMatchObject({
      name: 'PdfError',
      code: 'ERR_PDF_TOO_LARGE',
      message: expect.stringContaining('maxPages'),
    })
    expect((await checked({ content: breaks }, { maxPages: 31 })).info.pages).toBe(31)
  })

  test('text that no page has room for', async () => {
    const tiny = { pageSize: { width: 50, height: 50 }, pageMargins: 20 }
    expect(
      await outcome({ ...tiny, content: [{ text: 'too large for this page', fontSize: 40 }] }, { maxPages: 500 }),
    ).toMatch(/^made$|^ERR_PDF_TOO_LARGE$/)
  })

  test('margins that leave nothing of a page', async () => {
    for (const pageMargins of [300, 1000, [0, 500, 0, 500]]) {
      expect(
        await outcome(
          { pageMargins, content: ['a few words', { table: { headerRows: 1, body: [['a'], ['b']] } }] },
          { maxPages: 500 },
        ),
      ).toMatch(/^made$|^ERR_(PDF_|INVALID_ARG_VALUE|OUT_OF_RANGE)/)
    }
  })

  test('a header of rows that fills a page, over and over', async () => {
    const head = Array.from({ length: 80 }, () => ['head'])
    expect(
      await outcome({ content: [{ table: { headerRows: 80, body: [...head, ...head] } }] }, { maxPages: 500 }),
    ).toMatch(/^made$|^ERR_PDF_/)
  })
})

describe('nesting', () => {
  /** @param {number} depth @param {(inner: any) => any} wrap */
  const nested = (depth, wrap) => {
    let node = /** @type {any} */ ('innermost')
    for (let i = 0; i < depth; i++) node = wrap(node)
    return { content: node }
  }
  const wraps = /** @type {Record<string, (inner: any) => any>} */ ({
    arrays: (inner) => [inner],
    stacks: (inner) => ({ stack: [inner] }),
    columns: (inner) => ({ columns: [inner] }),
    lists: (inner) => ({ ul: [inner] }),
    tables: (inner) => ({ table: { body: [[inner]] } }),
    text: (inner) => ({ text: [inner] }),
  })

  test.each(Object.entries(wraps))('%s of 20 levels are made', async (_, wrap) => {
    const { file } = await checked({ ...nested(20, wrap), pageSize: 'A3' })
    expect((await words(file)).at(-1)?.text).toContain('innermost')
  })

  test.each(Object.entries(wraps))('%s of a thousand and a hundred thousand levels end', async (_, wrap) => {
    expect(await outcome(nested(1000, wrap))).toMatch(/^made$|^ERR_PDF_TOO_LARGE$/)
    expect(await outcome(nested(100_000, wrap))).toMatch(/^ERR_(PDF_TOO_LARGE|INVALID_ARG_VALUE)$/)
  })

  test('a table whose width is asked of tables within tables takes no time that doubles with each', async () => {
    const table = (/** @type {any} */ inner) => ({ table: { widths: ['auto', 'auto'], body: [[inner, inner]] } })
    let node = /** @type {any} */ ('x')
    for (let i = 0; i < 10; i++) node = { table: { widths: ['auto'], body: [[node]] } }
    expect(await outcome({ content: [node, table(table(table(table('x'))))] })).toBe('made')
  })
})

describe('size', () => {
  test('a word of a hundred thousand letters', async () => {
    const { info } = await checked({ content: 'x'.repeat(100_000) })
    expect(info.pages).toBeGreaterThan(20)
  })

  test('a paragraph of 200,000 words, justified', async () => {
    const { info } = await checked({ content: { text: 'word '.repeat(200_000), alignment: 'justify' } })
    expect(info.pages).toBeGreaterThan(100)
  })

  test('ten thousand blocks', async () => {
    const { info } = await checked({ content: Array.from({ length: 10_000 }, (_, i) => `block ${i}`) })
    expect(info.pages).toBeGreaterThan(150)
  })

  test('a table of a thousand columns', async () => {
    expect(await outcome({ content: [{ table: { body: [Array(1000).fill('x'), Array(1000).fill('y')] } }] })).toMatch(
      /^made$|^ERR_PDF_/,
    )
  })

  test('spans beyond all numbers', async () => {
    const body = [
      [{ text: 'a', colSpan: 4_000_000_000, rowSpan: 4_000_000_000 }, 'b'],
      ['c', 'd'],
    ]
    expect(await outcome({ content: [{ table: { body } }] })).toMatch(/^made$|^ERR_/)
  })

  test('numbers beyond all pages', async () => {
    for (const node of [
      { text: 'a', margin: 1e30 },
      { text: 'a', margin: -1e30 },
      { text: 'a', absolutePosition: { x: 1e38, y: -1e38 } },
      { text: 'a', characterSpacing: 1e30 },
      { text: 'a b', lineHeight: 1e30 },
      { canvas: [{ type: 'rect', x: 1e30, y: 1e30, w: 1e38, h: 1e38 }] },
      { canvas: [{ type: 'line', x1: 0, y1: 0, x2: 9, y2: 9, dash: { length: 0, space: 0 } }] },
      { table: { widths: [1e30], heights: 1e30, body: [['a']] } },
      { columns: ['a', 'b'], columnGap: 1e30 },
      { svg: '<svg xmlns="http://www.w3.org/2000/svg" width="1e30" height="1e30"/>' },
      { qr: 'a', fit: 1e30 },
      { ol: ['a'], start: Number.MAX_SAFE_INTEGER },
      { text: 'a', leadingIndent: 1e30 },
    ]) {
      expect(await outcome({ content: ['before', node, 'after'] }, { maxPages: 500 })).toMatch(/^made$|^ERR_/)
    }
  })

  test('whatever is made of such numbers is a PDF', async () => {
    for (const node of [
      { text: 'a', margin: 1e6 },
      { text: 'a', absolutePosition: { x: 1e6, y: -1e6 } },
      { table: { widths: [1e6], body: [['a']] } },
    ]) {
      expect((await checked({ content: ['before', node, 'after'] }, { maxPages: 500 })).info.pages).toBeLessThan(10)
    }
  })
})

test('strings of anything: half surrogates, controls, directions, a million accents', async () => {
  const strange = [
    '\ud800',
    '\udfff\ud800x',
    '\0\u0001\u001f\u007f\u0085',
    '\ufffe\uffff',
    '\u202e\u2066abc\u2069\u202c',
    'e' + '\u0301'.repeat(10_000),
    '\u00ad'.repeat(5000),
    ' '.repeat(100_000),
    '\n'.repeat(2000),
    '\u2028\u2029\v\f',
  ]
  for (const text of strange) {
    const { info } = await checked({
      info: { title: text.slice(0, 100) },
      content: [text, { text, alignment: 'justify' }, { table: { body: [[text.slice(0, 200)]] } }],
    })
    expect(info.pages).toBeGreaterThan(0)
  }
})

test('names of anything: keys that objects have of their own', async () => {
  const names = JSON.parse(
    '{"__proto__": {"fontSize": 20}, "constructor": {"bold": true}, "toString": {"italics": true}}',
  )
  const { file } = await checked({
    styles: names,
    content: Object.keys(names).map((style) => ({ text: style, style, id: style })),
  })
  expect(await words(file)).toHaveLength(3)
})
