// @ts-check
'use strict'

// What leads to another place: links, tables of contents, references, and the outline.

const { checked, differences } = require('./support/pdf-documents')
const { texts, words } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

const text = 'The ferry leaves at seven, and there is no other before noon.'
const long = Array(9).fill(text).join(' ')

/** The rectangle of a link, with y from the top of an A4 page. @param {number[]} rect */
const box = ([left, bottom, right, top]) => ({ x: left, y: 841.89 - top, right, bottom: 841.89 - bottom })

describe('links', () => {
  test('to the world, over the words that have them', async () => {
    const { data, file } = await checked({
      content: [
        'before',
        { text: ['read ', { text: 'the guide', link: 'https://example.com/guide?a=1&b=ü' }, ' first'] },
      ],
    })
    const { links } = (await found(data)).pages[0]
    for (const { url } of links) expect(url).toBe('https://example.com/guide?a=1&b=%C3%BC')
    const all = await words(file)
    const first = all.find(({ text }) => text === 'the')
    const last = all.find(({ text }) => text === 'guide')
    const boxes = links.map(({ rect }) => box(rect))
    expect(Math.min(...boxes.map(({ x }) => x))).toBeCloseTo(first?.x ?? 0, 0)
    expect(Math.max(...boxes.map(({ right }) => right))).toBeCloseTo(last?.right ?? 0, 0)
    for (const { y, bottom } of boxes) {
      expect(Math.abs(y - (first?.y ?? 0))).toBeLessThan(2)
      expect(Math.abs(bottom - (first?.bottom ?? 0))).toBeLessThan(2)
    }
  })

  test('over all lines of a text', async () => {
    const { data } = await checked({ content: [{ text: long, link: 'https://example.com/' }] })
    const { links } = (await found(data)).pages[0]
    const tops = new Set(links.map(({ rect }) => Math.round(rect[3])))
    expect(tops.size).toBeGreaterThan(4)
  })

  test('of pictures', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>'
    const canvas = [{ type: 'rect', x: 0, y: 0, w: 30, h: 30 }]
    const link = 'https://example.com/picture'
    const content = [
      { svg, link },
      { image: `${__dirname}/fixtures/formats/progressive.jpg`, link },
    ]
    const { data } = await checked({ content: [...content, { canvas }] })
    const { links } = (await found(data)).pages[0]
    expect(links.map(({ url }) => url)).toEqual([link, link])
    expect(box(links[0].rect)).toMatchObject({
      x: expect.closeTo(40, 0),
      y: expect.closeTo(40, 0),
      right: expect.closeTo(80, 0),
      bottom: expect.closeTo(80, 0),
    })
  })

  test('to a page', async () => {
    const content = [
      { text: 'to the third', linkToPage: 3 },
      { text: 'two', pageBreak: 'before' },
      { text: 'three', pageBreak: 'before' },
    ]
    const { data } = await checked({ content })
    expect((await found(data)).pages[0].links[0]).toMatchObject({ page: 3 })
  })

  test('to a node with an id, before and after it', async () => {
    const content = [
      { text: 'to the end', linkToDestination: 'end' },
      { text: 'start', id: 'start' },
      { text: 'the end', id: 'end', pageBreak: 'before', margin: [0, 100, 0, 0] },
      { text: 'to the start', linkToDestination: 'start' },
    ]
    const { data } = await checked({ content })
    const { pages } = await found(data)
    expect(pages[0].links[0].page).toBe(2)
    expect(pages[0].links[0].y).toBeCloseTo(140, -1)
    expect(pages[1].links[0].page).toBe(1)
  })

  test('to what is not there: a warning', async () => {
    const lost = [
      { text: 'lost', linkToDestination: 'nowhere' },
      { text: 'lost', linkToPage: 9 },
    ]
    const { info } = await checked({ content: lost })
    expect(info.warnings).toEqual([
      { code: 'MISSING_DESTINATION', message: expect.stringContaining('nowhere') },
      { code: 'MISSING_DESTINATION', message: expect.stringContaining('page 9') },
    ])
  })
})

describe('references', () => {
  const content = [
    { text: ['Chapter "', { textReference: 'two' }, '" begins on page ', { pageReference: 'two' }, '.'] },
    { text: ['This is page ', { pageReference: 'one' }], id: 'one' },
    { text: 'The second', id: 'two', pageBreak: 'before' },
  ]

  test('the page and the text of a node', async () => {
    const { data, file } = await checked({ content })
    const [first] = await texts(file)
    // The room for the number is as wide as five digits.
    expect(first).toMatch(/Chapter "The second" begins on page 2 ?\./)
    expect(first).toContain('This is page 1')
    expect((await found(data)).pages[0].links.map(({ page }) => page)).toContain(2)
  })

  test('stand where pdfmake has them', async () => {
    expect(
      await differences({
        content: [content[2], { pageReference: 'two', alignment: 'right' }, { textReference: 'two', bold: true }],
      }),
    ).toEqual([])
  })

  test('to what is not there are errors that name it', async () => {
    for (const kind of ['pageReference', 'textReference']) {
      await expect(checked({ content: ['a', { text: ['b', { [kind]: 'nowhere' }] }] })).rejects.toMatchObject({
        code: 'ERR_PDF_INVALID',
        message: expect.stringContaining('nowhere'),
      })
    }
  })

  test('two nodes with one id are an error', async () => {
    const content = [{ text: 'a', id: 'twin' }, { stack: [{ text: 'b', id: 'twin' }] }]
    await expect(checked({ content })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/content\[1\]\.stack\[0\][^]*twin/),
    })
  })
})

