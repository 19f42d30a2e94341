// @ts-check
'use strict'

// Drawings by pdfkit's names: the same code makes the same pages as pdfkit, and what needs a layout says so.

const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { ArgumentError, PdfDocument, PdfError, WorkerPool } = require('..')
const { wordDifferences } = require('./support/pdf-documents')
const {
  check,
  colorAt,
  drawn,
  facts,
  fonts,
  keep,
  lines,
  objects,
  pictures,
  place,
  structure,
  texts,
  words,
} = require('./support/pdf-readers')

const fontFile = path.join(__dirname, '../lib/pdf/fonts/Roboto-Regular.ttf')
const boldFile = path.join(__dirname, '../lib/pdf/fonts/Roboto-Bold.ttf')
const photo = path.join(__dirname, '../examples/photos/coffee.jpg')
const lorem =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit. Sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. '

/** @param {any} draw @param {object} [options] */
async function made(draw, options) {
  const doc = new PdfDocument(/** @type {any} */ (options))
  draw(doc)
  const { data, info } = await doc.toBuffer({ resolveWithObject: true })
  const file = keep(data)
  await check(file, /** @type {any} */ (options)?.userPassword)
  return { data, info, file }
}

/** pdfkit does not know Node's own Buffers in Jest's realm, so it draws on a thread of its own, which is given the code. */
const kitThread = `
  const { parentPort, workerData } = require('node:worker_threads')
  const PdfKit = require('pdfkit')
  const { fontFile, boldFile, photo, lorem } = workerData
  parentPort.on('message', ({ draw, options }) => {
    const doc = new PdfKit(options)
    const chunks = []
    doc.on('data', (chunk) => chunks.push(chunk))
    doc.on('end', () => parentPort.postMessage(Buffer.concat(chunks)))
    eval(draw)(doc.font(fontFile))
    doc.end()
  })`

/** @type {Worker} */
let worker
beforeAll(() => {
  worker = new Worker(kitThread, { eval: true, workerData: { fontFile, boldFile, photo, lorem } })
})
afterAll(() => worker.terminate())

/** A file by pdfkit. @param {any} draw @param {object} [options] */
async function kit(draw, options) {
  worker.postMessage({ draw: String(draw), options })
  const [bytes] = await once(worker, 'message')
  return keep(Buffer.from(bytes))
}

/** Of what pdfkit makes. @param {any} draw @param {object} [options] */
async function differences(draw, options) {
  const [ours, theirs] = await Promise.all([
    made((/** @type {any} */ doc) => draw(doc.font(fontFile)), options),
    kit(draw, options),
  ])
  return wordDifferences(ours.file, theirs, { tolerance: 1 })
}

describe("the tutorial's code", () => {
  test('runs as it is, with its events', async () => {
    const PDFDocument = PdfDocument
    const data = { title: 'A title', content: lorem.repeat(4) }
    const outputPath = place()
    const doc = new PDFDocument()
    const stream = fs.createWriteStream(outputPath)
    doc.pipe(stream)
    doc.fontSize(25).text(data.title, 100, 100)
    doc.fontSize(12).text(data.content, 100, 150)
    doc.end()
    await new Promise((resolve) => stream.on('finish', () => resolve(undefined)))
    await check(outputPath)
    expect((await lines(outputPath))[0]).toBe('A title')
    const [title] = await words(outputPath)
    expect(title.x).toBeCloseTo(100, 0)
    expect(title.y).toBeGreaterThan(98)
    expect(title.y).toBeLessThan(106)
  })

  test('stands where pdfkit puts it', async () => {
    const draw = (/** @type {any} */ doc) => {
      doc.fontSize(25).text('A title', 100, 100)
      doc.fontSize(12).text(lorem.repeat(4), 100, 150)
    }
    expect(await differences(draw)).toEqual([])
  })
})

