// @ts-check
'use strict'

/**
 * `image()`: a chain that gathers what is to be done to a picture, and one native task that does all of it.
 *
 * Nothing runs before `toBuffer()`, `toFile()`, `metadata()` or a stream asks for the result.
 *
 * @module
 */

const { Duplex } = require('node:stream')
const { checkKnown, checkNumber, checkObject, limits, unexpected } = require('../options')
const { WorkerPool } = require('../pool')
const { defaultPool } = require('../run-task')
const { gathered, sourceOf } = require('./source')

/** What goes into every request as it is. */
const readingNames = Object.freeze(['limitInputPixels', 'failOn', 'page', 'pages', 'autoOrient', 'ignoreIcc'])
const keepNames = Object.freeze(['keepMetadata', 'keepIcc'])
const limitNames = Object.freeze(['signal', 'timeout', 'queueTimeout', 'priority', 'onProgress'])
const optionNames = Object.freeze([...readingNames, ...keepNames, ...limitNames, 'animated', 'raw', 'create', 'pool'])

const formats = Object.freeze(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'raw'])

/** Other names of them. */
const aliases = /** @type {Record<string, string>} */ ({ jpg: 'jpeg', tif: 'tiff' })

/** @typedef {Record<string, any>} Request the input of `image.process`, without its source */

class Image extends Duplex {
  /** What to read, unless it comes through the stream. @type {unknown} */
  #source
  /** The pieces that came through the stream. @type {Promise<Buffer> | undefined} */
  #piped
  /** Whose stream is read, for clones. @type {Image} */
  #origin = this
  /** @type {Request} */
  #request = {}
  /** How the task is run. @type {Record<string, any>} */
  #limits = {}
  /** @type {InstanceType<typeof WorkerPool> | undefined} */
  #pool