describe('tables of contents', () => {
  const chapter = (/** @type {string} */ title, /** @type {any} */ more) => [
    { text: title, fontSize: 18, tocItem: true, pageBreak: 'before', ...more },
    long,
  ]

  test.each(
    /** @type {[string, any, any?]} */ ([
      ['plain', {}],
      ['with a title', { title: { text: 'Contents', fontSize: 20, bold: true } }],
      [
        'with styles',
        { textStyle: { italics: true }, numberStyle: { bold: true, color: 'red' }, textMargin: [0, 3, 0, 3] },
      ],
      ['sorted by title', { sortBy: 'title' }],
      ['with named styles', { textStyle: 'quiet' }],
    ]),
  )('%s', async (_, toc) => {
    const content = [
      { toc },
      chapter('Water'),
      chapter('Air', { tocStyle: { fontSize: 9 }, tocMargin: [20, 0, 0, 0] }),
      chapter('Earth'),
    ]
    const styles = { quiet: { color: 'gray', fontSize: 10 } }
    expect(await differences({ content, styles }, { order: false })).toEqual([])
  })

  test('lead to their chapters', async () => {
    const { data } = await checked({ content: [{ toc: {} }, chapter('Water'), chapter('Air')] })
    const { links } = (await found(data)).pages[0]
    expect([...new Set(links.map(({ page }) => page))]).toEqual([2, 3])
  })

  test('know pages that come to be by their own length', async () => {
    const chapters = Array.from({ length: 90 }, (_, i) => ({
      text: `Chapter ${i + 1}`,
      tocItem: true,
      pageBreak: i % 10 === 0 ? 'before' : undefined,
    }))
    const { file, info } = await checked({ content: [{ toc: {} }, chapters] })
    const pages = await texts(file)
    // 90 lines of 18 points go over two pages and a bit, before the nine pages of chapters.
    expect(info.pages).toBe(3 + 9)
    expect(pages[0]).toMatch(/^Chapter 1\s+4\nChapter 2\s+4\n/)
    expect(pages[2]).toMatch(/Chapter 90\s+12$/)
  })

  test('several, with ids', async () => {
    const content = [
      { toc: { id: 'a', title: { text: 'Of a' } } },
      { toc: { id: 'b', title: { text: 'Of b' } } },
      { text: 'Only a', tocItem: 'a' },
      { text: 'Both', tocItem: ['a', 'b'] },
    ]
    expect(await differences({ content }, { order: false })).toEqual([])
  })

  test('at the end, and empty ones', async () => {
    const empty = { toc: { title: { text: 'Nothing' } } }
    expect(await differences({ content: [empty, 'after'] })).toEqual([])
    expect(await differences({ content: [{ toc: { ...empty.toc, hideEmpty: true } }, 'after'] })).toEqual([])
    expect(await differences({ content: [chapter('Water'), chapter('Air'), { toc: {} }] }, { order: false })).toEqual(
      [],
    )
  })

  test('in the outline too', async () => {
    const { data } = await checked({ content: [{ toc: { outlines: true } }, chapter('Water'), chapter('Air')] })
    expect((await found(data)).outline).toMatchObject([
      { title: 'Water', page: 2 },
      { title: 'Air', page: 3 },
    ])
  })
})

describe('the outline', () => {
  test('has the nodes that ask for it, in each other', async () => {
    const content = [
      { text: 'One', outline: true, id: 'one', outlineExpanded: true },
      { text: 'One, one', outline: true, id: 'inner', outlineParentId: 'one' },
      { text: 'deep', outline: true, outlineText: 'Écrit autrement – ☺', outlineParentId: 'inner' },
      { text: 'One, two', outline: true, outlineParentId: 'one' },
      { text: 'Two', outline: true, pageBreak: 'before' },
    ]
    const { data } = await checked({ content })
    const { outline } = await found(data)
    expect(outline).toMatchObject([
      {
        title: 'One',
        page: 1,
        open: true,
        items: [
          { title: 'One, one', page: 1, items: [{ title: 'Écrit autrement – ☺', page: 1, items: [] }] },
          { title: 'One, two', page: 1, items: [] },
        ],
      },
      { title: 'Two', page: 2, items: [] },
    ])
    expect(outline?.[0].items[0].open).toBe(false)
  })

  test('leads to the height of its node', async () => {
    const content = [
      { text: 'high', outline: true },
      { text: 'low', outline: true, margin: [0, 300, 0, 0] },
    ]
    const { data } = await checked({ content })
    const { outline } = await found(data)
    expect(outline?.[0].y).toBeLessThan(60)
    expect(outline?.[1].y).toBeCloseTo(354, -1)
  })

  test('of text in runs', async () => {
    const { data } = await checked({
      content: [{ text: ['A ', { text: 'bold', bold: true }, ' title'], outline: true }],
    })
    expect((await found(data)).outline).toMatchObject([{ title: 'A bold title' }])
  })

  test('is not there when nobody asks', async () => {
    expect((await found((await checked({ content: ['a'] })).data)).outline).toBeNull()
  })
})
