// @ts-check
'use strict'

// What makes a page good to read: hyphens, justified lines, and no line of a paragraph alone on a page.

const { checked, differences } = require('./support/pdf-documents')
const { lines, texts, words } = require('./support/pdf-readers')

const english =
  'Internationalisation requires extraordinary consideration of hyphenation opportunities throughout representative documentation.'
const german =
  'Die Donaudampfschifffahrtsgesellschaft veröffentlichte außerordentliche Geschäftsbedingungen für Reisegepäckversicherungen.'
const narrow = { pageSize: { width: 170, height: 400 }, pageMargins: 20 }

// ISO 32000-1, 14.8.2.2.3: a hyphen that a word has only at the end of a line is a soft one.
const hyphen = /[-\u2010\u00ad]$/

describe('hyphens', () => {
  test.each([
    ['en', english],
    ['de', german],
    ['fr', 'L’anticonstitutionnellement incompréhensible développement gouvernemental intercommunautaire.'],
  ])('divide words of %s, and the words are whole without them', async (language, text) => {
    const { file } = await checked({ ...narrow, defaultStyle: { hyphenate: true, language }, content: text })
    const rows = await lines(file)
    expect(rows.filter((row) => hyphen.test(row)).length).toBeGreaterThan(0)
    const whole = rows
      .join('\n')
      .replaceAll(/[-\u2010\u00ad]\n/g, '')
      .replaceAll('\n', ' ')
    expect(whole).toBe(text)
  })

  test('are where a dictionary has them', async () => {
    const { file } = await checked({
      pageSize: { width: 60, height: 400 },
      pageMargins: 5,
      defaultStyle: { hyphenate: true, language: 'en-us' },
      content: 'hyphenation',
    })
    const rows = await lines(file)
    expect(rows.length).toBeGreaterThan(1)
    expect(['hy-', 'hyphen-', 'hyphena-']).toContain(rows[0].replace(hyphen, '-'))
  })

  test('are not there unless somebody asks', async () => {
    const { file } = await checked({ ...narrow, language: 'en', content: english })
    expect((await lines(file)).filter((row) => hyphen.test(row))).toEqual([])
    expect(await differences({ ...narrow, content: english })).toEqual([])
  })

  test('come from the language of the document', async () => {
    const { file } = await checked({ ...narrow, language: 'de', defaultStyle: { hyphenate: true }, content: german })
    expect((await lines(file)).filter((row) => hyphen.test(row)).length).toBeGreaterThan(0)
  })

  test('soft ones are seen only at the end of a line', async () => {
    const text = 'super\u00adcali\u00adfragi\u00adlistic\u00adexpi\u00adali\u00addocious'
    const { file } = await checked({
      pageSize: { width: 110, height: 200 },
      pageMargins: 10,
      content: [text, 'un\u00adbroken'],
    })
    const rows = await lines(file)
    expect(rows.length).toBeGreaterThan(2)
    expect(rows.slice(0, -2).every((row) => hyphen.test(row))).toBe(true)
    expect(rows.at(-1)?.replace('\u00ad', '')).toBe('unbroken')
  })

  test('are not in what is copied, where a reader can tell', async () => {
    const { file } = await checked({ ...narrow, defaultStyle: { hyphenate: true, language: 'en' }, content: english })
    // pdftotext joins what a hyphen at the end of a line divides only by its own rules; the words are all there.
    const read = (await texts(file))
      .join(' ')
      .replaceAll(/[-\u2010\u00ad]\n/g, '')
      .replaceAll('\n', ' ')
    expect(read).toBe(english)
  })
})

describe('justified lines', () => {
  const text = Array(12).fill('A line of some words that are long and short.').join(' ')

  test('begin and end at the margins, with even gaps', async () => {
    const { file } = await checked({ ...narrow, content: { text, alignment: 'justify' } })
    const all = await words(file)
    const rows = [...new Set(all.map(({ y }) => y))].map((row) => all.filter(({ y }) => y === row))
    expect(rows.length).toBeGreaterThan(8)
    for (const row of rows.slice(0, -1)) {
      expect(row[0].x).toBeCloseTo(20, 1)
      expect(row.at(-1)?.right).toBeCloseTo(150, 1)
      const gaps = row.slice(1).map(({ x }, i) => x - row[i].right)
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(0.1)
    }
    const last = rows.at(-1)
    expect(last?.[1].x).toBeCloseTo((last?.[0].right ?? 0) + 2.98, 0)
  })

  test('before a break that was made are not stretched', async () => {
    const { file } = await checked({ content: { text: 'a few words\nand a few more', alignment: 'justify' } })
    for (const { right } of await words(file)) expect(right).toBeLessThan(200)
  })

  test('with hyphens have smaller gaps', async () => {
    const widest = async (/** @type {any} */ style) => {
      const { file } = await checked({
        ...narrow,
        defaultStyle: { alignment: 'justify', language: 'en', ...style },
        content: Array(3).fill(english).join(' '),
      })
      const all = await words(file)
      return Math.max(...all.slice(1).map(({ x, y }, i) => (all[i].y === y ? x - all[i].right : 0)))
    }
    expect(await widest({ hyphenate: true })).toBeLessThan(await widest({}))
  })
})

