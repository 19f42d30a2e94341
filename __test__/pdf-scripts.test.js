// @ts-check
'use strict'

// Text in other scripts: what is read out of the file is what went in, in the right order, joined and broken as it must be.

const { checked } = require('./support/pdf-documents')
const { arabic, arabicBold, hebrew, japanese } = require('./support/pdf-fonts')
const { drawn, inked, lines, spoken, texts, words } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

const fonts = {
  Hebrew: { normal: hebrew },
  Arabic: { normal: arabic, bold: arabicBold },
  Japanese: { normal: japanese },
}
const fallbackFonts = Object.keys(fonts)

/** @param {any} content @param {any} [more] */
const document = (content, more) => ({ fonts, fallbackFonts, content, ...more })

/** One form of a letter for all its shapes. @param {string} text */
const plain = (text) => text.normalize('NFKC')

/** A word, also where the reader has its letters as they stand from left to right. @param {import('./support/pdf-readers').Word[]} all @param {string} text */
const find = (all, text) => all.find((word) => [text, [...text].toReversed().join('')].includes(plain(word.text)))

const narrow = { pageSize: { width: 200, height: 400 }, pageMargins: 20 }

describe('Hebrew', () => {
  const text = 'כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם'

  test('is read as it was written', async () => {
    const { file, info } = await checked(document(text))
    expect(info.warnings).toEqual([])
    expect(plain(await spoken(file))).toBe(text)
  })

  test('runs from right to left, and lines break from the right', async () => {
    const { file } = await checked(document(text, narrow))
    const all = await words(file)
    const [first, second] = [find(all, 'כל'), find(all, 'בני')]
    // The first word is at the right of the first line.
    expect(first?.right).toBeCloseTo(180, 0)
    expect(second?.right).toBeLessThan(first?.x ?? 0)
    expect(new Set(all.map(({ y }) => y)).size).toBeGreaterThan(1)
  })

  test('with vowels on their letters, each read once', async () => {
    const { data, file } = await checked(document('בְּרֵאשִׁית בָּרָא'))
    expect(inked(await drawn(file))).toBeDefined()
    const read = (await found(data)).pages[0].text
    expect(read).not.toContain('\ufffd')
    expect(read.replaceAll(/[^\u05d0-\u05ea]/g, '').length).toBe('בראשיתברא'.length)
  })

  test('with latin words and numbers within, which run their own way', async () => {
    const { file } = await checked(document('הגרסה Node 20 יצאה ב-2023'))
    // Where blanks between two directions belong, poppler has an opinion of its own.
    expect(plain(await spoken(file)).replaceAll(/\s+/g, '')).toBe('הגרסהNode20יצאהב2023-')
    const all = await words(file)
    const at = (/** @type {string} */ text) => find(all, text)?.x ?? NaN
    expect(at('Node')).toBeLessThan(at('20'))
    expect(at('הגרסה')).toBeGreaterThan(at('20'))
    expect(at('יצאה')).toBeLessThan(at('Node'))
  })

  test('within latin text stays where it is in the sentence', async () => {
    const { file } = await checked(document('The word שלום means peace'))
    const all = (await words(file)).toSorted((a, b) => a.x - b.x)
    expect(all).toHaveLength(5)
    expect(
      ['The', 'word', 'שלום', 'means', 'peace'].map((word) => all.indexOf(/** @type {any} */ (find(all, word)))),
    ).toEqual([0, 1, 2, 3, 4])
  })

  test('in brackets, which are turned', async () => {
    const { file } = await checked(document('שלום (עולם) טוב'))
    expect(plain(await spoken(file))).toBe('שלום (עולם) טוב')
  })

  test('a direction that is said counts', async () => {
    const content = [
      { text: 'abc 123!', direction: 'rtl' },
      { text: 'abc 123!', direction: 'ltr' },
    ]
    const { file } = await checked(document(content))
    const all = await words(file)
    const [first, second] = [...new Set(all.map(({ y }) => y))].map((row) => all.filter(({ y }) => y === row))
    expect(Math.max(...first.map(({ right }) => right))).toBeCloseTo(555.28, 0)
    expect(Math.min(...second.map(({ x }) => x))).toBeCloseTo(40, 0)
  })
})

