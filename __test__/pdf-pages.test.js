// @ts-check
'use strict'

// What stands on every page: headers, footers, numbers of pages, backgrounds and watermarks.

const { checked, differences } = require('./support/pdf-documents')
const { drawn, colorAt, texts, words } = require('./support/pdf-readers')

const text = 'The bell rang twice, and the shop was empty again but for the cat on the counter.'
const pages = Array.from({ length: 3 }, (_, i) => ({
  text: `This is page ${i + 1}`,
  pageBreak: i === 0 ? undefined : 'before',
}))

// Whether a header is written before or after the page makes no difference to what is seen.
const how = { order: false }

describe('headers and footers stand where pdfmake has them', () => {
  test('the same on all pages', async () => {
    const document = { header: 'Head', footer: { text: 'Foot', alignment: 'center' }, content: pages }
    expect(await differences(document, how)).toEqual([])
  })

  test('with numbers of pages', async () => {
    const header = (/** @type {any} */ page, /** @type {any} */ count) => ({
      margin: [40, 15],
      columns: [{ text: 'A report' }, { text: `${page} of ${count}`, alignment: 'right' }],
    })
    const footer = (/** @type {any} */ page, /** @type {any} */ count) => ({
      text: [`– ${page} / `, { text: `${count}`, bold: true }, ' –'],
      alignment: 'center',
    })
    const document = { content: pages, pageMargins: [40, 50, 40, 60] }
    const ours = { header: header('{pageNumber}', '{pageCount}'), footer: footer('{pageNumber}', '{pageCount}') }
    expect(await differences(document, { ...how, ours, theirs: { header, footer } })).toEqual([])
  })

  test('tables and stacks', async () => {
    const header = {
      margin: [20, 10],
      table: { widths: ['*', 'auto'], body: [['Left', { text: 'Right', bold: true }]] },
      layout: 'noBorders',
    }
    const footer = {
      stack: [{ canvas: [{ type: 'line', x1: 40, y1: 0, x2: 555, y2: 0 }] }, { text: 'below a line', margin: [40, 4] }],
    }
    expect(
      await differences({ header, footer, content: pages, pageMargins: [40, 80] }, { ...how, looks: { psnr: 28 } }),
    ).toEqual([])
  })
})

test('the count of pages is known on the first of many', async () => {
  const { file, info } = await checked({ footer: 'page {pageNumber} of {pageCount}', content: Array(400).fill(text) })
  expect(info.pages).toBeGreaterThan(5)
  const found = await texts(file)
  found.forEach((page, i) => expect(page).toContain(`page ${i + 1} of ${info.pages}`))
})

test('numbers of pages in the content as well, wherever they stand', async () => {
  const content = [
    'content of page {pageNumber}',
    { text: ['in ', { text: 'a run: {pageNumber}/{pageCount}', bold: true }], pageBreak: 'before' },
    { table: { body: [['in a cell: {pageNumber}']] }, pageBreak: 'before' },
  ]
  const { file } = await checked({ content })
  // In the content braces are text, as they are in pdfmake: only what repeats knows its page.
  expect(await texts(file)).toEqual([
    'content of page {pageNumber}',
    'in a run: {pageNumber}/{pageCount}',
    'in a cell: {pageNumber}',
  ])
})

describe('by the place of a page', () => {
  const content = Array.from({ length: 5 }, (_, i) => ({
    text: `content ${i + 1}`,
    pageBreak: i === 0 ? undefined : 'before',
  }))

  test.each(
    /** @type {[string, any, string[]]} */ ([
      ['first and last', { first: 'F', last: 'L', default: 'D' }, ['F', 'D', 'D', 'D', 'L']],
      ['odd and even', { odd: 'O', even: 'E' }, ['O', 'E', 'O', 'E', 'O']],
      ['none on the first', { first: '', default: 'D {pageNumber}' }, ['', 'D 2', 'D 3', 'D 4', 'D 5']],
      ['the first alone', { first: { text: 'F', alignment: 'right' } }, ['F', '', '', '', '']],
    ]),
  )('%s', async (_, header, expected) => {
    const { file } = await checked({ header, content })
    const found = (await texts(file)).map((page) => page.replace(/content \d/, '').trim())
    expect(found).toEqual(expected)
  })
})

test('a header that is higher than its margin does not move the content', async () => {
  const header = { text: Array(5).fill('high').join('\n'), fontSize: 14 }
  const { file } = await checked({ header, content: ['content'] })
  const word = (await words(file)).find(({ text }) => text === 'content')
  expect(word?.y).toBeCloseTo(40, 1)
})

describe('a background', () => {
  const background = { canvas: [{ type: 'rect', x: 0, y: 0, w: 595.28, h: 200, color: '#def' }] }

  test('is under the content of every page, and as pdfmake’s', async () => {
    const document = { background, content: pages }
    for (const page of [1, 3]) {
      expect(await differences(document, { ...how, page, looks: { ssim: 0.97, psnr: 28 } })).toEqual([])
    }
    const { file } = await checked(document)
    const page = await drawn(file)
    expect(colorAt(page, 5, 5)).toEqual([221, 238, 255])
    expect(colorAt(page, 5, 205)).toEqual([255, 255, 255])
  })

  test('of text and pictures, by the place of the page', async () => {
    const first = [{ text: 'behind', fontSize: 60, color: '#eee', absolutePosition: { x: 100, y: 300 } }]
    const { file } = await checked({ background: { first, default: background }, content: pages })
    const found = await texts(file)
    expect(found[0]).toContain('behind')
    expect(found[1]).not.toContain('behind')
    expect(colorAt(await drawn(file, { page: 2 }), 5, 5)).toEqual([221, 238, 255])
  })
})

describe('a watermark', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['text', 'DRAFT'],
      ['a colour and an opacity', { text: 'CONFIDENTIAL', color: 'red', opacity: 0.2 }],
      ['bold and slanted', { text: 'Copy', bold: true, italics: true, color: 'blue' }],
      ['an angle', { text: 'flat', angle: 0, color: 'green' }],
      ['a size', { text: 'small', fontSize: 40, angle: 70 }],
    ]),
  )('%s', async (_, watermark) => {
    const document = { pageSize: 'A5', watermark, content: pages }
    const looks = { ssim: 0.9, psnr: 22 }
    expect(await differences(document, { ...how, words: false, page: 2, looks })).toEqual([])
  })

  test('is over the content, on every page', async () => {
    const { file } = await checked({ watermark: 'SECRET', content: pages })
    const found = await texts(file)
    expect(found).toHaveLength(3)
    // What is turned is read letter by letter.
    for (const page of found) expect(page.replaceAll(/\s/g, '')).toContain('SECRET')
  })
})
