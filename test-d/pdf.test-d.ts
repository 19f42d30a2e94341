import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd'
import { Readable } from 'node:stream'
import { PdfDocument, PdfError, OffloopError, WorkerPool, pdf } from '..'
import type { PdfContent, PdfDocumentDefinition, PdfGradient, PdfOutline, PdfPage, PdfResult } from '..'

const document: PdfDocumentDefinition = {
  pageSize: 'A4',
  pageMargins: [40, 60],
  info: { title: 'Invoice', creationDate: new Date(0), department: 'Sales' },
  header: 'All pages',
  footer: { first: null, default: { text: 'Page {pageNumber} of {pageCount}', alignment: 'right' } },
  watermark: { text: 'DRAFT', opacity: 0.2 },
  pageBreakBefore: { headlineLevel: [1, 2], whenLessThan: 100 },
  styles: { head: { fontSize: 18, bold: true, margin: [0, 0, 0, 10] }, sub: { extends: 'head', color: [0, 0, 200] } },
  fonts: { Own: { normal: 'own.ttf', bold: [Buffer.alloc(0), 'Own-Bold'] } },
  images: { logo: new Uint8Array() },
  content: [
    'text',
    42,
    null,
    { text: ['parts ', { text: 'bold', bold: true }, { pageReference: 'end' }], style: ['head', 'sub'] },
    { columns: [{ width: 'auto', text: 'a' }, { width: '20%', stack: ['b', 'c'] }, 'd'], columnGap: 10 },
    { ol: ['one', ['two', 'more'], { ul: ['three'], type: 'square' }], type: 'lower-roman', separator: ['(', ')'] },
    {
      table: {
        widths: ['*', 'auto', 50],
        headerRows: 1,
        body: [
          [{ text: 'a', colSpan: 2 }, {}, 'c'],
          ['d', { image: 'logo', fit: [20, 20] }, { qr: 'e', eccLevel: 'H' }],
        ],
      },
      layout: {
        hLineWidth: { first: 2, last: 2, header: 1, default: 0, at: { 3: 5 } },
        fillColor: { odd: '#eee' },
        paddingLeft: 4,
      },
    },
    { table: { body: [['a']] }, layout: 'noBorders' },
    {
      canvas: [
        { type: 'rect', w: 10, h: 10, color: 'red' },
        { type: 'path', d: 'M0 0L1 1', dash: { length: 2 } },
      ],
    },
    { svg: '<svg/>', width: 100 },
    { barcode: '4006381333931', type: 'ean13', height: 30 },
    { toc: { title: 'Contents', sortBy: 'title' } },
    { text: 'end', id: 'end', pageBreak: 'beforeOdd', pageOrientation: 'landscape', tocItem: ['a', 'b'] },
  ],
}
expectAssignable<PdfContent>(document.content)

// Functions have a form as data.
expectNotAssignable<PdfDocumentDefinition>({ content: '', footer: (page: number) => `${page}` })
expectNotAssignable<PdfContent>({ table: { body: [] }, layout: { hLineWidth: () => 1 } })
expectError(pdf({ content: '', pageSize: 'A99' }))
expectError(pdf({ content: '', colour: 'red' }))
expectError(pdf({ content: { text: 'a', alignment: 'middle' } }))
expectError(pdf({}))

expectType<Promise<Buffer>>(pdf(document).toBuffer())
expectType<Promise<{ data: Buffer; info: PdfResult }>>(pdf(document).toBuffer({ resolveWithObject: true }))
expectType<Promise<PdfResult>>(pdf(document).toFile(new URL('file:///tmp/a.pdf')))
expectAssignable<Readable>(pdf(document).toStream())
pdf(document, {
  pool: new WorkerPool(2),
  signal: AbortSignal.timeout(1000),
  maxPages: 10,
  onProgress: ({ completed, total }) => expectType<[number, number]>([completed, total]),
})
expectError(pdf(document, { pages: 3 }))
expectError(pdf(document).toFile())

// Every method of a drawing gives it back.
const doc = new PdfDocument({ size: 'a4', margins: { top: '2cm', left: 50 }, info: { Title: 'Drawing' } })
expectAssignable<Readable>(doc)
expectType<PdfDocument>(
  doc
    .font('Helvetica-Bold', 12)
    .fontSize('2em')
    .text('Hello', 100, 100, { width: 200, align: 'justify', link: 'https://example.com', features: { liga: false } })
    .text('World', { continued: true })
    .list(['a', ['b', 'c']], { listType: 'numbered' })
    .moveDown(2)
    .image('a.png', { fit: [100, 100], align: 'center' })
    .image(Buffer.alloc(0), 10, 10)
    .save()
    .rotate(20, { origin: [1, 2] })
    .polygon([0, 0], [1, 1], [2, 0])
    .fillAndStroke('red', [0, 0, 0, 100], 'even-odd')
    .fill('evenodd')
    .scale(2, { origin: [0, 0] })
    .restore()
    .addPage({ size: [100, 200], margin: 0 })
    .eachPage((each) => each.text('{pageNumber}', 10, 10)),
)
expectType<PdfGradient>(doc.linearGradient(0, 0, 1, 1).stop(0, 'red').stop(1, [0, 0, 255]))
expectType<PdfOutline>(doc.outline.addItem('Chapter', { expanded: true }).addItem('Section'))
expectType<PdfPage | null>(doc.page)
expectType<number>(doc.x)
expectType<Promise<Buffer>>(doc.toBuffer())
expectType<Promise<PdfResult>>(doc.toFile('a.pdf'))
expectError(doc.text('a', { align: 'middle' }))
expectError(doc.lineCap('flat'))
expectError(new PdfDocument({ sizes: 'a4' }))
expectAssignable<OffloopError>({} as PdfError)
