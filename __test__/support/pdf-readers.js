// @ts-check
'use strict'

/**
 * PDFs as programs see them that are not ours: qpdf says whether a file is sound, poppler's programs say what is in it and
 * draw it.
 *
 * @module
 */

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { execFile } = require('../..')

/** How the programs are installed, by platform. */
const install = /** @type {Record<string, string>} */ ({
  linux: 'apt-get install qpdf poppler-utils',
  darwin: 'brew install qpdf poppler',
  win32: 'choco install qpdf poppler',
})

/** Where the files are that the programs read. @type {string | undefined} */
let folder
let files = 0

afterAll(() => {
  if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true })
})

/** A path in a folder that is gone after the tests of a file. @param {string} [name] */
function place(name = `${++files}.pdf`) {
  folder ??= fs.mkdtempSync(path.join(tmpdir(), 'offloop-pdf-'))
  return path.join(folder, name)
}

/** A PDF as a file. @param {Uint8Array} data */
function keep(data) {
  const file = place()
  fs.writeFileSync(file, data)
  return file
}

/**
 * What a program prints. It is started by offloop: to start a child of a process as large as Jest, Node would take longer than
 * the child.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<Buffer>}
 */
function run(program, args) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      if (error.code === 'ENOENT') {
        const how = install[process.platform] ?? 'see https://qpdf.org and https://poppler.freedesktop.org'
        return reject(new Error(`${program} is missing, which the tests of PDF need: ${how}`))
      }
      reject(new Error(`${program} ended with ${error.code}: ${stderr}${stdout.subarray(0, 4000)}`))
    })
  })
}

/** @param {string} program @param {string[]} args */
const printed = async (program, args) => (await run(program, args)).toString('utf8')

/** Arguments that open an encrypted file, of qpdf. @param {string} [password] */
const unlocked = (password) => (password === undefined ? [] : [`--password=${password}`])

/** Rejects with qpdf's words unless it has nothing to say against a file. @param {string} file @param {string} [password] */
const check = (file, password) => printed('qpdf', [...unlocked(password), '--check', file])

/**
 * The objects of a file by their number, as qpdf's JSON has them, and its trailer; streams without their data.
 *
 * @param {string} file
 * @param {string} [password]
 */
async function objects(file, password) {
  const json = await printed('qpdf', [...unlocked(password), '--json=2', '--json-key=qpdf', file])
  const [{ pdfversion }, entries] = JSON.parse(json).qpdf
  /** What is behind a reference. @param {any} value @returns {any} */
  const resolve = (value) => {
    if (typeof value !== 'string' || !/^\d+ \d+ R$/.test(value)) return value
    const entry = entries[`obj:${value}`]
    return entry?.stream ? entry.stream.dict : resolve(entry?.value)
  }
  /** What is at the end of a path of keys. @param {any} from @param {...(string | number)} keys @returns {any} */
  const at = (from, ...keys) => keys.reduce((value, key) => resolve(resolve(value)?.[key]), resolve(from))
  const all = Object.keys(entries).filter((key) => key.startsWith('obj:'))
  return {
    version: pdfversion,
    all: all.map((key) => resolve(key.slice('obj:'.length))),
    resolve,
    at,
    root: (/** @type {(string | number)[]} */ ...keys) => at(entries.trailer.value['/Root'], ...keys),
    trailer: entries.trailer.value,
  }
}

/** The data of a stream, filters undone. @param {string} file @param {string} reference such as `7 0 R` */
const streamOf = (file, reference) =>
  run('qpdf', [`--show-object=${reference.replace(/ R$/, '').replace(' ', ',')}`, '--filtered-stream-data', file])

/**
 * A word and the box around it, in points from the top left corner. Its height is that of the font.
 *
 * @typedef {{ page: number, text: string, x: number, y: number, right: number, bottom: number }} Word
 */

/**
 * The words in the order in which the file has them, with the sizes of the pages.
 *
 * @param {string} file
 * @returns {Promise<{ words: Word[], pages: { width: number, height: number }[] }>}
 */
async function read(file) {
  const html = await printed('pdftotext', ['-raw', '-bbox', file, '-'])
  /** @type {Word[]} */
  const words = []
  const pages = []
  for (const [, name, attributes, text] of html.matchAll(/<(page|word) ([^>]*)>(?:([^<]*)<\/word>)?/g)) {
    const numbers = Object.fromEntries([...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, Number(v)]))
    if (name === 'page') pages.push({ width: numbers.width, height: numbers.height })
    else {
      const { xMin: x, yMin: y, xMax: right, yMax: bottom } = numbers
      words.push({ page: pages.length, text: unescaped(text), x, y, right, bottom })
    }
  }
  return { words, pages }
}

