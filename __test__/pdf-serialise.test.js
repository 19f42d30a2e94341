'use strict'

/**
 * Documents on their way to the task: what they become, what they must not have, and that the event loop goes on meanwhile.
 */

const { pdf, ArgumentError } = require('..')
const { serialise } = require('../lib/pdf/serialise')

/** The document as the task sees it, with `$binary` where bytes are, and how it was written. */
async function written(document) {
  const draft = await serialise('document', document, { fontFolder: 'fonts' })
  const json = draft.json ?? Buffer.concat(draft.text).toString()
  const { document: read, fontFolder } = JSON.parse(json)
  expect(fontFolder).toBe('fonts')
  return { read, pieces: draft.pieces, isInPieces: draft.text !== undefined }
}

const rows = (count, cell) => Array.from({ length: count }, (_, i) => Array.from({ length: 8 }, (_, j) => cell(i, j)))

describe('what a document becomes', () => {
  test('plain data is as JSON has it', async () => {
    const document = {
      content: ['a "quoted" text\n', { text: 'b', bold: true, margin: [0, -0, 1e21, 0.1] }, null, [], {}, ''],
      styles: { h: { fontSize: 18 } },
    }
    const { read } = await written(document)
    expect(read).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('a large one is the same, in pieces', async () => {
    const document = {
      content: [
        { table: { body: rows(3000, (i, j) => (j === 7 ? { text: `${i}`, at: new Date(i) } : `cell ${i} ${j}`)) } },
        'ü'.repeat(100_000) + '😀'.repeat(100_000),
        { stack: Array.from({ length: 2000 }, (_, i) => ({ text: ['deep', { text: [{ text: `${i}` }] }] })) },
      ],
    }
    const { read, isInPieces } = await written(document)
    expect(isInPieces).toBe(true)
    expect(read).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('bytes stand beside the text', async () => {
    const { read, pieces } = await written({
      content: [{ image: Buffer.from('one') }, { image: new Uint8Array([1, 2, 3]).subarray(1) }],
      images: { logo: new Uint8Array(5).buffer },
    })
    expect(read).toEqual({
      content: [{ image: { $binary: 0 } }, { image: { $binary: 1 } }],
      images: { logo: { $binary: 2 } },
    })
    expect(pieces.map(({ length }) => length)).toEqual([3, 2, 5])
  })

  test('dates are ISO text, and `undefined` is left out', async () => {
    const { read } = await written({
      content: ['a', undefined, 'b'],
      info: { creationDate: new Date(0), title: undefined },
    })
    expect(read).toEqual({ content: ['a', null, 'b'], info: { creationDate: '1970-01-01T00:00:00.000Z' } })
  })

  test('what pdfmake notes in a document is left out, and names that the caller chose stay', async () => {
    const { read } = await written({
      content: [{ text: 'a', _margin: [1], _inlines: [{ text: 'a' }], style: '_own' }],
      styles: { _own: { bold: true, _x: 1 } },
      images: { _logo: 'logo.png' },
    })
    expect(read).toEqual({
      content: [{ text: 'a', style: '_own' }],
      styles: { _own: { bold: true } },
      images: { _logo: 'logo.png' },
    })
  })

  test('halves of characters become the replacement character', async () => {
    const { read } = await written({ content: ['a\ud83d', '\udc00b', '\ud83d\ude00', '\\ud800'] })
    expect(read.content).toEqual(['a\ufffd', '\ufffdb', '😀', '\\ud800'])
  })

  test('objects of a class are written by their fields, and by `toJSON` if they have it', async () => {
    class Cell {
      text = 'own'
      get style() {
        return 'inherited'
      }
    }
    const money = { amount: 3, toJSON: () => '3.00 €' }
    const { read } = await written({ content: [new Cell(), money, new String('boxed'), Object.create(null)] })
    expect(read.content).toEqual([{ text: 'own' }, '3.00 €', 'boxed', {}])
  })
})

describe('what a document must not have', () => {
  const circle = { stack: [] }
  circle.stack.push({ columns: [circle] })
  let deep = 'text'
  for (let i = 0; i < 60; i++) deep = { stack: [deep] }

  test.each([
    ['a function for the header', { header: () => 'x', content: '' }, 'header', /first, last, odd, even, default/],
    ['one for the footer', { footer: (page) => page, content: '' }, 'footer', /\{pageNumber\}/],
    ['one for page breaks', { pageBreakBefore() {}, content: '' }, 'pageBreakBefore', /headlineLevel/],
    [
      'one in the layout of a table',
      { content: ['a', 'b', { table: { body: [['x']] }, layout: { hLineWidth: (i) => i } }] },
      'content[2].layout.hLineWidth',
      /first, last, header, inner, odd, even, default, at/,
    ],
    [
      'one in a layout that is named',
      { content: '', tableLayouts: { zebra: { fillColor: (row) => row } } },
      'tableLayouts.zebra.fillColor',
      /values by their place/,
    ],
    ['one for widths', { content: [{ table: { widths: () => [], body: [] } }] }, 'content[0].table.widths', /'auto'/],
    ['one as text', { content: ['a', { text: () => 'x' }] }, 'content[1].text', /plain data/],
  ])('%s', async (_, document, place, form) => {
    const error = await pdf(document)
      .toBuffer()
      .catch((error) => error)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
    expect(error.message).toContain(`Expected \`${place}\` to be`)
    expect(error.message).toMatch(form)
    expect(error.message).toMatch(/\(function\)$/)
  })

  test.each([
    ['NaN', { content: [{ text: 'a', fontSize: NaN }] }, 'content[0].fontSize', 'ERR_INVALID_ARG_VALUE'],
    ['an infinity', { content: [{ canvas: [{ x: Infinity }] }] }, 'content[0].canvas[0].x', 'ERR_INVALID_ARG_VALUE'],
    ['a bigint', { content: [1n] }, 'content[0]', 'ERR_VALUE_NOT_CLONEABLE'],
    ['a symbol', { content: { text: Symbol('s') } }, 'content.text', 'ERR_VALUE_NOT_CLONEABLE'],
    ['a Map', { content: '', styles: new Map() }, 'styles', 'ERR_VALUE_NOT_CLONEABLE'],
    ['a date that is none', { info: { creationDate: new Date(NaN) } }, 'info.creationDate', 'ERR_INVALID_ARG_VALUE'],
    ['a circle', { content: [circle] }, 'content[0].stack[0].columns[0]', 'ERR_INVALID_ARG_VALUE'],
  ])('%s', async (_, document, place, code) => {
    await expect(pdf(document).toBuffer()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`Expected \`${place}\` to be`),
    })
  })

  test('deep nesting', async () => {
    await expect(pdf({ content: [deep] }).toBuffer()).rejects.toMatchObject({
      name: 'PdfError',
      code: 'ERR_PDF_TOO_LARGE',
      message: '`content` is nested more than 100 levels deep',
    })
  })

  test('the place is known in a large document too', async () => {
    const body = rows(20_000, (i, j) => `cell ${i} ${j}`)
    body[19_999][3] = { text: 'x', fontSize: NaN }
    await expect(pdf({ content: [{ table: { body } }] }).toBuffer()).rejects.toMatchObject({
      message: expect.stringContaining('`content[0].table.body[19999][3].fontSize`'),
    })
  })

  test('what a getter throws is the cause', async () => {
    const cause = new Error('out of reach')
    const document = {
      get content() {
        throw cause
      },
    }
    await expect(pdf(document).toBuffer()).rejects.toMatchObject({ code: 'ERR_VALUE_NOT_CLONEABLE', cause })
  })

  test.each([undefined, null, 'text', 3, [], () => {}])('%p is no document', (document) => {
    expect(() => pdf(document)).toThrow(/^Expected `document` to be an object/)
  })

  test.each([
    [{ pools: 1 }, /^Unknown option `pools`/],
    [{ pool: {} }, /^Expected `pool` to be a WorkerPool of Rust threads/],
    [{ timeout: '1' }, /^Expected `timeout`/],
    [{ maxPages: 0 }, /^Expected `maxPages` to be an integer from 1/],
    [{ signal: {} }, /^Expected `signal` to be an AbortSignal/],
  ])('options: %p', (options, message) => {
    expect(() => pdf({ content: '' }, options)).toThrow(message)
  })
})

describe('the event loop', () => {
  const large = { content: [{ table: { body: rows(30_000, (i, j) => `cell ${i} ${j}`) } }] }

  test('has turns while a large document is read, and none more for many of them', async () => {
    let turns = 0
    let isDone = false
    const count = () => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const drafts = await Promise.all([large, large, large].map((document) => serialise('document', document, {})))
    isDone = true
    expect(turns).toBeGreaterThan(10)
    expect(drafts.every(({ text }) => text.length > 10)).toBe(true)
  })

  test('a small document is read during the call', () => {
    const document = { content: ['before'] }
    const draft = serialise('document', document, {})
    document.content[0] = 'after'
    expect(draft.json).toBe('{"document":{"content":["before"]}}')
  })

  test('an abort ends the reading', async () => {
    const stop = new AbortController()
    const draft = serialise('document', large, {}, stop.signal)
    stop.abort('enough')
    await expect(draft).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
  })
})
