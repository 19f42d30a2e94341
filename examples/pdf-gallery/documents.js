// @ts-check
'use strict'

/**
 * Four pages that show what `pdf()` can do; docs/gallery has pictures of them.
 *
 * @module
 */

const page = Object.freeze({
  pageSize: { width: 420, height: 'auto' },
  pageMargins: [36, 40, 36, 40],
  info: { creator: 'offloop' },
})

const quiet = Object.freeze({ color: '#667', fontSize: 8 })

const text = {
  ...page,
  language: 'en',
  content: [
    { text: 'Text', style: 'title' },
    {
      text: [
        'Runs of ',
        { text: 'bold', bold: true },
        ', ',
        { text: 'italic', italics: true },
        ' and ',
        { text: 'coloured', color: '#c2410c' },
        ' text, H',
        { text: '2', sub: true },
        'O and x',
        { text: '2', sup: true },
        ', ',
        { text: 'struck through', decoration: 'lineThrough' },
        ', ',
        { text: 'underlined', decoration: 'underline', decorationStyle: 'wavy', decorationColor: '#b91c1c' },
        ', ',
        { text: 'marked', background: '#fef08a' },
        ' and ',
        { text: 'linked', link: 'https://example.com', color: '#1d4ed8', decoration: 'underline' },
        '.',
      ],
    },
    { text: 'Two columns, justified, with words divided', style: 'heading' },
    {
      columnGap: 16,
      alignment: 'justify',
      hyphenate: true,
      fontSize: 9,
      columns: [
        'A paragraph is broken into lines where pdfmake breaks them, or, if asked, within words by the patterns of its language, so that justified lines of narrow columns have no wide gaps between their words.',
        'Kerning and ligatures are those of the font: office, waffle, AVATAR, Tokyo. Widows and orphans stay together, and a character that no font has is reported rather than lost.',
      ],
    },
    { text: 'Lists', style: 'heading' },
    {
      columns: [
        { ul: ['a disc', { ul: ['another'], type: 'circle' }, { text: 'a square', listType: 'square' }] },
        { ol: ['one', { ol: ['letters', 'and more'], type: 'lower-alpha' }, 'two'] },
        { ol: ['numerals', 'of Rome', 'in a list'], type: 'upper-roman', start: 7 },
      ],
    },
  ],
}

const rows = [
  ['Espresso', 2, 2.4],
  ['Flat white', 1, 3.6],
  ['Almond croissant', 3, 2.9],
  ['Beans, 1 kg', 1, 24.5],
].map(([item, count, price]) => [
  item,
  { text: String(count), alignment: 'right' },
  { text: Number(price).toFixed(2), alignment: 'right' },
  { text: (Number(count) * Number(price)).toFixed(2), alignment: 'right' },
])

const tables = {
  ...page,
  content: [
    { text: 'Tables', style: 'title' },
    {
      layout: 'lightHorizontalLines',
      table: {
        headerRows: 1,
        widths: ['*', 'auto', 50, 50],
        body: [['Item', 'Count', 'Price', 'Total'].map((text) => ({ text, bold: true })), ...rows],
      },
    },
    { text: 'Cells that span, and fills by their rows', style: 'heading' },
    {
      layout: {
        hLineWidth: { first: 1, last: 1, header: 1, default: 0 },
        vLineWidth: 0,
        fillColor: { header: '#1e3a8a', odd: '#eff6ff' },
        paddingTop: 4,
        paddingBottom: 4,
      },
      table: {
        headerRows: 1,
        widths: ['*', '*', '*'],
        body: [
          [{ text: 'Three columns in one', colSpan: 3, color: 'white', alignment: 'center', bold: true }, '', ''],
          ['one', 'two', 'three'],
          [{ text: 'two rows', rowSpan: 2 }, 'four', 'five'],
          ['', 'six', { text: 'its own colour', fillColor: '#fde68a' }],
        ],
      },
    },
    { text: 'A grid', style: 'heading' },
    {
      table: {
        widths: [60, '*'],
        body: [
          ['fixed', 'a star'],
          [
            { ul: ['a', 'list'] },
            {
              table: {
                body: [
                  ['a', 'table'],
                  ['in', 'a cell'],
                ],
              },
            },
          ],
        ],
      },
    },
  ],
}

const drawings = {
  ...page,
  content: [
    { text: 'Drawings and codes', style: 'title' },
    {
      canvas: [
        { type: 'rect', x: 0, y: 0, w: 110, h: 60, r: 8, linearGradient: ['#1d4ed8', '#7dd3fc'] },
        { type: 'ellipse', x: 170, y: 30, r1: 40, r2: 25, color: '#fde68a', lineColor: '#b45309', lineWidth: 2 },
        {
          type: 'polyline',
          points: [
            { x: 230, y: 60 },
            { x: 260, y: 0 },
            { x: 290, y: 60 },
          ],
          closePath: true,
          color: '#86efac',
        },
        { type: 'line', x1: 310, y1: 5, x2: 340, y2: 55, lineWidth: 3, lineCap: 'round', dash: { length: 6 } },
      ],
    },
    { text: 'SVG', style: 'heading' },
    {
      svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 90" width="340" height="90">
        <defs><linearGradient id="g"><stop offset="0" stop-color="#f97316"/><stop offset="1" stop-color="#be185d"/></linearGradient></defs>
        <path d="M0 80 C 60 0, 120 0, 170 50 S 280 90, 340 10" fill="none" stroke="url(#g)" stroke-width="6"/>
        <circle cx="170" cy="50" r="9" fill="#be185d"/><text x="190" y="40" font-family="Roboto" font-size="14">text in an SVG</text>
      </svg>`,
    },
    { text: 'Codes', style: 'heading' },
    {
      columns: [
        { qr: 'https://example.com/offloop', fit: 90, foreground: '#1e3a8a' },
        [
          { barcode: 'offloop 0.1', width: 150, height: 36 },
          { text: 'Code 128', ...quiet, margin: [0, 2, 0, 8] },
          { barcode: '4006381333931', type: 'ean13', width: 140, height: 36 },
          { text: 'EAN-13', ...quiet, margin: [0, 2] },
        ],
      ],
    },
  ],
  watermark: { text: 'sample', color: '#1d4ed8', opacity: 0.06 },
}

const contents = {
  ...page,
  pageSize: { width: 420, height: 220 },
  header: { text: 'Page {pageNumber} of {pageCount}', alignment: 'right', margin: [0, 16, 36, 0], ...quiet },
  content: [
    { toc: { title: { text: 'Contents', style: 'title' }, outlines: true } },
    { text: 'A chapter', style: 'heading', tocItem: true, margin: [0, 24, 0, 4] },
    'Titles lead to their pages, in the table of contents and in the outline of a reader.',
    { text: 'Another chapter', style: 'heading', tocItem: true, pageBreak: 'before' },
    'It begins a page.',
  ],
}

const styles = {
  title: { fontSize: 22, bold: true, margin: [0, 0, 0, 10] },
  heading: { fontSize: 12, bold: true, margin: [0, 14, 0, 4] },
}
const defaultStyle = { fontSize: 10 }

const documents = Object.fromEntries(
  Object.entries({ text, tables, drawings, contents }).map(([name, document]) => [
    name,
    { styles, defaultStyle, ...document },
  ]),
)

module.exports = { documents }
