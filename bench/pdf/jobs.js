// @ts-check
'use strict'

// What is made: each document as data in pdfmake's words, and as calls of pdfkit where somebody would write it so.

const { roboto } = require('./fonts')

/**
 * @typedef {object} Job
 * @property {string} title
 * @property {() => any} data what goes to the contestant: plain data
 * @property {(data: any) => any} [document] in pdfmake's words
 * @property {(doc: any, data: any) => void} [draw] in pdfkit's
 * @property {number} warm how often it is made before it counts
 * @property {number} runs how often it counts
 * @property {string[]} [once] contestants that make it once, with a limit of time, and may not come to an end
 */

const LETTERS = [
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'flint',
  'grove',
  'haven',
  'inlet',
  'jetty',
  'knoll',
  'ledge',
]

/** The n-th word, the same for everybody. @param {number} n */
const word = (n) => LETTERS[(n * 7 + (n >> 3)) % LETTERS.length]

/** @param {number} n  @param {number} count */
const words = (n, count) => Array.from({ length: count }, (_, i) => word(n + 3 * i)).join(' ')

/** @param {number} amount */
const money = (amount) => amount.toFixed(2)

/** @param {number} number */
function invoice(number) {
  const items = Array.from({ length: 4 }, (_, i) => ({
    name: `${word(number + i)} ${word(number + 5 * i)}`,
    count: 1 + ((number + i) % 9),
    price: 4.5 + ((number * (i + 3)) % 100),
  }))
  const total = items.reduce((sum, { count, price }) => sum + count * price, 0)
  return {
    number: `2026-${1000 + number}`,
    to: [`${word(number)} works`, `${1 + (number % 99)} ${word(number + 1)} street`],
    items,
    total,
  }
}

/** @param {ReturnType<typeof invoice>} data */
function invoiceDocument({ number, to, items, total }) {
  const right = (/** @type {string} */ text) => ({ text, alignment: 'right' })
  const head = ['Item', 'Count', 'Price', 'Sum'].map((text, i) => ({
    text,
    bold: true,
    alignment: i > 0 ? 'right' : 'left',
  }))
  return {
    content: [
      { text: 'Invoice', fontSize: 25, margin: [0, 0, 0, 10] },
      { columns: [to.join('\n'), right(`No. ${number}`)] },
      {
        margin: [0, 20, 0, 10],
        layout: 'lightHorizontalLines',
        table: {
          headerRows: 1,
          widths: ['*', 60, 60, 60],
          body: [
            head,
            ...items.map(({ name, count, price }) => [
              name,
              right(`${count}`),
              right(money(price)),
              right(money(count * price)),
            ]),
          ],
        },
      },
      { text: `Total ${money(total)}`, bold: true, alignment: 'right' },
    ],
  }
}

/** @param {any} doc  @param {ReturnType<typeof invoice>} data */
function drawInvoice(doc, { number, to, items, total }) {
  doc.font(roboto.normal).fontSize(25).text('Invoice', 40, 40)
  doc.fontSize(12).text(to.join('\n'), 40, 90)
  doc.text(`No. ${number}`, 300, 90, { width: 255, align: 'right' })
  const columns = [
    { x: 40, width: 300, align: 'left' },
    { x: 340, width: 60, align: 'right' },
    { x: 415, width: 60, align: 'right' },
    { x: 490, width: 60, align: 'right' },
  ]
  let y = 150
  const row = (/** @type {string[]} */ cells) => {
    cells.forEach((cell, i) => doc.text(cell, columns[i].x, y, { width: columns[i].width, align: columns[i].align }))
    y += 20
    doc
      .moveTo(40, y - 3)
      .lineTo(555, y - 3)
      .stroke('#aaaaaa')
  }
  doc.font(roboto.bold)
  row(['Item', 'Count', 'Price', 'Sum'])
  doc.font(roboto.normal)
  for (const { name, count, price } of items) row([name, `${count}`, money(price), money(count * price)])
  doc.font(roboto.bold).text(`Total ${money(total)}`, 40, y + 10, { width: 515, align: 'right' })
}

/** Some lines more than the tutorial's own text. */
const tutorialPage = () => ({ title: 'Monthly report', content: `${words(1, 60)}.` })

/** The tutorial's own lines. @param {any} doc  @param {{ title: string, content: string }} data */
function drawTutorialPage(doc, data) {
  doc.fontSize(25).text(data.title, 100, 100)
  doc.fontSize(12).text(data.content, 100, 150)
}

/** @param {number} rows */
const table = (rows) => ({
  title: `table of ${rows.toLocaleString('en-US')} rows`,
  data: () => ({
    head: Array.from({ length: 8 }, (_, i) => `Head-${i + 1}`),
    rows: Array.from({ length: rows }, (_, row) =>
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? word(row + i) : `${row * 8 + i}`)),
    ),
  }),
  document: (/** @type {{ head: string[], rows: string[][] }} */ { head, rows }) => ({
    defaultStyle: { fontSize: 9 },
    content: [
      {
        table: {
          headerRows: 1,
          widths: Array(8).fill('*'),
          body: [head.map((text) => ({ text, bold: true })), ...rows],
        },
      },
    ],
  }),
})

/** @param {any} doc  @param {{ head: string[], rows: string[][] }} data */
function drawTable(doc, { head, rows }) {
  doc.fontSize(9).table({ data: [head, ...rows] })
}

/** @type {Record<string, Job>} */
const jobs = {
  invoice: {
    title: 'invoice',
    data: () => invoice(1),
    document: invoiceDocument,
    draw: drawInvoice,
    warm: 20,
    runs: 60,
  },
  page: { title: 'tutorial’s page', data: tutorialPage, draw: drawTutorialPage, warm: 20, runs: 60 },
  'page-embedded': {
    title: 'with Roboto in the file',
    data: tutorialPage,
    draw: drawTutorialPage,
    warm: 20,
    runs: 60,
  },
  text: {
    title: '100 pages of text',
    data: () => Array.from({ length: 600 }, (_, i) => `${words(i, 90)}.`),
    document: (/** @type {string[]} */ paragraphs) => ({
      content: paragraphs.map((text) => ({ text, margin: [0, 0, 0, 12] })),
    }),
    draw: (doc, /** @type {string[]} */ paragraphs) => {
      for (const text of paragraphs) doc.fontSize(12).text(text).moveDown()
    },
    warm: 1,
    runs: 5,
  },
  'table-100': { ...table(100), draw: drawTable, warm: 3, runs: 10 },
  'table-1000': { ...table(1000), draw: drawTable, warm: 1, runs: 5 },
  'table-10000': { ...table(10_000), warm: 0, runs: 1 },
  'table-100000': { ...table(100_000), warm: 0, runs: 1, once: ['pdfmake', 'pdfmake in piscina'] },
}

module.exports = { invoice, invoiceDocument, jobs }
