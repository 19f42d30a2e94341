// @ts-check
'use strict'

/**
 * An invoice as a document.
 *
 * @module
 */

/**
 * @typedef {object} Order
 * @property {string} number
 * @property {string} date ISO 8601
 * @property {string} customer
 * @property {{ name: string, count: number, price: number }[]} items prices in euros
 */

const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const VAT = 0.19

/** @param {Order} order @returns {import('offloop').PdfDocumentDefinition} */
function invoice({ number, date, customer, items }) {
  const net = items.reduce((sum, { count, price }) => sum + count * price, 0)
  const right = (/** @type {number} */ value) => ({
    text: money.format(value),
    alignment: /** @type {const} */ ('right'),
  })
  return {
    info: { title: `Invoice ${number}`, author: 'Example Ltd' },
    language: 'en',
    pageSize: 'A4',
    pageMargins: [50, 80, 50, 60],
    styles: {
      title: { fontSize: 22, bold: true, margin: [0, 20, 0, 10] },
      faint: { color: '#666', fontSize: 9 },
      head: { bold: true, color: 'white', fillColor: '#234' },
    },
    header: { text: 'Example Ltd · 1 Long Road · Dublin', style: 'faint', margin: [50, 30, 50, 0] },
    footer: { text: 'Page {pageNumber} of {pageCount}', style: 'faint', alignment: 'center' },
    content: [
      { columns: [customer, { text: `Dublin, ${date}`, alignment: 'right' }] },
      { text: `Invoice ${number}`, style: 'title' },
      {
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: ['*', 'auto', 'auto', 'auto'],
          body: [
            ['Item', 'Count', 'Price', 'Sum'].map((text) => ({ text, style: 'head' })),
            ...items.map(({ name, count, price }) => [name, count, right(price), right(count * price)]),
          ],
        },
        layout: {
          hLineWidth: { first: 0, default: 0.5 },
          vLineWidth: 0,
          hLineColor: '#ccc',
          paddingTop: 4,
          paddingBottom: 4,
        },
      },
      {
        columns: [
          { qr: `invoice:${number}`, fit: 60, margin: [0, 20, 0, 0] },
          {
            width: 200,
            margin: [0, 20, 0, 0],
            unbreakable: true,
            table: {
              widths: ['*', 'auto'],
              body: [
                ['Net', right(net)],
                [`VAT ${VAT * 100} %`, right(net * VAT)],
                [
                  { text: 'Total', bold: true },
                  { ...right(net * (1 + VAT)), bold: true },
                ],
              ],
            },
            layout: { hLineWidth: { at: { 2: 1 }, default: 0 }, vLineWidth: 0 },
          },
        ],
      },
    ],
  }
}

/** Something to look at. @param {number} count of items @returns {Order} */
function example(count = 12) {
  const items = Array.from({ length: count }, (_, i) => ({
    name: `Article ${i + 1}`,
    count: (i % 5) + 1,
    price: 4.5 + i,
  }))
  return { number: '2026-0042', date: '2026-03-01', customer: 'Ada Lovelace\n12 St James Square\nLondon', items }
}

module.exports = { example, invoice }
