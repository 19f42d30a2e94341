// @ts-check
'use strict'

// Colours of text, and the lines along it.

const { checked, differences } = require('./support/pdf-documents')
const { colorAt, drawn } = require('./support/pdf-readers')
const { found } = require('./support/pdf-second-reader')

describe('looks like pdfmake’s', () => {
  test.each(
    /** @type {[string, any][]} */ ([
      [
        'colours',
        {
          text: [
            { text: 'red ', color: 'red' },
            { text: 'blue ', color: '#00f' },
            { text: 'teal', color: 'teal' },
          ],
        },
      ],
      ['a background', { text: ['on ', { text: 'yellow paint', background: 'yellow' }, ' and not'] }],
      ['an opacity', { text: 'faint', opacity: 0.4 }],
    ]),
  )('%s', async (_, run) => {
    const document = { pageSize: { width: 320, height: 60 }, pageMargins: 8, content: [{ fontSize: 24, ...run }] }
    expect(await differences(document, { looks: { ssim: 0.95, psnr: 26 } })).toEqual([])
  })
})

describe('lines along text', () => {
  // A word at 24 points, with its lines in red, drawn large enough for lines to be seen as they are.
  const document = (/** @type {any} */ style) => ({
    pageSize: { width: 100, height: 50 },
    pageMargins: 10,
    content: { text: 'xxxxx', fontSize: 24, decorationColor: 'red', ...style },
  })
  const scale = 8

  /**
   * The rows of pixels that have red, or another channel alone: how far above the baseline, and how much of the word's width.
   *
   * @param {any} style
   * @param {number} [channel]
   */
  async function rows(style, channel = 0) {
    const { data, file } = await checked(document(style))
    const { x, width, y } = (await found(data)).pages[0].items[0]
    const { data: pixels, width: across, height } = await drawn(file, { dpi: 72 * scale })
    const from = Math.round(x * scale)
    const to = Math.round((x + width) * scale)
    const [second, third] = [(channel + 1) % 3, (channel + 2) % 3]
    const seen = []
    for (let row = 0; row < height; row++) {
      let count = 0
      for (let at = 3 * (row * across + from); at < 3 * (row * across + to); at += 3) {
        if (pixels[at + channel] > 195 && pixels[at + second] < 60 && pixels[at + third] < 60) count++
      }
      if (count > 0) seen.push({ height: y - row / scale, share: count / (to - from) })
    }
    return seen
  }

  test.each([
    ['underline', -6, -0.5],
    ['lineThrough', 3, 12],
    ['overline', 14, 26],
  ])('%s', async (decoration, low, high) => {
    const line = await rows({ decoration })
    expect(line.length).toBeGreaterThan(4)
    for (const { height, share } of line) {
      expect(height).toBeGreaterThan(low)
      expect(height).toBeLessThan(high)
      expect(share).toBeGreaterThan(0.97)
    }
  })

  test('all three at once', async () => {
    const lines = await rows({ decoration: ['underline', 'overline', 'lineThrough'] })
    const gaps = lines.filter(({ height }, i) => i > 0 && lines[i - 1].height - height > 0.5)
    expect(gaps).toHaveLength(2)
  })

  test('of a thickness, in the colour of the text unless told', async () => {
    expect(await rows({ decoration: 'underline', decorationThickness: 3 })).toHaveLength(3 * scale)
    const line = await rows({ decoration: 'underline', decorationColor: undefined, color: 'blue' }, 2)
    expect(line.length).toBeGreaterThan(4)
  })

  test('dashed, dotted, double, wavy', async () => {
    const of = async (/** @type {string} */ decorationStyle) => rows({ decoration: 'underline', decorationStyle })
    for (const style of ['dashed', 'dotted']) {
      const line = await of(style)
      expect(line.length).toBeGreaterThan(4)
      for (const { share } of line) expect(share).toBeLessThan(0.9)
    }
    const double = await of('double')
    expect(double.filter(({ height }, i) => i > 0 && double[i - 1].height - height > 0.2)).toHaveLength(1)
    const [solid, wavy] = [await of('solid'), await of('wavy')]
    expect(wavy.length).toBeGreaterThan(solid.length)
    expect(Math.max(...wavy.map(({ share }) => share))).toBeLessThan(0.97)
  })
})

test('colours are what they are said to be', async () => {
  const colors = ['#36c', 'rgb(255, 128, 0)', 'hsl(120, 100%, 25%)', 'rebeccapurple', [10, 200, 30], [0, 100, 0, 0]]
  const canvas = colors.map((color, i) => ({ type: 'rect', x: 0, y: 20 * i, w: 40, h: 20, color }))
  const { file } = await checked({ content: [{ canvas }], pageMargins: 0 })
  const page = await drawn(file)
  const seen = colors.map((_, i) => colorAt(page, 20, 20 * i + 10))
  expect(seen.slice(0, 5)).toEqual([
    [51, 102, 204],
    [255, 128, 0],
    [0, 128, 0],
    [102, 51, 153],
    [10, 200, 30],
  ])
  // Ink, which every reader has another red for.
  const [red, green, blue] = seen[5]
  expect(red).toBeGreaterThan(200)
  expect(green).toBeLessThan(60)
  expect(blue).toBeGreaterThan(90)
})
