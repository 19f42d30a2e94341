// @ts-check
'use strict'

// Lines, paddings and fills of tables, as they look beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')

const text = 'Rye flour, stone ground, from the mill by the river'

describe('layouts', () => {
  const header = ['Item', 'Text', 'Sum'].map((text) => ({ text, bold: true }))
  const table = {
    headerRows: 1,
    widths: ['auto', '*', 60],
    body: [header, ...Array(4).fill(['a cell', 'another', '12']), ['last', text, '7']],
  }

  const layouts = /** @type {Record<string, [any, any?]>} */ ({
    'as it comes': [undefined],
    noBorders: ['noBorders'],
    headerLineOnly: ['headerLineOnly'],
    lightHorizontalLines: ['lightHorizontalLines'],
    'paddings and widths': [
      { hLineWidth: 2, vLineWidth: 0.5, paddingLeft: 10, paddingRight: 3, paddingTop: 6, paddingBottom: 1 },
      {
        hLineWidth: () => 2,
        vLineWidth: () => 0.5,
        paddingLeft: () => 10,
        paddingRight: () => 3,
        paddingTop: () => 6,
        paddingBottom: () => 1,
      },
    ],
    'by the place of a line': [
      {
        hLineWidth: { first: 3, last: 3, inner: 1 },
        vLineWidth: { first: 2, last: 2, default: 0 },
        hLineColor: { first: 'red', last: 'red', default: 'gray' },
        vLineColor: 'blue',
      },
      {
        hLineWidth: (/** @type {number} */ i, /** @type {any} */ { table }) =>
          i === 0 || i === table.body.length ? 3 : 1,
        vLineWidth: (/** @type {number} */ i, /** @type {any} */ { table }) =>
          i === 0 || i === table.widths.length ? 2 : 0,
        hLineColor: (/** @type {number} */ i, /** @type {any} */ { table }) =>
          i === 0 || i === table.body.length ? 'red' : 'gray',
        vLineColor: () => 'blue',
      },
    ],
    zebra: [
      { fillColor: { odd: '#cde', even: 'white' }, hLineWidth: 0, vLineWidth: 0 },
      {
        fillColor: (/** @type {number} */ i) => (i % 2 === 1 ? '#cde' : 'white'),
        hLineWidth: () => 0,
        vLineWidth: () => 0,
      },
    ],
    'fill of the header': [
      { fillColor: { header: '#fc8' } },
      { fillColor: (/** @type {number} */ i) => (i === 0 ? '#fc8' : null) },
    ],
    'dashed lines': [
      { hLineStyle: { dash: { length: 6, space: 4 } }, vLineStyle: { dash: { length: 2 } } },
      { hLineStyle: () => ({ dash: { length: 6, space: 4 } }), vLineStyle: () => ({ dash: { length: 2 } }) },
    ],
    'no border unless a cell says so': [{ defaultBorder: false }],
  })

  test.each(Object.entries(layouts))('%s', async (name, [layout, written]) => {
    const content = (/** @type {any} */ layout) => [{ table, ...(layout && { layout }) }, 'after']
    const page = { pageSize: { width: 300, height: 240 }, pageMargins: 15 }
    const document = { ...page, content: content(layout) }
    const how = { theirs: { content: content(written ?? layout) } }
    // Dashes begin anew in every row, in pdfmake in every table.
    const looks = name.startsWith('dashed') ? { ssim: 0.85 } : { ssim: 0.95, psnr: 26 }
    expect(await differences(document, { ...how, looks })).toEqual([])
  })

  test('borders and fills of cells', async () => {
    const body = [
      [
        { text: 'none', border: [false, false, false, false] },
        { text: 'left', border: [true, false, false, false] },
        'all',
      ],
      [
        { text: 'filled', fillColor: '#8cf' },
        { text: 'faint', fillColor: 'red', fillOpacity: 0.3 },
        { text: 'red lines', borderColor: ['red', 'red', 'red', 'red'] },
      ],
      [{ text: 'spans', colSpan: 2, fillColor: 'yellow' }, '', { text: 'below', border: [false, false, false, true] }],
    ]
    const document = {
      pageSize: { width: 260, height: 110 },
      pageMargins: 15,
      content: [{ table: { widths: [60, 70, 70], body } }],
    }
    expect(await differences(document, { looks: { ssim: 0.95, psnr: 26 } })).toEqual([])
  })

  test('of the document, by name', async () => {
    const layout = { hLineWidth: 4, vLineWidth: 0, paddingTop: 9 }
    const named = await checked({ tableLayouts: { thick: layout }, content: [{ table, layout: 'thick' }] })
    const inPlace = await checked({ content: [{ table, layout }] })
    expect(named.data.equals(inPlace.data)).toBe(true)
  })

  test('that nobody has given are an error', async () => {
    await expect(checked({ content: [{ table, layout: 'fancy' }] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/content\[0\][^]*fancy/),
    })
  })
})
