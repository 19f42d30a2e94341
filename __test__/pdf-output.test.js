// @ts-check
'use strict'

// The ways a document leaves: a Buffer, a file, a stream; progress, aborts and timeouts on the way; and the same bytes each
// time.

const fs = require('node:fs')
const path = require('node:path')
const { pipeline } = require('node:stream/promises')
const { AbortError, TimeoutError, WorkerPool, pdf } = require('..')
const { failure } = require('./support/failure')
const { both } = require('./support/pdf-documents')
const { check, keep, place } = require('./support/pdf-readers')
const { until } = require('./support/until')

const small = { content: ['one', { text: 'two', pageBreak: 'before' }] }

/** Rows enough for some seconds of work. */
const large = () => ({
  content: [
    {
      table: {
        headerRows: 1,
        widths: Array(8).fill('*'),
        body: Array.from({ length: 60_000 }, (_, i) => Array.from({ length: 8 }, (_, j) => `${i}-${j} some words`)),
      },
    },
  ],
})

/** @type {WorkerPool} */
let pool
beforeAll(() => {
  pool = new WorkerPool(2)
})
afterAll(() => pool.close())

/** A folder of its own, with nothing in it. */
function folder() {
  const folder = place(`folder-${Math.random().toString(36).slice(2)}`)
  fs.mkdirSync(folder)
  return folder
}

describe('a Buffer', () => {
  test('alone, or with what is known of it', async () => {
    const data = await pdf(small).toBuffer()
    expect(Buffer.isBuffer(data)).toBe(true)
    expect(data.subarray(0, 5).toString()).toBe('%PDF-')
    const both = await pdf(small).toBuffer({ resolveWithObject: true })
    expect(both.data.equals(data)).toBe(true)
    expect(both.info).toEqual({ size: data.length, pages: 2, warnings: [] })
  })

  test('twice from one call of pdf(): the same', async () => {
    const made = pdf(small)
    const [first, second] = await Promise.all([made.toBuffer(), made.toBuffer()])
    expect(first.equals(second)).toBe(true)
  })

  test('of the document as it was when it was asked for', async () => {
    /** @type {any} */
    const document = { content: ['first'] }
    const before = await pdf(document).toBuffer()
    const made = pdf(document).toBuffer()
    document.content[0] = 'second'
    expect((await made).equals(before)).toBe(true)
  })

  test('the document is not changed', async () => {
    const document = {
      content: [{ table: { body: [['a', { text: 'b', rowSpan: 1 }]] } }, { ul: ['a'] }],
      styles: { a: { bold: true } },
    }
    const copy = structuredClone(document)
    await pdf(document).toBuffer()
    expect(document).toEqual(copy)
  })

  test('on a pool', async () => {
    const [onPool, alone] = await Promise.all([pdf(small, { pool }).toBuffer(), pdf(small).toBuffer()])
    expect(onPool.equals(alone)).toBe(true)
  })
})

test('is not larger than pdfmake’s', async () => {
  const row = (/** @type {number} */ i) => [`${i}`, 'a few words', `${i * 7}.00`, 'and more']
  const documents = {
    page: { content: ['one page', { text: 'with two fonts', bold: true }] },
    text: {
      content: Array.from({ length: 100 }, (_, i) => `Paragraph ${i} has some words in it, as all of them have.`),
    },
    table: {
      content: [
        {
          table: { headerRows: 1, widths: ['auto', '*', 60, '*'], body: Array.from({ length: 200 }, (_, i) => row(i)) },
        },
      ],
    },
    picture: {
      content: [
        { image: path.join(__dirname, 'fixtures/pngsuite/basn6a08.png') },
        { image: path.join(__dirname, '../examples/photos/coffee.jpg'), width: 200 },
      ],
    },
  }
  for (const document of Object.values(documents)) {
    const { ours, theirs } = await both(document)
    expect(ours.data.length / theirs.data.length).toBeLessThanOrEqual(1.1)
  }
})

