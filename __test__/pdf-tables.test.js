// @ts-check
'use strict'

// Tables: widths, spans, heights, and what stands in cells, beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')
const { words } = require('./support/pdf-readers')

const text = 'Rye flour, stone ground, from the mill by the river'
const long = Array(4).fill(text).join('; ')

/** @param {number} rows @param {number} columns @param {string} [cell] */
const grid = (rows, columns, cell = 'cell') =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => `${cell} ${row + 1}.${column + 1}`),
  )

describe('widths', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['not said', undefined],
      ['auto', ['auto', 'auto', 'auto']],
      ['shares', ['*', '*', '*']],
      ['fixed', [50, 120, 200]],
      ['fixed, auto and a share', [80, 'auto', '*']],
      ['percentages', ['20%', '30%', '50%']],
      ['one for all', '*'],
      ['too narrow for a word', [10, '*', 20]],
      ['wider than the page', [300, 300, 300]],
    ]),
  )('%s', async (_, widths) => {
    const body = [
      ['name', 'what it is', 'how much'],
      ['flour', text, '20'],
      ['a longer name', long, '1,000,000'],
    ]
    const document = { content: [{ table: { ...(widths && { widths }), body } }, 'after'] }
    expect(await differences(document)).toEqual([])
  })

  test('auto shrinks from the longest words when there is too little room', async () => {
    const body = [
      [long, text, long, 'x'],
      ['unbreakablelongword', long, 'y', text],
    ]
    expect(await differences({ content: [{ table: { body } }] })).toEqual([])
  })

  test('fewer of them than columns: the last is for the rest', async () => {
    const body = grid(2, 3)
    const [few, all] = await Promise.all(
      [
        [10, 80],
        [10, 80, 80],
      ].map((widths) => checked({ content: [{ table: { widths, body } }] })),
    )
    expect(few.data.equals(all.data)).toBe(true)
  })
})

describe('spans', () => {
  const inTable = (/** @type {any[][]} */ body, /** @type {any} */ more = {}) => ({
    content: ['before', { table: { body, ...more } }, 'after'],
  })

  test.each(
    /** @type {[string, any][]} */ ([
      [
        'columns',
        inTable([
          [{ text, colSpan: 2 }, '', 'c'],
          ['a', 'b', 'c'],
          ['a', { text, colSpan: 2 }, ''],
        ]),
      ],
      [
        'all columns',
        inTable(
          [
            [{ text: 'title', colSpan: 3, alignment: 'center' }, {}, {}],
            ['a', 'b', 'c'],
          ],
          { widths: ['*', 50, 'auto'] },
        ),
      ],
      [
        'rows',
        inTable(
          [
            [{ text, rowSpan: 2 }, 'b', 'c'],
            ['', 'b', 'c'],
            ['a', { text: long, rowSpan: 2 }, 'c'],
            ['a', '', 'c'],
          ],
          { widths: [100, 150, 50] },
        ),
      ],
      [
        'rows whose cell is higher than they',
        inTable(
          [
            [{ text: long, rowSpan: 2 }, 'b'],
            ['', 'c'],
            ['d', 'e'],
          ],
          { widths: [60, 100] },
        ),
      ],
      [
        'both',
        inTable(
          [
            [{ text, rowSpan: 2, colSpan: 2 }, '', 'c'],
            ['', '', 'c'],
            ['a', 'b', 'c'],
          ],
          { widths: [80, 80, 80] },
        ),
      ],
      [
        'wider than their columns',
        inTable([
          ['a', 'b'],
          [{ text: 'aratherlongwordwithoutanyblanks', colSpan: 2 }, ''],
        ]),
      ],
      [
        'a row that begins under one',
        inTable([
          [{ text: 'a', rowSpan: 3 }, 'b'],
          ['', { text: 'c', rowSpan: 2 }],
          ['', ''],
          ['d', 'e'],
        ]),
      ],
    ]),
  )('%s', async (_, document) => {
    expect(await differences(document)).toEqual([])
  })

  test('that go out of the table end with it', async () => {
    const wide = { widths: [60, 60] }
    const far = inTable(
      [
        ['a', { text: 'x', rowSpan: 9 }],
        [{ text: 'y', colSpan: 5 }, 'b'],
        ['c', 'd'],
      ],
      wide,
    )
    const near = inTable(
      [
        ['a', { text: 'x', rowSpan: 3 }],
        [{ text: 'y', colSpan: 2 }, 'b'],
        ['c', 'd'],
      ],
      wide,
    )
    expect((await checked(far)).data.equals((await checked(near)).data)).toBe(true)
  })
})