describe('the same as pdfkit', () => {
  test.each(
    /** @type {[string, (doc: any) => void, object?][]} */ ([
      ['a paragraph', (doc) => doc.text(lorem.repeat(5))],
      [
        'paragraphs one below the other',
        (doc) => doc.text(lorem).text('short').moveDown(2).text(lorem).moveUp().text('up'),
      ],
      ['lines that the text ends', (doc) => doc.text('one\ntwo\n\nfour\r\nfive')],
      [
        'aligned',
        (doc) => ['left', 'center', 'right', 'justify'].forEach((align) => doc.text(lorem.repeat(2), { align })),
      ],
      ['a width', (doc) => doc.text(lorem, 200, 100, { width: 150 }).text(lorem, { width: 300 })],
      [
        'indents and gaps',
        (doc) => doc.text(`${lorem}\n${lorem}`, { indent: 30, paragraphGap: 10, lineGap: 4 }).text('next'),
      ],
      ['all lines indented', (doc) => doc.text(lorem.repeat(2), { indent: 40, indentAllLines: true })],
      [
        'text that goes on',
        (doc) => doc.text('One ', { continued: true }).fontSize(18).text('two ').fontSize(12).text(lorem),
      ],
      [
        'text that goes on over lines',
        (doc) =>
          doc
            .text(lorem, { continued: true })
            .font(boldFile)
            .text(lorem, { continued: true })
            .font(fontFile)
            .text(lorem)
            .text('after'),
      ],
      ['columns', (doc) => doc.text(lorem.repeat(12), { columns: 3, columnGap: 15, height: 200 })],
      ['columns over pages', (doc) => doc.text(lorem.repeat(120), { columns: 2 })],
      ['pages', (doc) => doc.text(lorem.repeat(80)).text('the end')],
      ['a height', (doc) => doc.text(lorem.repeat(10), { height: 50 }).text('after')],
      ['an ellipsis', (doc) => doc.text(lorem.repeat(10), { height: 50, width: 200, ellipsis: true })],
      ['one line', (doc) => doc.text(lorem, { lineBreak: false }).text('after', 100, 300)],
      ['a list', (doc) => doc.list(['one', 'two', ['inner', lorem, ['deep']], 'three'])],
      ['a list with numbers', (doc) => doc.list(['one', 'two', ['inner'], lorem.repeat(2)], { listType: 'numbered' })],
      ['a list with letters', (doc) => doc.list(['one', 'two'], 100, 200, { listType: 'lettered', textIndent: 40 })],
      ['a line gap of the document', (doc) => doc.lineGap(6).text(lorem.repeat(2)).moveDown().text('after')],
      [
        'baselines',
        (doc) =>
          ['top', 'middle', 'alphabetic', 'hanging'].forEach((baseline, i) =>
            doc.text('Hxg', 100, 100 + 40 * i, { baseline }),
          ),
      ],
      ['characters apart', (doc) => doc.text('apart', { characterSpacing: 5 })],
      [
        'pages of their own',
        (doc) => doc.text('a').addPage({ size: 'A5', layout: 'landscape', margin: 20 }).text(lorem.repeat(30)),
      ],
      [
        'margins',
        (doc) => doc.text(lorem.repeat(80)),
        { size: 'A4', margins: { top: 50, left: 100, right: 150, bottom: 200 } },
      ],
      ['text below the margin', (doc) => doc.text('a', 100, 700).text('b').text('c').text('d')],
      [
        'a bottom margin that is taken away',
        (doc) => {
          doc.page.margins.bottom = 0
          doc.text('footer', 100, 770)
        },
      ],
      [
        'a cursor that is set',
        (doc) => {
          doc.x = 200
          doc.y = 300
          doc.text('here').text('there')
        },
      ],
      [
        'transforms',
        (doc) => doc.save().translate(50, 50).scale(2).text('large', 50, 50).restore().text('small', 300, 300),
      ],
      [
        'text beside a picture',
        (doc) =>
          doc
            .image(photo, { width: 200 })
            .text('below')
            .image(photo, 300, 300, { fit: [50, 50] })
            .text('same'),
      ],
    ]).map(([name, draw, options]) => /** @type {const} */ ([name, draw, options ?? {}])),
  )('%s', async (_, draw, options) => {
    expect(await differences(draw, options)).toEqual([])
  })
})

