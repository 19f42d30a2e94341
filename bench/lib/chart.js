// @ts-check
'use strict'

// Horizontal bar charts as SVG text. Colours come from a style sheet with a dark variant, and the card brings its own
// background, so a chart is readable wherever it is shown.

const { number } = require('./number')

/**
 * @typedef {object} Chart
 * @property {string} title
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 * @property {boolean} [log] for bars that are orders of magnitude apart
 * @property {Array<{ name: string, value: number }>} bars
 */

const WIDTH = 760
const PADDING = 24
const LABELS = 214
const VALUES = 104
const ROW = 26
const BAR = 16
const HEAD = 56
const AXIS = 34
const GAP = 20
const PLOT = WIDTH - 2 * PADDING - LABELS - VALUES

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #1f2328 }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .title { font-size: 15px; font-weight: 600 }
  .quiet, .tick { font-size: 12px; fill: #59636e }
  .own { font-weight: 600 }
  .grid { stroke: #e4e8ec }
  .bar { fill: #9fb0c3 }
  .bar.own { fill: #d9541e }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .card { fill: #0d1117; stroke: #30363d }
    .quiet, .tick { fill: #9198a1 }
    .grid { stroke: #262c34 }
    .bar { fill: #56677d }
    .bar.own { fill: #f0733e }
  }`

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)

/** The smallest of 1, 2, 5 times a power of ten that is not below `value`. @param {number} value */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5].find((step) => step * power >= value * 0.9999) ?? 10
  return step * power
}

/**
 * Where a value lies on the axis (0 to 1), and the axis' ticks.
 * @param {Chart} chart
 */
function scale({ bars, log }) {
  const values = bars.map((bar) => bar.value).filter((value) => value > 0)
  const max = Math.max(...values)
  if (!log) {
    const step = roundUp(max / 5)
    const end = Math.ceil(max / step) * step
    const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step)
    return { ticks, at: (/** @type {number} */ value) => value / end }
  }
  const low = Math.floor(Math.log10(Math.min(...values)) - 0.05)
  const high = Math.ceil(Math.log10(max))
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  const at = (/** @type {number} */ value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)
  return { ticks, at }
}

/**
 * @param {Chart} chart
 * @param {number} top
 */
function panel(chart, top) {
  const { title, unit, better, log, bars } = chart
  const { ticks, at } = scale(chart)
  const left = PADDING + LABELS
  const rows = top + HEAD
  const bottom = rows + bars.length * ROW
  const x = (/** @type {number} */ value) => (left + at(value) * PLOT).toFixed(1)
  return [
    `<text class="title" x="${PADDING}" y="${top + 18}">${escape(title)}</text>`,
    `<text class="quiet" x="${PADDING}" y="${top + 38}">${escape(unit)}, ${better} is better</text>`,
    ...ticks.flatMap((tick) => [
      `<line class="grid" x1="${x(tick)}" y1="${rows - 4}" x2="${x(tick)}" y2="${bottom + 4}"/>`,
      `<text class="tick" x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${number(tick)}</text>`,
    ]),
    `<text class="tick" x="${WIDTH - PADDING}" y="${bottom + 20}" text-anchor="end">${log ? 'log scale' : ''}</text>`,
    ...bars.flatMap(({ name, value }, i) => {
      const own = name.startsWith('offloop') ? ' own' : ''
      const y = rows + i * ROW + (ROW - BAR) / 2
      const width = Math.max(2, at(value) * PLOT).toFixed(1)
      return [
        `<text class="label${own}" x="${left - 10}" y="${y + 12.5}" text-anchor="end">${escape(name)}</text>`,
        `<rect class="bar${own}" x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
        `<text class="value${own}" x="${left + Number(width) + 7}" y="${y + 12.5}">${number(value)}</text>`,
      ]
    }),
  ].join('\n')
}

/**
 * The charts one above the other, in one picture.
 * @param {string} title for screen readers
 * @param {Chart[]} charts
 */
function svg(title, charts) {
  let top = PADDING - 4
  const panels = charts.map((chart) => {
    const text = panel(chart, top)
    top += HEAD + chart.bars.length * ROW + AXIS + GAP
    return text
  })
  const height = top - GAP + 6
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>${escape(title)}</title>
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${panels.join('\n')}
</svg>
`
}

module.exports = { svg }
