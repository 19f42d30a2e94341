// @ts-check
'use strict'

// Lines and areas of `canvas`, and SVG, as they look beside pdfmake.

const { pdf } = require('..')
const { checked, differences } = require('./support/pdf-documents')
const { colorAt, drawn, inked, pictures, words } = require('./support/pdf-readers')

const page = { pageSize: { width: 240, height: 180 }, pageMargins: 10 }

/** @param {any} canvas @param {any} [more] */
const drawing = (canvas, more) => ({ ...page, content: ['before', { canvas, ...more }, 'after'] })

describe('canvas', () => {
  const star = [
    { x: 50, y: 0 },
    { x: 80, y: 90 },
    { x: 0, y: 35 },
    { x: 100, y: 35 },
    { x: 20, y: 90 },
  ]

  test.each(
    /** @type {[string, any][]} */ ([
      ['a line', [{ type: 'line', x1: 0, y1: 5, x2: 200, y2: 60, lineWidth: 3 }]],
      [
        'lines with ends',
        ['butt', 'round', 'square'].map((lineCap, i) => ({
          type: 'line',
          x1: 20,
          y1: 20 * i + 10,
          x2: 150,
          y2: 20 * i + 10,
          lineWidth: 12,
          lineCap,
        })),
      ],
      ['a rectangle', [{ type: 'rect', x: 10, y: 10, w: 120, h: 60, lineColor: 'blue', lineWidth: 4 }]],
      ['a filled one', [{ type: 'rect', x: 10, y: 10, w: 120, h: 60, color: '#c36' }]],
      ['both', [{ type: 'rect', x: 10, y: 10, w: 120, h: 60, color: '#c36', lineColor: 'black', lineWidth: 5 }]],
      [
        'with round corners',
        [{ type: 'rect', x: 10, y: 10, w: 120, h: 60, r: 15, color: 'gold', lineColor: 'green', lineWidth: 2 }],
      ],
      [
        'an ellipse',
        [{ type: 'ellipse', x: 80, y: 40, r1: 70, r2: 35, color: 'teal', lineColor: 'red', lineWidth: 3 }],
      ],
      ['a polyline', [{ type: 'polyline', points: star, lineWidth: 2, lineColor: 'purple' }]],
      [
        'a closed one, filled',
        [{ type: 'polyline', points: star, closePath: true, color: 'orange', lineColor: 'black', lineWidth: 1.5 }],
      ],
      [
        'joins',
        ['miter', 'round', 'bevel'].map((lineJoin, i) => ({
          type: 'polyline',
          points: star.slice(0, 3).map(({ x, y }) => ({ x: x + 60 * i, y: y + 10 })),
          lineWidth: 12,
          lineJoin,
        })),
      ],
      [
        'dashes',
        [
          { type: 'line', x1: 0, y1: 10, x2: 200, y2: 10, lineWidth: 4, dash: { length: 12 } },
          { type: 'rect', x: 5, y: 25, w: 150, h: 50, dash: { length: 10, space: 4, phase: 3 } },
        ],
      ],
      [
        'opacity',
        [
          { type: 'rect', x: 0, y: 0, w: 80, h: 60, color: 'red' },
          {
            type: 'rect',
            x: 40,
            y: 20,
            w: 80,
            h: 60,
            color: 'blue',
            fillOpacity: 0.4,
            lineColor: 'black',
            lineWidth: 8,
            strokeOpacity: 0.3,
          },
        ],
      ],
      ['a gradient', [{ type: 'rect', x: 0, y: 0, w: 150, h: 60, linearGradient: ['red', 'yellow', 'green'] }]],
      [
        'a gradient in an ellipse',
        [{ type: 'ellipse', x: 80, y: 40, r1: 70, r2: 35, linearGradient: ['white', 'black'] }],
      ],
    ]),
  )('%s', async (_, canvas) => {
    const document = drawing(canvas)
    expect(await differences(document, { looks: { ssim: 0.95, psnr: 28 } })).toEqual([])
  })

  // pdfmake has paths where the page begins, and takes no room for them.
  test.each([
    ['a path', { d: 'M 20 60 C 40 0, 80 0, 100 60 S 160 120, 180 60 Z', color: 'pink', lineColor: 'black' }],
    [
      'a path with arcs',
      { d: 'M 20 60 A 30 20 0 0 1 80 60 Q 100 90 120 60 h 20 v -20 l 10 10 T 190 50', lineWidth: 2 },
    ],
  ])('%s', async (_, path) => {
    const content = [{ canvas: [{ type: 'path', ...path }], absolutePosition: { x: 0, y: 0 } }, 'a word']
    expect(await differences({ ...page, content }, { looks: { ssim: 0.95, psnr: 28 } })).toEqual([])
  })

  test('aligned, with margins, and in columns', async () => {
    const canvas = [{ type: 'rect', x: 0, y: 0, w: 50, h: 30, color: 'navy' }]
    const content = [
      { canvas, alignment: 'right' },
      { canvas, alignment: 'center', margin: [0, 5] },
      { columns: [{ width: 60, canvas }, { canvas }] },
      { table: { body: [['a', { canvas }]] } },
    ]
    const document = { ...page, content }
    expect(await differences(document, { looks: { psnr: 28 } })).toEqual([])
  })

  test('that is empty takes no room', async () => {
    expect(await differences(drawing([]))).toEqual([])
  })
})