  /**
   * @param {unknown} input
   * @param {unknown} [written]
   */
  constructor(input, written) {
    // `image({ create: … })`, as sharp has it.
    const onlyOptions = written === undefined && isOptions(input)
    const options = checkObject('options', onlyOptions ? input : (written ?? {}))
    checkKnown(options, optionNames)
    super({ autoDestroy: true })
    const { animated, pool, raw, create } = options
    if (pool !== undefined && !(pool instanceof WorkerPool && pool.isNative)) {
      throw unexpected('pool', 'a WorkerPool of Rust threads', pool, 'ERR_INVALID_ARG_TYPE')
    }
    this.#pool = pool
    limits(options)
    this.#limits = pick(options, limitNames)
    Object.assign(this.#request, pick(options, readingNames), pick(options, keepNames))
    if (animated) this.#request.pages ??= -1
    this.#source = sourceOf(onlyOptions ? undefined : input, raw, create)
    if (this.#source === undefined) this.#piped = gathered(this)
    else this.end()
  }

  // Geometry

  /**
   * @param {unknown} [width] or all of the options
   * @param {unknown} [height]
   * @param {object} [options]
   */
  resize(width, height, options) {
    const given = isOptions(width) ? /** @type {object} */ (width) : { ...options, ...defined({ width, height }) }
    // What was turned before is turned first, so that the size is that of the result.
    if (this.#request.rotate) this.#beforeResize()
    // The last call says the size; the other options stay, and in an object a width does too, as in sharp.
    const { width: before, height: _, ...kept } = this.#request.resize ?? {}
    const resize = optionsOf('resize', { ...kept, ...(isOptions(width) ? { width: before } : {}), ...defined(given) })
    return 'width' in resize || 'height' in resize ? this.#set({ resize }) : this.#unset('resize')
  }

  /** @param {object} region */
  extract(region) {
    const given = optionsOf('extract', region)
    if (this.#request.resize || this.#request.extractBefore) return this.#set({ extract: given })
    if (this.#request.rotate) this.#beforeResize()
    return this.#set({ extractBefore: given })
  }

  /** @param {object} [options] */
  trim(options = {}) {
    const given = optionsOf('trim', options)
    if (given.threshold !== undefined) checkNumber('trim.threshold', given.threshold, { min: 0, max: 255 })
    if (this.#request.rotate) this.#beforeResize()
    return this.#set({ trim: given })
  }

  /** @param {unknown} extend pixels on all sides, or options */
  extend(extend) {
    const all = typeof extend === 'number' ? { top: extend, bottom: extend, left: extend, right: extend } : extend
    return this.#set({ extend: optionsOf('extend', all) })
  }

  /**
   * @param {number} [angle]
   * @param {{ background?: unknown }} [options]
   */
  rotate(angle, options) {
    if (angle === undefined) return this.autoOrient()
    checkNumber('angle', angle, { min: -1e9, max: 1e9 })
    return this.#set({ rotate: { ...optionsOf('rotate', options ?? {}), angle } })
  }

  #beforeResize() {
    this.#request.rotateBefore = this.#request.rotate
    delete this.#request.rotate
  }

  autoOrient(on = true) {
    return this.#set({ autoOrient: on })
  }

  flip(on = true) {
    return this.#set({ flip: on })
  }

  flop(on = true) {
    return this.#set({ flop: on })
  }

  // Colours

  /** @param {unknown} [options] options, or `false` */
  flatten(options = {}) {
    if (options === false) return this.#unset('flatten')
    const { background = '#000' } = options === true ? {} : optionsOf('flatten', options)
    return this.#set({ flatten: background })
  }

  /**
   * @param {number} [gamma]
   * @param {number} [gammaOut]
   */
  gamma(gamma = 2.2, gammaOut) {
    checkNumber('gamma', gamma, { min: 1, max: 3 })
    if (gammaOut !== undefined) checkNumber('gammaOut', gammaOut, { min: 1, max: 3 })
    return this.#set({ gamma: defined({ gamma, gammaOut }) })
  }

  /** @param {unknown} [options] */
  negate(options = {}) {
    if (options === false) return this.#unset('negate')
    return this.#set({ negate: options === true ? {} : optionsOf('negate', options) })
  }

  /** @param {object} [options] */
  normalise(options = {}) {
    return this.#set({ normalise: optionsOf('normalise', options) })
  }

  /** @param {object} [options] */
  normalize(options) {
    return this.normalise(options)
  }

  /**
   * @param {number | boolean} [threshold]
   * @param {{ greyscale?: boolean, grayscale?: boolean }} [options]
   */
  threshold(threshold = 128, options = { greyscale: true }) {
    // Nothing is darker than 0.
    if (threshold === false || threshold === 0) return this.#unset('threshold')
    const { grayscale = false, greyscale = grayscale } = optionsOf('threshold', options)
    return this.#set({ threshold: { threshold: threshold === true ? 128 : threshold, greyscale } })
  }

  /**
   * @param {number | number[]} [a]
   * @param {number | number[]} [b]
   */
  linear(a = [], b = []) {
    return this.#set({ linear: { a: [a].flat(), b: [b].flat() } })
  }

  /** @param {object} options */
  modulate(options) {
    return this.#set({ modulate: optionsOf('modulate', options) })
  }

  /** @param {unknown} tint a colour */
  tint(tint) {
    return this.#set({ tint })
  }

  greyscale(on = true) {
    return this.#set({ greyscale: on })
  }

  grayscale(on = true) {
    return this.greyscale(on)
  }

  removeAlpha() {
    return this.#set({ removeAlpha: true })
  }

  ensureAlpha(alpha = 1) {
    return this.#set({ ensureAlpha: checkNumber('alpha', alpha, { min: 0, max: 1 }) })
  }

  /** @param {unknown} [options] sigma, or options */
  blur(options = {}) {
    if (options === false) return this.#unset('blur')
    const given = typeof options === 'number' ? { sigma: options } : options === true ? {} : optionsOf('blur', options)
    if (given.sigma !== undefined) checkNumber('blur.sigma', given.sigma, { min: 0.3, max: 1000 })
    if (given.minAmplitude !== undefined) checkNumber('blur.minAmplitude', given.minAmplitude, { min: 0.001, max: 1 })
    return this.#set({ blur: given })
  }

  /** @param {unknown} [options] sigma, or options */
  sharpen(options = {}) {
    if (options === false) return this.#unset('sharpen')
    const given =
      typeof options === 'number' ? { sigma: options } : options === true ? {} : optionsOf('sharpen', options)
    if (given.sigma !== undefined) checkNumber('sharpen.sigma', given.sigma, { min: 0.000001, max: 10 })
    for (const name of ['m1', 'm2', 'x1', 'y2', 'y3']) {
      if (given[name] !== undefined) checkNumber(`sharpen.${name}`, given[name], { min: 0, max: 1000000 })
    }
    return this.#set({ sharpen: given })
  }

  /** The side of the square. @param {number} [size] */
  median(size = 3) {
    return this.#set({ median: { size: checkNumber('median', size, { min: 1, max: 1000, integer: true }) } })
  }

  /** @param {unknown} layers */
  composite(layers) {
    if (!Array.isArray(layers)) throw unexpected('layers', 'an array', layers, 'ERR_INVALID_ARG_TYPE')
    const composite = layers.map((layer, i) => {
      const { input, raw, ...options } = optionsOf(`layers[${i}]`, layer)
      const create = isOptions(input) ? /** @type {any} */ (input).create : undefined
      const source = sourceOf(create ? undefined : input, raw, create)
      if (source === undefined) throw unexpected(`layers[${i}].input`, 'an image', input, 'ERR_INVALID_ARG_TYPE')
      return { ...options, input: source }
    })
    return this.#set({ composite })
  }

  // Formats

  /** @param {object} [options] */
  jpeg(options) {
    return this.toFormat('jpeg', options)
  }

  /** @param {{ colours?: number, colors?: number, dither?: number, palette?: boolean }} [options] */
  png(options) {
    // Who says how many colours a palette has wants one.
    const palette = options?.colours ?? options?.colors ?? options?.dither
    return this.toFormat('png', palette === undefined ? options : { palette: true, ...options })
  }

  /** @param {object} [options] */
  webp(options) {
    return this.toFormat('webp', options)
  }

  /** @param {object} [options] */
  gif(options) {
    return this.toFormat('gif', options)
  }

  /** @param {object} [options] */
  tiff(options) {
    return this.toFormat('tiff', options)
  }

  /** @param {object} [options] */
  avif(options) {
    return this.toFormat('avif', options)
  }

  /** @param {object} [options] */
  raw(options) {
    return this.toFormat('raw', options)
  }

  /**
   * @param {unknown} format its name, or an object that has it as `id`
   * @param {object} [options]
   */
  toFormat(format, options = {}) {
    const id = /** @type {any} */ (format)?.id ?? format
    const name = aliases[id] ?? id
    if (!formats.includes(name)) {
      throw unexpected(
        'format',
        `one of ${formats.map((known) => `'${known}'`).join(', ')}`,
        id,
        'ERR_INVALID_ARG_VALUE',
      )
    }
    return this.#set({ output: { [name]: optionsOf(name, options) } })
  }

  keepMetadata(on = true) {
    return this.#set({ keepMetadata: on })
  }

  keepIccProfile(on = true) {
    return this.#set({ keepIcc: on })
  }

  // Results

  /** The same chain for the same input: what is added to one is not added to the other. */
  clone() {
    const source = this.#source ?? Buffer.alloc(0)
    const copy = new Image(source)
    copy.#source = this.#source
    copy.#origin = this.#origin
    copy.#request = { ...this.#request }
    copy.#limits = { ...this.#limits }
    copy.#pool = this.#pool
    return copy
  }

  /** @param {{ resolveWithObject?: boolean }} [options] */
  async toBuffer({ resolveWithObject = false } = {}) {
    const { data, ...info } = await this.#run('image.process', this.#request)
    return resolveWithObject ? { data, info } : data
  }

  /** @param {unknown} file a path or a `file:` URL */
  async toFile(file) {
    if (typeof file !== 'string' && !(file instanceof URL)) {
      throw unexpected('file', 'a path or a `file:` URL', file, 'ERR_INVALID_ARG_TYPE')
    }
    return this.#run('image.process', { ...this.#request, file })
  }

  async metadata() {
    return this.#run('image.metadata', {})
  }

  async stats() {
    return this.#run('image.stats', pick(this.#request, ['limitInputPixels']))
  }

  /**
   * @param {string} task
   * @param {Request} request
   */
  async #run(task, request) {
    const source = this.#source ?? (await this.#origin.#piped)
    const pool = this.#pool ?? defaultPool()
    return pool.runTask(task, { ...request, source }, this.#limits)
  }

  /** @param {Request} fields */
  #set(fields) {
    Object.assign(this.#request, fields)
    return this
  }

  /** @param {string} field */
  #unset(field) {
    delete this.#request[field]
    return this
  }

  // The stream. What is written is gathered by `gathered`; the result is read in one piece.

  /**
   * @param {Buffer} piece
   * @param {BufferEncoding} _encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(piece, _encoding, callback) {
    this.emit('piece', piece)
    callback()
  }

  _read() {
    if (this.#isRead) return
    this.#isRead = true
    void this.#give()
  }

  async #give() {
    try {
      const { data, info } = await this.toBuffer({ resolveWithObject: true })
      this.emit('info', info)
      this.push(data)
      this.push(null)
    } catch (error) {
      this.destroy(/** @type {Error} */ (error))
    }
  }

  #isRead = false
}

/** @param {unknown} value */
function isOptions(value) {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * @param {string} name
 * @param {unknown} options
 * @returns {Record<string, any>}
 */
function optionsOf(name, options) {
  if (!isOptions(options)) throw unexpected(name, 'an object', options, 'ERR_INVALID_ARG_TYPE')
  return defined(/** @type {object} */ (options))
}

/** Without what is undefined or null, which sharp takes for not given. @param {object} options */
function defined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null))
}

/**
 * @param {object} options
 * @param {readonly string[]} names
 */
function pick(options, names) {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => names.includes(name) && value !== undefined),
  )
}

/**
 * @param {unknown} [input]
 * @param {unknown} [options]
 */
function image(input, options) {
  return new Image(input, options)
}

module.exports = { Image, formats, image, optionNames }