describe('rows', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['of one height', { heights: 40 }],
      ['of heights of their own', { heights: [20, 'auto', 70] }],
    ]),
  )('%s', async (_, heights) => {
    const content = [
      {
        table: {
          widths: [100, '*'],
          ...heights,
          body: [
            ['a', 'b'],
            ['c', long],
            ['e', 'f'],
          ],
        },
      },
      'after',
    ]
    expect(await differences({ content })).toEqual([])
  })

  test.each(['top', 'middle', 'bottom'])('cells whose text stands at the %s', async (verticalAlignment) => {
    const content = [
      {
        table: {
          widths: [100, 100],
          heights: 80,
          body: [
            [
              { text: 'a', verticalAlignment },
              { text: long, verticalAlignment },
            ],
          ],
        },
      },
    ]
    const { file } = await checked({ content })
    const [{ y, bottom }] = await words(file)
    // The row begins at 40 + 1 + 2 and is at least 80 high.
    const last = (await words(file)).at(-1)
    const height = Math.max(80, (last?.bottom ?? 0) - 43)
    const expected = { top: 43, middle: 43 + (height - (bottom - y)) / 2, bottom: 43 + height - (bottom - y) }
    expect(y).toBeCloseTo(expected[/** @type {'top'} */ (verticalAlignment)], 0)
  })

  test('with fewer cells than the first are an error with its place', async () => {
    await expect(checked({ content: [{ table: { body: [['a', 'b'], ['c']] } }] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('content[0].table.body[1]'),
    })
  })
})

describe('cells', () => {
  test('with blocks of every kind', async () => {
    const canvas = [{ type: 'rect', x: 0, y: 0, w: 30, h: 20, color: 'teal' }]
    const content = [
      {
        table: {
          widths: [120, '*', 'auto'],
          body: [
            [['a', { text, margin: [5, 5] }], { ul: ['one', text] }, { columns: ['x', 'y'] }],
            [{ canvas }, { table: { body: grid(2, 2) } }, { ol: ['a', 'b'], fontSize: 8 }],
            [{ stack: ['a', 'b'], bold: true }, { text: ['runs ', { text: 'in a cell', italics: true }] }, 12],
          ],
        },
      },
    ]
    expect(await differences({ content }, { order: false })).toEqual([])
  })

  test('tables in tables in tables', async () => {
    const inner = { table: { body: [['deep', { table: { widths: ['*', 30], body: grid(2, 2) } }]] } }
    const content = [
      {
        table: {
          widths: ['*', 'auto'],
          body: [
            [inner, text],
            [text, { table: { body: [[inner]] } }],
          ],
        },
      },
    ]
    expect(await differences({ content })).toEqual([])
  })

  test('aligned, with styles of the table, the row and the cell', async () => {
    const styles = {
      table: { fontSize: 10, margin: [0, 5, 0, 15] },
      head: { bold: true, fontSize: 13, color: 'black' },
    }
    const content = [
      {
        style: 'table',
        color: '#444',
        table: {
          widths: ['*', 100, 60],
          body: [
            [
              { text: 'Name', style: 'head' },
              { text: 'Part', style: 'head' },
              { text: 'Sum', style: 'head' },
            ],
            [text, { text: 'middle', alignment: 'center' }, { text: '12.00', alignment: 'right' }],
          ],
        },
      },
      text,
    ]
    expect(await differences({ content, styles })).toEqual([])
  })

  test('that are empty', async () => {
    expect(
      await differences({
        content: [
          {
            table: {
              body: [
                ['', null, {}],
                [[], { text: '' }, 'x'],
              ],
            },
          },
          'after',
        ],
      }),
    ).toEqual([])
  })
})