describe('lines and areas', () => {
  const red = [255, 0, 0]
  const green = [0, 128, 0]
  const white = [255, 255, 255]

  test('are where they are drawn, in their colours', async () => {
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      doc.rect(50, 50, 20, 20).fill('red')
      doc.save().fillColor('green').circle(150, 150, 20).fill().restore()
      doc.rect(200, 200, 10, 10).fill()
      doc.polygon([300, 300], [340, 300], [300, 340]).fill([255, 0, 0])
      doc.lineWidth(6).moveTo(50, 400).lineTo(100, 400).stroke('red')
      doc.moveTo(50, 450).quadraticCurveTo(75, 500, 100, 450).closePath().fillAndStroke('green', 'red')
      doc.rect(200, 400, 50, 50).rect(210, 410, 30, 30).fill('red', 'even-odd')
      doc.save().rect(300, 400, 10, 10).clip().rect(290, 390, 100, 100).fill('green').restore()
      doc
        .save()
        .rotate(90, { origin: [400, 400] })
        .rect(410, 400, 20, 5)
        .fill('red')
        .restore()
      doc.path('M 450 450 h 20 v 20 z').fill('green')
      doc.roundedRect(500, 50, 40, 40, 20).fill('red')
      doc.arc(520, 200, 20, 0, Math.PI, false).fill('red')
    })
    const page = await drawn(file)
    expect(colorAt(page, 60, 60)).toEqual(red)
    expect(colorAt(page, 150, 150)).toEqual(green)
    expect(colorAt(page, 205, 205)).toEqual(red)
    expect(colorAt(page, 305, 305)).toEqual(red)
    expect(colorAt(page, 335, 335)).toEqual(white)
    expect(colorAt(page, 75, 401)).toEqual(red)
    expect(colorAt(page, 75, 460)).toEqual(green)
    expect(colorAt(page, 205, 405)).toEqual(red)
    expect(colorAt(page, 225, 425)).toEqual(white)
    expect(colorAt(page, 305, 405)).toEqual(green)
    expect(colorAt(page, 315, 405)).toEqual(white)
    expect(colorAt(page, 397, 420)).toEqual(red)
    expect(colorAt(page, 467, 455)).toEqual(green)
    expect(colorAt(page, 501, 51)).toEqual(white)
    expect(colorAt(page, 520, 70)).toEqual(red)
    expect(colorAt(page, 520, 210)).toEqual(red)
    expect(colorAt(page, 520, 190)).toEqual(white)
  })

  test('gradients and opacity', async () => {
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      const across = doc.linearGradient(100, 0, 200, 0).stop(0, 'red').stop(1, 'blue')
      doc.rect(100, 100, 100, 20).fill(across)
      doc.rect(100, 200, 50, 50).fillOpacity(0.5).fill('black')
      const round = doc.radialGradient(300, 300, 0, 300, 300, 50).stop(0, 'white').stop(1, 'black')
      doc.fillOpacity(1).circle(300, 300, 50).fill(round)
    })
    const page = await drawn(file)
    const [left, right] = [colorAt(page, 105, 110), colorAt(page, 195, 110)]
    expect(left[0]).toBeGreaterThan(200)
    expect(right[2]).toBeGreaterThan(200)
    expect(Math.abs(colorAt(page, 125, 225)[0] - 128)).toBeLessThan(3)
    expect(colorAt(page, 300, 300)[0]).toBeGreaterThan(240)
    expect(colorAt(page, 345, 300)[0]).toBeLessThan(60)
  })

  test('a state does not reach the next page', async () => {
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      doc.save().save().scale(0.1).fillColor('red').opacity(0.2)
      doc.addPage().rect(100, 100, 20, 20).fill()
    })
    expect(colorAt(await drawn(file, { page: 2 }), 110, 110)).toEqual([0, 0, 0])
  })
})