const entities = /** @type {Record<string, string>} */ ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })

/** @param {string} text of XML */
const unescaped = (text) =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) => (code ? String.fromCodePoint(Number(code)) : entities[name]))

/** The words of a file. @param {string} file */
const words = async (file) => (await read(file)).words

/** The words that stand together on a line, one line each, as a person reads them. @param {string} file */
async function lines(file) {
  const html = await printed('pdftotext', ['-bbox-layout', file, '-'])
  return [...html.matchAll(/<line [^>]*>([^]*?)<\/line>/g)].map(([, line]) =>
    [...line.matchAll(/<word [^>]*>([^<]*)<\/word>/g)].map(([, text]) => unescaped(text)).join(' '),
  )
}

/** The text in the order of the file, one string for each page. @param {string} file */
async function texts(file) {
  const text = await printed('pdftotext', ['-raw', file, '-'])
  return text
    .split('\f')
    .slice(0, -1)
    .map((page) => page.trim())
}

/** The text as a person reads it, with the marks of its direction left out. @param {string} file */
async function spoken(file) {
  const text = await printed('pdftotext', [file, '-'])
  return text.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\f]/g, '').trim()
}

/** What `pdfinfo` says, by its names. @param {string} file @param {...string} options */
async function facts(file, ...options) {
  const text = await printed('pdfinfo', [...options, file])
  return Object.fromEntries([...text.matchAll(/^([^:\n]+):[ \t]*(.*)$/gm)].map(([, name, value]) => [name, value]))
}

/** The structure tree with the text in it, as `pdfinfo` prints it. @param {string} file */
const structure = (file) => printed('pdfinfo', ['-struct-text', file])

/** A table that a program prints, each row by its column names. @param {string} text */
function table(text) {
  const [names, rule, ...rows] = text.split('\n').filter((line) => line !== '')
  // Of pdffonts, which rules its columns; names of fonts may have blanks.
  const columns = [...rule.matchAll(/-+/g)]
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ 0: dashes, index }) => {
        const cell = (/** @type {string} */ line) => line.slice(index, index + dashes.length).trim()
        return [cell(names), cell(row)]
      }),
    ),
  )
}

/** The fonts of a file, by the columns of `pdffonts`. @param {string} file */
const fonts = async (file) => table(await printed('pdffonts', [file]))

/** The pictures of a file, by the columns of `pdfimages -list`. @param {string} file */
async function pictures(file) {
  const [names, , ...rows] = (await printed('pdfimages', ['-list', file])).trim().split('\n')
  // The last heading is one of two columns: number and generation of the object.
  const columns = names.trim().replace('object ID', 'object generation').split(/\s+/)
  return rows.map((row) =>
    Object.fromEntries(
      row
        .trim()
        .split(/\s+/)
        .map((cell, i) => [columns[i], cell]),
    ),
  )
}

/**
 * A page as it looks.
 *
 * @param {string} file
 * @param {{ page?: number, dpi?: number }} [how]
 * @returns {Promise<import('./quality').Pixels>}
 */
async function drawn(file, { page = 1, dpi = 72 } = {}) {
  const ppm = await run('pdftoppm', ['-f', `${page}`, '-l', `${page}`, '-r', `${dpi}`, file])
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1'))
  if (header === null) throw new Error(`pdftoppm drew no page ${page}`)
  return { data: ppm.subarray(header[0].length), width: Number(header[1]), height: Number(header[2]), channels: 3 }
}

/** The colour at a point of a page that was drawn with 72 dpi. @param {import('./quality').Pixels} page */
const colorAt = ({ data, width }, /** @type {number} */ x, /** @type {number} */ y) => {
  const i = 3 * (Math.floor(y) * width + Math.floor(x))
  return [...data.subarray(i, i + 3)]
}

/** The part of a drawn page that is not white, or nothing. @param {import('./quality').Pixels} page */
function inked({ data, width, height }) {
  const box = { left: width, top: height, right: -1, bottom: -1 }
  for (let i = 0; i < width * height; i++) {
    if (data[3 * i] > 250 && data[3 * i + 1] > 250 && data[3 * i + 2] > 250) continue
    const [x, y] = [i % width, Math.floor(i / width)]
    if (x < box.left) box.left = x
    if (x > box.right) box.right = x
    if (y < box.top) box.top = y
    if (y > box.bottom) box.bottom = y
  }
  return box.right < 0 ? undefined : box
}

module.exports = {
  check,
  colorAt,
  drawn,
  facts,
  fonts,
  inked,
  keep,
  lines,
  objects,
  pictures,
  place,
  printed,
  read,
  spoken,
  streamOf,
  structure,
  texts,
  words,
}
