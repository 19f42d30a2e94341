// @ts-check
'use strict'

// PDF/A, and the structure of tagged documents: what the files must have, looked up in them. No validator is asked.

const { pdf } = require('..')
const { checked } = require('./support/pdf-documents')
const { facts, fonts, objects, streamOf, structure } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

const png = `${__dirname}/fixtures/pngsuite/basn6a08.png`
const jpeg = `${__dirname}/fixtures/formats/progressive.jpg`

describe.each([
  ['1b', '1', 'B'],
  ['2b', '2', 'B'],
  ['3b', '3', 'B'],
])('PDF/A-%s', (pdfa, part, conformance) => {
  const document = {
    pdfa,
    info: { title: 'A title & more', author: 'Jane Doe', creationDate: '2024-02-29T12:30:45Z' },
    content: ['archived', { image: jpeg, width: 50 }, { text: 'link', link: 'https://example.com/' }],
  }

  test('says what it is, in XMP that agrees with info', async () => {
    const { data } = await checked(document)
    const { xmp, info } = await found(data)
    expect(xmp).toMatch(new RegExp(`<pdfaid:part>${part}</pdfaid:part>|pdfaid:part="${part}"`))
    expect(xmp).toMatch(
      new RegExp(`<pdfaid:conformance>${conformance}</pdfaid:conformance>|pdfaid:conformance="${conformance}"`),
    )
    expect(xmp).toContain('A title &amp; more')
    expect(xmp).toContain('Jane Doe')
    expect(xmp).toMatch(/2024-02-29T12:30:45(Z|\+00:00)/)
    expect(info).toMatchObject({ Title: 'A title & more', Author: 'Jane Doe' })
  })

  test('its XMP can be read by anybody: not packed', async () => {
    const { data } = await checked(document)
    expect(data.toString('latin1')).toContain('<?xpacket begin')
  })

  test('has an output intent with a profile of sRGB', async () => {
    const { file } = await checked(document)
    const { root, at } = await objects(file)
    const intent = root('/OutputIntents', 0)
    expect(at(intent, '/S')).toBe('/GTS_PDFA1')
    expect(at(intent, '/DestOutputProfile', '/N')).toBe(3)
    const profile = await streamOf(file, intent['/DestOutputProfile'])
    // ICC.1, table 17: the signature of a profile.
    expect(profile.subarray(36, 40).toString('latin1')).toBe('acsp')
    expect(profile.readUInt32BE(0)).toBe(profile.length)
  })

  test('has an identifier, embedded fonts, and prints its annotations', async () => {
    const { file } = await checked(document)
    const { trailer, all } = await objects(file)
    expect(trailer['/ID']).toHaveLength(2)
    for (const font of await fonts(file)) expect(font.emb).toBe('yes')
    const annotations = all.filter((entry) => entry?.['/Subtype'] === '/Link')
    expect(annotations.length).toBeGreaterThan(0)
    // Bit 3 is Print; 1, 2 and 6 would hide it.
    for (const annotation of annotations) expect(annotation['/F'] & 0b100111).toBe(0b100)
  })
})

describe('PDF/A-1b', () => {
  test('is version 1.4, has no object streams and a set of CIDs for every font', async () => {
    const { file, data } = await checked({ pdfa: '1b', content: ['archived'] })
    expect(data.subarray(0, 8).toString('latin1')).toBe('%PDF-1.4')
    const { all } = await objects(file)
    expect(all.filter((entry) => entry?.['/Type'] === '/ObjStm' || entry?.['/Type'] === '/XRef')).toEqual([])
    const descriptors = all.filter((entry) => entry?.['/Type'] === '/FontDescriptor')
    expect(descriptors.length).toBeGreaterThan(0)
    for (const descriptor of descriptors) expect(descriptor).toHaveProperty('/CIDSet')
  })

  test.each(
    /** @type {[string, any][]} */ ([
      ['a picture with transparency', { content: [{ image: png }] }],
      ['text that is seen through', { content: [{ text: 'faint', opacity: 0.5 }] }],
      ['a watermark that is seen through', { watermark: 'DRAFT', content: ['a'] }],
      ['attachments', { files: { a: { src: Buffer.from('a') } }, content: ['a'] }],
    ]),
  )('has no room for %s: an error', async (_, document) => {
    await expect(checked({ pdfa: '1b', ...document })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/PDF\/A-1/),
    })
  })
})