describe('what else a document has', () => {
  test('fonts by name, path and bytes, each embedded once', async () => {
    const bold = fs.readFileSync(boldFile)
    const { file, info } = await made((/** @type {PdfDocument} */ doc) => {
      doc.registerFont('Head', bold)
      for (let i = 0; i < 3; i++) doc.font('Head').text('head').font('Helvetica').text('body').font(bold).text('bold')
    })
    expect((await fonts(file)).map(({ name }) => name.replace(/^\w+\+/, '')).toSorted()).toEqual([
      'Roboto-Bold',
      'Roboto-Regular',
    ])
    expect(info.warnings).toEqual([])
  })

  test('a font that is in no file is replaced, and that is said', async () => {
    const { info } = await made((/** @type {PdfDocument} */ doc) => doc.font('Times-Roman').text('serif'))
    expect(info.warnings).toEqual([{ code: 'FONT_REPLACED', message: expect.stringContaining('Times-Roman') }])
  })

  test('the same picture once', async () => {
    const bytes = fs.readFileSync(photo)
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      doc
        .image(photo, 0, 0, { width: 50 })
        .image(bytes, 100, 100, { cover: [30, 30] })
        .image(bytes, { scale: 0.1 })
    })
    expect(await pictures(file)).toHaveLength(3)
    const ids = new Set((await pictures(file)).map(({ object }) => object))
    expect(ids.size).toBe(1)
  })

  test('links, destinations and an outline', async () => {
    const { file, info } = await made((/** @type {PdfDocument} */ doc) => {
      doc.text('out', { link: 'https://example.com/' }).text('to page', { link: 1 }).text('to place', { goTo: 'there' })
      const chapter = doc.outline.addItem('Chapter', { expanded: true })
      doc.addPage().text('there', { destination: 'there' })
      chapter.addItem('Section').addItem('Part')
      doc.outline.addItem('Last').addItem('First page', { pageNumber: 0 })
    })
    expect(info.warnings).toEqual([])
    const { root } = await objects(file)
    expect(root('/Outlines', '/First', '/Title')).toBe('u:Chapter')
    expect(root('/Outlines', '/First', '/First', '/First', '/Title')).toBe('u:Part')
    expect(root('/Outlines', '/Last', '/Title')).toBe('u:Last')
    expect(root('/Pages', '/Kids', 0, '/Annots')).toHaveLength(3)
    expect(root('/Pages', '/Kids', 0, '/Annots', 0, '/A', '/URI')).toBe('u:https://example.com/')
  })

  test('what is said of it, passwords, attachments, and its tags', async () => {
    const options = { lang: 'en', tagged: true, displayTitle: true, info: { Title: 'Drawing', Author: 'Me' } }
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      doc.info.Keywords = 'one, two'
      doc.text('A paragraph').image(photo, { width: 50, alt: 'A cup' }).text('One ', { continued: true }).text('more')
      doc.file(Buffer.from('data'), { name: 'data.txt', type: 'text/plain', relationship: 'Data' })
    }, options)
    expect(await facts(file)).toMatchObject({ Title: 'Drawing', Author: 'Me', Keywords: 'one, two', Tagged: 'yes' })
    const tree = await structure(file)
    expect(tree).toMatch(/P[^]*"A paragraph"[^]*Figure[^]*P[^]*"One "[^]*"more"/)
    const secret = await made((/** @type {PdfDocument} */ doc) => doc.text('secret'), { userPassword: 'open' })
    await expect(check(secret.file)).rejects.toThrow(/password/)
  })

  test('a font by features and a unit', async () => {
    const { file } = await made((/** @type {PdfDocument} */ doc) => {
      doc
        .fontSize('2cm')
        .text('fi', { features: { liga: false } })
        .fontSize('1em')
        .text('fi', { features: ['liga=0'] })
    })
    expect((await words(file)).map(({ text }) => text)).toEqual(['fi', 'fi'])
  })
})

