// @ts-check
'use strict'

// Documents that are not what they should be: what is said of them, and where it is.

const { ArgumentError, PdfError, pdf } = require('..')
const { failure } = require('./support/failure')

/** The error that a document makes. @param {any} document @param {any} [options] */
const refused = (document, options) => failure(Promise.resolve().then(() => pdf(document, options).toBuffer()))

describe('a document that is none', () => {
  test.each([undefined, null, 'text', 12, true, [], () => ({ content: [] })])('%p', async (document) => {
    const error = await refused(document)
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('document') })
  })

  test('without content', async () => {
    expect((await refused({})).message).toMatch(/content/)
  })

  test('with a key that nobody knows, which is named', async () => {
    for (const [document, key] of /** @type {[any, string][]} */ ([
      [{ content: [], pagesize: 'A4' }, 'pagesize'],
      [{ content: [{ text: 'a', colour: 'red' }] }, 'colour'],
      [{ content: [{ table: { bodies: [] } }] }, 'bodies'],
      [{ content: ['a'], styles: { a: { fontsize: 3 } } }, 'fontsize'],
    ])) {
      expect((await refused(document)).message).toContain(key)
    }
  })
})

describe('functions, each with what there is in their place', () => {
  const f = () => 1

  test.each(
    /** @type {[string, any, RegExp][]} */ ([
      ['header', { header: f, content: ['a'] }, /header[^]*\{pageNumber\}[^]*function/],
      ['footer', { footer: f, content: ['a'] }, /footer[^]*\{pageNumber\}[^]*function/],
      ['background', { background: f, content: ['a'] }, /background[^]*function/],
      ['pageBreakBefore', { pageBreakBefore: f, content: ['a'] }, /pageBreakBefore[^]*headlineLevel[^]*function/],
      [
        'a layout',
        { content: ['a', { table: { body: [['a']] }, layout: { hLineWidth: f } }] },
        /content\[1\]\.layout\.hLineWidth[^]*function/,
      ],
      [
        'a fill',
        { content: [{ table: { body: [['a']] }, layout: { fillColor: f } }] },
        /content\[0\]\.layout\.fillColor[^]*function/,
      ],
      ['heights', { content: [{ table: { heights: f, body: [['a']] } }] }, /content\[0\]\.table\.heights[^]*function/],
      [
        'a layout of the document',
        { tableLayouts: { own: { paddingLeft: f } }, content: ['a'] },
        /tableLayouts\.own\.paddingLeft[^]*function/,
      ],
      ['anywhere', { content: [['a', { text: ['b', f] }]] }, /content\[0\]\[1\]\.text\[1\][^]*function/],
    ]),
  )('%s', async (_, document, message) => {
    const error = await refused(document)
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_INVALID_ARG_(TYPE|VALUE)$/) })
    expect(error.message).toMatch(message)
  })
})