test('PDF/A-3 tells how an attachment belongs to the document', async () => {
  const { file } = await checked({
    pdfa: '3b',
    content: ['an invoice'],
    files: { 'invoice.xml': { src: Buffer.from('<a/>'), type: 'text/xml', relationship: 'Alternative' } },
  })
  const { root, at } = await objects(file)
  const specification = root('/AF', 0)
  expect(at(specification, '/AFRelationship')).toBe('/Alternative')
  expect(at(specification, '/EF', '/F', '/Subtype')).toBe('/text/xml')
})

test('pdfmake’s `subset` is the same', async () => {
  const [first, second] = await Promise.all([
    pdf({ pdfa: '2b', content: ['a'] }).toBuffer(),
    pdf({ subset: 'PDF/A-2b', content: ['a'] }).toBuffer(),
  ])
  expect(first.equals(second)).toBe(true)
})

test('a level that is none is an error', async () => {
  await expect(checked({ pdfa: '9z', content: ['a'] })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringContaining('pdfa'),
  })
})

describe('a tagged document', () => {
  const document = {
    tagged: true,
    language: 'en-GB',
    info: { title: 'Tagged' },
    header: 'a header',
    content: [
      { text: 'Headline', headlineLevel: 1 },
      { text: 'Below it', headlineLevel: 2 },
      'A paragraph.',
      { ul: ['first item', 'second item'] },
      {
        table: {
          headerRows: 1,
          body: [
            ['Head a', 'Head b'],
            ['cell a', { text: 'cell b', colSpan: 1 }],
          ],
        },
      },
      { image: jpeg, alt: 'A cup' },
      { text: 'a link', link: 'https://example.com/' },
    ],
  }

  test('says so', async () => {
    const { data, file } = await checked(document)
    expect((await facts(file)).Tagged).toBe('yes')
    expect((await found(data)).isTagged).toBe(true)
    const plain = await checked({ content: ['a'] })
    expect((await facts(plain.file)).Tagged).toBe('no')
  })

  test('has headlines, paragraphs, lists, tables, pictures and links by their roles, in their order', async () => {
    const { file } = await checked(document)
    const tree = await structure(file)
    expect(tree).toMatch(/H1[^]*"Headline"[^]*H2[^]*"Below it"[^]*P[^]*"A paragraph\."/)
    expect(tree).toMatch(/L[ \n][^]*LI[^]*LBody[^]*"first item"[^]*LI[^]*"second item"/)
    expect(tree).toMatch(/Table[^]*TR[^]*TH[^]*"Head a"[^]*TH[^]*"Head b"[^]*TR[^]*TD[^]*"cell a"[^]*TD[^]*"cell b"/)
    expect(tree).toMatch(/Figure/)
    expect(tree).toMatch(/Link[^]*"a link"/)
    // What repeats is not part of what the document says.
    expect(tree).not.toContain('a header')
  })

  test('is the same to pdf.js', async () => {
    const { data } = await checked(document)
    /** @param {any} node @returns {string[]} */
    const roles = ({ role, children = [] }) => [
      role,
      ...children.filter((/** @type {any} */ child) => child.role).flatMap(roles),
    ]
    const tree = roles((await found(data)).pages[0].structure)
    for (const role of ['H1', 'H2', 'P', 'L', 'LI', 'LBody', 'Table', 'TR', 'TH', 'TD', 'Figure', 'Link']) {
      expect(tree).toContain(role)
    }
  })

  test('goes on over pages: a paragraph is one', async () => {
    const long = Array(400).fill('A paragraph that goes on.').join(' ')
    const { file } = await checked({ tagged: true, content: [long, 'after'] })
    expect((await structure(file)).match(/^\s*P\b/gm)).toHaveLength(2)
  })

  test('every mark on its pages is in the tree, and lines are not', async () => {
    const { file } = await checked({ ...document, compress: false })
    const { all } = await objects(file)
    const parents = all.find((entry) => entry?.['/Type'] === '/StructTreeRoot')
    expect(parents).toHaveProperty('/ParentTree')
    const page = all.find((entry) => entry?.['/Type'] === '/Page')
    expect(page).toHaveProperty('/StructParents')
    const content = (await streamOf(file, [page['/Contents']].flat()[0])).toString('latin1')
    expect(content.match(/\/MCID/g)?.length).toBeGreaterThan(8)
    expect(content).toMatch(/\/Artifact/)
    const [begun, ended] = [/\b(BDC|BMC)\b/g, /\bEMC\b/g].map((mark) => content.match(mark)?.length)
    expect(begun).toBe(ended)
  })

  test('the language is told', async () => {
    const { file } = await checked(document)
    expect((await objects(file)).root('/Lang')).toBe('u:en-GB')
  })
})