describe('every page', () => {
  test('has what stands on all of them', async () => {
    const { file, info } = await made((/** @type {PdfDocument} */ doc) => {
      doc.eachPage((page) => {
        page.fontSize(8).text('Page {pageNumber} of {pageCount}', 72, 750, { align: 'right' })
        page.rect(0, 0, 612, 10).fill('red')
      })
      doc.scale(0.5).text(lorem.repeat(200))
    })
    const pages = await texts(file)
    expect(pages).toHaveLength(info.pages)
    expect(info.pages).toBeGreaterThan(2)
    pages.forEach((text, i) => expect(text).toContain(`Page ${i + 1} of ${info.pages}`))
    expect(colorAt(await drawn(file, { page: 1 }), 600, 5)).toEqual([255, 0, 0])
    expect(colorAt(await drawn(file, { page: 2 }), 600, 5)).toEqual([255, 0, 0])
  })

  test('can be gone back to', async () => {
    const { file } = await made(
      (/** @type {PdfDocument} */ doc) => {
        doc.addPage().addPage()
        const { start, count } = doc.bufferedPageRange()
        expect({ start, count }).toEqual({ start: 0, count: 3 })
        for (let i = start; i < count; i++) {
          doc.switchToPage(i)
          doc.text(`page ${i}`, 100, 100, { lineBreak: false })
        }
      },
      { bufferPages: true },
    )
    expect(await texts(file)).toEqual(['page 0', 'page 1', 'page 2'])
  })

  test('is told of when it is added', () => {
    const doc = new PdfDocument({ autoFirstPage: false })
    let pages = 0
    doc.on('pageAdded', () => pages++)
    doc.addPage().addPage()
    expect(pages).toBe(2)
    doc.destroy()
  })
})

describe('what is not known before the layout', () => {
  test('is said to be so', () => {
    const doc = new PdfDocument()
    expect([doc.x, doc.y]).toEqual([72, 72])
    doc.text('a', 100, 200)
    expect(doc.x).toBe(100)
    for (const ask of [
      () => doc.y,
      () => doc.heightOfString('a'),
      () => doc.widthOfString('a'),
      () => doc.bufferedPageRange(),
    ]) {
      expect(ask).toThrow(PdfError)
      expect(ask).toThrow(expect.objectContaining({ code: 'ERR_PDF_NOT_LAID_OUT' }))
    }
    doc.y = 300
    expect(doc.y).toBe(300)
    doc.image(photo, { width: 100, height: 50 })
    expect(doc.y).toBe(350)
    expect(doc.page?.width).toBe(612)
    expect(doc.page?.maxY()).toBe(720)
    doc.destroy()
  })
})

