// @ts-check
'use strict'

// PDFs by pdfmake and pdfkit, on the thread that asks. Both have the font that offloop comes with.

const { roboto } = require('./fonts')
const { jobs } = require('./jobs')

/** @type {any} */
let loaded

function pdfmake() {
  if (loaded === undefined) {
    loaded = require('pdfmake')
    loaded.setUrlAccessPolicy(() => false)
    loaded.setLocalAccessPolicy(() => true)
    loaded.setFonts({ Roboto: roboto })
  }
  return loaded
}

/** @param {any} document which pdfmake writes into  @returns {Promise<Buffer>} */
const byPdfmake = (document) => pdfmake().createPdf(document).getBuffer()

/** @param {(doc: any) => void} draw  @param {object} options  @returns {Promise<Buffer>} */
function byPdfkit(draw, options) {
  const PDFDocument = require('pdfkit')
  return new Promise((resolve, reject) => {
    const doc = new PDFDocument(options)
    /** @type {Buffer[]} */
    const chunks = []
    doc.on('data', (/** @type {Buffer} */ chunk) => void chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
    draw(doc)
    doc.end()
  })
}

/** The margins and the page of pdfmake. */
const likePdfmake = { size: 'A4', margin: 40, font: roboto.normal }

/** The tutorial's page is as the tutorial has it. @type {Record<string, object>} */
const own = { page: {}, 'page-embedded': { font: roboto.normal } }

/** @param {string} job */
const optionsOf = (job) => own[job] ?? likePdfmake

/**
 * @param {{ by: 'pdfmake' | 'pdfkit', job: string, input: any }} task the input is a document for pdfmake, data for pdfkit
 * @returns {Promise<Buffer>}
 */
function make({ by, job, input }) {
  if (by === 'pdfmake') return byPdfmake(input)
  const { draw } = jobs[job]
  if (draw === undefined) throw new Error(`Nobody draws ${job} with pdfkit`)
  return byPdfkit((doc) => draw(doc, input), optionsOf(job))
}

module.exports = { make, optionsOf }
