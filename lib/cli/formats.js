// @ts-check
'use strict'

/**
 * Formats, and how the names of their files end.
 *
 * @module
 */

const path = require('node:path')
const { formats: writable } = require('../image/image')

/** The usual ending first. @type {Record<string, string[]>} */
const endings = {
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  png: ['.png'],
  webp: ['.webp'],
  avif: ['.avif'],
  gif: ['.gif'],
  tiff: ['.tiff', '.tif'],
  bmp: ['.bmp'],
  ico: ['.ico'],
}

/** What each format makes of the options that say how it is encoded. @type {Record<string, string[]>} */
const encodings = {
  jpeg: ['quality'],
  png: [],
  webp: ['quality', 'effort', 'lossless'],
  avif: ['quality', 'effort'],
  gif: [],
  tiff: ['quality'],
}

/** Whether a folder's file is one of its images. @param {string} file */
function isImage(file) {
  return formatOf(file) !== undefined
}

/** The format that a name promises. @param {string} file */
function formatOf(file) {
  const ending = path.extname(file).toLowerCase()
  return Object.keys(endings).find((format) => endings[format].includes(ending))
}

/** The format of a file where it can be written, else PNG. @param {string} file */
function sameFormat(file) {
  const format = formatOf(file)
  return format !== undefined && writable.includes(format) ? format : 'png'
}

/**
 * How a file of the format ends: as it did, if that is one of its endings.
 *
 * @param {string} format
 * @param {string} file
 */
function endingOf(format, file) {
  return formatOf(file) === format ? path.extname(file) : endings[format][0]
}

module.exports = { encodings, endingOf, isImage, sameFormat }