describe('widows and orphans', () => {
  // Lines of one word each, so that they can be counted.
  const paragraph = (/** @type {number} */ count, /** @type {any} */ style = {}) => ({
    text: Array.from({ length: count }, (_, i) => `w${i}`).join('\n'),
    ...style,
  })
  // Ten lines fit on a page.
  const page = { pageSize: { width: 200, height: 40 + 10 * 14.1 }, pageMargins: 20 }

  /** How many lines of the second paragraph are on each page. @param {any} style @param {number} before @param {number} count */
  async function split(style, before, count) {
    const { file } = await checked({
      ...page,
      content: [Array(before).fill('above').join('\n'), paragraph(count, style)],
    })
    const all = (await words(file)).filter(({ text }) => text.startsWith('w'))
    return [1, 2].map((number) => all.filter(({ page }) => page === number).length)
  }

  test('are as pdfmake has them unless told: lines go where there is room', async () => {
    expect(await split({}, 9, 5)).toEqual([1, 4])
    expect(await split({}, 6, 5)).toEqual([4, 1])
  })

  test('orphans: fewer lines than that do not stay', async () => {
    expect(await split({ orphans: 2 }, 9, 5)).toEqual([0, 5])
    expect(await split({ orphans: 2 }, 8, 5)).toEqual([2, 3])
    expect(await split({ orphans: 3 }, 8, 5)).toEqual([0, 5])
  })

  test('widows: fewer lines than that do not go alone', async () => {
    expect(await split({ widows: 2 }, 6, 5)).toEqual([3, 2])
    expect(await split({ widows: 3 }, 6, 5)).toEqual([2, 3])
    expect(await split({ widows: 2 }, 5, 5)).toEqual([5, 0])
  })

  test('both, of a paragraph that has no room for them: it goes as a whole', async () => {
    expect(await split({ orphans: 2, widows: 2 }, 8, 3)).toEqual([0, 3])
    expect(await split({ orphans: 3, widows: 3 }, 6, 5)).toEqual([0, 5])
  })

  test('of a style, and of the whole document', async () => {
    const content = [Array(9).fill('above').join('\n'), { ...paragraph(4), style: 'kept' }]
    const styled = await checked({ ...page, styles: { kept: { orphans: 2 } }, content })
    const whole = await checked({ ...page, defaultStyle: { orphans: 2 }, content: [content[0], paragraph(4)] })
    for (const { file } of [styled, whole]) {
      expect((await words(file)).filter(({ text, page }) => text.startsWith('w') && page === 1)).toEqual([])
    }
  })

  test('of a paragraph that is longer than a page', async () => {
    const { file, info } = await checked({ ...page, content: ['above', paragraph(25, { orphans: 3, widows: 3 })] })
    const all = await words(file)
    expect(all.filter(({ text }) => text.startsWith('w'))).toHaveLength(25)
    const last = all.filter(({ page }) => page === info.pages)
    expect(last.length).toBeGreaterThanOrEqual(3)
  })
})

describe('breaks', () => {
  test('are where Unicode has them', async () => {
    const text =
      'well-known/and\u200bor no\u00a0break https://example.com/a/long/path?with=query&and=more 1,234.56 “quoted” (brackets)'
    const { file } = await checked({ pageSize: { width: 110, height: 300 }, pageMargins: 10, content: text })
    const rows = await lines(file)
    expect(rows.join(' ')).toContain('no break')
    for (const row of rows) expect(row).not.toMatch(/^[,.)”]/)
    expect(rows.some((row) => row.includes('1,234.56'))).toBe(true)
  })

  test('anywhere, where that is asked for', async () => {
    const { file } = await checked({
      pageSize: { width: 100, height: 300 },
      pageMargins: 10,
      content: { text: 'some words broken anywhere', wordBreak: 'break-all' },
    })
    const rows = await lines(file)
    expect(rows.length).toBeGreaterThan(1)
    const all = await words(file)
    expect(Math.max(...all.map(({ right }) => right))).toBeGreaterThan(83)
  })
})
