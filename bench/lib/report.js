// @ts-check
'use strict'

// Turns the result of a case into its files and its section of the README. Nobody else writes these.

const fs = require('node:fs')
const path = require('node:path')
const { svg } = require('./chart')
const { machineLine } = require('./machine')
const { markdownTable } = require('./table')

/**
 * @typedef {object} Goal
 * @property {string} goal
 * @property {string} measured
 * @property {boolean} met
 *
 * @typedef {object} Result what a case measured, as plain data
 * @property {import('./table').Table[]} tables
 * @property {import('./chart').Chart[]} charts
 * @property {Goal[]} goals
 * @property {string[]} notes
 *
 * @typedef {Result & { name: string, title: string, machine: any }} Report
 */

/** @param {Goal[]} goals */
const goalTable = (goals) =>
  markdownTable({
    title: 'goal',
    columns: { measured: 'measured', met: 'met' },
    rows: goals.map(({ goal, measured, met }) => ({ name: goal, measured, met: met ? 'yes' : '**no**' })),
  })

/**
 * @param {Report} report
 * @param {string} folder where the chart is, as seen from the text
 */
function markdown({ name, title, tables, charts, goals, notes, machine }, folder) {
  return (
    [
      ...tables.map(markdownTable),
      ...(charts.length > 0 ? [`![${title}](${folder}${name}.svg)`] : []),
      ...(goals.length > 0 ? [goalTable(goals)] : []),
      [...notes, `Measured on: ${machineLine(machine)}.`].join(' '),
    ].join('\n\n') + '\n'
  )
}

/** Writes `<case>.json`, `.md` and, when there are charts, `.svg`. @param {Report} report  @param {string} folder */
function writeFiles(report, folder) {
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, report.name)
  fs.writeFileSync(`${file}.json`, `${JSON.stringify(report, null, 2)}\n`)
  fs.writeFileSync(`${file}.md`, `# ${report.title}\n\n${markdown(report, '')}`)
  if (report.charts.length > 0) fs.writeFileSync(`${file}.svg`, svg(report.title, report.charts))
}

/**
 * Fills the README between the case's two markers.
 * @param {Report} report
 * @param {string} readme
 * @returns {boolean} whether the README has such a section
 */
function fillReadme(report, readme) {
  if (!fs.existsSync(readme)) return false
  const text = fs.readFileSync(readme, 'utf8')
  const open = `<!-- bench:${report.name} -->`
  const start = text.indexOf(open)
  const end = text.indexOf(`<!-- /bench:${report.name} -->`)
  if (start < 0 || end < start) return false
  const section = `\n\n${markdown(report, 'bench/results/')}\n`
  fs.writeFileSync(readme, text.slice(0, start + open.length) + section + text.slice(end))
  return true
}

module.exports = { markdown, writeFiles, fillReadme }
