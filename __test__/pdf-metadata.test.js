// @ts-check
'use strict'

// What a file says of itself, and what is packed into it.

const fs = require('node:fs')
const { inflateSync } = require('node:zlib')
const { checked } = require('./support/pdf-documents')
const { facts, objects, place, printed } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

describe('info', () => {
  test('is what the document says', async () => {
    const info = {
      title: 'Ein Titel – für alle ☺',
      author: 'Jane Doe',
      subject: 'Papers',
      keywords: 'one, two',
      creator: 'a test',
      producer: 'offloop',
    }
    const { data, file } = await checked({ info, content: ['a'] })
    expect(await facts(file)).toMatchObject({
      Title: info.title,
      Author: 'Jane Doe',
      Subject: 'Papers',
      Keywords: 'one, two',
      Creator: 'a test',
      Producer: 'offloop',
    })
    expect((await found(data)).info).toMatchObject({ Title: info.title, Author: 'Jane Doe' })
  })

  test('with fields of one’s own', async () => {
    const { data } = await checked({ info: { orderNumber: 'A-17' }, content: ['a'] })
    expect((await found(data)).info.Custom).toMatchObject({ orderNumber: 'A-17' })
  })

  test('has the dates that are given, and no others', async () => {
    const { file } = await checked({
      info: { creationDate: '2024-02-29T12:30:45Z', modDate: '2025-01-02T01:04:05.000Z' },
      content: ['a'],
    })
    const dated = await facts(file, '-isodates')
    expect(new Date(dated.CreationDate)).toEqual(new Date('2024-02-29T12:30:45Z'))
    expect(new Date(dated.ModDate)).toEqual(new Date('2025-01-02T03:04:05+02:00'))
    const plain = await facts((await checked({ content: ['a'] })).file)
    expect(plain).not.toHaveProperty('CreationDate')
    expect(plain).not.toHaveProperty('ModDate')
  })

  test('takes a Date', async () => {
    const creationDate = new Date('2024-02-29T12:30:45Z')
    const { file } = await checked({ info: { creationDate }, content: ['a'] })
    expect(new Date((await facts(file, '-isodates')).CreationDate)).toEqual(creationDate)
  })

  test('names offloop as the producer', async () => {
    expect((await facts((await checked({ content: ['a'] })).file)).Producer).toMatch(/^offloop/)
  })

  test('a date that is none is an error', async () => {
    await expect(checked({ info: { creationDate: 'yesterday' }, content: ['a'] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('info.creationDate'),
    })
  })
})

test('the language and the title in the window', async () => {
  const { file } = await checked({ language: 'de-CH', displayTitle: true, info: { title: 'Fenster' }, content: ['a'] })
  const { root } = await objects(file)
  expect(root('/Lang')).toBe('u:de-CH')
  expect(root('/ViewerPreferences', '/DisplayDocTitle')).toBe(true)
})

describe('compress', () => {
  const content = [Array(20).fill('The same words again and again.').join(' ')]

  test('is on unless told otherwise', async () => {
    const { file, data } = await checked({ content })
    const streams = data.toString('latin1').split('/FlateDecode').length - 1
    expect(streams).toBeGreaterThan(1)
    expect(await printed('qpdf', ['--show-pages', '--with-images', file])).toContain('page 1')
  })

  test('off: the page can be read as it is', async () => {
    const off = await checked({ compress: false, content })
    const on = await checked({ content })
    expect(off.data.length).toBeGreaterThan(on.data.length)
    expect(off.data.toString('latin1')).toMatch(/\bBT\b[^]*\bTJ?\b[^]*\bET\b/)
    expect(on.data.toString('latin1')).not.toMatch(/\bBT\b[^]*\bET\b/)
  })
})

test.each(['1.4', '1.5', '1.7'])('version %s', async (version) => {
  const { file, data } = await checked({ version, content: ['a'] })
  expect(data.subarray(0, 8).toString('latin1')).toBe(`%PDF-${version}`)
  expect((await facts(file))['PDF version']).toBe(version)
})

describe('files that are packed in', () => {
  const csv = Buffer.from('name,sum\nflour,20\n')

  test('are found by their names, with what is said of them', async () => {
    const files = {
      'data.csv': {
        src: csv,
        type: 'text/csv',
        description: 'The numbers',
        creationDate: '2024-02-29T00:00:00Z',
        modifiedDate: '2024-03-01T00:00:00Z',
      },
      other: { src: Buffer.from([0, 1, 2, 255]), name: 'Größe.bin' },
    }
    const { data, file } = await checked({ files, content: ['a'] })
    const { attachments } = await found(data)
    const byName = Object.fromEntries(Object.values(attachments ?? {}).map((entry) => [entry.filename, entry]))
    expect(Buffer.from(byName['data.csv'].content)).toEqual(csv)
    expect(byName['data.csv'].description).toBe('The numbers')
    expect(Buffer.from(byName['Größe.bin'].content)).toEqual(Buffer.from([0, 1, 2, 255]))
    const listed = await printed('qpdf', ['--list-attachments', '--verbose', file])
    expect(listed).toMatch(/mime type: text\/csv/)
    expect(listed).toMatch(/creation date: (D:20240229000000Z|2024-02-29T00:00:00)/)
  })

  test('come from a path', async () => {
    const source = place('source.txt')
    fs.writeFileSync(source, 'from a file')
    const { data } = await checked({ files: { 'a.txt': { src: source } }, content: ['a'] })
    expect(Buffer.from(Object.values((await found(data)).attachments ?? {})[0].content).toString()).toBe('from a file')
  })

  test('are sorted, so that readers find them', async () => {
    const files = Object.fromEntries(['z', 'a', 'm', 'b'].map((name) => [name, { src: csv }]))
    const { file } = await checked({ files, content: ['a'] })
    const names = (await printed('qpdf', ['--list-attachments', file])).match(/^\S+(?= ->)/gm)
    expect(names).toEqual(['a', 'b', 'm', 'z'])
  })

  test('that are not there are errors with their place', async () => {
    await expect(checked({ files: { gone: { src: '/no/such/file.txt' } }, content: ['a'] })).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringMatching(/files\.gone[^]*\/no\/such\/file\.txt/),
    })
  })
})

test('streams are whole: what is packed is unpacked by zlib alone', async () => {
  const { data } = await checked({ content: ['a page'] })
  const text = data.toString('latin1')
  const found = [...text.matchAll(/\/Length (\d+)[^>]*>>\s*stream\r?\n/g)].filter(({ 0: head }) =>
    head.includes('stream'),
  )
  expect(found.length).toBeGreaterThan(0)
  let unpacked = 0
  for (const { 0: head, 1: length, index } of found) {
    const start = index + head.length
    const bytes = data.subarray(start, start + Number(length))
    if (bytes[0] === 0x78) unpacked += inflateSync(bytes).length
  }
  expect(unpacked).toBeGreaterThan(100)
})