describe('Arabic', () => {
  const text = 'يولد جميع الناس أحرارا متساوين في الكرامة والحقوق'

  test('is read as it was written', async () => {
    const { data, file, info } = await checked(document(text))
    expect(info.warnings).toEqual([])
    expect(plain(await spoken(file))).toBe(plain(text))
    expect(plain((await found(data)).pages[0].text)).toContain('الكرامة')
  })

  test('is joined: a word is narrower than its letters are alone', async () => {
    const { file } = await checked(
      document([
        { text: 'بببببب', fontSize: 30 },
        { text: 'ب‌ب‌ب‌ب‌ب‌ب', fontSize: 30 },
      ]),
    )
    const [joined, apart] = await words(file)
    expect(joined.right - joined.x).toBeLessThan((apart.right - apart.x) * 0.8)
  })

  test('with the ligature of lam and alef, which is read as two letters', async () => {
    const { data, file } = await checked(document('سلام'))
    expect((await words(file)).map(({ text }) => plain(text).length)).toEqual([4])
    // The letters of a ligature are read in their order by some, and in that in which they would stand by others.
    expect(['سلام', 'سالم']).toContain(plain((await found(data)).pages[0].text))
  })

  test('in bold, in a table and in a list, aligned to the right', async () => {
    const { file, info } = await checked(
      document([
        { text: 'العنوان', bold: true, fontSize: 20, alignment: 'right' },
        {
          table: {
            widths: ['*', '*'],
            body: [
              ['الكرامة', 'المبلغ'],
              [text, '١٢٣'],
            ],
          },
        },
        { ul: ['جميع', 'الثاني'] },
      ]),
    )
    expect(info.warnings).toEqual([])
    const read = plain(await spoken(file))
    for (const word of ['العنوان', 'الكرامة', 'المبلغ', '١٢٣', 'جميع', 'الثاني']) expect(read).toContain(word)
  })

  test('justified', async () => {
    const { file } = await checked(document({ text: Array(5).fill(text).join(' '), alignment: 'justify' }, narrow))
    const all = await words(file)
    const rows = [...new Set(all.map(({ y }) => y))]
    expect(rows.length).toBeGreaterThan(3)
    for (const row of rows.slice(0, -1)) {
      const line = all.filter(({ y }) => y === row)
      expect(Math.min(...line.map(({ x }) => x))).toBeCloseTo(20, 0)
      expect(Math.max(...line.map(({ right }) => right))).toBeCloseTo(180, 0)
    }
  })
})

describe('Japanese and Chinese', () => {
  const text =
    '日本語の文章は空白なしで書かれます。そのため、行の折り返しは文字と文字の間で行われます。「括弧」や句読点は行頭に来てはいけません。'

  test('are read as they were written', async () => {
    const { file, info } = await checked(document([text, '你好世界']))
    expect(info.warnings).toEqual([])
    const read = (await texts(file)).join('').replaceAll(/\s/g, '')
    expect(read).toBe(`${text}你好世界`)
  })

  test('break between any two letters, but not before what may not begin a line', async () => {
    for (const width of [150, 162, 173, 181, 194]) {
      const { file } = await checked(
        document(Array(3).fill(text).join(''), { pageSize: { width, height: 600 }, pageMargins: 20 }),
      )
      const rows = await lines(file)
      expect(rows.length).toBeGreaterThan(8)
      for (const row of rows) {
        expect(row).not.toMatch(/^[、。」）ぁぃぅぇぉっゃゅょー]/)
        expect(row).not.toMatch(/[「（]$/)
      }
      // No line is left half empty.
      for (const row of rows.slice(0, -1)) expect(row.length).toBeGreaterThan((width - 40) / 12 - 4)
    }
  })

  test('with latin words, which are not broken', async () => {
    const { file } = await checked(
      document('日本語の中のJavaScriptという言葉とTypeScriptという言葉', {
        pageSize: { width: 130, height: 300 },
        pageMargins: 10,
      }),
    )
    const rows = (await lines(file)).map((row) => row.replaceAll(/\s/g, ''))
    expect(rows.length).toBeGreaterThan(2)
    expect(rows.some((row) => row.includes('JavaScript'))).toBe(true)
    expect(rows.some((row) => row.includes('TypeScript'))).toBe(true)
  })

  test('in a column as wide as they are', async () => {
    const body = [
      ['日本語', 'x'],
      ['請求書', '合計'],
    ]
    const { file } = await checked(document({ table: { widths: ['auto', 'auto'], body } }))
    const all = await words(file)
    expect(all).toHaveLength(4)
    // The lines of two fonts begin at one height.
    expect(new Set(all.map(({ y }) => Math.round(y))).size).toBe(2)
  })
})

test('a combining accent stands with its letter, and is read with it', async () => {
  const { file } = await checked({ content: 'Cafe\u0301 mañana Å' })
  expect((await texts(file)).join().normalize('NFC')).toBe('Café mañana Å')
})

test('all scripts on one line are all there', async () => {
  const { file, info } = await checked(document('Ελληνικά Кириллица עברית العربية 日本語 Tiếng Việt'))
  expect(info.warnings).toEqual([])
  const read = plain(await spoken(file))
  for (const word of ['Ελληνικά', 'Кириллица', 'עברית', 'العربية', '日本語', 'Tiếng', 'Việt'])
    expect(read).toContain(plain(word))
})
