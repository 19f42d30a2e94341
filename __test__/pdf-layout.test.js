// @ts-check
'use strict'

// Blocks on pages: stacks, columns, margins, positions, sizes of pages and breaks between them, beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')
const { facts, read, words } = require('./support/pdf-readers')

const short = 'Salt and bread.'
const text =
  'Down at the mill the wheel turned all night, and the flour lay on the floor like the first snow of the year.'
const long = Array(8).fill(text).join(' ')
const rect = { canvas: [{ type: 'rect', x: 0, y: 0, w: 60, h: 25, color: 'silver' }] }

describe('margins', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['one number', { margin: 20 }],
      ['two numbers', { margin: [30, 10] }],
      ['four numbers', { margin: [10, 20, 130, 40] }],
      ['sides by name', { marginLeft: 50, marginTop: 5, marginRight: 100, marginBottom: 25 }],
      ['negative', { margin: [-20, -10, -20, 0] }],
    ]),
  )('%s', async (_, margin) => {
    const content = [
      { text: long, ...margin },
      { stack: [short, { text: long, ...margin }, short], ...margin },
      { columns: [{ text, ...margin }, text], ...margin },
      { ul: [text, { text, ...margin }], ...margin },
      short,
    ]
    expect(await differences({ content })).toEqual([])
  })

  test('of a style, and a side of them written over', async () => {
    const styles = { wide: { margin: [40, 10, 40, 10] }, left: { marginLeft: 80 } }
    const content = [
      { text, style: 'wide' },
      { text, style: ['wide', 'left'] },
      { text, style: 'wide', margin: [0, 0, 0, 30] },
      { text, style: 'wide', marginTop: 50 },
      short,
    ]
    expect(await differences({ content, styles })).toEqual([])
  })

  test.each([0, 72, [20, 60], [100, 20, 30, 200]])('of pages: %j', async (pageMargins) => {
    expect(await differences({ pageMargins, content: Array(9).fill(long) })).toEqual([])
  })
})

describe('columns', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['of equal width', { columns: [long, text, short] }],
      ['with a gap', { columns: [text, text, text], columnGap: 20 }],
      [
        'fixed, auto and a share',
        {
          columns: [
            { width: 90, text },
            { width: 'auto', text: short },
            { width: '*', text },
          ],
        },
      ],
      [
        'of a percentage',
        {
          columns: [
            { width: '20%', text },
            { width: '35%', text },
            { width: '*', text },
          ],
          columnGap: 10,
        },
      ],
      [
        'auto that has too little room',
        {
          columns: [
            { width: 'auto', text: long },
            { width: 'auto', text: long },
          ],
        },
      ],
      [
        'in columns',
        { columns: [{ columns: [text, short], columnGap: 5 }, [text, { columns: [short, text] }]], columnGap: 15 },
      ],
      [
        'with blocks of several kinds',
        { columns: [rect, [short, text], { ol: ['one', 'two'] }, { table: { body: [['a', short]] } }] },
      ],
      ['empty ones', { columns: ['', text, ''] }],
    ]),
  )('%s', async (_, node) => {
    // A marker and the text of its item are written in another order.
    expect(
      await differences({ content: [short, node, short] }, { order: !JSON.stringify(node).includes('"ol"') }),
    ).toEqual([])
  })

  test('go over pages side by side, and what follows is below the longest', async () => {
    const document = { content: [{ columns: [Array(9).fill(long).join('\n'), long], columnGap: 10 }, 'after'] }
    expect(await differences(document)).toEqual([])
  })

  test('a gap of the default style', async () => {
    expect(await differences({ defaultStyle: { columnGap: 30 }, content: [{ columns: [text, text] }] })).toEqual([])
  })

  test('that snake: text goes on in the next column, then on the next page', async () => {
    const columns = [{ text: Array(47).fill(text).join(' ') }, '', '']
    const content = [{ columns, snakingColumns: true, columnGap: 12 }, 'after']
    expect(await differences({ pageSize: { width: 400, height: 300 }, content })).toEqual([])
  })
})

describe('stacks', () => {
  test('in stacks, with styles that go down', async () => {
    const content = [
      { fontSize: 9, stack: [text, { bold: true, stack: [text, { fontSize: 15, text: short }] }, [short, [short]]] },
      [short, text],
      { stack: [] },
      short,
    ]
    expect(await differences({ content })).toEqual([])
  })

  test('that may not be broken go to the next page as a whole', async () => {
    const filler = { text: long, margin: [0, 0, 0, 55] }
    const content = [filler, { unbreakable: true, stack: [long, long] }, short]
    const document = { pageSize: 'A5', content }
    expect(await differences(document)).toEqual([])
    const { file } = await checked(document)
    const [first] = (await words(file)).filter(({ page }) => page === 2)
    expect(first.y).toBeCloseTo(40, 0)
  })

  test('that are longer than a page are broken even so', async () => {
    const document = { content: [short, { unbreakable: true, stack: Array(12).fill(long) }, short] }
    const { file, info } = await checked(document)
    expect(info.pages).toBeGreaterThan(1)
    const found = await words(file)
    expect(found.filter(({ text }) => text === 'mill')).toHaveLength(96)
    for (const { bottom } of found) expect(bottom).toBeLessThanOrEqual(841.89)
  })
})

