// @ts-check
'use strict'

/**
 * pdfmake, which is the reference for where things stand: the same document, with the same font.
 *
 * It takes most of the time of a test, so it runs beside it, on a thread of its own, which is this file as well. What has
 * functions in it stays where it is.
 *
 * @module
 */

const { once } = require('node:events')
const path = require('node:path')
const { MessageChannel, Worker, isMainThread, parentPort } = require('node:worker_threads')

const roboto = path.join(__dirname, '../../lib/pdf/fonts')

/** The font that comes with the package, as pdfmake takes fonts. */
const fonts = {
  Roboto: {
    normal: path.join(roboto, 'Roboto-Regular.ttf'),
    bold: path.join(roboto, 'Roboto-Bold.ttf'),
    italics: path.join(roboto, 'Roboto-Italic.ttf'),
    bolditalics: path.join(roboto, 'Roboto-BoldItalic.ttf'),
  },
}

/** @type {Worker | undefined} */
let worker

if (isMainThread) afterAll(() => worker?.terminate())

/** A copy that pdfmake may write into; Buffers, dates and functions are shared. @param {any} value @returns {any} */
function copied(value) {
  if (Array.isArray(value)) return value.map(copied)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  // As it comes from another thread, bytes are no Buffer.
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copied(entry)]))
}

/** @param {any} value @returns {boolean} */
const hasFunctions = (value) =>
  typeof value === 'function' ||
  (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value) && Object.values(value).some(hasFunctions))

/** What pdfmake makes of a document, here. @param {any} document @returns {Promise<Buffer>} */
function made({ fonts: more = {}, ...document }) {
  const pdfmake = require('pdfmake')
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy(() => true)
  pdfmake.setFonts(copied({ ...fonts, ...more }))
  return pdfmake.createPdf(copied(document)).getBuffer()
}

/**
 * What pdfmake makes of a document.
 *
 * @param {any} document
 * @returns {Promise<Buffer>}
 */
async function oracle(document) {
  if (hasFunctions(document)) return made(document)
  worker ??= new Worker(__filename)
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ document, port: port2 }, [port2])
  const [{ bytes, error }] = await once(port1, 'message')
  port1.close()
  if (error !== undefined) throw new Error(`pdfmake: ${error}`)
  return Buffer.from(bytes)
}

if (!isMainThread) {
  parentPort?.on('message', async ({ document, port }) => {
    try {
      port.postMessage({ bytes: await made(document) })
    } catch (error) {
      port.postMessage({ error: String(error) })
    }
  })
}

module.exports = { oracle }
