// @ts-check
'use strict'

/**
 * What pdf.js finds in a PDF: a second reader, which has nothing in common with poppler.
 *
 * pdf.js is an ES module, and Jest loads none without a flag of Node, so it runs on a thread of its own, which is this file
 * as well.
 *
 * @module
 */

const { once } = require('node:events')
const { MessageChannel, Worker, isMainThread, parentPort } = require('node:worker_threads')

/**
 * @typedef {object} Found
 * @property {FoundPage[]} pages
 * @property {any[] | null} outline
 * @property {Record<string, { filename: string, content: Uint8Array, description: string }> | null} attachments
 * @property {Record<string, any>} info
 * @property {string | null} xmp
 * @property {boolean} isTagged
 * @property {number[] | null} permissions
 *
 * @typedef {object} FoundPage
 * @property {number[]} view
 * @property {{ text: string, x: number, y: number, width: number, size: number }[]} items y is that of the baseline, from the top
 * @property {string} text
 * @property {{ url?: string, page?: number, y?: number, rect: number[] }[]} links pages from 1; y from the top
 * @property {any} structure
 */

/** @type {Worker | undefined} */
let worker

if (isMainThread) afterAll(() => worker?.terminate())

/**
 * Reads a PDF, or rejects with why pdf.js does not.
 *
 * @param {Uint8Array} data
 * @param {string} [password]
 * @returns {Promise<Found>}
 */
async function found(data, password) {
  worker ??= new Worker(__filename)
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ data, password, port: port2 }, [port2])
  const [{ result, error }] = await once(port1, 'message')
  port1.close()
  if (error !== undefined) throw new Error(error)
  return result
}

/** @param {any} document of pdf.js @param {number} number @returns {Promise<FoundPage>} */
async function pageOf(document, number) {
  const page = await document.getPage(number)
  const [, , , height] = page.view
  const { items } = await page.getTextContent()
  const annotations = await page.getAnnotations()
  const links = annotations.filter((/** @type {any} */ { subtype }) => subtype === 'Link')
  return {
    view: page.view,
    items: items.map((/** @type {any} */ { str, transform, width }) => ({
      text: str,
      x: transform[4],
      y: height - transform[5],
      width,
      size: Math.hypot(transform[2], transform[3]),
    })),
    text: items.map((/** @type {any} */ { str, hasEOL }) => (hasEOL ? `${str}\n` : str)).join(''),
    links: await Promise.all(
      links.map(async (/** @type {any} */ { url, dest, rect }) => ({ url, rect, ...(await placeOf(document, dest)) })),
    ),
    structure: await page.getStructTree(),
  }
}

/** Where a destination leads. @param {any} document @param {any} destination */
async function placeOf(document, destination) {
  if (!destination) return {}
  const place = typeof destination === 'string' ? await document.getDestination(destination) : destination
  if (place === null) return { page: undefined }
  const [target, , , y] = place
  const index = typeof target === 'number' ? target : await document.getPageIndex(target)
  const { view } = await document.getPage(index + 1)
  return { page: index + 1, y: typeof y === 'number' ? view[3] - y : undefined }
}

/** Bookmarks with the page and the height they lead to. @param {any} document @param {any[] | null} items @returns {Promise<any>} */
const outlineOf = (document, items) =>
  items &&
  Promise.all(
    items.map(async ({ title, dest, items, count }) => ({
      title,
      open: count === undefined ? undefined : count > 0,
      ...(await placeOf(document, dest)),
      items: await outlineOf(document, items),
    })),
  )

/** @param {Uint8Array} data @param {string} [password] @returns {Promise<Found>} */
async function readAll(data, password) {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const loading = getDocument({ data: new Uint8Array(data), password, verbosity: 0 })
  try {
    const document = await loading.promise
    const numbers = Array.from({ length: document.numPages }, (_, i) => i + 1)
    const { info, metadata } = await document.getMetadata()
    return {
      pages: await Promise.all(numbers.map((number) => pageOf(document, number))),
      outline: await outlineOf(document, await document.getOutline()),
      attachments: await document.getAttachments(),
      info,
      xmp: metadata && metadata.getRaw(),
      isTagged: (await document.getMarkInfo())?.Marked === true,
      permissions: await document.getPermissions(),
    }
  } finally {
    await loading.destroy()
  }
}

if (!isMainThread) {
  parentPort?.on('message', async ({ data, password, port }) => {
    try {
      port.postMessage({ result: await readAll(data, password) })
    } catch (error) {
      port.postMessage({ error: String(error) })
    }
  })
}

module.exports = { found }