describe('a file', () => {
  test('whole, with what is known of it', async () => {
    const file = path.join(folder(), 'made.pdf')
    const info = await pdf(small).toFile(file)
    expect(info).toEqual({ size: fs.statSync(file).size, pages: 2, warnings: [] })
    await check(file)
    expect(fs.readFileSync(file).equals(await pdf(small).toBuffer())).toBe(true)
  })

  test('takes the place of one that was there', async () => {
    const file = path.join(folder(), 'made.pdf')
    fs.writeFileSync(file, 'x'.repeat(1e6))
    const { size } = await pdf(small).toFile(file)
    await check(file)
    expect(fs.statSync(file).size).toBe(size)
  })

  test('in a folder that is not there: an error', async () => {
    const file = path.join(folder(), 'no', 'made.pdf')
    await expect(pdf(small).toFile(file)).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining(file),
    })
  })

  test('of a document that fails: nothing is left, and what was there stays', async () => {
    const where = folder()
    const file = path.join(where, 'made.pdf')
    fs.writeFileSync(file, 'as it was')
    await failure(pdf({ content: ['a', { image: Buffer.from('no') }] }).toFile(file))
    expect(fs.readFileSync(file, 'utf8')).toBe('as it was')
    expect(fs.readdirSync(where)).toEqual(['made.pdf'])
  })

  test('that is aborted on the way: nothing is left', async () => {
    const where = folder()
    const file = path.join(where, 'made.pdf')
    const controller = new AbortController()
    const made = failure(pdf(large(), { pool, signal: controller.signal }).toFile(file))
    // The file has a name of its own until it is whole.
    await until(() => fs.readdirSync(where).length > 0)
    controller.abort()
    expect(await made).toBeInstanceOf(AbortError)
    expect(fs.readdirSync(where)).toEqual([])
  })
})

describe('a stream', () => {
  test('has the bytes of the Buffer', async () => {
    const chunks = await pdf(small).toStream().toArray()
    expect(Buffer.concat(chunks).equals(await pdf(small).toBuffer())).toBe(true)
  })

  test('into a file', async () => {
    const file = place()
    await pipeline(pdf(small).toStream(), fs.createWriteStream(file))
    await expect(check(file)).resolves.toContain('No syntax or stream encoding errors')
  })

  test('ends with the error of the document', async () => {
    await expect(
      pdf({ content: [{ image: Buffer.from('no') }] })
        .toStream()
        .toArray(),
    ).rejects.toMatchObject({ code: 'ERR_PDF_IMAGE_INVALID' })
  })

  test('that is destroyed ends the work', async () => {
    const stream = pdf(large(), { pool }).toStream()
    stream.on('error', () => {})
    stream.resume()
    await until(() => pool.stats().running > 0)
    stream.destroy()
    await until(() => pool.stats().running === 0)
    expect(stream.destroyed).toBe(true)
  })
})

describe('an abort', () => {
  test('before the work: nothing is done', async () => {
    const error = await failure(pdf(small, { signal: AbortSignal.abort(new Error('not now')) }).toBuffer())
    expect(error).toBeInstanceOf(AbortError)
    expect(error.cause).toEqual(new Error('not now'))
  })

  test.each([5, 50, 300])('after %d ms: it ends soon, and the thread is free', async (ms) => {
    const controller = new AbortController()
    const made = failure(pdf(large(), { pool, signal: controller.signal }).toBuffer())
    await new Promise((resolve) => setTimeout(resolve, ms))
    const start = performance.now()
    controller.abort()
    expect(await made).toBeInstanceOf(AbortError)
    await until(() => pool.stats().running === 0)
    // Far more than it takes, for a machine that has much to do.
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test('of one long paragraph, of pictures and of a long word', async () => {
    const photo = path.join(__dirname, '../examples/photos/blackbug.png')
    const documents = [
      { content: { text: 'word '.repeat(2_000_000), alignment: 'justify' } },
      { content: 'x'.repeat(2_000_000) },
      { content: Array.from({ length: 400 }, (_, i) => ({ image: photo, width: 100 + i })), images: {} },
    ]
    for (const document of documents) {
      const controller = new AbortController()
      const made = pdf(document, { pool, signal: controller.signal })
        .toBuffer()
        .catch((error) => error)
      await new Promise((resolve) => setTimeout(resolve, 40))
      const start = performance.now()
      controller.abort()
      await made
      expect(performance.now() - start).toBeLessThan(2000)
    }
  })
})

test('a timeout ends the work', async () => {
  const error = await failure(pdf(large(), { pool, timeout: 30 }).toBuffer())
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ code: 'ERR_TASK_TIMEOUT', timedOut: true })
})