/** @param {string} inner @param {string} [attributes] */
const svg = (inner, attributes = 'width="120" height="80" viewBox="0 0 120 80"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`

describe('SVG', () => {
  test.each([
    [
      'shapes',
      '<rect x="5" y="5" width="50" height="30" fill="#36c"/><circle cx="90" cy="40" r="25" fill="none" stroke="red" stroke-width="4"/><line x1="0" y1="80" x2="120" y2="60" stroke="green"/>',
    ],
    [
      'paths',
      '<path d="M10 70 Q 60 -20 110 70 Z" fill="gold" stroke="black" stroke-width="2" stroke-linejoin="round"/>',
    ],
    [
      'groups that are moved and turned',
      '<g transform="translate(60 40) rotate(30) scale(0.8)"><rect x="-40" y="-15" width="80" height="30" fill="teal"/><g opacity="0.5"><circle r="20" fill="red"/></g></g>',
    ],
    [
      'gradients',
      '<defs><linearGradient id="g" x1="0" x2="1"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient></defs><rect width="120" height="80" fill="url(#g)"/>',
    ],
    [
      'things that are used twice',
      '<defs><path id="p" d="M0 0 h20 v20 z"/></defs><use href="#p" x="10" y="10" fill="red"/><use href="#p" x="60" y="40" fill="blue"/>',
    ],
    [
      'clips',
      '<clipPath id="c"><circle cx="60" cy="40" r="30"/></clipPath><rect width="120" height="80" fill="purple" clip-path="url(#c)"/>',
    ],
    [
      'styles',
      '<style>.a { fill: orange; stroke: black; stroke-dasharray: 4 2 }</style><rect class="a" x="10" y="10" width="90" height="50"/>',
    ],
  ])('%s', async (_, inner) => {
    const document = { ...page, content: ['before', { svg: svg(inner) }, 'after'] }
    expect(await differences(document, { looks: { ssim: 0.93, psnr: 24 } })).toEqual([])
  })

  const square = svg('<rect width="100" height="50" fill="#369"/>', 'width="100" height="50" viewBox="0 0 100 50"')

  test.each([
    ['in its own size', {}],
    ['of a width', { width: 60 }],
    ['of a height', { height: 100 }],
    ['fitted', { fit: [50, 50] }],
    ['in the middle', { alignment: 'center', margin: [0, 10] }],
  ])('%s', async (_, how) => {
    const document = { ...page, content: ['before', { svg: square, ...how }, 'after'] }
    expect(await differences(document, { looks: { psnr: 26 } })).toEqual([])
  })

  test('with a view box alone, which is stretched to a width', async () => {
    const only = svg('<rect width="100" height="50" fill="#369"/>', 'viewBox="0 0 100 50"')
    const { file } = await checked({ ...page, pageMargins: 0, content: [{ svg: only, width: 200 }] })
    expect(inked(await drawn(file))).toMatchObject({ left: 0, top: 0, right: 199, bottom: 99 })
  })

  test('is lines, not a picture, and its text is text', async () => {
    const text = '<text x="10" y="40" font-family="Roboto" font-size="20">words</text>'
    const { file } = await checked({ ...page, content: [{ svg: svg(text) }] })
    expect(await pictures(file)).toEqual([])
    const [word] = await words(file)
    expect(word).toMatchObject({ text: 'words', x: expect.closeTo(20, 0) })
  })

  test('with a picture in it', async () => {
    // A red pixel.
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
    const image = `<image width="100" height="60" preserveAspectRatio="none" href="data:image/png;base64,${png}"/>`
    const { file, info } = await checked({ ...page, pageMargins: 0, content: [{ svg: svg(image) }] })
    // It is not drawn, and the caller is told.
    expect(colorAt(await drawn(file), 50, 30)).toEqual([255, 255, 255])
    expect(info.warnings).toEqual([expect.objectContaining({ code: 'SVG_PICTURES' })])
  })

  test('that is used a hundred times makes no large file', async () => {
    const one = await checked({ content: [{ svg: square }] })
    const many = await checked({ content: Array(100).fill({ svg: square, width: 5 }) })
    expect(many.data.length).toBeLessThan(one.data.length + 15_000)
  })

  test('asks for nothing from outside', async () => {
    const outside = [
      '<image width="50" height="50" href="http://127.0.0.1:9/picture.png"/>',
      '<image width="50" height="50" xlink:href="file:///etc/hostname"/>',
      '<image width="50" height="50" href="/etc/hostname"/>',
      '<use href="http://127.0.0.1:9/other.svg#x"/>',
      '<style>@import url("http://127.0.0.1:9/style.css");</style>',
    ]
    for (const inner of outside) {
      const { info } = await checked({ content: [{ svg: svg(`${inner}<rect width="9" height="9"/>`) }, 'after'] })
      expect(info.pages).toBe(1)
    }
  })

  test.each(
    /** @type {[string, string][]} */ ([
      ['no XML', 'this is no picture'],
      ['nothing', ''],
      ['half of one', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect'],
      ['another language', '<html><body>no</body></html>'],
      [
        'entities that grow',
        `<!DOCTYPE svg [${Array.from({ length: 30 }, (_, i) => `<!ENTITY e${i} "${i === 0 ? 'x' : `&e${i - 1};&e${i - 1};`}">`).join('')}]>${svg('<text>&e29;</text>')}`,
      ],
    ]),
  )('%s is an error with its place', async (_, broken) => {
    await expect(pdf({ content: ['a', { stack: [{ svg: broken }] }] }).toBuffer()).rejects.toMatchObject({
      code: 'ERR_PDF_IMAGE_INVALID',
      message: expect.stringContaining('content[1].stack[0].svg'),
    })
  })

  test('groups ten thousand deep, and uses of uses, end', async () => {
    const deep = svg('<g>'.repeat(10_000) + '</g>'.repeat(10_000))
    const uses = svg(
      `<defs><g id="a0"><rect width="1" height="1"/></g>${Array.from({ length: 30 }, (_, i) => `<g id="a${i + 1}">${`<use href="#a${i}"/>`.repeat(10)}</g>`).join('')}</defs><use href="#a30"/>`,
    )
    const own = svg('<g id="x"><use href="#x"/></g>')
    for (const content of [deep, uses, own]) {
      const made = pdf({ content: [{ svg: content }] }, { timeout: 20_000 }).toBuffer()
      const outcome = await made.then(
        () => 'made',
        (error) => error.code,
      )
      expect(['made', 'ERR_PDF_IMAGE_INVALID', 'ERR_PDF_TOO_LARGE']).toContain(outcome)
    }
  })
})
