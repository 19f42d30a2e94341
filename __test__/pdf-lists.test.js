// @ts-check
'use strict'

// Lists: their markers and numbers, and what stands in them, beside pdfmake.

const { checked, differences } = require('./support/pdf-documents')
const { lines, words } = require('./support/pdf-readers')

const text =
  'A crate of pears from the garden behind the house, picked on the last warm day of the year, and a jar of honey.'

// The order in which a marker and its text are written is not the same.
const how = { order: false }

describe('stand where pdfmake has them', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      ['with bullets', { ul: ['one', text, 'three'] }],
      ['with numbers', { ol: ['one', text, 'three'] }],
      ['more than nine numbers', { ol: Array.from({ length: 12 }, (_, i) => `number ${i + 1}`) }],
      ['more than a hundred', { ol: Array.from({ length: 120 }, () => 'item') }],
      ['from a number', { start: 50, ol: ['a', 'b', 'c'] }],
      ['from below zero', { start: -2, ol: ['a', 'b', 'c', 'd'] }],
      ['backwards', { reversed: true, ol: ['a', 'b', 'c'] }],
      ['backwards from a number', { reversed: true, start: 10, ol: ['a', 'b', 'c'] }],
      ['lower-alpha', { type: 'lower-alpha', ol: Array.from({ length: 28 }, () => 'item') }],
      ['upper-alpha', { type: 'upper-alpha', ol: ['a', 'b'] }],
      ['lower-roman', { type: 'lower-roman', ol: Array.from({ length: 15 }, () => 'item') }],
      ['upper-roman', { type: 'upper-roman', start: 1987, ol: ['a', 'b', 'c'] }],
      ['without numbers', { type: 'none', ol: ['a', 'b'] }],
      ['another separator', { separator: ')', ol: ['a', 'b'] }],
      ['separators on both sides', { separator: ['(', ')'], ol: ['a', 'b'] }],
      ['counters of their own', { ol: ['a', { text: 'b', counter: 7 }, { text: 'c', counter: 20 }, 'd'] }],
      ['types of their own', { ol: ['a', { text: 'b', listType: 'upper-roman' }, { text: 'c', listType: 'none' }] }],
      ['large and bold', { bold: true, fontSize: 20, ol: ['a', { text: 'b', fontSize: 10 }] }],
      ['in lists', { ol: ['a', { ul: ['b', 'c', { ol: ['d', text] }] }, 'e', [{ text: 'f' }, { ol: ['g', 'h'] }]] }],
      ['with blocks', { ul: [['first', text], { columns: [text, text] }, { table: { body: [['a', 'b']] } }] }],
      ['with margins', { ol: [{ text: 'a', margin: [20, 10, 0, 10] }, 'b'], margin: [30, 0] }],
      ['in columns', { columns: [{ ul: ['a', text] }, { ol: [text, 'b'] }] }],
      ['over pages', { ol: Array.from({ length: 30 }, () => text) }],
    ]),
  )('%s', async (_, list) => {
    expect(await differences({ content: ['before', list, 'after'] }, how)).toEqual([])
  })
})

describe('look like pdfmake’s', () => {
  test.each([
    ['discs', { ul: ['a', 'b'] }],
    ['circles', { type: 'circle', ul: ['a', 'b'] }],
    ['squares', { type: 'square', ul: ['a', 'b'] }],
    ['nothing', { type: 'none', ul: ['a', 'b'] }],
    ['each its own', { ul: [{ text: 'a', listType: 'square' }, { text: 'b', listType: 'circle' }, 'c'] }],
    ['a colour for markers', { markerColor: 'red', ul: ['a', { text: 'b', markerColor: 'blue' }], color: 'green' }],
    ['a colour for numbers', { markerColor: 'red', ol: ['a', 'b'], color: 'green' }],
  ])('%s', async (_, list) => {
    expect(
      await differences(
        { pageSize: { width: 150, height: 150 }, pageMargins: 10, content: [{ fontSize: 28, ...list }] },
        { ...how, looks: { ssim: 0.95, psnr: 26 } },
      ),
    ).toEqual([])
  })
})

test('a number is on the line of its text, and is read with it', async () => {
  const { file } = await checked({ content: [{ ol: ['first', text, 'third'] }] })
  const read = await lines(file)
  expect(read.join(' ')).toMatch(/1\. first 2\. A crate [^]* honey\. 3\. third/)
  const all = await words(file)
  const [number, item] = ['1.', 'first'].map((text) => all.find((word) => word.text === text))
  expect(number?.bottom).toBeCloseTo(item?.bottom ?? 0, 1)
  expect(number?.right).toBeLessThan(item?.x ?? 0)
})

test('an empty list is nothing', async () => {
  const { file } = await checked({ content: ['before', { ul: [] }, { ol: [] }, 'after'] })
  const [before, after] = await words(file)
  expect(after.y - before.y).toBeCloseTo(14.06, 1)
})