describe('errors', () => {
  test.each(
    /** @type {[string, (doc: any) => void, RegExp][]} */ ([
      ['a coordinate that is none', (doc) => doc.moveTo('a', 1), /^Expected `x` to be a number .*got `'a'` \(string\)/],
      ['NaN', (doc) => doc.rect(0, 0, NaN, 1), /`width`/],
      ['an alignment', (doc) => doc.text('a', { align: 'middle' }), /`align` to be one of 'left'/],
      ['a colour', (doc) => doc.fill([1, 2]), /`color` to be a CSS colour/],
      ['a cap', (doc) => doc.lineCap('flat'), /`cap`/],
      ['a dash', (doc) => doc.dash(0), /`length\[0\]`/],
      ['a page size', (doc) => doc.addPage({ size: 'A99' }), /`size`/],
      ['a URL', (doc) => doc.image('https://example.com/a.png'), /no URL is ever fetched/],
      ['a font by URL', (doc) => doc.font('http://example.com/a.ttf'), /no URL is ever fetched/],
      ['an opacity', (doc) => doc.opacity(2), /`opacity`/],
      ['a size of letters', (doc) => doc.fontSize('large'), /`size`/],
      ['a page to go back to', (doc) => doc.switchToPage(0), /bufferPages/],
    ]),
  )('%s', (_, draw, message) => {
    const doc = new PdfDocument()
    expect(() => draw(doc)).toThrow(message)
    expect(() => draw(doc)).toThrow(ArgumentError)
    doc.destroy()
  })

  test('options that nobody knows', () => {
    expect(() => new PdfDocument(/** @type {any} */ ({ sizes: 'A4' }))).toThrow(/^Unknown option `sizes`/)
    expect(() => new PdfDocument(/** @type {any} */ ({ pool: 1 }))).toThrow(/`pool`/)
  })

  test('of the task name the operation', async () => {
    const doc = new PdfDocument()
    doc.text('a').image(Buffer.from('no picture'))
    await expect(doc.toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_IMAGE_INVALID',
      task: 'pdf.drawing',
      message: expect.stringContaining('operations[2].image'),
    })
    await expect(new PdfDocument().font('/no/such.ttf').toBuffer()).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(new PdfDocument().path('M x').toBuffer()).rejects.toMatchObject({
      message: expect.stringContaining('operations[1].path'),
    })
    await expect(new PdfDocument({ autoFirstPage: false }).toBuffer()).rejects.toThrow(/no pages/)
  })

  test('nothing is added to what has ended', async () => {
    const doc = new PdfDocument()
    doc.end()
    doc.end()
    expect(() => doc.text('late')).toThrow(expect.objectContaining({ code: 'ERR_PDF_ENDED' }))
    expect((await doc.toBuffer()).subarray(0, 5).toString()).toBe('%PDF-')
  })

  test('too many pages', async () => {
    const doc = new PdfDocument({ maxPages: 2 })
    doc.text(lorem.repeat(200))
    await expect(doc.toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_TOO_LARGE',
      message: expect.stringContaining('maxPages'),
    })
  })

  test('reach the stream', async () => {
    const doc = new PdfDocument()
    doc.image(Buffer.from('no'))
    doc.end()
    await expect(doc.toArray()).rejects.toMatchObject({ code: 'ERR_PDF_IMAGE_INVALID' })
  })

  test('of an abort', async () => {
    const stop = new AbortController()
    const doc = new PdfDocument({ signal: stop.signal })
    for (let i = 0; i < 2000; i++) doc.text(lorem)
    const buffer = doc.toBuffer()
    stop.abort()
    await expect(buffer).rejects.toMatchObject({ code: 'ABORT_ERR' })
  })
})

test('the stream, the Buffer and the file have the same bytes, on any pool', async () => {
  const pool = new WorkerPool(2)
  const draw = () => {
    const doc = new PdfDocument({ pool })
    for (let i = 0; i < 60; i++) doc.text(lorem.repeat(5)).rect(i, i, 10, 10).stroke('red')
    return doc
  }
  const reference = await draw().toBuffer()
  const stream = draw()
  stream.end()
  const told = new Promise((resolve) => stream.once('info', resolve))
  const streamed = Buffer.concat(await stream.toArray())
  const file = place()
  const info = await draw().toFile(file)
  await pool.close()
  expect(streamed.equals(reference)).toBe(true)
  expect(fs.readFileSync(file).equals(reference)).toBe(true)
  expect(info).toEqual({ size: reference.length, pages: info.pages, warnings: [] })
  expect(await told).toEqual(info)
})

test('progress is by page', async () => {
  const reports = /** @type {any[]} */ ([])
  const doc = new PdfDocument({ onProgress: (report) => reports.push(report) })
  for (let i = 0; i < 300; i++) doc.text(lorem.repeat(10))
  const { info } = await doc.toBuffer({ resolveWithObject: true })
  expect(reports.at(-1)).toMatchObject({ completed: info.pages, total: info.pages })
})
