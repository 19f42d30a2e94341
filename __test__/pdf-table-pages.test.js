// @ts-check
'use strict'

// Tables over pages: headers that are repeated, rows that stay together, lines where a page ends, beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')
const { drawn, inked, words } = require('./support/pdf-readers')

const text = 'Oats, rolled, from the upper field, in sacks of twenty'
const long = Array(7).fill(text).join('; ')
const page = { pageSize: 'A6', pageMargins: 30 }

/** @param {number} rows @param {any} [cell] */
const rows = (rows, cell = text) => Array.from({ length: rows }, (_, i) => [`#${i + 1}`, cell, `${i * 3}`])
const header = ['Name', 'What', 'Sum'].map((text) => ({ text, bold: true }))
const widths = [50, '*', 'auto']

describe('stand where pdfmake has them', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['rows that are broken', { widths, body: rows(12, long) }],
      ['rows that are not broken', { widths, dontBreakRows: true, body: rows(12, long) }],
      ['a header', { widths, headerRows: 1, body: [header, ...rows(25)] }],
      ['a header of two rows', { widths, headerRows: 2, body: [header, ['a', 'b', 'c'], ...rows(25)] }],
      [
        'a header and rows that are not broken',
        { widths, headerRows: 1, dontBreakRows: true, body: [header, ...rows(10, long)] },
      ],
      [
        'a header with spans',
        {
          widths,
          headerRows: 2,
          body: [[{ text: 'Title', colSpan: 2 }, '', { text: 'Sum', rowSpan: 2 }], ['Name', 'What', ''], ...rows(25)],
        },
      ],
      ['rows that stay with the header', { widths, headerRows: 1, keepWithHeaderRows: 3, body: [header, ...rows(25)] }],
      [
        'row spans over a page',
        {
          widths,
          body: [
            ...rows(8),
            [{ text: long, rowSpan: 4 }, 'b', 'c'],
            ['', 'b', 'c'],
            ['', long, 'c'],
            ['', 'b', 'c'],
            ...rows(4),
          ],
        },
      ],
      [
        'tables in cells',
        {
          widths,
          headerRows: 1,
          body: [header, ...rows(6).map(([name]) => [name, { table: { body: [[text], [text], ['x']] } }, '1'])],
        },
      ],
    ]),
  )('%s', async (_, table) => {
    const content = [text, { table }, 'after']
    expect(await differences({ ...page, content }, { order: false })).toEqual([])
  })

  test('lists in cells', async () => {
    // On pages of another height: on these pdfmake takes a line of the last row for one that has no room.
    const table = { widths, body: rows(6).map(([name]) => [name, { ul: [text, text, text] }, '1']) }
    const document = { ...page, pageSize: { width: 300, height: 440 }, content: [text, { table }, 'after'] }
    expect(await differences(document, { order: false })).toEqual([])
  })

  test('a header that would stand alone at the end of a page', async () => {
    for (const space of [255, 275, 290, 305, 325]) {
      const table = { widths, headerRows: 1, keepWithHeaderRows: 1, body: [header, ...rows(3)] }
      const document = { ...page, content: [{ text: 'above', margin: [0, 0, 0, space] }, { table }] }
      expect(await differences(document, { order: false })).toEqual([])
    }
  })

  test('a hundred rows of eight columns', async () => {
    const body = Array.from({ length: 100 }, (_, row) => Array.from({ length: 8 }, (_, column) => `v${row}-${column}`))
    const table = {
      headerRows: 1,
      widths: Array(8).fill('*'),
      body: [Array(8).fill({ text: 'Head', bold: true }), ...body],
    }
    expect(await differences({ content: [{ table, layout: 'lightHorizontalLines' }] }, { order: false })).toEqual([])
  })
})

test('every page of a table begins with its header, and every row is there once', async () => {
  const table = { widths, headerRows: 1, body: [header, ...rows(80)] }
  const { file, info } = await checked({ ...page, content: [{ table }] })
  expect(info.pages).toBeGreaterThan(4)
  const found = await words(file)
  for (let number = 1; number <= info.pages; number++) {
    const first = found.filter((word) => word.page === number).toSorted((a, b) => a.y - b.y || a.x - b.x)
    expect(first.slice(0, 3).map(({ text }) => text)).toEqual(['Name', 'What', 'Sum'])
  }
  const numbers = found.filter(({ x, text }) => x < 80 && /^#\d+$/.test(text)).map(({ text }) => Number(text.slice(1)))
  expect(numbers).toEqual(Array.from({ length: 80 }, (_, i) => i + 1))
})

test('rows that are not broken are whole, each on one page', async () => {
  const table = { widths, dontBreakRows: true, body: rows(12, long) }
  const { file } = await checked({ ...page, content: [text, { table }] })
  /** Pages by row. @type {Map<string, Set<number>>} */
  const pages = new Map()
  let row = ''
  for (const { text, page, x } of await words(file)) {
    if (x < 80 && /^#\d+$/.test(text)) row = text
    if (row !== '') pages.set(row, (pages.get(row) ?? new Set()).add(page))
  }
  expect(pages.size).toBe(12)
  for (const { size } of pages.values()) expect(size).toBe(1)
})

test('a row that is higher than a page is broken even so', async () => {
  const cell = Array(12).fill(long).join('\n')
  const table = { widths, dontBreakRows: true, body: [...rows(2), ['high', cell, 'x'], ...rows(2)] }
  const { file, info } = await checked({ ...page, content: [{ table }] })
  expect(info.pages).toBeGreaterThan(1)
  const found = await words(file)
  expect(found.filter(({ text }) => text === 'Oats,')).toHaveLength(4 + 12 * 7)
  for (const { bottom } of found) expect(bottom).toBeLessThan(419.53 - 29)
})

test('a header that is higher than a page ends all the same', async () => {
  const table = { widths, headerRows: 1, body: [['a', Array(12).fill(long).join('\n'), 'c'], ...rows(3)] }
  const outcome = await checked({ ...page, content: [{ table }] }).then(
    ({ info }) => (info.pages < 20 ? 'made' : `${info.pages} pages`),
    (error) => error.code,
  )
  expect(['made', 'ERR_PDF_INVALID', 'ERR_PDF_TOO_LARGE']).toContain(outcome)
})

describe('lines where a page ends', () => {
  const table = { widths, body: rows(20) }

  test.each([1, 2])('are drawn, page %d', async (number) => {
    expect(
      await differences({ ...page, content: [{ table }] }, { page: number, looks: { ssim: 0.95, psnr: 26 } }),
    ).toEqual([])
  })

  test('are left out', async () => {
    const layout = { hLineWhenBroken: false }
    expect(
      await differences({ ...page, content: [{ table, layout }] }, { page: 1, looks: { ssim: 0.95, psnr: 26 } }),
    ).toEqual([])
  })

  test('and nothing is drawn outside the margins', async () => {
    const { file, info } = await checked({ ...page, content: [{ table: { ...table, body: rows(12, long) } }] })
    for (let number = 1; number <= info.pages; number++) {
      const box = inked(await drawn(file, { page: number }))
      expect(box?.left).toBeGreaterThanOrEqual(29)
      expect(box?.top).toBeGreaterThanOrEqual(29)
      expect(box?.bottom).toBeLessThanOrEqual(391)
    }
  })
})