describe('values that are wrong, with their place', () => {
  test.each(
    /** @type {[any, string][]} */ ([
      [{ content: [{ text: 'a', color: 'reddish' }] }, 'content[0].color'],
      [{ content: [{ text: 'a', fontSize: 'large' }] }, 'content[0].fontSize'],
      [{ content: ['a', { text: ['b', { text: 'c', alignment: 'middle' }] }] }, 'content[1].text[1].alignment'],
      [{ content: [{ table: { widths: ['wide'], body: [['a']] } }] }, 'content[0].table.widths'],
      [{ content: [{ table: { body: 'rows' } }] }, 'content[0].table.body'],
      [
        { content: [{ table: { body: [['a', { text: 'b', colSpan: 'two' }]] } }] },
        'content[0].table.body[0][1].colSpan',
      ],
      [{ content: [{ columns: 'a' }] }, 'content[0].columns'],
      [{ content: [{ ul: ['a', { text: 'b', margin: [1, 2, 3] }] }] }, 'content[0].ul[1].margin'],
      [{ content: [{ canvas: [{ type: 'blob' }] }] }, 'content[0].canvas[0]'],
      [{ content: [{ image: 12 }] }, 'content[0].image'],
      [{ content: [{ svg: 12 }] }, 'content[0].svg'],
      [{ content: [{ text: 'a', pageBreak: 'sideways' }] }, 'content[0].pageBreak'],
      [{ content: ['a'], pageSize: 'A99' }, 'pageSize'],
      [{ content: ['a'], pageSize: { width: -1, height: 100 } }, 'pageSize'],
      [{ content: ['a'], pageMargins: 'wide' }, 'pageMargins'],
      [{ content: ['a'], pageOrientation: 'up' }, 'pageOrientation'],
      [{ content: ['a'], watermark: 12 }, 'watermark'],
      [{ content: ['a'], styles: { big: { fontSize: 'x' } } }, 'styles.big.fontSize'],
      [{ content: ['a'], defaultStyle: { lineHeight: {} } }, 'defaultStyle.lineHeight'],
      [{ content: ['a'], fonts: { A: { normal: 12 } } }, 'fonts.A.normal'],
      [{ content: ['a'], version: '3.0' }, 'version'],
      [{ content: ['a'], compress: 'yes' }, 'compress'],
    ]),
  )('%j', async (document, place) => {
    const error = await refused(document)
    expect(error.code).toMatch(/^ERR_(INVALID_ARG_(TYPE|VALUE)|OUT_OF_RANGE|PDF_INVALID)$/)
    expect(error.message).toContain(place)
  })

  test('numbers that are none, or far beyond any page', async () => {
    for (const fontSize of [NaN, Infinity, -Infinity, -5, 1e30]) {
      const error = await refused({ content: ['a', { text: 'b', fontSize }] })
      expect(error.message).toContain('content[1].fontSize')
    }
  })

  test('values that JSON does not have', async () => {
    for (const value of [12n, Symbol('s'), new Map([['a', 1]]), /x/]) {
      const error = await refused({ content: ['a', { text: value }] })
      expect(error.message).toContain('content[1].text')
    }
  })

  test('undefined is as if it were not said', async () => {
    const said = await pdf({
      content: [{ text: 'a', bold: undefined, style: undefined }],
      header: undefined,
    }).toBuffer()
    expect(said.equals(await pdf({ content: [{ text: 'a' }] }).toBuffer())).toBe(true)
  })

  test('what has a toJSON, as a date has, is what it says', async () => {
    const said = await pdf({ content: [{ toJSON: () => ({ text: 'a', bold: true }) }] }).toBuffer()
    expect(said.equals(await pdf({ content: [{ text: 'a', bold: true }] }).toBuffer())).toBe(true)
  })

  test('a getter that throws rejects with what it says', async () => {
    const document = {
      get content() {
        throw new Error('mine')
      },
    }
    expect((await refused(document)).message).toContain('mine')
  })

  test('a circle', async () => {
    /** @type {any} */
    const content = ['a']
    content.push({ stack: content })
    const error = await refused({ content })
    expect(error).toMatchObject({
      code: expect.stringMatching(/^ERR_(INVALID_ARG_VALUE|VALUE_NOT_CLONEABLE|PDF_TOO_LARGE)$/),
    })
    expect(error.message).toMatch(/content\[1\]\.stack|circ|cycl|itself/i)
  })

  test('the same object in two places is no circle', async () => {
    const shared = { text: 'shared' }
    await expect(pdf({ content: [shared, shared, { stack: [shared] }] }).toBuffer()).resolves.toBeInstanceOf(Buffer)
  })
})

describe('options', () => {
  const document = { content: ['a'] }

  test.each(
    /** @type {[any, string][]} */ ([
      [{ poool: 1 }, 'poool'],
      [{ signal: 'stop' }, 'signal'],
      [{ timeout: -1 }, 'timeout'],
      [{ timeout: 'soon' }, 'timeout'],
      [{ onProgress: 12 }, 'onProgress'],
      [{ pool: {} }, 'pool'],
      [{ maxPages: 0 }, 'maxPages'],
      [{ maxPages: 1.5 }, 'maxPages'],
      [{ limitInputPixels: -1 }, 'limitInputPixels'],
      ['fast', 'options'],
    ]),
  )('%j', async (options, name) => {
    const error = await refused(document, options)
    expect(error.code).toMatch(/^ERR_(INVALID_ARG_(TYPE|VALUE)|OUT_OF_RANGE)$/)
    expect(error.message).toContain(name)
  })

  test('a path that is none', async () => {
    for (const path of [undefined, 12, '', null]) {
      const error = await failure(Promise.resolve().then(() => pdf(document).toFile(/** @type {any} */ (path))))
      expect(error.code).toMatch(/^ERR_INVALID_ARG_(TYPE|VALUE)$/)
    }
  })
})

test('errors are values with a name, a code, a task and a stack that shows the caller', async () => {
  const error = await refused({ content: [{ image: Buffer.from('no') }] })
  expect(error).toBeInstanceOf(PdfError)
  expect(error).toMatchObject({ name: 'PdfError', code: 'ERR_PDF_IMAGE_INVALID', task: expect.stringMatching(/^pdf/) })
  expect(error.stack).toContain('pdf-refusals.test.js')
})

test('URLs are never asked, wherever they stand', async () => {
  const url = 'http://127.0.0.1:9/thing'
  for (const [document, place] of /** @type {[any, string][]} */ ([
    [{ content: ['a', { image: url }] }, 'content[1].image'],
    [{ images: { logo: url }, content: [{ image: 'logo' }] }, 'image'],
    [{ images: { logo: { url } }, content: [{ image: 'logo' }] }, 'image'],
    [{ fonts: { A: { normal: url } }, content: [{ text: 'a', font: 'A' }] }, 'fonts.A.normal'],
    [{ files: { a: { src: url } }, content: ['a'] }, 'files.a.src'],
  ])) {
    const error = await refused(document)
    expect(error.code).toMatch(/^ERR_INVALID_ARG_(TYPE|VALUE)$/)
    expect(error.message).toContain(place)
  }
})