describe('positions', () => {
  test('on the page, and beside where a node would stand', async () => {
    const content = [
      short,
      { text: 'absolute', absolutePosition: { x: 300, y: 500 } },
      { text: 'relative', relativePosition: { x: 100, y: 30 } },
      text,
      {
        relativePosition: { x: 20, y: 5 },
        columns: [
          { width: 100, text: short },
          { width: 100, text: short },
        ],
      },
      { absolutePosition: { x: 50, y: 700 }, table: { body: [['a', 'table']] } },
      { absolutePosition: { x: 200, y: 780 }, ...rect },
      long,
    ]
    expect(await differences({ content }, { order: false })).toEqual([])
  })

  test('to the point', async () => {
    const { file } = await checked({ content: [{ text: 'here', absolutePosition: { x: 123.4, y: 321.5 } }] })
    const [{ x, y }] = await words(file)
    expect([x, y]).toEqual([expect.closeTo(123.4, 1), expect.closeTo(321.5, 1)])
  })
})

describe('pages', () => {
  test.each(['A4', 'A5', 'LETTER', 'LEGAL', 'a3', { width: 300, height: 400 }])('of size %j', async (pageSize) => {
    expect(await differences({ pageSize, content: [long] })).toEqual([])
  })

  test('lying', async () => {
    expect(await differences({ pageOrientation: 'landscape', content: [long] })).toEqual([])
  })

  test('as high as what is on them', async () => {
    const { file, info } = await checked({ pageSize: { width: 300, height: 'auto' }, content: Array(20).fill(long) })
    expect(info.pages).toBe(1)
    const { pages, words } = await read(file)
    const last = Math.max(...words.map(({ bottom }) => bottom))
    expect(pages[0].height).toBeCloseTo(last + 40, 0)
    expect(pages[0].width).toBeCloseTo(300)
  })

  test.each(['before', 'after'])('break %s a node', async (pageBreak) => {
    const content = [short, { text: 'broken', pageBreak }, short, { stack: [text, short], pageBreak }, text]
    expect(await differences({ content })).toEqual([])
  })

  // pdfmake 0.3 has what follows on a page of the other kind.
  test.each([
    ['beforeOdd', [1, 3, 5]],
    ['beforeEven', [1, 2, 4]],
  ])('break %s: the node is on such a page', async (pageBreak, expected) => {
    const { file } = await checked({ content: ['part', { text: 'part', pageBreak }, { stack: ['part'], pageBreak }] })
    expect((await words(file)).map(({ page }) => page)).toEqual(expected)
  })

  test.each([
    ['afterOdd', [1, 3, 5]],
    ['afterEven', [1, 2, 4]],
  ])('break %s: what follows is on such a page', async (pageBreak, expected) => {
    const { file } = await checked({ content: [{ text: 'part', pageBreak }, { stack: ['part'], pageBreak }, 'part'] })
    expect((await words(file)).map(({ page }) => page)).toEqual(expected)
  })

  test('stand and lie in one document', async () => {
    const content = [
      short,
      { text, pageBreak: 'before', pageOrientation: 'landscape' },
      Array(9).fill(long),
      { text, pageBreak: 'before', pageOrientation: 'portrait' },
    ]
    const document = { content }
    expect(await differences(document)).toEqual([])
  })

  test('begin with nodes of a level', async () => {
    const title = (/** @type {string} */ text, headlineLevel = 1) => ({ text, headlineLevel, fontSize: 18 })
    const content = [title('One'), long, title('Two'), long, title('Minor', 2), long, title('Three'), long]
    const ours = { pageBreakBefore: { headlineLevel: 1 } }
    const theirs = {
      pageBreakBefore: (/** @type {any} */ node, /** @type {any} */ nodes) =>
        node.headlineLevel === 1 && nodes.getPreviousNodesOnPage().length > 1,
    }
    expect(await differences({ content }, { ours, theirs })).toEqual([])
    const { info } = await checked({ content, ...ours })
    expect(info.pages).toBe(3)
  })

  test('begin with nodes of a style, where too little is left', async () => {
    const content = Array.from({ length: 12 }, (_, i) => [{ text: `Part ${i + 1}`, style: 'title' }, long])
    const styles = { title: { fontSize: 16 } }
    const document = { content, styles, pageBreakBefore: { style: 'title', whenLessThan: 150 } }
    const { file } = await checked(document)
    const { words } = await read(file)
    const titles = words.filter(({ text }) => text === 'Part')
    expect(titles).toHaveLength(12)
    // 841.89 - 40 is the end of what is written on.
    for (const { y } of titles) expect(801.89 - y).toBeGreaterThanOrEqual(149.9)
    expect(words.at(-1)?.page).toBeGreaterThan(1)
  })

  test('as many as info says', async () => {
    const { file, info } = await checked({ content: Array(30).fill(long) })
    expect(Number((await facts(file)).Pages)).toBe(info.pages)
  })
})