test('progress is by page, rises, and ends with all of them', async () => {
  /** @type {import('..').Progress[]} */
  const reports = []
  const content = Array.from({ length: 20_000 }, (_, i) => `Line ${i} of a long document`)
  const { info } = await pdf({ content }, { pool, onProgress: (report) => void reports.push(report) }).toBuffer({
    resolveWithObject: true,
  })
  expect(reports.length).toBeGreaterThan(0)
  const completed = reports.map(({ completed }) => completed)
  expect(completed).toEqual(completed.toSorted((a, b) => a - b))
  for (const { completed, total } of reports) expect(completed).toBeLessThanOrEqual(total)
  expect(reports.at(-1)).toEqual({ completed: info.pages, total: info.pages, percent: 100 })
})

describe('the same document makes the same bytes', () => {
  const document = {
    info: { title: 'Same', b: '1', a: '2', c: '3' },
    styles: { x: { bold: true }, y: { italics: true }, z: { fontSize: 20 } },
    images: {
      one: path.join(__dirname, 'fixtures/formats/progressive.jpg'),
      two: path.join(__dirname, 'fixtures/pngsuite/basn6a08.png'),
    },
    files: { 'b.txt': { src: Buffer.from('b') }, 'a.txt': { src: Buffer.from('a') } },
    tagged: true,
    header: '{pageNumber} of {pageCount}',
    watermark: 'SAME',
    content: [
      { toc: {} },
      ...['x', 'y', 'z'].map((style) => ({ text: `in ${style}`, style, tocItem: true, outline: true, id: style })),
      { image: 'two', alt: 'two' },
      { image: 'one', alt: 'one' },
      {
        table: {
          headerRows: 1,
          body: Array.from({ length: 300 }, (_, i) => [
            `${i}`,
            'cell',
            { text: 'link', link: `https://example.com/${i}` },
          ]),
        },
      },
      { qr: 'same' },
      {
        svg: '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1"/></linearGradient></defs><rect width="20" height="20" fill="url(#g)"/></svg>',
      },
    ],
  }

  test('one after the other, at once, and on pools of any size', async () => {
    const reference = await pdf(document).toBuffer()
    await check(keep(reference))
    const one = new WorkerPool(1)
    const four = new WorkerPool(4)
    try {
      const made = await Promise.all(
        [
          pdf(document),
          pdf(document, { pool: one }),
          ...Array.from({ length: 4 }, () => pdf(document, { pool: four })),
        ].map((made) => made.toBuffer()),
      )
      for (const data of made) expect(data.equals(reference)).toBe(true)
    } finally {
      await Promise.all([one.close(), four.close()])
    }
  })

  test('in another process', async () => {
    const { execFileSync } = require('node:child_process')
    const script = `require(${JSON.stringify(path.join(__dirname, '..'))}).pdf({ content: ['the same', { text: 'everywhere', bold: true }] }).toBuffer().then((data) => process.stdout.write(data.toString('base64')))`
    const there = Buffer.from(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'base64')
    const here = await pdf({ content: ['the same', { text: 'everywhere', bold: true }] }).toBuffer()
    expect(there.equals(here)).toBe(true)
  })
})

test('the event loop turns while a document is made', async () => {
  let turns = 0
  let running = true
  const made = pdf(large(), { pool, signal: AbortSignal.timeout(400) })
    .toBuffer()
    .catch(() => {})
  const turn = () => {
    turns++
    if (running) setTimeout(turn, 1)
  }
  turn()
  await made
  running = false
  expect(turns).toBeGreaterThan(20)
})

test('many documents at once are each their own', async () => {
  const made = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      pdf({ info: { title: `number ${i}` }, compress: false, content: [`This is ${i}`] }, { pool }).toBuffer(),
    ),
  )
  made.forEach((data, i) => expect(data.toString('latin1')).toContain(`number ${i}`))
})
