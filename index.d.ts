/**
 * offloop takes heavy work off Node's event loop: native tasks on Rust threads and your own JavaScript on worker
 * threads, behind Promises.
 *
 * @packageDocumentation
 */

/// <reference types="node" />

import { EventEmitter } from 'node:events'
import { Duplex, Readable, Stream, Writable } from 'node:stream'
import { ResourceLimits, SHARE_ENV, Transferable } from 'node:worker_threads'

/** A typed array of numbers, a view over a SharedArrayBuffer included. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** Bytes: a Buffer, any other view, or a whole ArrayBuffer. */
export type Bytes = NodeJS.ArrayBufferView | ArrayBufferLike

/** The native tasks there are: for each name, what goes in and what comes out. */
export interface NativeTasks {
  'digest.hash': { input: DigestInput; result: DigestResult }
  'image.metadata': { input: { source: ImageSource }; result: ImageMetadata }
  'image.process': { input: ImageRequest; result: ImageInfo & { data?: Buffer; path?: string } }
  'image.stats': { input: { source: ImageSource; limitInputPixels?: number }; result: ImageStats }
  noop: { input: unknown; result: any }
  fault: { input: FaultInput; result: undefined }
  'numeric.reduce': { input: NumericReduceInput; result: number }
  'pdf.document': { input: PdfTaskInput; result: PdfResult & { data?: Buffer } }
  'pdf.drawing': { input: PdfDrawingInput; result: PdfResult & { data?: Buffer } }
}

/** The name of a native task. */
export type TaskName = keyof NativeTasks

/**
 * Input of `digest.hash`: bytes, or a file, which is read in pieces and never held in memory. With `blake3`, all idle
 * threads of the pool take part.
 *
 * Progress is in bytes. Fails with the operating system's code, such as `ENOENT` or `EISDIR`, when the file cannot be
 * read; only regular files are.
 */
export type DigestInput = {
  /**
   * - `blake3`, 256 bits: cryptographic, and the fastest of its kind.
   * - `sha256`, `sha512`: cryptographic, the same as those of `node:crypto`.
   * - `xxh3`: XXH3 of 64 bits with seed 0, big-endian. Not cryptographic.
   * - `crc32`: the CRC-32 of zlib, gzip and PNG, big-endian. Not cryptographic.
   */
  algorithm: 'blake3' | 'sha256' | 'sha512' | 'xxh3' | 'crc32'
  /** How the digest is written. @default 'hex' */
  encoding?: 'hex' | 'base64'
} & (
  | {
      /** The bytes. A view over a SharedArrayBuffer is read in place, each byte once. */
      data: Bytes
      path?: undefined
    }
  | {
      /** A path, or a `file:` URL as an object or as a string. */
      path: string | URL
      data?: undefined
    }
)

/** Result of `digest.hash`. */
export interface DigestResult {
  digest: string
  /** How many bytes were hashed. */
  bytes: number
}

/** A colour as CSS writes it (`#fff`, `white`, `rgb(255, 255, 255)`), or its channels: 0 to 255, `alpha` 0 to 1. */
export type Color = string | { r: number; g: number; b: number; alpha?: number }

/** What an image is read from: a path, a `file:` URL, the bytes of a file, pixels, or one colour. */
export type ImageSource =
  | string
  | URL
  | Bytes
  | { raw: RawPixels & { data: Uint8Array | Uint8ClampedArray | Uint16Array } }
  | { create: CreateImage }

/** Pixels in rows without padding, 8 bits a channel, or 16 in a `Uint16Array`. */
export interface RawPixels {
  /** Pixels, 1 to 65535. */
  width: number
  /** Pixels, 1 to 65535. */
  height: number
  /** Grey, grey and alpha, RGB, or RGBA. */
  channels: 1 | 2 | 3 | 4
  /** The colours are multiplied by the alpha. @default false */
  premultiplied?: boolean
}

/** A picture of one colour. */
export interface CreateImage {
  /** Pixels, 1 to 65535. */
  width: number
  /** Pixels, 1 to 65535. */
  height: number
  channels: 3 | 4
  background: Color
}

/** One of nine places. */
export type ImagePosition =
  | 'centre'
  | 'center'
  | 'north'
  | 'top'
  | 'northeast'
  | 'right top'
  | 'east'
  | 'right'
  | 'southeast'
  | 'right bottom'
  | 'south'
  | 'bottom'
  | 'southwest'
  | 'left bottom'
  | 'west'
  | 'left'
  | 'northwest'
  | 'left top'

/** The size of the result: a width, a height, or both. */
export interface ImageResize {
  /** Pixels, 1 to 65535. @default in proportion to the height */
  width?: number
  /** Pixels, 1 to 65535. @default in proportion to the width */
  height?: number
  /**
   * How the image takes a size of other proportions.
   * - `cover`: fills the size, and what is left over is cut off.
   * - `contain`: all of it inside the size, with `background` beside it.
   * - `fill`: stretched.
   * - `inside`: as large as possible inside the size.
   * - `outside`: as small as possible around the size.
   *
   * @default 'cover'
   */
  fit?: 'cover' | 'contain' | 'fill' | 'inside' | 'outside'
  /**
   * Which part `cover` keeps, and where `contain` puts the image. `entropy` and `attention` keep what is most worth to be
   * seen: where the histogram has most to say; where edges, saturated colours and the tones of skin are.
   * @default 'centre'
   */
  position?: ImagePosition | 'entropy' | 'attention'
  /** How pixels are made smaller; what becomes larger is interpolated by cubic splines. @default 'lanczos3' */
  kernel?: 'nearest' | 'linear' | 'cubic' | 'mitchell' | 'lanczos2' | 'lanczos3'
  /** Beside the image when `fit` is `contain`. @default '#000' */
  background?: Color
  /** Leaves the image as it is rather than make it larger. @default false */
  withoutEnlargement?: boolean
  /** Leaves the image as it is rather than make it smaller. @default false */
  withoutReduction?: boolean
}

/** A part of a picture, in pixels. */
export interface ImageRegion {
  left: number
  top: number
  width: number
  height: number
}

/** What is cut off. */
export interface ImageTrim {
  /** @default the colour of the pixel at the top left */
  background?: Color
  /** By how much a sample may differ from the background, 0 to 255. @default 10 */
  threshold?: number
  /** Drawn in lines: the picture is not smoothed before it is compared. @default false */
  lineArt?: boolean
  /** Pixels of the border that stay. @default 0 */
  margin?: number
}

/** Unsharp masking of the lightness, which is 0 to 100. */
export interface ImageSharpen {
  /** Of the Gaussian, 0.000001 to 10. @default a fast filter of 3 × 3 pixels */
  sigma?: number
  /** How much flat areas are sharpened. @default 1 */
  m1?: number
  /** How much jagged areas are sharpened. @default 2 */
  m2?: number
  /** Where jagged begins. @default 2 */
  x1?: number
  /** The most that is made lighter. @default 10 */
  y2?: number
  /** The most that is made darker. @default 20 */
  y3?: number
}

/** A border, in pixels. */
export interface ImageExtend {
  top?: number
  bottom?: number
  left?: number
  right?: number
  /** @default '#000' */
  background?: Color
  /** One colour, the edge's pixels, the picture again, or mirrored. @default 'background' */
  extendWith?: 'background' | 'copy' | 'repeat' | 'mirror'
}

/** A picture laid over the picture. */
export interface ImageLayer {
  /** An image, or `{ create }` for one colour. */
  input: string | URL | Bytes | { create: CreateImage }
  /** The bytes of `input` are pixels. */
  raw?: RawPixels
  /** @default 'over' */
  blend?: ImageBlend
  /** @default 'centre' */
  gravity?: ImagePosition
  /** Pixels from the top, with `left` in the place of `gravity`; may be negative. */
  top?: number
  left?: number
  /** The layer is repeated over the whole picture. @default false */
  tile?: boolean
  /** The layer's colours are multiplied by its alpha. @default false */
  premultiplied?: boolean
  /** The layer is turned as its EXIF orientation says. @default false */
  autoOrient?: boolean
}

/** How a layer is mixed with what is under it. */
export type ImageBlend =
  | 'clear'
  | 'source'
  | 'over'
  | 'in'
  | 'out'
  | 'atop'
  | 'dest'
  | 'dest-over'
  | 'dest-in'
  | 'dest-out'
  | 'dest-atop'
  | 'xor'
  | 'add'
  | 'saturate'
  | 'multiply'
  | 'screen'
  | 'overlay'
  | 'darken'
  | 'lighten'
  | 'colour-dodge'
  | 'color-dodge'
  | 'colour-burn'
  | 'color-burn'
  | 'hard-light'
  | 'soft-light'
  | 'difference'
  | 'exclusion'

/** How a JPEG is encoded. */
export interface JpegOptions {
  /** 1 to 100. @default 80 */
  quality?: number
  /** @default false */
  progressive?: boolean
  /** @default '4:2:0' */
  chromaSubsampling?: '4:2:0' | '4:4:4'
  /** Huffman tables made for the picture. @default true */
  optimiseCoding?: boolean
  optimizeCoding?: boolean
  /**
   * mozjpeg's slow and small way. Where the addon was built without mozjpeg: progressive, with optimised tables.
   * @default false
   */
  mozjpeg?: boolean
}

/** How a PNG is encoded. Pictures of 16 bits keep them. */
export interface PngOptions {
  /** 0 (fast) to 9 (small). @default 6 */
  compressionLevel?: number
  /** A filter is chosen for each row. @default false */
  adaptiveFiltering?: boolean
  /** A palette instead of full colours: much smaller, with loss. @default whether `colours` or `dither` is given */
  palette?: boolean
  /** Colours of the palette, 2 to 256. @default 256 */
  colours?: number
  colors?: number
  /** How much of what a palette misses is spread over the neighbours (Floyd and Steinberg), 0 to 1. @default 1 */
  dither?: number
}

/** How a WebP is encoded. */
export interface WebpOptions {
  /** 1 to 100. Without loss: how hard to try. @default 80 */
  quality?: number
  /** 0 to 100. @default 100 */
  alphaQuality?: number
  /** @default false */
  lossless?: boolean
  /** Nearly without loss: `quality` says how nearly. @default false */
  nearLossless?: boolean
  /** Sharper edges between colours, slower. @default false */
  smartSubsample?: boolean
  /** 0 (fast) to 6 (small). @default 4 */
  effort?: number
  /** The colour of transparent pixels is kept. @default false */
  exact?: boolean
  /** How often an animation is shown, 0 for ever. @default as the source says */
  loop?: number
  /** Milliseconds between frames, one number for all or one for each. @default as the source says */
  delay?: number | number[]
}

/** How a GIF is encoded: one palette for all frames. */
export interface GifOptions {
  /** Colours of the palette, 2 to 256. @default 256 */
  colours?: number
  colors?: number
  /** How much of what a palette misses is spread over the neighbours (Floyd and Steinberg), 0 to 1. @default 1 */
  dither?: number
  /** How often an animation is shown, 0 for ever. @default as the source says */
  loop?: number
  /** Milliseconds between frames, one number for all or one for each. @default as the source says */
  delay?: number | number[]
}

/** How a TIFF is encoded, a page for each frame. Pictures of 16 bits keep them, but not as a JPEG. */
export interface TiffOptions {
  /** `jpeg` has 8 bits and no alpha. @default 'jpeg' */
  compression?: 'jpeg' | 'lzw' | 'deflate' | 'packbits' | 'none'
  /** Of the compression `jpeg`, 1 to 100. @default 80 */
  quality?: number
  /** Samples are stored as differences, which `lzw` and `deflate` make more of. @default 'horizontal' */
  predictor?: 'horizontal' | 'none'
}

/**
 * How an AVIF is encoded, on one thread. Only where the build has it: `info().images.output` lists `avif`. Else it fails
 * with `ERR_IMAGE_UNSUPPORTED`.
 */
export interface AvifOptions {
  /** 1 to 100. @default 50 */
  quality?: number
  /** 0 (fast) to 9 (small, and many times slower). @default 4 */
  effort?: number
  /** @default '4:4:4' */
  chromaSubsampling?: '4:4:4' | '4:2:0'
  /** Bits of a sample. @default 8 */
  bitdepth?: 8 | 10 | 12
  /** There is no AVIF without loss here. */
  lossless?: false
}

/** Pixels as they are. */
export interface RawOptions {
  /** 8 bits a channel, or 16 in the byte order of the machine. @default 'uchar' */
  depth?: 'uchar' | 'ushort'
}

/** The format of a result and its options: one of these. */
export type ImageOutput =
  | { jpeg: JpegOptions }
  | { png: PngOptions }
  | { webp: WebpOptions }
  | { gif: GifOptions }
  | { tiff: TiffOptions }
  | { avif: AvifOptions }
  | { raw: RawOptions }

/** How an image is read. */
export interface ImageReading {
  /**
   * The most pixels that the source, with all of its pages, and the result may have. It is compared with the header
   * before any memory is taken. @default 268402689 (0x3fff × 0x3fff)
   */
  limitInputPixels?: number
  /** How bad a damage must be to be an error. @default 'warning' */
  failOn?: 'none' | 'truncated' | 'error' | 'warning'
  /** The first page or frame, from 0. @default 0 */
  page?: number
  /** How many pages or frames, -1 for all. @default 1 */
  pages?: number
  /** The picture is turned as its EXIF orientation says. @default true */
  autoOrient?: boolean
  /** The colour profile is ignored. @default false */
  ignoreIcc?: boolean
  /** EXIF (the orientation set right), XMP and the resolution go into the result. @default false */
  keepMetadata?: boolean
  /** The source's colour profile goes into the result, whose colours stay in it. @default false */
  keepIcc?: boolean
}

/**
 * Input of `image.process`, which `image()` puts together: all that is done to one picture, in sharp's order whatever
 * the order here: the EXIF orientation and `rotateBefore`, `trim`, `extractBefore`, `flatten`, `gamma`, `greyscale`,
 * `resize`, `flip`, `flop`, `rotate`, `extract`, `extend`, `median`, `threshold`, `blur`, `modulate`,
 * `sharpen`, `composite`, `linear`, `normalise`, `tint`, `removeAlpha`, `ensureAlpha`, `negate`.
 *
 * JPEG, PNG, WebP, GIF, TIFF, BMP and ICO are read, and AVIF where the build has it. Colours become sRGB. Progress is in percent.
 *
 * Fails with `ERR_IMAGE_INVALID` (no image, broken, cut off), `ERR_IMAGE_UNSUPPORTED` (a format that is not read),
 * `ERR_IMAGE_TOO_LARGE`, or the operating system's code, such as `ENOENT`, when a file cannot be read or written.
 */
export interface ImageRequest extends ImageReading {
  source: ImageSource
  rotateBefore?: { angle: number; background?: Color }
  trim?: ImageTrim
  extractBefore?: ImageRegion
  resize?: ImageResize
  flip?: boolean
  flop?: boolean
  rotate?: { angle: number; background?: Color }
  extract?: ImageRegion
  extend?: ImageExtend
  flatten?: Color
  gamma?: { gamma: number; gammaOut?: number }
  greyscale?: boolean
  median?: { size: number }
  threshold?: { threshold: number; greyscale?: boolean }
  blur?: { sigma?: number; minAmplitude?: number }
  sharpen?: ImageSharpen
  composite?: (Omit<ImageLayer, 'input' | 'raw'> & { input: ImageSource })[]
  normalise?: { lower?: number; upper?: number }
  linear?: { a?: number[]; b?: number[] }
  modulate?: { brightness?: number; saturation?: number; hue?: number; lightness?: number }
  tint?: Color
  negate?: { alpha?: boolean }
  removeAlpha?: boolean
  ensureAlpha?: number
  /** @default what the name of `file` ends with, else the format of the source, else PNG */
  output?: ImageOutput
  /**
   * Where the result is written: a path or a `file:` URL. The file appears under this name when it is complete. It may
   * not be the source. @default none: the result has the bytes
   */
  file?: string | URL
}

/** What a result looks like. */
export interface ImageInfo {
  format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'raw'
  /** Pixels. */
  width: number
  /** Pixels; of an animation all frames, one below the other. */
  height: number
  channels: 1 | 2 | 3 | 4
  premultiplied: false
  hasAlpha: boolean
  /** Bytes. */
  size: number
  /** Of raw pixels. */
  depth?: 'uchar' | 'ushort'
  /** Frames of an animation. */
  pages?: number
  pageHeight?: number
  /** What was cut off on the left and at the top, as negative numbers, by a `position` of `entropy` or `attention`. */
  cropOffsetLeft?: number
  cropOffsetTop?: number
  /** What `trim` cut off, as well. */
  trimOffsetLeft?: number
  trimOffsetTop?: number
}

/** What the header of an image says. */
export interface ImageMetadata {
  format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'ico'
  /** Bytes of the file. */
  size: number
  /** Pixels, before the EXIF orientation is applied. */
  width: number
  height: number
  space: 'srgb' | 'b-w' | 'cmyk' | 'rgb16' | 'grey16'
  channels: 1 | 2 | 3 | 4
  depth: 'uchar' | 'ushort'
  /** Pixels per inch. */
  density?: number
  chromaSubsampling?: string
  isProgressive: boolean
  isPalette: boolean
  bitsPerSample?: number
  /** Of an animation. */
  pages?: number
  pageHeight?: number
  loop?: number
  /** Milliseconds. */
  delay?: number[]
  hasProfile: boolean
  hasAlpha: boolean
  /** 1 to 8, as EXIF has it. */
  orientation?: number
  /** The size once the orientation is applied. */
  autoOrient: { width: number; height: number }
  compression?: string
  exif?: Buffer
  icc?: Buffer
  xmp?: Buffer
}

/** Figures about one channel, in the samples of the file. */
export interface ImageChannelStats {
  min: number
  max: number
  sum: number
  squaresSum: number
  mean: number
  /** Of a sample of a population. */
  stdev: number
  /** Where a pixel has the least and the most. */
  minX: number
  minY: number
  maxX: number
  maxY: number
}

/** Figures about the pixels of an image as it is stored. */
export interface ImageStats {
  channels: ImageChannelStats[]
  /** Whether there is no alpha channel, or one that is full everywhere. */
  isOpaque: boolean
  /** Shannon's entropy of the brightness, in bits: 0 to 8. */
  entropy: number
  /** The deviation of the Laplacian of the brightness: 0 for a flat picture. */
  sharpness: number
  /** The middle of the fullest of 16 × 16 × 16 boxes of sRGB colours. */
  dominant: { r: number; g: number; b: number }
}

/** Options of `image()`. */
export interface ImageOptions extends ImageReading {
  /** All frames of an animation: `pages: -1`. @default false */
  animated?: boolean
  /** The input is pixels. */
  raw?: RawPixels
  /** There is no input, but one colour. */
  create?: CreateImage
  /** Who does the work. @default `defaultPool()` */
  pool?: WorkerPool
  signal?: AbortSignal
  /** Milliseconds from the start of the work. */
  timeout?: number
  /** Milliseconds in the queue. */
  queueTimeout?: number
  priority?: number
  onProgress?: (progress: Progress) => void
}

/**
 * A chain with sharp's names: what is to be done is gathered, and one native task does it when the result is asked for.
 * The operations run in sharp's order (see `ImageRequest`), whatever the order of the calls; as in sharp, `rotate` and
 * `extract` before `resize` are done before it. Methods throw an `ArgumentError` for an argument of the wrong kind, and
 * return the chain; values are checked with the task.
 */
export interface Image extends Duplex {
  resize(width?: number | null, height?: number | null, options?: ImageResize): this
  resize(options: ImageResize): this
  /** Cuts off what looks like the background, before the resizing. */
  trim(options?: ImageTrim): this
  extract(region: ImageRegion): this
  /** A border of so many pixels on all sides, or as the options say. */
  extend(extend: number | ImageExtend): this
  /** Clockwise, by degrees. Without an angle: `autoOrient()`. */
  rotate(angle?: number, options?: { background?: Color }): this
  /** On unless it is turned off. */
  autoOrient(on?: boolean): this
  /** Upside down. */
  flip(on?: boolean): this
  /** Left and right change places. */
  flop(on?: boolean): this
  flatten(options?: boolean | { background?: Color }): this
  /** 1 to 3. @default 2.2 */
  gamma(gamma?: number, gammaOut?: number): this
  negate(options?: boolean | { alpha?: boolean }): this
  /** The percentiles become black and white. @default lower 1, upper 99 */
  normalise(options?: { lower?: number; upper?: number }): this
  normalize(options?: { lower?: number; upper?: number }): this
  /** 0 to 255. The picture becomes grey first, unless there are options that do not say so. @default 128 */
  threshold(threshold?: number | boolean, options?: { greyscale?: boolean; grayscale?: boolean }): this
  /** `a * sample + b`: numbers for all channels, or one for each. */
  linear(a?: number | number[], b?: number | number[]): this
  modulate(options: { brightness?: number; saturation?: number; hue?: number; lightness?: number }): this
  tint(colour: Color): this
  greyscale(on?: boolean): this
  grayscale(on?: boolean): this
  removeAlpha(): this
  /** 0 to 1. @default 1 */
  ensureAlpha(alpha?: number): this
  /** A Gaussian of this sigma, 0.3 to 1000; without one a fast blur of 3 × 3 pixels. */
  blur(options?: number | boolean | { sigma?: number; minAmplitude?: number }): this
  /** Options, or the sigma; without one a fast filter of 3 × 3 pixels. */
  sharpen(options?: number | boolean | ImageSharpen): this
  /** The median of the square of this side around each sample, 1 to 1000. @default 3 */
  median(size?: number): this
  composite(layers: ImageLayer[]): this
  jpeg(options?: JpegOptions): this
  png(options?: PngOptions): this
  webp(options?: WebpOptions): this
  gif(options?: GifOptions): this
  tiff(options?: TiffOptions): this
  avif(options?: AvifOptions): this
  raw(options?: RawOptions): this
  toFormat(
    format: 'jpeg' | 'jpg' | 'png' | 'webp' | 'gif' | 'tiff' | 'tif' | 'avif' | 'raw' | { id: string },
    options?: object,
  ): this
  keepMetadata(on?: boolean): this
  keepIccProfile(on?: boolean): this
  /** The same chain for the same input: what is added to one is not added to the other. */
  clone(): Image
  toBuffer(options?: { resolveWithObject?: false }): Promise<Buffer>
  toBuffer(options: { resolveWithObject: true }): Promise<{ data: Buffer; info: ImageInfo }>
  /** The format is that of the name, unless one was named. The file appears when it is complete. */
  toFile(file: string | URL): Promise<ImageInfo & { path: string }>
  metadata(): Promise<ImageMetadata>
  /** Of the input, whatever the chain does. */
  stats(): Promise<ImageStats>
}

/**
 * A picture and what is to be done to it. Without an input it is a stream to pipe the image into; the result can be piped
 * on, or asked for.
 *
 *     await image('photo.jpg').resize(800, 600).webp({ quality: 80 }).toFile('photo.webp')
 *
 * @param input a path, a `file:` URL, the bytes of an image, or pixels when there is `raw`
 */
export function image(input?: string | URL | Bytes | ImageOptions, options?: ImageOptions): Image

/** An item of a batch that says itself where its picture comes from and, if it is an object, where the result goes. */
export type ImageBatchItem = string | URL | Bytes | { input: string | URL | Bytes; output?: string | URL }

/** Options of `imageBatch()`: its own, and those of `image()` for every picture. */
export interface ImageBatchOptions<Item> extends Omit<ImageOptions, 'create' | 'onProgress'> {
  /** How many pictures may be on their way or wait for the consumer. @default twice the pool's size */
  concurrency?: number
  /** Where the picture of an item comes from. @default `item.input`, else the item itself */
  input?: (item: Item, index: number) => string | URL | Bytes
  /**
   * The file that the result of an item is written to; without one it is a Buffer. The paths are remembered for as long as
   * the batch lasts. @default `item.output`
   */
  output?: (item: Item, index: number) => string | URL | undefined
  /** Called at most twenty times a second, and when the batch is over. */
  onProgress?: (progress: ImageBatchProgress) => void
  /**
   * Gets every failure, at once, which then is no result any more. The item waits for what it returns; what it throws
   * ends the batch.
   */
  onError?: (error: Error, item: Item, index: number) => unknown
  /** Stops what runs, and ends the batch with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal
}

/** What a batch has done. */
export interface ImageBatchTotals {
  /** Pictures. */
  done: number
  /** Items that failed. */
  failed: number
  /** Bytes of the images that are done. */
  bytesIn: number
  /** Bytes of their results. */
  bytesOut: number
}

/** How far a batch is. */
export interface ImageBatchProgress extends ImageBatchTotals {
  /** Items, when that is known: of an array, a Set and whatever else has a length or a size. */
  total: number | null
  /** 0 to 100, when the total is known; failures count. */
  percent: number | null
}

/** What became of an item: bytes, a file, or an error. */
export type ImageBatchResult<Item> = { item: Item; index: number } & (
  | { data: Buffer; path?: undefined; info: ImageInfo; bytesIn: number; error?: undefined }
  | { path: string; data?: undefined; info: ImageInfo; bytesIn: number; error?: undefined }
  | { error: Error; data?: undefined; path?: undefined; info?: undefined; bytesIn?: undefined }
)

/** The results of a batch as they come. */
export interface ImageBatch<Item> extends AsyncGenerator<ImageBatchResult<Item>, void, void> {
  /** All results in the order of the items. They are in memory together, unless they go to files. */
  all(): Promise<{ results: ImageBatchResult<Item>[] } & ImageBatchTotals>
}

/**
 * The same chain for many pictures, thousands or without end. An item that fails does so alone.
 *
 * ```js
 * const photos = [{ input: 'a.jpg', output: 'a.webp' }, { input: 'b.jpg', output: 'b.webp' }]
 * for await (const { item, info, error } of imageBatch(photos, (photo) => photo.resize(800, 600))) …
 * const { done, failed } = await imageBatch(photos, (photo) => photo.resize(800, 600)).all()
 * ```
 *
 * Nothing starts before the first result is asked for. Results come as they are ready, so that a large picture holds
 * nobody up; `index` says which is which. Items are read no faster than results are taken, at most `concurrency` ahead.
 * A `break` and the signal stop what runs. What ends the batch with an error: the signal, a pool that is closed, items
 * that cannot be read, `onError`.
 *
 * A file is written whole or not at all, by one item only: a second one with the same `output` fails, and so does one that
 * would be written over its own input.
 *
 * @param items where the pictures come from: paths, `file:` URLs, bytes, `{ input, output }`, or whatever `options.input`
 *   understands
 * @param pipeline what is done to each picture: gets its `image()` and may return another chain, or a promise
 */
export function imageBatch<Item extends ImageBatchItem>(
  items: Iterable<Item> | AsyncIterable<Item>,
  pipeline: (image: Image, item: Item, index: number) => Image | void | PromiseLike<Image | void>,
  options?: ImageBatchOptions<Item>,
): ImageBatch<Item>
export function imageBatch<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  pipeline: (image: Image, item: Item, index: number) => Image | void | PromiseLike<Image | void>,
  options: ImageBatchOptions<Item> & Required<Pick<ImageBatchOptions<Item>, 'input'>>,
): ImageBatch<Item>

/** Where a font, a picture or an attached file comes from: a path, a `file:` URL, or its bytes. No other URL is ever fetched. */
export type PdfSource = string | URL | Bytes

/** A colour by its CSS name or notation, `[red, green, blue]` of 0 to 255, or `[cyan, magenta, yellow, black]` of 0 to 100. */
export type PdfColor = string | [number, number, number] | [number, number, number, number]

/** Points on all sides, `[horizontal, vertical]`, or `[left, top, right, bottom]`. A side that is null is not said. */
export type PdfMargins =
  number | [number | null, number | null] | [number | null, number | null, number | null, number | null]

/** ISO 216 and 269 sizes, and those of North America; in any case. */
export type PdfPageSizeName =
  | '4A0'
  | '2A0'
  | 'A0'
  | 'A1'
  | 'A2'
  | 'A3'
  | 'A4'
  | 'A5'
  | 'A6'
  | 'A7'
  | 'A8'
  | 'A9'
  | 'A10'
  | 'B0'
  | 'B1'
  | 'B2'
  | 'B3'
  | 'B4'
  | 'B5'
  | 'B6'
  | 'B7'
  | 'B8'
  | 'B9'
  | 'B10'
  | 'C0'
  | 'C1'
  | 'C2'
  | 'C3'
  | 'C4'
  | 'C5'
  | 'C6'
  | 'C7'
  | 'C8'
  | 'C9'
  | 'C10'
  | 'RA0'
  | 'RA1'
  | 'RA2'
  | 'RA3'
  | 'RA4'
  | 'SRA0'
  | 'SRA1'
  | 'SRA2'
  | 'SRA3'
  | 'SRA4'
  | 'EXECUTIVE'
  | 'FOLIO'
  | 'LEGAL'
  | 'LETTER'
  | 'TABLOID'

/** A column's width: points, as wide as what is in it, a share of what is left, or a part of what there is. */
export type PdfWidth = number | 'auto' | '*' | 'star' | `${number}%`

/** How text looks. In a node, a style, or `defaultStyle`; what is not said comes from what is around. */
export interface PdfLook {
  /** A family of `fonts`, or `Roboto`. @default 'Roboto' */
  font?: string
  /** Points. @default 12 */
  fontSize?: number
  bold?: boolean
  italics?: boolean
  /** @default 'black' */
  color?: PdfColor
  /** Behind the text. */
  background?: PdfColor
  decoration?: PdfDecoration | PdfDecoration[]
  decorationColor?: PdfColor
  decorationStyle?: 'solid' | 'dashed' | 'dotted' | 'double' | 'wavy'
  /** Points. */
  decorationThickness?: number
  /** Times the height that the font has. @default 1 */
  lineHeight?: number
  /** Points between two characters. */
  characterSpacing?: number
  /** Where lines begin and end. Text that reads from right to left begins on the right unless this says otherwise. */
  alignment?: 'left' | 'center' | 'right' | 'justify'
  /** Points by which the first line begins later. */
  leadingIndent?: number
  /** Lines end only where the text says so. */
  noWrap?: boolean
  /** `break-all`: between any two characters. */
  wordBreak?: 'normal' | 'break-all'
  preserveLeadingSpaces?: boolean
  preserveTrailingSpaces?: boolean
  /** 0 to 1. */
  opacity?: number
  /** Superscript. */
  sup?: boolean
  /** Subscript. */
  sub?: boolean
  /** An address that a click goes to. */
  link?: string
  /** The number of a page, from 1. */
  linkToPage?: number
  /** The `id` of a node. */
  linkToDestination?: string
  /** OpenType features: `'smcp'`, or `'liga=0'` to turn one off. */
  fontFeatures?: string | string[]
  /** Of a cell. */
  fillColor?: PdfColor
  /** Of a cell, 0 to 1. */
  fillOpacity?: number
  /** Of the bullets and numbers of a list. */
  markerColor?: PdfColor
  /** Points between columns. */
  columnGap?: number
  /** A BCP 47 tag: for shaping, hyphenation, and who reads the document aloud. */
  language?: string
  /** Divides words by the rules of the `language`. @default false */
  hyphenate?: boolean
  /** `auto` is that of the first letter that has one. @default 'auto' */
  direction?: 'auto' | 'ltr' | 'rtl'
  /** The fewest lines of a paragraph at the bottom of a page. @default 1 */
  orphans?: number
  /** The fewest lines of a paragraph at the top of a page. @default 1 */
  widows?: number
}

export type PdfDecoration = 'underline' | 'lineThrough' | 'overline'

/** Space around a node, side by side if need be. */
export interface PdfSpace {
  margin?: PdfMargins
  marginLeft?: number
  marginTop?: number
  marginRight?: number
  marginBottom?: number
}

/** A named style, or the default one. */
export interface PdfStyle extends PdfLook, PdfSpace {
  /** Styles that say what this one does not. */
  extends?: string | string[]
}

/** What a node of any kind can say. */
export interface PdfNodeBase extends PdfLook, PdfSpace {
  /** Names in `styles`, of which a later one counts more. */
  style?: string | string[]
  /** Of a column, or of a picture. */
  width?: PdfWidth
  /** Points. */
  height?: number
  /** Begins a page with the node, or ends one after it. */
  pageBreak?: 'before' | 'beforeOdd' | 'beforeEven' | 'after' | 'afterOdd' | 'afterEven'
  /** Of the pages that its `pageBreak` begins. */
  pageOrientation?: 'portrait' | 'landscape'
  /** From the top left corner of the page; what follows does not move. */
  absolutePosition?: { x?: number; y?: number }
  /** From where it would stand; what follows does not move. */
  relativePosition?: { x?: number; y?: number }
  /** Stays on one page, if a page has room for it. */
  unbreakable?: boolean
  /** Points; lines of text beyond are left out. */
  maxHeight?: number
  /** Names the place, for links and references. */
  id?: string
  /** For `pageBreakBefore`. */
  headlineLevel?: number
  /** Lists it in the table of contents, or in those with these ids. */
  tocItem?: boolean | string | string[]
  tocStyle?: string | string[] | PdfStyle
  tocNumberStyle?: string | string[] | PdfStyle
  tocMargin?: PdfMargins
  /** Lists it in the outline. */
  outline?: boolean
  /** Its text there; that of the node unless given. */
  outlineText?: string
  outlineExpanded?: boolean
  /** The `id` of the node that it stands below in the outline. */
  outlineParentId?: string
  /** As an item of a list: what stands before it. */
  listType?: PdfUnordered | PdfOrdered
  /** As an item of a list: its number. */
  counter?: number
  /** As a cell. */
  colSpan?: number
  /** As a cell. */
  rowSpan?: number
  /** As a cell: left, top, right, bottom. */
  border?: [boolean?, boolean?, boolean?, boolean?]
  /** As a cell: left, top, right, bottom. */
  borderColor?: [PdfColor?, PdfColor?, PdfColor?, PdfColor?]
  /** As a cell. @default 'top' */
  verticalAlignment?: 'top' | 'middle' | 'bottom'
  /** What a picture shows, for those who do not see it. */
  alt?: string
}

/** Text, or text of parts in styles of their own. */
export interface PdfTextNode extends PdfNodeBase {
  text: PdfText
}

/** Text of a node: a string, or parts. Numbers and booleans are written as text. */
export type PdfText = string | number | boolean | null | PdfTextNode | PdfReferenceNode | PdfText[]

/** Text that is known only once the document is laid out. */
export type PdfReferenceNode = PdfNodeBase &
  (
    | {
        /** The `id` of a node: the number of the page that it is on. */
        pageReference: string
      }
    | {
        /** The `id` of a node: its text. */
        textReference: string
      }
  )

/** Nodes one below the other. An array of nodes is one as well. */
export interface PdfStackNode extends PdfNodeBase {
  stack: PdfContent[]
}

/** Nodes side by side, each with its `width`: `auto`, points, a percentage or, by default, `*`. */
export interface PdfColumnsNode extends PdfNodeBase {
  columns: PdfContent[]
  /** What is too much for a column goes on in the next. */
  snakingColumns?: boolean
}

export type PdfUnordered = 'disc' | 'circle' | 'square' | 'none'
export type PdfOrdered = 'decimal' | 'lower-alpha' | 'upper-alpha' | 'lower-roman' | 'upper-roman' | 'none'

/** A list with bullets. */
export interface PdfUnorderedListNode extends PdfNodeBase {
  ul: PdfContent[]
  /** By the level unless given. */
  type?: PdfUnordered
}

/** A list with numbers. */
export interface PdfOrderedListNode extends PdfNodeBase {
  ol: PdfContent[]
  /** @default 'decimal' */
  type?: PdfOrdered
  /** After the number, or before and after it. @default '.' */
  separator?: string | [string, string]
  /** @default 1 */
  start?: number
  reversed?: boolean
}

/** Rows of cells. */
export interface PdfTableNode extends PdfNodeBase {
  table: PdfTable
  /** A name in `tableLayouts`, one of those that are always there, or a layout. */
  layout?: 'noBorders' | 'headerLineOnly' | 'lightHorizontalLines' | (string & {}) | PdfTableLayout
}

export interface PdfTable {
  /** Every row has a cell for every column; those under a span are not looked at. */
  body: PdfContent[][]
  /** One for all columns, or one for each. @default 'auto' */
  widths?: PdfWidth | PdfWidth[]
  /** The least heights of rows: one for all, or one for each. @default 'auto' */
  heights?: number | 'auto' | (number | 'auto')[]
  /** Rows that are repeated on every page. @default 0 */
  headerRows?: number
  /** Rows after those that stay on one page with them. @default 0 */
  keepWithHeaderRows?: number
  /** No row is divided between pages. @default false */
  dontBreakRows?: boolean
}

/**
 * A value for all rows, columns or lines, or some by their place: in place of pdfmake's functions. What is more special
 * counts: `at`, `first`, `last`, `header`, `inner`, `odd` or `even`, `default`. Places count from 0.
 */
export type PdfByPlace<Value> =
  | Value
  | {
      first?: Value
      last?: Value
      /** The rows of the header. */
      header?: Value
      /** All but the first and the last. */
      inner?: Value
      odd?: Value
      even?: Value
      default?: Value
      /** By the number: `{ 3: 2 }`. */
      at?: Record<number, Value>
    }

/** Lines, paddings and fills of a table. What is not said is as in a table without a layout. */
export interface PdfTableLayout {
  /** Points, by the line: 0 is above the first row. */
  hLineWidth?: PdfByPlace<number>
  /** Points, by the line: 0 is left of the first column. */
  vLineWidth?: PdfByPlace<number>
  hLineColor?: PdfByPlace<PdfColor>
  vLineColor?: PdfByPlace<PdfColor>
  hLineStyle?: PdfByPlace<{ dash: PdfDash }>
  vLineStyle?: PdfByPlace<{ dash: PdfDash }>
  /** Points, by the column. */
  paddingLeft?: PdfByPlace<number>
  /** Points, by the column. */
  paddingRight?: PdfByPlace<number>
  /** Points, by the row. */
  paddingTop?: PdfByPlace<number>
  /** Points, by the row. */
  paddingBottom?: PdfByPlace<number>
  /** By the row. */
  fillColor?: PdfByPlace<PdfColor>
  /** By the row, 0 to 1. */
  fillOpacity?: PdfByPlace<number>
  /** Draws the line below the last row of a page that the table goes on after. @default true */
  hLineWhenBroken?: boolean
  /** Whether cells that say nothing have lines. @default true */
  defaultBorder?: boolean
}

/** A photo: JPEG, PNG, WebP and what else `image()` reads. JPEG goes into the file as it is. */
export interface PdfImageNode extends PdfNodeBase {
  /** A path, a data URL in base64, the bytes, or a name in `images`. */
  image: PdfSource
  /** As large as fits: the side of a square, or `[width, height]`. */
  fit?: number | [number, number]
  /** Fills this place, and is cut off beyond it. */
  cover?: {
    width: number
    height: number
    align?: 'left' | 'center' | 'right'
    valign?: 'top' | 'center' | 'bottom'
  }
  minWidth?: number
  maxWidth?: number
  minHeight?: number
}

/** A drawing. Nothing outside of the text is read for it. */
export interface PdfSvgNode extends PdfNodeBase {
  svg: string
  /** As large as fits: the side of a square, or `[width, height]`. */
  fit?: number | [number, number]
}

/** Lines and areas. */
export interface PdfCanvasNode extends PdfNodeBase {
  canvas: PdfVector[]
}

/** Lengths of a dash and of the gap after it, in points. */
export interface PdfDash {
  length: number
  /** @default `length` */
  space?: number
  phase?: number
}

/** A line or an area, in points from the top left corner of its canvas. */
export type PdfVector = {
  /** @default 1 */
  lineWidth?: number
  /** @default 'black' */
  lineColor?: PdfColor
  dash?: PdfDash
  lineCap?: 'butt' | 'round' | 'square'
  lineJoin?: 'miter' | 'round' | 'bevel'
  /** What fills it. */
  color?: PdfColor
  /** Colours from the left to the right. */
  linearGradient?: PdfColor[]
  fillOpacity?: number
  strokeOpacity?: number
} & (
  | { type: 'line'; x1: number; y1: number; x2: number; y2: number }
  | {
      type: 'rect'
      x?: number
      y?: number
      w: number
      h: number
      /** The radius of its corners. */
      r?: number
    }
  | {
      type: 'ellipse'
      x: number
      y: number
      r1: number
      /** @default `r1` */
      r2?: number
    }
  | { type: 'polyline'; points: { x: number; y: number }[]; closePath?: boolean }
  | {
      type: 'path'
      /** The `d` of an SVG path. */
      d: string
    }
)

export interface PdfQrNode extends Omit<PdfNodeBase, 'background'> {
  qr: string
  /** The side in points; four a module unless given. */
  fit?: number
  /** How much of it may be damaged. @default 'L' */
  eccLevel?: 'L' | 'M' | 'Q' | 'H'
  /** What fits best unless given. */
  mode?: 'numeric' | 'alphanumeric' | 'octet'
  /** 1 to 40. */
  version?: number
  /** 0 to 7. */
  mask?: number
  foreground?: PdfColor
  background?: PdfColor
  /** Quiet modules on each side. @default 0 */
  padding?: number
}

export interface PdfBarcodeNode extends PdfNodeBase {
  barcode: string
  /** @default 'code128' */
  type?: 'code128' | 'code39' | 'ean13' | 'ean8' | 'itf' | 'codabar'
  foreground?: PdfColor
}

/** A table of contents: the nodes with `tocItem`. */
export interface PdfTocNode extends PdfNodeBase {
  toc: {
    /** For those that name it as their `tocItem`. */
    id?: string
    title?: PdfContent
    textStyle?: string | string[] | PdfStyle
    numberStyle?: string | string[] | PdfStyle
    textMargin?: PdfMargins
    sortBy?: 'page' | 'title'
    /** Lists its items in the outline too. */
    outlines?: boolean
    /** Is not there when it has no items. */
    hideEmpty?: boolean
  }
}

/** A node of the content. A string is text, an array is a stack, an empty object is an empty cell. */
export type PdfContent =
  | string
  | number
  | boolean
  | null
  | undefined
  | PdfContent[]
  | PdfTextNode
  | PdfReferenceNode
  | PdfStackNode
  | PdfColumnsNode
  | PdfUnorderedListNode
  | PdfOrderedListNode
  | PdfTableNode
  | PdfImageNode
  | PdfSvgNode
  | PdfCanvasNode
  | PdfQrNode
  | PdfBarcodeNode
  | PdfTocNode
  | PdfNodeBase

/**
 * What stands on every page, in place of pdfmake's functions: a node, or nodes by the page. `{pageNumber}` and
 * `{pageCount}` in text are replaced.
 */
export type PdfPaged =
  | PdfContent
  | {
      first?: PdfContent
      last?: PdfContent
      /** Pages 1, 3, 5 … */
      odd?: PdfContent
      even?: PdfContent
      default?: PdfContent
    }

/** The files of a family. One face of a collection is `[path, name of the face]`. */
export interface PdfFontFamily {
  normal?: PdfSource | [PdfSource, string]
  bold?: PdfSource | [PdfSource, string]
  italics?: PdfSource | [PdfSource, string]
  bolditalics?: PdfSource | [PdfSource, string]
}

/** A file that is part of the document. */
export interface PdfAttachment {
  src: PdfSource
  name?: string
  /** The MIME type. */
  type?: string
  description?: string
  creationDate?: Date | string
  modifiedDate?: Date | string
  /** Not in the list that a reader shows. */
  hidden?: boolean
  relationship?: 'Source' | 'Data' | 'Alternative' | 'Supplement' | 'Unspecified'
}

/** What is said of the document. Other names go into the file as they are. */
export interface PdfInfo {
  title?: string
  author?: string
  subject?: string
  keywords?: string
  creator?: string
  producer?: string
  /** Without it the file says nothing, so that the same document makes the same bytes. */
  creationDate?: Date | string
  modDate?: Date | string
  trapped?: string
  [name: string]: string | Date | undefined
}

/** What readers may do who open the file with the user password. What is not said is forbidden. */
export interface PdfPermissions {
  printing?: boolean | 'lowResolution' | 'highResolution'
  modifying?: boolean
  copying?: boolean
  annotating?: boolean
  fillingForms?: boolean
  contentAccessibility?: boolean
  documentAssembly?: boolean
}

/** `1.7ext3` has AES-256 for passwords. @default '1.7' */
export type PdfVersion = '1.3' | '1.4' | '1.5' | '1.6' | '1.7' | '1.7ext3'

/** An archive: part and level of ISO 19005. */
export type PdfArchive = '1a' | '1b' | '2a' | '2b' | '2u' | '3a' | '3b' | '3u' | `PDF/A-${string}`

/**
 * A document in pdfmake's words, as plain data: what pdfmake takes as a function has a form as data. Lengths are points, 72
 * to the inch. A name that is not here is an error that says where it stands.
 */
export interface PdfDocumentDefinition {
  content: PdfContent
  styles?: Record<string, PdfStyle>
  defaultStyle?: PdfStyle
  /** @default 'A4' */
  pageSize?:
    PdfPageSizeName | Lowercase<PdfPageSizeName> | [number, number] | { width: number; height: number | 'auto' }
  /** @default 'portrait' */
  pageOrientation?: 'portrait' | 'landscape'
  /** @default 40 */
  pageMargins?: PdfMargins
  /** In the top margin. */
  header?: PdfPaged
  /** In the bottom margin. */
  footer?: PdfPaged
  /** Behind the content. */
  background?: PdfPaged
  /** Across the page: text, or text with its looks. */
  watermark?:
    | string
    | {
        text: string
        font?: string
        /** As large as fits unless given. */
        fontSize?: number
        color?: PdfColor
        /** @default 0.6 */
        opacity?: number
        /** @default false */
        bold?: boolean
        italics?: boolean
        /** Degrees; along the diagonal unless given. */
        angle?: number
      }
  /** Which nodes begin a page, in place of pdfmake's function. */
  pageBreakBefore?: {
    /** Nodes of these levels. */
    headlineLevel?: number | number[]
    /** Nodes with one of these styles. */
    style?: string | string[]
    /** Only where less than this is left of the page, in points. */
    whenLessThan?: number
  }
  /** Pictures by their names. */
  images?: Record<string, PdfSource>
  /** Families by their names, beside `Roboto`, which is always there. */
  fonts?: Record<string, PdfFontFamily>
  /** Families that are asked in turn for what a font lacks. */
  fallbackFonts?: string[]
  tableLayouts?: Record<string, PdfTableLayout>
  /** Files that are part of the document, by their names. */
  attachments?: Record<string, PdfAttachment>
  /** The same, by pdfmake's name. */
  files?: Record<string, PdfAttachment>
  info?: PdfInfo
  /** A BCP 47 tag. */
  language?: string
  /** @default true */
  compress?: boolean
  version?: PdfVersion
  /** Keeps the rules of an archive; what they forbid is an error. */
  pdfa?: PdfArchive
  /** The same, by pdfmake's name. */
  subset?: PdfArchive
  /** Says what is a heading, a list, a table, for those who do not see the page. @default false */
  tagged?: boolean
  /** Readers show the title in place of the name of the file. */
  displayTitle?: boolean
  userPassword?: string
  ownerPassword?: string
  permissions?: PdfPermissions
}

/** Something that is not as it was meant, and that the document could be made without. */
export interface PdfWarning {
  /**
   * - `MISSING_GLYPHS`: no font has some characters; they are boxes.
   * - `MISSING_DESTINATION`: a link goes to where nothing is.
   * - `SVG_PICTURES`: pictures inside of an SVG are not drawn.
   * - `FONT_REPLACED`: of `PdfDocument`: the package's font stands in for one that is not in a file.
   */
  code: 'MISSING_GLYPHS' | 'MISSING_DESTINATION' | 'SVG_PICTURES' | 'FONT_REPLACED'
  message: string
}

/** What was made. */
export interface PdfResult {
  /** Bytes. */
  size: number
  pages: number
  warnings: PdfWarning[]
}

/** How a document is made. */
export interface PdfOptions {
  /** Who does the work. @default `defaultPool()` */
  pool?: WorkerPool
  signal?: AbortSignal
  /** Milliseconds from the start of the work. */
  timeout?: number
  /** Milliseconds in the queue. */
  queueTimeout?: number
  priority?: number
  /** Pages that are done. While it is not known how many there will be, `total` is 0. */
  onProgress?: (progress: Progress) => void
  /** The most pages. @default 100000 */
  maxPages?: number
  /** The most pixels of a picture. @default 268402689 (0x3FFF squared) */
  limitInputPixels?: number
}

/** A document that is made when it is asked for, each time anew. */
export interface Pdf {
  toBuffer(options?: { resolveWithObject?: false }): Promise<Buffer>
  toBuffer(options: { resolveWithObject: true }): Promise<{ data: Buffer; info: PdfResult }>
  /** The file appears when it is complete. */
  toFile(file: string | URL): Promise<PdfResult>
  /**
   * Made when it is read; destroying the stream aborts it. The event `info` tells the `PdfResult`.
   */
  toStream(): Readable
}

/**
 * A document in pdfmake's words, laid out and written on a Rust thread.
 *
 *     await pdf({ content: ['Hello', { text: 'World', bold: true }] }).toFile('hello.pdf')
 *
 * The document is read during the call, a large one in later turns of the event loop too: it must not be changed before
 * the promise settles. Throws an `ArgumentError` for what is no document and for wrong options; all else rejects:
 * - `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`: a value that cannot be used, by its place: `content[3].table.widths`.
 *   A function is one, and the message says its form as data.
 * - `ERR_PDF_IMAGE_INVALID`, `ERR_PDF_FONT_INVALID`: a file that is broken, or of a format that is not read.
 * - `ERR_PDF_INVALID`: a reference without a target, or what the standard of an archive forbids.
 * - `ERR_PDF_TOO_LARGE`: more pages, deeper nesting or larger pictures than the limits allow.
 * - The operating system's code, such as `ENOENT`, for a file that cannot be read or written.
 */
export function pdf(document: PdfDocumentDefinition, options?: PdfOptions): Pdf

/** Input of `pdf.document`, which `pdf()` puts together. */
export interface PdfTaskInput {
  document: PdfDocumentDefinition
  /** Where the document goes, in place of into the result. */
  file?: string | URL
  /** The folder with the fonts that come with the package. */
  fontFolder: string
  maxPages?: number
  limitInputPixels?: number
}

/** Input of `pdf.drawing`, which `PdfDocument` puts together. */
export interface PdfDrawingInput extends Omit<PdfTaskInput, 'document'> {
  /** What was recorded: for `PdfDocument` alone to know. */
  drawing: object
}

/** Points, or a length with a unit: `'2cm'`, `'1in'`, `'1.5em'`. */
export type PdfLength = number | `${number}${'' | 'pt' | 'in' | 'px' | 'cm' | 'mm' | 'pc' | 'em' | 'rem'}`

/** Options of a page. */
export interface PdfPageOptions {
  /** @default 'letter' */
  size?: PdfPageSizeName | Lowercase<PdfPageSizeName> | [number, number]
  /** @default 'portrait' */
  layout?: 'portrait' | 'landscape'
  /** On all sides. @default 72 */
  margin?: PdfLength
  /** Side by side; a side that is not given has none. */
  margins?: { top?: PdfLength; left?: PdfLength; bottom?: PdfLength; right?: PdfLength }
  font?: PdfSource
  fontSize?: PdfLength
}

/** Options of `PdfDocument`: pdfkit's, and those of `pdf()`. */
export interface PdfDocumentOptions extends PdfPageOptions, PdfOptions {
  /** Title, Author, Subject, Keywords, CreationDate, ModDate, or names of your own. */
  info?: Record<string, string | Date>
  /** @default true */
  autoFirstPage?: boolean
  /** Keeps all pages until the end, for `switchToPage()`. @default false */
  bufferPages?: boolean
  lang?: string
  /** @default '1.7' */
  pdfVersion?: PdfVersion
  /** @default true */
  compress?: boolean
  userPassword?: string
  ownerPassword?: string
  permissions?: PdfPermissions
  /** Says what is a paragraph and what is a picture, for those who do not see the page. @default false */
  tagged?: boolean
  /** Keeps the rules of an archive. */
  subset?: PdfArchive
  displayTitle?: boolean
}

/** Options of `text()`. They stay as they are for the texts after one that is `continued`. */
export interface PdfTextOptions {
  /** Where lines end: at the right margin unless given. */
  width?: number
  /** Text beyond is left out. Without it, text goes on on the next page. */
  height?: number
  /** @default 'left' */
  align?: 'left' | 'center' | 'right' | 'justify'
  /** `false`: one line, as long as it is. @default true */
  lineBreak?: boolean
  /** @default 1 */
  columns?: number
  /** @default 18 */
  columnGap?: number
  /** Of the first line of each paragraph. */
  indent?: number
  indentAllLines?: boolean
  /** After each paragraph. */
  paragraphGap?: number
  /** After each line. */
  lineGap?: number
  wordSpacing?: number
  characterSpacing?: number
  /** Percent. @default 100 */
  horizontalScaling?: number
  /** Degrees, counterclockwise round where it begins. */
  rotation?: number
  /** The next text goes on where this one ends. */
  continued?: boolean
  underline?: boolean
  strike?: boolean
  /** Fills the letters. @default true unless they are stroked */
  fill?: boolean
  /** Outlines the letters. */
  stroke?: boolean
  /** An address, or the number of a page, from 0. */
  link?: string | number
  /** The name of a destination. */
  goTo?: string
  /** Makes one. */
  destination?: string
  /** Slants the letters: `true`, or degrees. */
  oblique?: boolean | number
  /** What of the first line stands at `y`: points, or a name. @default 'top' */
  baseline?:
    | number
    | 'alphabetic'
    | 'bottom'
    | 'hanging'
    | 'ideographic'
    | 'mathematical'
    | 'middle'
    | 'svg-central'
    | 'svg-middle'
    | 'top'
  /** Ends text that `height` cuts off. `true` is `…`. */
  ellipsis?: boolean | string
  /** OpenType features: `['smcp']`, or `{ liga: false }`. */
  features?: string[] | Record<string, boolean | number>
}

/** Options of `list()`. */
export interface PdfListOptions extends PdfTextOptions {
  /** @default 'bullet' */
  listType?: 'bullet' | 'numbered' | 'lettered'
  bulletRadius?: number
  /** From the bullet to the text. */
  textIndent?: number
  /** From a level to the next. */
  bulletIndent?: number
}

/** Options of `image()`. A pixel is a point unless they say otherwise. */
export interface PdfImageOptions {
  width?: number
  height?: number
  scale?: number
  /** As large as fits. */
  fit?: [number, number]
  /** As small as covers it. */
  cover?: [number, number]
  /** Within `fit` or `cover`. */
  align?: 'left' | 'center' | 'right'
  /** Within `fit` or `cover`. */
  valign?: 'top' | 'center' | 'bottom'
  link?: string | number
  goTo?: string
  destination?: string
  opacity?: number
  /** What it shows, for those who do not see it. */
  alt?: string
}

/** A gradient, used as a colour. */
export interface PdfGradient {
  /** @param offset 0 to 1 */
  stop(offset: number, color: PdfColor): this
}

/** An item of the outline, or the outline itself. */
export interface PdfOutline {
  /**
   * Goes to the page at hand, or to the one with `pageNumber`, from 0.
   *
   * @param options `top` is from the top of the page
   */
  addItem(title: string, options?: { expanded?: boolean; top?: number; pageNumber?: number | null }): PdfOutline
}

/** A page as it is known before anything is laid out. */
export interface PdfPage {
  readonly size: string | [number, number]
  readonly layout: 'portrait' | 'landscape'
  readonly width: number
  readonly height: number
  /** May be changed; what comes after keeps to them. */
  margins: { top: number; left: number; bottom: number; right: number }
  maxX(): number
  maxY(): number
}

export type PdfRule = 'even-odd' | 'evenodd' | 'non-zero' | 'nonzero'

/**
 * A drawing by the names that pdfkit has: methods record what is to be drawn, and a Rust thread draws it once the document
 * has ended.
 *
 *     const doc = new PdfDocument()
 *     doc.pipe(fs.createWriteStream('out.pdf'))
 *     doc.fontSize(25).text('Hello', 100, 100)
 *     doc.end()
 *
 * Lengths are points from the top left corner of the page. Wrong arguments throw an `ArgumentError`; adding to a document
 * that has ended throws `ERR_PDF_ENDED`. What only a layout knows, such as `y` after a text or `heightOfString()`, throws
 * `ERR_PDF_NOT_LAID_OUT`. The event `info` tells the `PdfResult`.
 */
export class PdfDocument extends Readable {
  constructor(options?: PdfDocumentOptions)
  readonly options: PdfDocumentOptions
  /** What is said of the document; may be added to until the end. */
  info: Record<string, string | Date>
  readonly outline: PdfOutline
  /** The page that is drawn on. */
  readonly page: PdfPage | null
  /** Where text goes on. */
  x: number
  /** Where text goes on, unless that takes a layout to know. */
  y: number

  addPage(options?: PdfPageOptions): this
  /** Needs the option `bufferPages`. @param number from 0 */
  switchToPage(number: number): PdfPage | null
  /** Unless text may have made more pages. */
  bufferedPageRange(): { start: number; count: number }
  /**
   * Draws on every page, once all pages are there: `draw` is called once, at once. `{pageNumber}` and `{pageCount}` in text
   * are replaced, and nothing of it begins a page.
   */
  eachPage(draw: (doc: this) => void): this
  /** Nothing can be added any more, and who reads the stream gets the document. */
  end(): void
  /** Ends the document. */
  toBuffer(options?: { resolveWithObject?: false }): Promise<Buffer>
  toBuffer(options: { resolveWithObject: true }): Promise<{ data: Buffer; info: PdfResult }>
  /** Ends the document. The file appears when it is complete. */
  toFile(file: string | URL): Promise<PdfResult>

  /**
   * @param src a registered name; `Roboto`, `Helvetica` and their `-Bold`, `-Oblique` …; a path; or bytes
   * @param family the name of a face in a collection
   */
  font(src: PdfSource, family?: string | null, size?: PdfLength): this
  font(src: PdfSource, size?: PdfLength): this
  /** @default 12 */
  fontSize(size: PdfLength): this
  registerFont(name: string, src: PdfSource, family?: string): this

  /** Flows from `x` and `y` within the margins, and goes on on the next page. */
  text(text: unknown, options?: PdfTextOptions): this
  text(text: unknown, x?: number | null, y?: number | null, options?: PdfTextOptions): this
  /** Lists in a list are a level deeper. */
  list(items: PdfListItems, options?: PdfListOptions): this
  list(items: PdfListItems, x?: number | null, y?: number | null, options?: PdfListOptions): this
  /** By lines of the font at hand. @default 1 */
  moveDown(lines?: number): this
  moveUp(lines?: number): this
  /** After each line of the texts to come. */
  lineGap(gap: number): this

  /** Without `y` it stands in the flow of the text. */
  image(src: PdfSource, options?: PdfImageOptions & { x?: number; y?: number }): this
  image(src: PdfSource, x?: number | null, y?: number | null, options?: PdfImageOptions): this

  /** @param url an address, or the number of a page, from 0 */
  link(x: number, y: number, width: number, height: number, url: string | number): this
  goTo(x: number, y: number, width: number, height: number, name: string): this
  addNamedDestination(name: string, kind?: string, x?: number | null, y?: number | null, zoom?: number | null): this
  /** Attaches a file. */
  file(src: PdfSource, options?: Omit<PdfAttachment, 'src'>): this

  save(): this
  restore(): this
  lineWidth(width: number): this
  lineCap(cap: 'butt' | 'round' | 'square' | 0 | 1 | 2): this
  lineJoin(join: 'miter' | 'round' | 'bevel' | 0 | 1 | 2): this
  miterLimit(limit: number): this
  dash(length: number | number[], options?: { space?: number; phase?: number }): this
  undash(): this
  fillColor(color: PdfColor | PdfGradient, opacity?: number): this
  strokeColor(color: PdfColor | PdfGradient, opacity?: number): this
  opacity(opacity: number): this
  fillOpacity(opacity: number): this
  strokeOpacity(opacity: number): this
  linearGradient(x1: number, y1: number, x2: number, y2: number): PdfGradient
  radialGradient(x1: number, y1: number, r1: number, x2: number, y2: number, r2: number): PdfGradient

  moveTo(x: number, y: number): this
  lineTo(x: number, y: number): this
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): this
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): this
  closePath(): this
  rect(x: number, y: number, width: number, height: number): this
  /** @param radius one for all corners, or those from the top left one, clockwise */
  roundedRect(x: number, y: number, width: number, height: number, radius?: number | number[]): this
  ellipse(x: number, y: number, radiusX: number, radiusY?: number): this
  circle(x: number, y: number, radius: number): this
  /** Angles are radians, clockwise from the right. */
  arc(x: number, y: number, radius: number, startAngle: number, endAngle: number, anticlockwise?: boolean): this
  polygon(...corners: [number, number][]): this
  /** The `d` of an SVG path. */
  path(d: string): this
  fill(rule?: PdfRule): this
  fill(color: PdfColor | PdfGradient, rule?: PdfRule): this
  stroke(color?: PdfColor | PdfGradient): this
  fillAndStroke(rule?: PdfRule): this
  fillAndStroke(fill: PdfColor | PdfGradient, stroke?: PdfColor | PdfGradient, rule?: PdfRule): this
  clip(rule?: 'non-zero' | 'nonzero'): this

  transform(a: number, b: number, c: number, d: number, e: number, f: number): this
  translate(x: number, y: number): this
  /** Degrees, clockwise. */
  rotate(angle: number, options?: { origin?: [number, number] }): this
  scale(factor: number, options?: { origin?: [number, number] }): this
  scale(factorX: number, factorY?: number, options?: { origin?: [number, number] }): this

  /** @deprecated Throws: only a layout knows. */
  widthOfString(...args: unknown[]): never
  /** @deprecated Throws: only a layout knows. */
  heightOfString(...args: unknown[]): never
  /** @deprecated Throws: only a layout knows. */
  boundsOfString(...args: unknown[]): never
  /** @deprecated Throws: only a layout knows. */
  currentLineHeight(...args: unknown[]): never
}

/** Items of a list: text, or lists. */
export type PdfListItems = (string | number | PdfListItems)[]

/** Input of `fault`, which fails in the way you ask for: to test how your service takes it. */
export interface FaultInput {
  /**
   * - `error`: fails with `ERR_TASK_FAILED`.
   * - `panic`: panics in native code, which rejects with `ERR_TASK_PANICKED`.
   * - `stall`: occupies its thread, asleep, and gives `undefined` when `milliseconds` have passed, which it reports as
   *   its progress.
   */
  kind: 'error' | 'panic' | 'stall'
  /** How long to wait first. @default 0; for `stall`: until it is stopped */
  milliseconds?: number
}

/**
 * Input of `numeric.reduce`: one number out of an expression over a range or over columns. The expression is compiled
 * once and computed by all threads of the pool with the widest SIMD instructions of the machine. The result has the
 * same bits for any number of threads and on any x86-64 or arm64 processor. Progress counts elements.
 *
 * ```js
 * await pool.runTask('numeric.reduce', { op: 'sum', of: 'sqrt(i)', range: [0, 1e9] })
 * await pool.runTask('numeric.reduce', { op: 'count', of: 'a > 3 && b <= 2', columns: { a, b } })
 * ```
 */
export type NumericReduceInput = {
  /**
   * - `sum`: accurate to the last bit or so, however many elements there are. 0 without any.
   * - `mean`: the sum divided by the number of elements. NaN without any.
   * - `min`, `max`: as `Math.min` and `Math.max`: NaN when any value is NaN. Infinity and -Infinity without any.
   * - `product`: overflows only if the result does, not on the way. 1 without any.
   * - `count`: how many values are neither 0 nor NaN, so that comparisons can be counted. 0 without any.
   *
   * NaN makes a sum, a mean and a product NaN too.
   */
  op: 'sum' | 'mean' | 'min' | 'max' | 'product' | 'count'
  /**
   * An expression, at most 16,384 bytes long and nested at most 200 levels deep. A fault in it rejects with
   * `ERR_EXPRESSION_SYNTAX`; the message tells its position, an index into this string. Everything is a 64-bit float.
   *
   * - Numbers as in JavaScript: `1`, `.5`, `1e-3`, `0xff`, `1_000`.
   * - Names: the columns; `i`, the value of the range or the number of the row; `pi`, `e`, `tau`, `inf`, `nan`, `true`
   *   (1), `false` (0), and the constants of JavaScript's `Math` in its spelling. A column hides a constant.
   * - Operators with JavaScript's precedence: `+ - * / %`, `^` or `**` (power, from the right, tighter than a sign:
   *   `-x^2` is `-(x^2)`), `== != < <= > >=` (1 or 0; they do not chain), `!`, `&&`, `||`, `? :`.
   * - The functions of JavaScript's `Math`, `Math.` before them or not: `abs acos acosh asin asinh atan atan2 atanh cbrt
   *   ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max min pow round sign sin sinh sqrt tan
   *   tanh trunc`, with its rules for NaN, -0 and infinities, within 1 ulp or 2 of the exact value.
   */
  of: string
} & (
  | {
      /**
       * `[from, to, step]`, as in `for (let i = from; i < to; i += step)`, but each value is exactly `from + k * step`;
       * with a negative step it runs down while `i > to`. At most 2^53 values. The step is 1 unless given.
       */
      range: readonly [from: number, to: number, step?: number]
      columns?: undefined
    }
  | {
      /**
       * Typed arrays of the same length by their names in the expression. Those over a SharedArrayBuffer are read in
       * place, those over a buffer in `transferList` are moved, all others are copied. 64-bit integers are rounded to
       * the nearest float.
       */
      columns: Readonly<Record<string, NumericArray>>
      range?: undefined
    }
)

/** How far a task is. */
export interface Progress {
  /** In units of the task: items, bytes, rows. */
  completed: number
  total: number
  /** 0 to 100. */
  percent: number
}

/** Options of a task on the one-off door. */
export interface OneOffOptions {
  /** Stops the task, waiting or running: it rejects with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal
  /** Milliseconds that the task may run, counted from its start. Then it rejects with `ERR_TASK_TIMEOUT`. */
  timeout?: number
  /** Called at most twenty times a second while the task runs, and when it is complete. */
  onProgress?: (progress: Progress) => void
  /** Buffers of the input to move instead of copying. They are detached: the caller cannot use them any more. */
  transferList?: readonly ArrayBuffer[]
}

/** Options of a task on a pool. */
export interface TaskOptions extends OneOffOptions {
  /** Milliseconds that the task may wait for a thread. Then it rejects with `ERR_QUEUE_TIMEOUT`. */
  queueTimeout?: number
  /**
   * An integer; higher goes first, first in first out among equals. For each second that a task has waited it counts as
   * one higher, so that none waits for ever. @default 0
   */
  priority?: number
}

/**
 * Runs one native task on libuv's threads, of which it never takes more than half: for scripts and for the occasional
 * task. A server wants a `WorkerPool`.
 *
 * In a worker thread it uses `defaultPool()`, so that the thread can be terminated at any time.
 */
export function runTask<Name extends TaskName>(
  name: Name,
  input?: NativeTasks[Name]['input'],
  options?: OneOffOptions,
): Promise<NativeTasks[Name]['result']>

/** Options of a pool. */
export interface PoolOptions {
  /**
   * Threads, 1 to 1024. Without it the pool has as many threads as the program's CPU budget, and shares that budget
   * with every other pool that has no size: together they never run more tasks at once than the budget allows. The
   * budget is the number of cores that the process may use (affinity and cgroup quota counted) less one for the event
   * loop, or the environment variable `OFFLOOP_THREADS`.
   */
  size?: number
  /** How many tasks may wait while every thread is busy; one more rejects with `ERR_QUEUE_FULL`. @default Infinity */
  maxQueue?: number
  /**
   * How many bytes of input the tasks that wait or run may hold together before no more are taken: the task that
   * reaches the bound is the last one.
   * @default Infinity
   */
  maxQueueBytes?: number
  /** The name of the threads, as debuggers and `top -H` show it. @default 'offloop' */
  name?: string
  /**
   * How many steps of niceness, 0 to 19, the threads stand behind the event loop, so that it goes first when every core
   * is busy; with nothing else to run they get all of the core. On Linux only, and without effect elsewhere. Set it to 0
   * when other programs share the cores and the pool's work is as urgent as theirs.
   * @default 10
   */
  niceIncrement?: number
}

/** A histogram in a few numbers, in milliseconds. */
export interface Summary {
  min: number
  mean: number
  max: number
  p50: number
  p90: number
  p99: number
  p99_9: number
}

/** Numbers of a pool: of now, and since it was made. */
export interface PoolStats {
  /** Threads. */
  size: number
  /** Tasks that threads are running. */
  running: number
  /** Tasks that wait. */
  queued: number
  /** Bytes of input of the tasks that wait or run. */
  inputBytes: number
  /** Tasks that gave a result. */
  completed: number
  /** Tasks that ran and failed. */
  failed: number
  /** Tasks that were stopped while they ran. */
  canceled: number
  /** The share of its threads' time that the pool has spent in tasks, 0 to 1. */
  utilization: number
  /** How long tasks waited for a thread. */
  waitTime: Summary
  /** How long they ran. */
  runTime: Summary
}

/** Options of `close()`. */
export interface CloseOptions {
  /** Milliseconds after which the tasks that are left are cancelled. @default Infinity */
  timeout?: number
  /** Whether to cancel the tasks that wait, at once. @default false */
  force?: boolean
}

/** Options of `map()`: those of every task, and how many may be on their way. */
export interface MapOptions extends Omit<TaskOptions, 'transferList'> {
  /** How many items may be on their way or wait for the consumer. @default twice the pool's size */
  concurrency?: number
  /** Whether the results come in the order of the items, or as they are ready. @default true */
  ordered?: boolean
}

/** What `map()` gives to its function beside the item. */
export interface MapContext {
  /** Fires when the iteration is over: the function should hand it on to what it starts. */
  signal: AbortSignal
}

interface PoolEvents {
  /** The queue is full: the next task would be refused. */
  needsDrain: []
  /** The queue has room again, or the pool was closed. Once after each `needsDrain`. */
  drain: []
  /** An `onProgress` of a task threw this. Without a listener for the event it is an uncaught exception. */
  error: [error: Error]
}

/** What pools of Rust threads and pools of JS workers have in common. */
interface Pool<Events extends Record<keyof Events, any[]>> extends EventEmitter<Events> {
  /** How many threads or workers the pool has. */
  readonly size: number
  /** How many tasks wait. */
  readonly queueSize: number
  /** Whether it has Rust threads, which run native tasks, rather than JS workers. */
  readonly isNative: boolean
  /** Whether another task would be taken. */
  readonly hasRoom: boolean
  /** Whether the pool was closed or destroyed. */
  readonly closed: boolean

  /** Resolves when another task would be taken: `while (!pool.hasRoom) await pool.ready()`. */
  ready(): Promise<void>
  stats(): PoolStats
  /** Resolves when no task waits or runs. */
  drain(): Promise<void>
  /** Takes no more tasks, waits for those that are in, and ends the threads. May be called again. */
  close(options?: CloseOptions): Promise<void>
  /** Takes no more tasks and cancels all that are in: they reject with `ERR_POOL_CLOSED`. May be called again. */
  destroy(): Promise<void>
  /** `await using pool = new WorkerPool()` closes it. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A pool of Rust threads with a queue of its own, off the event loop: threads take the next task without the main
 * thread's help. It keeps the process alive exactly while tasks are outstanding.
 */
export interface NativePool extends Pool<PoolEvents> {
  /** Runs a native task on the pool. Rejects, never throws. */
  runTask<Name extends TaskName>(
    name: Name,
    input?: NativeTasks[Name]['input'],
    options?: TaskOptions,
  ): Promise<NativeTasks[Name]['result']>

  /**
   * The results of one native task for every item, in the order of the items unless `ordered` is false. The source is
   * read no faster than results are taken, at most `concurrency` items ahead. The first failure ends the iteration; it, a
   * `break` and an abort stop the tasks that are on their way.
   */
  map<Name extends TaskName>(
    iterable: Iterable<NativeTasks[Name]['input']> | AsyncIterable<NativeTasks[Name]['input']>,
    name: Name,
    options?: MapOptions,
  ): AsyncGenerator<NativeTasks[Name]['result'], void, void>
  /** The results of a function for every item, in the same order and with the same bounds. */
  map<Item, Result>(
    iterable: Iterable<Item> | AsyncIterable<Item>,
    mapper: (item: Item, index: number, context: MapContext) => Result | PromiseLike<Result>,
    options?: Pick<MapOptions, 'concurrency' | 'ordered' | 'signal'>,
  ): AsyncGenerator<Awaited<Result>, void, void>
}

/**
 * What a function gets beside its data when a pool's worker runs it. Everything can be taken out of it by destructuring:
 * `export default ({ pixels }, { move }) => move(blur(pixels))`.
 */
export interface WorkerContext {
  /**
   * Fires when the task is to stop: its reason is an error with the code that the caller gets, such as `ABORT_ERR` or
   * `ERR_TASK_TIMEOUT`. A function that goes on is ended with its worker after the pool's `gracePeriod`.
   */
  readonly signal: AbortSignal
  /** Whether the task is to stop, for loops that let nothing else run: asking costs some nanoseconds. */
  readonly aborted: boolean
  /** Gives a value to the caller's `onProgress`: the newest at most twenty times a second, and always the last one. */
  progress(value: unknown): void
  /** The worker's number in its pool, as in the pool's events. */
  readonly workerId: number
  /** The name of the export that was called. */
  readonly name: string
  /**
   * Marks every transferable object in the value (ArrayBuffers, those of views, MessagePorts, streams) to be moved with
   * the result instead of copied, and gives the value back.
   */
  move<Value>(value: Value): Value
}

/** A function that a worker file exports. */
type WorkerFunction = (data: any, context: WorkerContext) => unknown

/** The functions of a worker file by their names; `typeof import('./worker')`, or the type of one function. */
type Exports<Worker> = Worker extends (...args: any[]) => unknown ? { default: Worker } : Worker

/** The names of the functions that a worker file exports. */
type ExportName<Worker> = keyof {
  [Name in keyof Exports<Worker> as Exports<Worker>[Name] extends (...args: any[]) => unknown ? Name : never]: true
} &
  string

type DataOf<Worker, Name extends keyof Exports<Worker>> = Exports<Worker>[Name] extends () => unknown
  ? unknown
  : Exports<Worker>[Name] extends (data: infer Data, ...rest: any[]) => unknown
    ? Data
    : never

type ResultOf<Worker, Name extends keyof Exports<Worker>> = 0 extends 1 & Worker
  ? any // of a file whose type is not given
  : Exports<Worker>[Name] extends (...args: any[]) => infer Result
    ? Awaited<Result>
    : never

/** Options of one task of a pool of JS workers. */
export interface WorkerTaskOptions {
  /** Which export of the worker file to call. @default 'default' */
  name?: string
  /**
   * Stops the task. The promise rejects at once with an `AbortError`, whose `cause` is the signal's reason. When the task
   * runs, its function is asked to stop through its context, and its worker is ended after the pool's `gracePeriod`.
   */
  signal?: AbortSignal
  /** Milliseconds that the task may run, counted from its start. Then it rejects with `ERR_TASK_TIMEOUT`, and is stopped. */
  timeout?: number
  /** Milliseconds that the task may wait for a worker. Then it rejects with `ERR_QUEUE_TIMEOUT`. */
  queueTimeout?: number
  /**
   * An integer; higher goes first, first in first out among equals. For each second that a task has waited it counts as
   * one higher, so that none waits for ever. @default 0
   */
  priority?: number
  /**
   * Objects of the data to move instead of copying: ArrayBuffers, MessagePorts and what else `postMessage` of
   * `node:worker_threads` takes. They cannot be used any more by the caller.
   */
  transferList?: readonly Transferable[]
  /** Called with what the function gives to `context.progress`, in the caller's async context. */
  onProgress?: (value: any) => void
  /** Tasks of one key run on one worker, as long as it lives: for what it keeps in memory between them. */
  affinity?: string | number
  /**
   * Whose task it is. Workers that become free go to whom the fewest tasks run, in turns among equals, and of a bounded
   * queue a key holds no more places than are left, so that none can fill the pool while others wait.
   */
  fairKey?: string | number
  /**
   * How many more times the task may run when its worker ends under it: for tasks that may be begun twice. Not together
   * with `transferList`. @default 0
   */
  retry?: number
}

/** Options of a pool of JS workers. */
export interface WorkerPoolOptions extends Omit<PoolOptions, 'size' | 'niceIncrement'> {
  /** Workers, 1 to 1024: so many are started at once. @default the program's CPU budget, see `PoolOptions.size` */
  size?: number
  /**
   * What the workers are: threads, or processes, so that a native crash or want of memory ends one worker and nothing else.
   * Values are copied to processes: there is no `transferList`, and nothing is shared; `trackUnmanagedFds`,
   * `env: SHARE_ENV` and all `resourceLimits` but those of the two generations are refused. Not on Windows.
   * @default 'thread'
   */
  runtime?: 'thread' | 'process'
  /** Instead of `size`: how many workers there are at least. @default 1 with a `maxSize` */
  minSize?: number
  /** Instead of `size`: how many there are at the most; they are started when tasks wait. @default the CPU budget */
  maxSize?: number
  /**
   * How many steps of niceness, 0 to 19, the workers stand behind the event loop. Node waits for a worker that it ends,
   * which takes longer on a busy machine the further that one stands behind. @default 0
   */
  niceIncrement?: number
  /** Milliseconds without work after which a worker beyond `minSize` is ended. @default 60000 */
  idleTimeout?: number
  /** How many tasks one worker runs at a time; more than 1 is for functions that wait. @default 1 */
  concurrency?: number
  /** What the workers see as `workerData` of `node:worker_threads`. */
  workerData?: unknown
  /** Milliseconds that a worker has to load its file. @default 30000 */
  startTimeout?: number
  /** Milliseconds that a cancelled task has to stop by itself before its worker is ended and replaced. @default 100 */
  gracePeriod?: number
  /** When a worker is replaced by a fresh one, between two tasks. */
  recycleAfter?: {
    /** After so many tasks. */
    tasks?: number
    /** When its JS heap holds so many megabytes after a task. */
    heapMb?: number
    /** After so many milliseconds. */
    age?: number
  }
  /** As in `new Worker()`, like the options below. @default process.env */
  env?: NodeJS.Dict<string> | typeof SHARE_ENV
  argv?: unknown[]
  execArgv?: string[]
  resourceLimits?: ResourceLimits
  stdout?: boolean
  stderr?: boolean
  trackUnmanagedFds?: boolean
}

/**
 * Why a worker ended: by itself (`exited`), by an exception that nobody caught (`crashed`), for want of memory
 * (`outOfMemory`), before it had loaded its file (`loadFailed`), with a task that did not stop in time (`terminated`),
 * after a time without work (`idle`), to be replaced (`recycled`), or with the pool (`closed`).
 */
export type WorkerExitReason =
  'exited' | 'crashed' | 'outOfMemory' | 'loadFailed' | 'terminated' | 'idle' | 'recycled' | 'closed'

interface WorkerPoolEvents extends PoolEvents {
  /** A worker was started. It has streams when the options ask for them; a process has a `pid` and no `threadId`. */
  workerCreate: [
    worker: {
      workerId: number
      threadId?: number
      pid?: number
      stdout: import('node:stream').Readable | null
      stderr: import('node:stream').Readable | null
    },
  ]
  /**
   * A worker has ended. `error` says why, unless the pool ended it in good order. A process that a signal ended has no exit
   * code, but that `signal`; a thread never has one.
   */
  workerExit: [
    worker: {
      workerId: number
      exitCode: number | null
      signal?: NodeJS.Signals | null
      reason: WorkerExitReason
      error: Error | undefined
    },
  ]
  /** What a worker posted with `parentPort.postMessage` outside a task. */
  message: [value: any, workerId: number]
}

/**
 * A pool of worker threads that run your own JavaScript. Its queue is off the event loop: workers take the next task
 * without the main thread's help. Values are copied by structured clone, or moved. A pool keeps the process alive exactly
 * while tasks are outstanding.
 */
export interface ScriptPool<Worker = any> extends Pool<WorkerPoolEvents> {
  /** Calls the default export of the worker file with `data`. Rejects, never throws. */
  runTask(
    data?: DataOf<Worker, 'default' & keyof Exports<Worker>>,
    options?: WorkerTaskOptions & { name?: 'default' },
  ): Promise<ResultOf<Worker, 'default' & keyof Exports<Worker>>>
  /** Calls the named export. */
  runTask<Name extends ExportName<Worker>>(
    data: DataOf<Worker, Name & keyof Exports<Worker>>,
    options: WorkerTaskOptions & { name: Name },
  ): Promise<ResultOf<Worker, Name & keyof Exports<Worker>>>

  /** The results of the default export for every item, as of `map` on a pool of Rust threads. */
  map(
    iterable:
      | Iterable<DataOf<Worker, 'default' & keyof Exports<Worker>>>
      | AsyncIterable<DataOf<Worker, 'default' & keyof Exports<Worker>>>,
    options?: WorkerMapOptions,
  ): AsyncGenerator<ResultOf<Worker, 'default' & keyof Exports<Worker>>, void, void>
  /** The results of the named export for every item. */
  map<Name extends ExportName<Worker>>(
    iterable:
      | Iterable<DataOf<Worker, Name & keyof Exports<Worker>>>
      | AsyncIterable<DataOf<Worker, Name & keyof Exports<Worker>>>,
    name: Name,
    options?: WorkerMapOptions,
  ): AsyncGenerator<ResultOf<Worker, Name & keyof Exports<Worker>>, void, void>
  /** The results of a function for every item, in the same order and with the same bounds. */
  map<Item, Result>(
    iterable: Iterable<Item> | AsyncIterable<Item>,
    mapper: (item: Item, index: number, context: MapContext) => Result | PromiseLike<Result>,
    options?: Pick<MapOptions, 'concurrency' | 'ordered' | 'signal'>,
  ): AsyncGenerator<Awaited<Result>, void, void>
}

/** Options of `map()` on a pool of JS workers. */
export interface WorkerMapOptions extends Omit<WorkerTaskOptions, 'transferList' | 'name'> {
  /** How many items may be on their way or wait for the consumer. @default twice `maxSize` times the pool's `concurrency` */
  concurrency?: number
  /** Whether the results come in the order of the items, or as they are ready. @default true */
  ordered?: boolean
}

/**
 * A pool of Rust threads, or of JS workers when it is made from a file or a function:
 *
 * ```ts
 * const threads = new WorkerPool(4)
 * const workers = new WorkerPool<typeof import('./worker')>('./worker.js', 4)
 * ```
 */
export const WorkerPool: {
  /** @param sizeOrOptions how many Rust threads, or options */
  new (sizeOrOptions?: number | PoolOptions): NativePool
  /**
   * @param worker a function, which runs without the variables around it
   * @param sizeOrOptions how many workers, or options
   */
  new <Data, Result>(
    worker: (data: Data, context: WorkerContext) => Result,
    sizeOrOptions?: number | WorkerPoolOptions,
  ): ScriptPool<(data: Data, context: WorkerContext) => Result>
  /**
   * @param worker a file, CommonJS, ESM or TypeScript where Node strips types; a relative path starts at the current
   *   directory, as with `new Worker()`. It exports functions, or listens with `parentPort.on('message')` and answers with
   *   `parentPort.postMessage()`, or computes one result from `workerData` while it is loaded and posts it.
   * @param sizeOrOptions how many workers, or options
   */
  new <Worker = any>(worker: string | URL, sizeOrOptions?: number | WorkerPoolOptions): ScriptPool<Worker>
}

/** A pool of Rust threads; with the type of a worker file or of a function, a pool of JS workers. */
export type WorkerPool<Worker = never> = [Worker] extends [never] ? NativePool : ScriptPool<Worker>

/** The pool of the program's default size, made when it is first asked for. */
export function defaultPool(): WorkerPool

/** Options of `runWorker`. Those without a description are options of Node's `new Worker`, and the same. */
export interface RunWorkerOptions {
  /** What the file finds as `workerData`: a structured clone. What cannot be cloned rejects with its path named. */
  workerData?: unknown
  /** What of `workerData` is moved instead of cloned: ArrayBuffers, ports, streams. The caller cannot use it any more. */
  transferList?: readonly Transferable[]
  /** Terminates the worker: it rejects with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal
  /** Milliseconds that the worker may run, counted from its start. Then it rejects with `ERR_TASK_TIMEOUT`. */
  timeout?: number
  /** Milliseconds that the worker has to end by itself when it has posted its result. @default 100 */
  gracePeriod?: number
  argv?: readonly unknown[]
  env?: NodeJS.Dict<string> | typeof SHARE_ENV
  execArgv?: readonly string[]
  resourceLimits?: ResourceLimits
  name?: string
  /** `true` drops what the worker prints. @default false: it is printed */
  stdout?: boolean
  /** `true` drops what the worker prints as errors. @default false: it is printed */
  stderr?: boolean
  trackUnmanagedFds?: boolean
}

/**
 * Runs a file in a worker thread of its own. The first message that it posts is the result; afterwards the worker may end
 * by itself, or is terminated. Rejects, never throws:
 *
 * - with what the file throws and does not catch: the same class, `code`, `cause` and properties, and a stack that goes
 *   on with the caller's;
 * - `ERR_WORKER_EXITED`, with `exitCode`, when the worker ends without a result;
 * - `ERR_WORKER_OUT_OF_MEMORY`, when it goes beyond its `resourceLimits`;
 * - `ERR_WORKER_LOAD_FAILED`, when there is no such file, or no thread can be started;
 * - `ERR_VALUE_NOT_CLONEABLE`, `ABORT_ERR` and `ERR_TASK_TIMEOUT`.
 *
 * ```js
 * // compute.js: parentPort.postMessage(heavyComputation(workerData.iterations))
 * const result = await runWorker(path.join(__dirname, 'compute.js'), { workerData: { iterations: 1e9 } })
 * ```
 *
 * @param file a path, from the current directory if it is relative, or a `file:` or `data:` URL
 */
export function runWorker<Result = any>(file: string | URL, options?: RunWorkerOptions): Promise<Result>

/** What one file descriptor of a child is. */
export type StdioItem =
  | 'pipe'
  | 'overlapped'
  | 'ignore'
  | 'inherit'
  /** A file descriptor of this process. */
  | number
  /** A stream over a file, a terminal or a socket: it has a file descriptor. */
  | Stream
  /** A file: read as `stdin`, else written; it is emptied first, unless it is to `append`. */
  | { file: string | URL; append?: boolean }
  /** `'pipe'` */
  | null
  | undefined

/** How a child's output is given: text, or bytes. `hex` and the `base64`s are text too. */
export type ProcessEncoding = 'utf8' | 'utf16le' | 'latin1' | 'ascii' | 'hex' | 'base64' | 'base64url' | 'buffer'

/** Options of all children. The names are execa's. An unknown option is an error. */
export interface ProcessOptions {
  /** Where it runs: a path or a `file:` URL. @default this process's */
  cwd?: string | URL
  /** Its environment variables, beside this process's own. `undefined` takes one away. */
  env?: NodeJS.Dict<string | number | boolean>
  /** Whether it gets this process's environment variables too. @default true */
  extendEnv?: boolean
  /** What the program is told that its name is. @default the program */
  argv0?: string

  /** What it reads: written to its `stdin`, which is closed then. */
  input?: string | Bytes
  /** A file that it reads as its `stdin`. */
  inputFile?: string | URL
  /**
   * What its file descriptors are: one word for the first three, or a list by number. A pipe is a real one, no socket. Number 0
   * is written by this process, all others are read by it.
   * @default 'pipe'; of a `fork` 'inherit', and a channel
   */
  stdio?: 'pipe' | 'overlapped' | 'ignore' | 'inherit' | readonly (StdioItem | 'ipc')[]
  /** Instead of `stdio[0]`. */
  stdin?: StdioItem
  /** Instead of `stdio[1]`. */
  stdout?: StdioItem
  /** Instead of `stdio[2]`. */
  stderr?: StdioItem

  /** How outputs are given in the result; streams give bytes. Lines of `hex`, `base64`s and `buffer` are those of UTF-8. @default 'utf8' */
  encoding?: ProcessEncoding
  /** Whether outputs are kept for the result. Turn it off for large ones that are read as they come. @default true */
  buffer?: boolean
  /** Bytes of each output that are kept. A child that writes more is ended: `isMaxBuffer`. @default 100_000_000 */
  maxBuffer?: number
  /** Whether outputs are given as arrays of lines. Not with `buffer`, `hex` and the `base64`s. @default false */
  lines?: boolean
  /** Whether the newline at the end of an output, or of each of its `lines`, is taken off. @default true */
  stripFinalNewline?: boolean
  /** Whether the result has `all`: `stdout` and `stderr` in the order in which they came. @default false */
  all?: boolean
  /** Called with every line as it comes, without its end. It reads the output, so that `buffer` can be off. */
  onLine?: (line: string, from: 'stdout' | 'stderr') => void
  /** Whether a child that does not end well rejects. If not, the error is the result. @default true */
  reject?: boolean
  /** Says on this process's `stderr` what is started and how it ended; `full`: and what it wrote. @default 'none' */
  verbose?: boolean | 'none' | 'short' | 'full'

  /** Milliseconds after which it is ended: `timedOut`. 0 and Infinity: never. @default 0 */
  timeout?: number
  /** Ends it: `isCanceled`, with the signal's reason as `cause`. */
  signal?: AbortSignal
  /** The same, by execa's name. */
  cancelSignal?: AbortSignal
  /** What it is ended by, a name or a number. @default 'SIGTERM' */
  killSignal?: NodeJS.Signals | number
  /** Milliseconds that it has to end before SIGKILL; `false`: for ever. @default 5000 */
  forceKillAfterDelay?: number | boolean
  /**
   * Whether signals are for its descendants too. It leads a process group of its own then, which Ctrl+C in a terminal does not
   * reach; one that reads from the terminal as its `stdin` does not. Descendants that lead groups of their own get none. @default true
   */
  killDescendants?: boolean
  /**
   * Whether it ends with this process, or with the worker thread that started it: by SIGTERM, whatever ends this process, on
   * Linux also SIGKILL. @default true, unless it is `detached`
   */
  cleanup?: boolean
  /** Whether it is in a session of its own, and may go on when this process has ended. @default false */
  detached?: boolean
  /** The number of the user that it runs as. */
  uid?: number
  /** The number of the group that it runs as. */
  gid?: number
  /** Added to its niceness: -20 to 19. Less than 0 needs privileges. @default 0 */
  nice?: number
}

/** Options of `spawn` and `execFile`. */
export interface SpawnOptions extends ProcessOptions {
  /**
   * Runs `file` as a line of a shell: `true` is `/bin/sh`, else its path. There may be no `args` then, which a shell would take
   * apart again. Nothing in the line is escaped. @default false
   */
  shell?: boolean | string
}

/** Options of `exec`. */
export interface ExecOptions extends ProcessOptions {
  /** The path of the shell. @default '/bin/sh' */
  shell?: true | string
}

/** Options of `fork`. */
export interface ForkOptions extends ProcessOptions {
  /** The Node that runs the script. @default this one */
  execPath?: string | URL
  /** Flags of that Node. @default this one's */
  execArgv?: readonly string[]
  /** Whether its outputs are pipes instead of this process's own. @default false */
  silent?: boolean
  /**
   * How messages are written: as JSON, or by V8, which knows Map, Set, BigInt, Date, typed arrays, cycles, but must be that of
   * the same Node or a newer one on the other side. @default 'json'
   */
  serialization?: 'json' | 'advanced'
}

/** How an output is given by these options. */
type OutputOf<Options> = OutputBy<Pick<Options, keyof Options & ('buffer' | 'lines' | 'encoding')>>
type OutputBy<Options> = Options extends { buffer: false }
  ? undefined
  : Options extends { lines: true }
    ? string[]
    : Options extends { encoding: 'buffer' }
      ? Buffer
      : Options extends { buffer?: true; lines?: false; encoding?: Exclude<ProcessEncoding, 'buffer'> }
        ? string
        : any // options whose values are not known

/** How a child ended that ended well; an error has the same fields. */
export interface ProcessResult<Output = string> {
  /** The program and its arguments, or the line of the shell. For people: nothing is quoted. */
  command: string
  /** Where it ran, an absolute path. */
  cwd: string
  /** `undefined` when there was no process. */
  pid: number | undefined
  /** Milliseconds from its start until all its outputs had ended. */
  durationMs: number
  /** Whether this is an error. */
  failed: boolean
  /** Whether it was ended for its `timeout`. */
  timedOut: boolean
  /** Whether it was ended by the caller's `signal`. */
  isCanceled: boolean
  /** Whether it was ended because an output was larger than `maxBuffer`. The output has the first bytes of it. */
  isMaxBuffer: boolean
  /** Whether a signal ended it, whoever sent it. */
  isTerminated: boolean
  /** Whether it took SIGKILL, after `forceKillAfterDelay`. */
  isForcefullyTerminated: boolean
  /** `undefined` when a signal ended it, or there was no process. */
  exitCode: number | undefined
  /** The signal that ended it. */
  signal: NodeJS.Signals | undefined
  /** What that signal means, in English. */
  signalDescription: string | undefined
  /** What it wrote. `undefined` when that was no pipe, or was not kept. */
  stdout: Output
  stderr: Output
  /** Both, with the option `all`. */
  all: Output | undefined
  /** Outputs by number. */
  stdio: (Output | undefined)[]
}

interface SubprocessEvents {
  /** It runs: it has a `pid`. */
  spawn: []
  /** It could not be started, or was ended by the caller's `signal`. Only when somebody listens. */
  error: [error: ProcessError | AbortError | ArgumentError]
  /** It has ended; what it wrote may still be on its way. */
  exit: [code: number | null, signal: NodeJS.Signals | null]
  /** It has ended, and all that was read of it has been read to its end. A program that could not be started has -errno. */
  close: [code: number | null, signal: NodeJS.Signals | null]
  /** A message of a forked script. Those that come while nobody listens are kept. */
  message: [message: any, handle: undefined]
  /** The channel is closed. */
  disconnect: []
}

/**
 * A child process: a promise of its result, and a handle. Nothing about it happens on the JS thread, so it has no `pid` before
 * its `'spawn'`.
 *
 * The promise rejects when it did not end well; see `ProcessError`. One that nobody looks at is an unhandled rejection, unless
 * somebody listens to the `'error'`, `'exit'` or `'close'` of it, as with children of Node's own; if it could not be
 * started, to its `'error'`.
 */
export interface Subprocess<Output = string> extends EventEmitter<SubprocessEvents>, Promise<ProcessResult<Output>> {
  readonly pid: number | undefined
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  /** Whether `kill` has sent it a signal. */
  readonly killed: boolean
  /** What it reads, when that is a pipe. A child that does not read to the end is an error of the stream, which need not be listened to. */
  readonly stdin: Writable | null
  /** What it writes. It is read only as fast as somebody reads here. Destroying it closes the pipe. */
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** By number. */
  readonly stdio: readonly (Writable | Readable | null)[]
  readonly spawnfile: string
  readonly spawnargs: readonly string[]

  /**
   * Sends a signal, by default `killSignal`, to it and its descendants. One that should end it is followed by SIGKILL after
   * `forceKillAfterDelay`. 0 only asks.
   *
   * @returns whether it had not ended
   */
  kill(signal?: NodeJS.Signals | number): boolean

  /**
   * Its lines as they come, and then its failure, if it does not end well. It waits while nobody takes the next line. A
   * `break` closes the output, so that a child which writes on gets SIGPIPE, as before `| head` in a shell; it is not waited
   * for, and its failure is nobody's. Use it with `buffer: false`, or all lines are kept for the result as well.
   *
   * ```js
   * for await (const line of spawn('git', ['log', '--oneline'], { buffer: false })) console.log(line)
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<string, undefined, void>
  /** The same, of either output. @param options.from 'stdout' unless it is said */
  iterable(options?: { from?: 'stdout' | 'stderr' }): AsyncIterableIterator<string, undefined, void>

  /** Whether messages can be sent to it. */
  readonly connected: boolean
  /**
   * Sends a message to a forked script, which gets it by `process.on('message')`. Sockets and servers cannot be sent. Throws
   * for what is no message.
   *
   * @param callback hears when it is written, or why it is not
   * @returns `false` when it was not sent, or so much waits that one should wait for the callback: 128 KiB
   */
  send(message: any, callback?: (error: Error | null) => void): boolean
  send(message: any, handle: null | undefined, callback?: (error: Error | null) => void): boolean
  send(
    message: any,
    handle: null | undefined,
    options: object | undefined,
    callback?: (error: Error | null) => void,
  ): boolean
  /**
   * Sends a question, and gives the answer: the script's next message, which then is no event. A script answers each question
   * by one message, in their order.
   *
   * Rejects with `ERR_REQUEST_TIMEOUT`, `ABORT_ERR`, or `ERR_IPC_CHANNEL_CLOSED` when the script ends without an answer.
   * An answer that comes too late is dropped.
   */
  request<Answer = any>(
    message: any,
    options?: {
      /** Milliseconds. 0 and Infinity: for ever. @default 0 */
      timeout?: number
      signal?: AbortSignal
    },
  ): Promise<Answer>
  /** Closes the channel, when what was sent is written. */
  disconnect(): void

  /** Lets this process end although it runs. */
  unref(): void
  /** Undoes `unref`. */
  ref(): void
  /** `await using child = spawn(…)` ends it. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What Node's callbacks get. */
type ExecCallback<Output> = (
  error: ProcessError | AbortError | ArgumentError | null,
  stdout: Output,
  stderr: Output,
) => void

/**
 * Runs a program without a shell: what is in the arguments means nothing to anybody but the program. It is found on the
 * `PATH` of its environment. Not on Windows. Never throws.
 *
 * Takes Node's forms and execa's:
 *
 * ```js
 * const { stdout } = await spawn('git', ['log', '--oneline', '-10'])
 * spawn('make').stdout.on('data', (bytes) => …)
 * ```
 *
 * @param file a name, a path, or a `file:` URL
 */
export function spawn(file: string | URL, args?: readonly (string | number)[] | null): Subprocess
export function spawn<Options extends SpawnOptions>(
  file: string | URL,
  args: readonly (string | number)[] | null | undefined,
  options: Options | undefined,
): Subprocess<OutputOf<Options>>
export function spawn<Options extends SpawnOptions>(file: string | URL, options: Options): Subprocess<OutputOf<Options>>

/** `spawn` that also takes the callback of Node's `execFile`. */
export function execFile(file: string | URL, callback: ExecCallback<string>): Subprocess
export function execFile(file: string | URL, args?: readonly (string | number)[] | null): Subprocess
export function execFile<Options extends SpawnOptions>(
  file: string | URL,
  args: readonly (string | number)[] | null | undefined,
  options: Options | null | undefined,
  callback?: ExecCallback<OutputOf<Options>>,
): Subprocess<OutputOf<Options>>
export function execFile<Options extends SpawnOptions>(
  file: string | URL,
  options: Options,
  callback?: ExecCallback<OutputOf<Options>>,
): Subprocess<OutputOf<Options>>
export function execFile(
  file: string | URL,
  args: readonly (string | number)[] | null | undefined,
  callback: ExecCallback<string>,
): Subprocess
export namespace execFile {
  /** As `promisify` of `node:util` gives it. */
  // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
  function __promisify__(file: string | URL, args?: readonly (string | number)[] | null): Subprocess
  // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
  function __promisify__<Options extends SpawnOptions>(
    file: string | URL,
    args: readonly (string | number)[] | null | undefined,
    options: Options,
  ): Subprocess<OutputOf<Options>>
}

/**
 * Runs a line of a shell. Nothing in it is escaped, so nothing in it may come from strangers: `spawn` and `execFile` are for
 * that. May be promisified, as Node's.
 *
 * ```js
 * const { stdout } = await exec('git log --oneline | wc -l')
 * ```
 */
export function exec(command: string, callback: ExecCallback<string>): Subprocess
export function exec(command: string): Subprocess
export function exec<Options extends ExecOptions>(
  command: string,
  options: Options | null | undefined,
  callback?: ExecCallback<OutputOf<Options>>,
): Subprocess<OutputOf<Options>>
export namespace exec {
  /** As `promisify` of `node:util` gives it. */
  // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
  function __promisify__(command: string): Subprocess
  // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
  function __promisify__<Options extends ExecOptions>(command: string, options: Options): Subprocess<OutputOf<Options>>
}

/**
 * Runs a Node script with a channel for messages: `send`, `request` and `'message'` here, `process.send` and
 * `process.on('message')` there. The script ends when this process does, even by SIGKILL.
 *
 * @param script a path, or a `file:` URL
 */
export function fork(script: string | URL, args?: readonly (string | number)[] | null): Subprocess<string | undefined>
export function fork<Options extends ForkOptions>(
  script: string | URL,
  args: readonly (string | number)[] | null | undefined,
  options: Options | undefined,
): Subprocess<OutputOf<Options> | undefined>
export function fork<Options extends ForkOptions>(
  script: string | URL,
  options: Options,
): Subprocess<OutputOf<Options> | undefined>

/**
 * Runs a Node script for one result: sends it `data`, gives its first message back, and ends it.
 *
 * Rejects with a `ProcessError` when the script fails, or with `ERR_PROCESS_NO_ANSWER` when it ends without a message.
 *
 * ```js
 * // process-data.js: process.on('message', async (data) => process.send(await processData(data)))
 * const result = await runNodeScript(path.join(__dirname, 'process-data.js'), data)
 * ```
 */
export function runNodeScript<Result = any>(
  script: string | URL,
  data: any,
  options?: Omit<ForkOptions, 'reject'>,
): Promise<Result>

/**
 * Gives an argument back that comes from a stranger, unless the program could take it for an option: it is empty, or begins with a
 * dash. Then it throws an `ArgumentError`, `ERR_UNSAFE_ARGUMENT`.
 *
 * It does not escape for a shell: there is to be none.
 *
 * ```js
 * await spawn('npm', ['install', safeArgument(request.body.package, { pattern: /^[a-z0-9@/._-]+$/ })])
 * ```
 *
 * @param options.pattern all of the argument must match it
 */
export function safeArgument(value: string, options?: { pattern?: RegExp }): string

/** What every run of ffmpeg or ffprobe can be ended by. */
export interface FfmpegLimits {
  /**
   * Ends the run: one SIGTERM, `forceKillAfterDelay`, SIGKILL. The promise is rejected with an `AbortError`, whose `cause`
   * is the signal's reason, once the program has ended and its partial files are gone.
   */
  signal?: AbortSignal
  /**
   * Milliseconds from the start of the work (not of the wait for a place), after which it is ended likewise, with an
   * `FfmpegError` of the code `ERR_FFMPEG_TIMEOUT`, whose `timedOut` is `true`. @default Infinity
   */
  timeout?: number
  /** Milliseconds from SIGTERM to SIGKILL, in which ffmpeg can end its file. @default 5000 */
  forceKillAfterDelay?: number
}

/** What may be read. */
export interface FfmpegReading {
  /**
   * Protocols beside files that ffmpeg may read by, such as `['https']`: of `input` itself, and of what the input names, as
   * a playlist does. What a protocol goes over (`tls`, `tcp`) is allowed with it. @default []
   */
  allowProtocols?: readonly string[]
}

/** How far ffmpeg is. Comes about twice a second, and once at the end of a run that ended well. */
export interface FfmpegProgress {
  /**
   * From 0 to 100. Never falls, and is 100 only in the last report of a run that ended well. `null` throughout when the
   * length of the output is not known.
   */
  percent: number | null
  /** Seconds of output that are written. Never falls. */
  time: number
  /** Frames that are made in a second; `null` without video. */
  fps: number | null
  /** Seconds of output that are made in a second: 1 is real time. `null` while that is not known. */
  speed: number | null
  /** Bits per second of the output; `null` while that is not known. */
  bitrate: number | null
  /** Seconds that are left at this speed; `null` when that or the length is not known. */
  eta: number | null
}

/** Options of `transcode()`. */
export interface TranscodeOptions extends FfmpegLimits, FfmpegReading {
  /** An encoder of ffmpeg's; `'copy'` takes the pictures as they are; `false` leaves them out. @default 'libx264' */
  videoCodec?: string | false
  /** How much time the encoder takes to make the file smaller. @default 'medium' for libx264, else the encoder's own */
  preset?: string | number
  /** The quality, from 0 (best) to 51, or 63, by the encoder. @default 23 for libx264, else the encoder's own */
  crf?: number
  /** An encoder of ffmpeg's; `'copy'` takes the sound as it is; `false` leaves it out. @default 'aac' */
  audioCodec?: string | false
  /** `'1280x720'`, or the sides in pixels: the one that is left out follows from the shape, and is even. */
  resolution?: string | { width?: number; height?: number }
  /** Frames per second: 25, or `'30000/1001'`. */
  fps?: number | string
  /** Where in the input it begins: seconds, or `'[HH:]MM:SS[.mmm]'`. @default 0 */
  start?: number | string
  /** How much of it there is at most: seconds, or `'[HH:]MM:SS[.mmm]'`. */
  duration?: number | string
  /** Filters of the pictures, as `-vf` has them; they come before those of `fps` and `resolution`. Not from strangers: filters can read files. */
  filters?: string | readonly string[]
  /** Arguments before `-i`. Not from strangers. */
  inputOptions?: readonly (string | number)[]
  /** Arguments before the output, after those of the other options. Not from strangers. */
  outputOptions?: readonly (string | number)[]
  /** Threads of the decoder and of the encoder. @default ffmpeg's own choice, which is all cores */
  threads?: number
  /**
   * Replace an existing file. `false`: it is rejected with `ERR_FFMPEG_OUTPUT_EXISTS` before ffmpeg is started, and also if
   * the file comes while ffmpeg runs. @default true
   */
  overwrite?: boolean
  /** Put the index of the file before its content, so that a browser can play it while it loads. @default true for mp4, m4a, m4v and mov */
  faststart?: boolean
  /** The container, as `-f` has it. @default what the output's extension says */
  format?: string
  /** What is added to the priority of the process: from -20 to 19, where 19 gives way to everything else. @default 0 */
  nice?: number
  /** @default FFMPEG_PATH, else `ffmpeg` on the PATH, else that of the package @ffmpeg-installer/ffmpeg */
  ffmpegPath?: string
  /** It is asked for the length of the input, when there is an `onProgress`. @default FFPROBE_PATH, else `ffprobe` on the PATH, else that of the package @ffprobe-installer/ffprobe */
  ffprobePath?: string
  onProgress?: (progress: FfmpegProgress) => void
}

/** What `transcode()` has made. */
export interface TranscodeResult {
  /** The path of the output. */
  output: string
  /** Milliseconds from the start of the work. */
  durationMs: number
  /** Bytes of the output; `null` for outputs that are not one file. */
  size: number | null
  /** The command line, as a shell would take it. */
  command: string
  /** The last of what ffmpeg said, at most 64 KiB: warnings. */
  stderr: string
}

export interface Transcode {
  /**
   * Makes another file of a video or of sound, by ffmpeg, in a process of its own.
   *
   * The output is written in its folder under a name that begins with `.offloop-`, and put in its place when it is whole;
   * after a failure, an abort or a timeout it is removed, and an existing file is as it was. Outputs that are many files
   * (`%03d` in the name, `.m3u8`, `.mpd`, formats such as `segment`) and devices are written in their place: a failure
   * leaves what was written until then.
   *
   * @param input a path or a `file:` URL; another URL if `allowProtocols` has its protocol
   * @param output a path or a `file:` URL, in a folder that exists
   * @throws {ArgumentError} an option cannot be used; the message names it
   * @throws {FfmpegError} see there
   * @throws {AbortError} `signal` has fired, also while it waits for its place
   */
  (input: string | URL, output: string | URL, options?: TranscodeOptions): Promise<TranscodeResult>
  /**
   * How many transcodes of this thread may run at once; the others wait, first come, first served. ffmpeg takes all cores,
   * so more of them are seldom faster; with `threads` they can be. An integer >= 1, or `Infinity`. @default 1
   */
  concurrency: number
}

export const transcode: Transcode

/** Options of `ffmpeg()`. */
export interface FfmpegOptions extends FfmpegLimits {
  /** The length of the output, which `percent` and `eta` are of: seconds, or `'[HH:]MM:SS[.mmm]'`. */
  duration?: number | string
  /** The folder that it runs in. @default that of this process */
  cwd?: string
  /** @see TranscodeOptions.nice */
  nice?: number
  /** @see TranscodeOptions.ffmpegPath */
  ffmpegPath?: string
  onProgress?: (progress: FfmpegProgress) => void
}

/** How a run of `ffmpeg()` went. */
export interface FfmpegResult {
  /** What it wrote to its standard output: at most 100,000,000 bytes, more is a failure. */
  stdout: Buffer
  /** The last of what it said, at most 64 KiB. */
  stderr: string
  /** The command line, as a shell would take it. */
  command: string
  durationMs: number
}

/**
 * Runs ffmpeg with the arguments that are given, without a shell, after those that make it quiet and ask it for its
 * progress (by file descriptor 3). Nothing is checked, nothing is written under another name, there is no limit on how
 * many run, and `-y` is the caller's to say: without it an existing file is a failure. Not with arguments from strangers.
 *
 * @throws {ArgumentError} | {FfmpegError} | {AbortError} as `transcode`
 */
export function ffmpeg(args: readonly (string | number)[], options?: FfmpegOptions): Promise<FfmpegResult>

/** Options of `probe()`. */
export interface ProbeOptions extends FfmpegLimits, FfmpegReading {
  /** @see TranscodeOptions.ffprobePath */
  ffprobePath?: string
}

/** What a file is. What is not known is `null`. */
export interface ProbeFormat {
  /** Such as `'mov,mp4,m4a,3gp,3g2,mj2'`. */
  name: string | null
  longName: string | null
  /** Seconds. */
  duration: number | null
  /** Seconds. */
  start: number | null
  /** Bytes. */
  size: number | null
  /** Bits per second. */
  bitrate: number | null
  tags: Record<string, string>
}

/** One stream of a file. What is not known is `null`. */
export interface ProbeStream {
  index: number
  /** `'video'`, `'audio'`, `'subtitle'`, `'data'`, `'attachment'`. */
  type: string | null
  /** Such as `'h264'`. */
  codec: string | null
  profile: string | null
  /** Seconds. */
  duration: number | null
  /** Seconds. */
  start: number | null
  /** Bits per second. */
  bitrate: number | null
  /** How many frames there are, where the file says so. */
  frames: number | null
  isDefault: boolean
  tags: Record<string, string>
  /** Pixels; of video. */
  width?: number | null
  /** Pixels; of video. */
  height?: number | null
  /** Such as `'yuv420p'`; of video. */
  pixelFormat?: string | null
  /** Frames per second; of video. */
  fps?: number | null
  /** Degrees clockwise by which players turn the picture: 0, 90, 180 or 270; of video. */
  rotation?: number
  /** Hertz; of audio. */
  sampleRate?: number | null
  /** Of audio. */
  channels?: number | null
  /** Such as `'stereo'`; of audio. */
  channelLayout?: string | null
}

/** What `probe()` gives. */
export interface Probe {
  format: ProbeFormat
  streams: ProbeStream[]
  /** All that ffprobe said (`-show_format -show_streams`), with its own names, and its numbers as texts. */
  raw: any
}

/**
 * What is in a file, by ffprobe.
 *
 * @param input a path or a `file:` URL; another URL if `allowProtocols` has its protocol
 * @throws {ArgumentError} | {FfmpegError} | {AbortError} as `transcode`
 */
export function probe(input: string | URL, options?: ProbeOptions): Promise<Probe>

/** Options of `thumbnails()`. */
export interface ThumbnailsOptions extends FfmpegLimits, FfmpegReading {
  /** How many, spread evenly over the video, without its first and last frame. Not beside `times`. @default 1 */
  count?: number
  /** When: seconds, `'[HH:]MM:SS[.mmm]'`, or parts of the length, such as `'50%'`. */
  times?: readonly (number | string)[]
  /** The folder that they are put in; it is made if it is not there. @default '.' */
  folder?: string
  /**
   * Their name, in which `%i` stands for the number, from 1, and `%03i` for the number with three digits; with or without
   * the extension. More than one need `%i`. @default 'thumbnail-%i'
   */
  filename?: string
  /** Pixels. @default what follows from the height, else that of the video */
  width?: number
  /** Pixels. @default what follows from the width, else that of the video */
  height?: number
  /** @default 'jpg' */
  format?: 'jpg' | 'png' | 'webp'
  /** @see TranscodeOptions.nice */
  nice?: number
  /** @see TranscodeOptions.ffmpegPath */
  ffmpegPath?: string
  /** It is asked for the length, unless all `times` are given in seconds. @see TranscodeOptions.ffprobePath */
  ffprobePath?: string
}

/** One picture of a video. */
export interface Thumbnail {
  path: string
  /** Seconds from the start of the video. */
  time: number
}

/**
 * Single pictures of a video, one after the other. They are put in their places when all are made, and replace what is
 * there; after a failure, such as a time after the end, there is none.
 *
 * @throws {ArgumentError} | {FfmpegError} | {AbortError} as `transcode`
 */
export function thumbnails(input: string | URL, options?: ThumbnailsOptions): Promise<Thumbnail[]>

/** Views of numbers that `atomics` works on. */
type AtomicNumbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
type AtomicFloats = Float32Array | Float64Array
type AtomicBigInts = BigInt64Array | BigUint64Array

/** Options of `atomics.waitAsync()`. */
export interface AtomicsWaitOptions {
  /** Milliseconds after which the wait is `'timed-out'`, and not before. @default Infinity */
  timeout?: number
  /** Ends the wait: its promise rejects with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal
  /** Whether the wait keeps the process alive. @default true */
  ref?: boolean
}

/** What `atomics.waitAsync()` gives. */
export type AtomicsWaiting =
  { async: false; value: 'not-equal' | 'timed-out' } | { async: true; value: Promise<'ok' | 'timed-out'> }

/** `Atomics`, and what it lacks. What is added gives the value before, as `Atomics` does. */
export interface SharedAtomics extends Atomics {
  /**
   * As `Atomics.wait`: blocks this thread, the main thread too, while the value at the index is this one. Whoever waits here is
   * told by `atomics.notify`, in any thread, and by Rust threads, but not by the engine's own `Atomics.notify`.
   *
   * The view is over a SharedArrayBuffer: the ArrayBuffer of a named region is refused, as by `Atomics.wait`.
   */
  wait(view: Int32Array, index: number, value: number, timeout?: number): 'ok' | 'not-equal' | 'timed-out'
  wait(view: BigInt64Array, index: number, value: bigint, timeout?: number): 'ok' | 'not-equal' | 'timed-out'

  /**
   * As `Atomics.waitAsync`, told as for `wait`. It keeps the process alive while it waits, and is never `'timed-out'` before its
   * time.
   */
  waitAsync(view: Int32Array, index: number, value: number, options?: number | AtomicsWaitOptions): AtomicsWaiting
  waitAsync(view: BigInt64Array, index: number, value: bigint, options?: number | AtomicsWaitOptions): AtomicsWaiting

  /**
   * As `Atomics.notify`: tells those that wait at the index, in the order in which they came: first those that wait by `atomics`,
   * then those that wait by the engine's own `Atomics`. Reaches this process only.
   *
   * @param count how many at most. @default Infinity
   * @returns how many it has told
   */
  notify(view: Int32Array | BigInt64Array, index: number, count?: number): number

  /** As `Atomics.pause`, also on Nodes that do not have it, where it does nothing. */
  pause(n?: number): void

  /** Adds to a float. */
  addFloat(view: AtomicFloats, index: number, value: number): number
  /** Leaves the smaller of both. Where a float is NaN, that stays. */
  min(view: AtomicNumbers | AtomicFloats, index: number, value: number): number
  min(view: AtomicBigInts, index: number, value: bigint): bigint
  /** Leaves the larger of both. Where a float is NaN, that stays. */
  max(view: AtomicNumbers | AtomicFloats, index: number, value: number): number
  max(view: AtomicBigInts, index: number, value: bigint): bigint
  /**
   * Puts what the function makes of the value in its place. The function is called again when another thread has changed the
   * value meanwhile.
   */
  fetchUpdate(view: AtomicNumbers | AtomicFloats, index: number, fn: (value: number) => number): number
  fetchUpdate(view: AtomicBigInts, index: number, fn: (value: bigint) => bigint): bigint

  /**
   * Adds a list of values to those from `start` on. Each addition is atomic; all of them together are not.
   *
   * @param start @default 0
   * @throws {ArgumentError} `ERR_OUT_OF_RANGE`: the view ends before the list does
   */
  addMany(view: AtomicNumbers | AtomicFloats, values: ArrayLike<number>, start?: number): void
  addMany(view: AtomicBigInts, values: ArrayLike<bigint>, start?: number): void
  /** Stores a value from `start` to `end`, which as in `Array.prototype.fill` count from the end when negative. */
  fill<View extends AtomicNumbers | AtomicFloats>(view: View, value: number, start?: number, end?: number): View
  fill<View extends AtomicBigInts>(view: View, value: bigint, start?: number, end?: number): View
  /** The sum of the values from `start` to `end`, as for `fill`. They are loaded one after the other, not at one moment. */
  sum(view: AtomicNumbers | AtomicFloats, start?: number, end?: number): number
  sum(view: AtomicBigInts, start?: number, end?: number): bigint
}

/**
 * A drop-in for `Atomics`, whose waits reach Rust threads too. The functions that read and write are the engine's own; wrong
 * arguments fail as there, with its errors.
 */
export const atomics: SharedAtomics

/** Options of `SharedRegion.get()`. */
export interface SharedRegionOptions {
  /**
   * Called before the region is given back, when this call has made it: all its bytes are 0. Others may have opened it meanwhile,
   * and do not wait: what must be set up before anybody uses it wants a `Once`.
   */
  onMissing?: (region: SharedRegion) => void
}

/** Memory that threads share, or processes. */
export class SharedRegion {
  private constructor()

  /**
   * Memory for the threads of this process, who get its `buffer` by a message.
   *
   * @param bytes 1 to 4294967295
   */
  static create(bytes: number): SharedRegion

  /**
   * The region of a name in this process: the same memory for every thread that asks for it. Made of zeros if nobody has it.
   * These names are apart from those of `open`.
   *
   * @param name 1 to 100 letters (a to z), digits, `_`, `-` and `.`
   * @param bytes 1 to 4294967295
   * @throws {SharedError} `ERR_SHARED_SIZE`, `ERR_SHARED_UNSUPPORTED`, `ERR_SHARED_FAILED`
   */
  static get(name: string, bytes: number, options?: SharedRegionOptions): SharedRegion

  /**
   * The region of a name among all processes of this user. Made of zeros if nobody has it open. Permissions are 0600. The name
   * is removed when the last one has closed it, or has ended; if that was by SIGKILL, by the next `open` of any name.
   *
   * @param name as for `get`
   * @param bytes 1 to 4294967295; the same for all
   * @throws {SharedError} `ERR_SHARED_SIZE`, `ERR_SHARED_MISSING`, `ERR_SHARED_FOREIGN`, `ERR_SHARED_UNSUPPORTED`,
   *   `ERR_SHARED_FAILED`
   */
  static open(
    name: string,
    bytes: number,
    options?: SharedRegionOptions & {
      /** Whether it is made when it is not there; otherwise that is `ERR_SHARED_MISSING`. @default true */
      create?: boolean
    },
  ): SharedRegion

  /** `undefined` for those of `create`. */
  readonly name: string | undefined
  /** Whether this call has made it. */
  readonly created: boolean
  /** Of `create` a SharedArrayBuffer; of a named region an ArrayBuffer, which a message does not share but copies. */
  readonly buffer: ArrayBufferLike
  readonly byteLength: number

  /**
   * A view over the region or a part of it: `region.view(Int32Array)`, `region.view(Uint8Array, 64, 16)`.
   *
   * @param byteOffset where the view begins. @default 0
   * @param length in elements. @default to the end
   */
  view<View>(
    type: new (buffer: any, byteOffset: number, length?: number) => View,
    byteOffset?: number,
    length?: number,
  ): View

  /** Gives up the name. The memory, and the objects in it, can be used on. May be called again. */
  close(): void
  /** `using region = SharedRegion.open(…)` closes it. */
  [Symbol.dispose](): void
}

/**
 * Where a shared object lies: in a region, in the memory of one, as another thread gets it, or in a region of its own by this
 * name, which is opened for it by `SharedRegion.open`. Without a place it gets new memory.
 */
export type SharedPlace = SharedRegion | ArrayBufferLike | string

/** Options of all shared objects. */
export interface SharedObjectOptions {
  /** Where the object begins: bytes, a multiple of 8. @default 0 */
  offset?: number
}

/** Options of calls that block the thread. */
export interface SharedBlockOptions {
  /**
   * Milliseconds after which it throws a `SharedError`, `ERR_SHARED_TIMEOUT`. To be given on the main thread, which must not be
   * blocked for ever: without it, what has to wait throws `ERR_INVALID_ARG_VALUE`. @default Infinity
   */
  timeout?: number
}

/** Options of calls that wait without blocking. */
export interface SharedWaitOptions {
  /** Milliseconds after which it rejects with a `SharedError`, `ERR_SHARED_TIMEOUT`. @default Infinity */
  timeout?: number
  /** Ends the wait: it rejects with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal
  /** Whether the wait keeps the process alive. @default true */
  ref?: boolean
}

/**
 * What all shared objects are: a part of some memory. The first one makes it of zeros; the others find it there, and give the
 * same options.
 *
 * A constructor throws an `ArgumentError` for an option that cannot be used, and for a place that is too small
 * (`ERR_OUT_OF_RANGE`); `ERR_SHARED_KIND` where there is something else; with a name, also what `SharedRegion.open` throws.
 */
export interface SharedObject {
  /** The memory, for other threads: `new Mutex(workerData.buffer)`. In a named region they open the name instead. */
  readonly buffer: ArrayBufferLike
  /** Where in the memory the object begins. */
  readonly byteOffset: number
  /** How many bytes it has. */
  readonly byteLength: number
  /** The region that it lies in; `undefined` where it was given a buffer. */
  readonly region: SharedRegion | undefined
}

/**
 * A lock that one thread has at a time, of whatever process.
 *
 * It belongs to the thread, not to the function that took it: any code of the thread can give it back. It cannot be taken
 * twice. Where the owner has died, one of those that wait gets it, and `ownerDied` says so.
 *
 * ```js
 * await mutex.withLock(async () => save(await change(await load())), { timeout: 1000 })
 * ```
 */
export class Mutex implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: SharedObjectOptions)
  constructor(options?: SharedObjectOptions)
  /** Bytes of a mutex: 64. */
  static readonly byteLength: number

  /** Whether the owner before had died with the lock when this object got it: what it protects may be half changed. */
  readonly ownerDied: boolean
  /** Whether anybody has it, at this moment. */
  readonly isLocked: boolean

  /** Takes it if it is free. Does not look whether an owner still lives. */
  tryLock(): boolean
  /**
   * Blocks until it has the lock.
   *
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`; `ERR_SHARED_DEADLOCK`: this thread has it already
   */
  lockSync(options?: SharedBlockOptions): void
  /** Resolves when it has the lock. Where this thread has it already, that is when other code of the thread has given it back. */
  lock(options?: SharedWaitOptions): Promise<void>
  /** @throws {SharedError} `ERR_SHARED_NOT_OWNER`: this thread does not have it */
  unlock(): void
  /** Calls a function while it has the lock, until what it gives has settled. The options are those of `lock`. */
  withLock<Result>(
    fn: (state: { ownerDied: boolean }) => Result | PromiseLike<Result>,
    options?: SharedWaitOptions,
  ): Promise<Result>
}

/** Options of an `RwLock`. */
export interface RwLockOptions extends SharedObjectOptions {
  /** How many may read at once, 1 to 1024; more of them wait. @default 64 */
  readers?: number
}

/**
 * A lock for many readers or one writer. A writer that waits keeps new readers out.
 *
 * As a mutex it belongs to the thread. A thread that has it and asks for it again, to read or to write, may wait for itself for
 * ever; that is not found out.
 */
export class RwLock implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: RwLockOptions)
  constructor(options?: RwLockOptions)
  /** Bytes of such a lock. */
  static byteLength(options?: Pick<RwLockOptions, 'readers'>): number

  /** Whether a writer had died before this object got the lock: what it protects may be half changed. */
  readonly ownerDied: boolean

  /** Takes it if it is free. Does not look whether owners still live. */
  tryRead(): boolean
  tryWrite(): boolean
  /** @throws {SharedError} `ERR_SHARED_TIMEOUT` */
  readSync(options?: SharedBlockOptions): void
  /** @throws {SharedError} `ERR_SHARED_TIMEOUT` */
  writeSync(options?: SharedBlockOptions): void
  read(options?: SharedWaitOptions): Promise<void>
  write(options?: SharedWaitOptions): Promise<void>
  /** @throws {SharedError} `ERR_SHARED_NOT_OWNER`: this thread does not read */
  unlockRead(): void
  /** @throws {SharedError} `ERR_SHARED_NOT_OWNER`: this thread does not write */
  unlockWrite(): void
  /** Calls a function while it may read, until what it gives has settled. */
  withRead<Result>(
    fn: (state: { ownerDied: boolean }) => Result | PromiseLike<Result>,
    options?: SharedWaitOptions,
  ): Promise<Result>
  /** Calls a function while it may write, until what it gives has settled. */
  withWrite<Result>(
    fn: (state: { ownerDied: boolean }) => Result | PromiseLike<Result>,
    options?: SharedWaitOptions,
  ): Promise<Result>
}

/** Options of a `Semaphore`. */
export interface SemaphoreOptions extends SharedObjectOptions {
  /** How many permits there are, 1 to 1024. */
  permits: number
}

/** So many permits, for all threads and processes together. One permit belongs to the thread that took it; it may have several. */
export class Semaphore implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place: SharedPlace, options: SemaphoreOptions)
  constructor(options: SemaphoreOptions)
  /** Bytes of such a semaphore. */
  static byteLength(options: Pick<SemaphoreOptions, 'permits'>): number

  readonly permits: number
  /** Whether the permit that this object got last was a dead owner's. */
  readonly ownerDied: boolean
  /** How many are free, at this moment. */
  readonly available: number

  /** Takes a permit if one is free. Does not look whether owners still live. */
  tryAcquire(): boolean
  /** @throws {SharedError} `ERR_SHARED_TIMEOUT` */
  acquireSync(options?: SharedBlockOptions): void
  acquire(options?: SharedWaitOptions): Promise<void>
  /** @throws {SharedError} `ERR_SHARED_NOT_OWNER`: this thread has none */
  release(): void
  /** Calls a function while it has a permit, until what it gives has settled. */
  withPermit<Result>(
    fn: (state: { ownerDied: boolean }) => Result | PromiseLike<Result>,
    options?: SharedWaitOptions,
  ): Promise<Result>
}

/** Options of a `Barrier`. */
export interface BarrierOptions extends SharedObjectOptions {
  /** How many have to arrive, 1 to 2147483647. */
  parties: number
}

/**
 * A point that all reach before any goes on, again and again. The dead are not noticed: the others wait until their `timeout`,
 * and then count as not arrived.
 */
export class Barrier implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place: SharedPlace, options: BarrierOptions)
  constructor(options: BarrierOptions)
  /** Bytes of a barrier: 64. */
  static readonly byteLength: number

  readonly parties: number
  /** How many have arrived and wait, at this moment. */
  readonly waiting: number

  /**
   * Blocks until all have arrived.
   *
   * @returns whether this was the last to arrive, which is true for one of them
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`
   */
  arriveSync(options?: SharedBlockOptions): boolean
  /** Resolves when all have arrived, as `arriveSync`. */
  arrive(options?: SharedWaitOptions): Promise<boolean>
}

/**
 * Waiting for something that another thread makes true, under a mutex that protects it.
 *
 * ```js
 * while (queue[0] === 0) await condition.wait(mutex)
 * ```
 */
export class Condition implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: SharedObjectOptions)
  constructor(options?: SharedObjectOptions)
  /** Bytes of a condition: 64. */
  static readonly byteLength: number

  /**
   * Gives the mutex back, blocks until it is told, and takes the mutex again, also when it throws, however long that takes. It may
   * return although nobody has told: look again.
   *
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`; `ERR_SHARED_NOT_OWNER`: this thread does not have the mutex
   */
  waitSync(mutex: Mutex, options?: SharedBlockOptions): void
  /** As `waitSync`, without blocking. */
  wait(mutex: Mutex, options?: SharedWaitOptions): Promise<void>
  /** Tells one of those that wait; it may be more. */
  notify(): void
  /** Tells all that wait. */
  notifyAll(): void
}

/** Something that is done once, by whoever comes first, while the others wait. */
export class Once implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: SharedObjectOptions)
  constructor(options?: SharedObjectOptions)
  /** Bytes of it: 64. */
  static readonly byteLength: number

  readonly isDone: boolean

  /**
   * Does it, or waits until another has done it. When the function fails, this call fails with its error, and the next one does it;
   * so it is when the thread dies.
   *
   * @returns whether this call has done it
   */
  run(fn: () => unknown, options?: SharedWaitOptions): Promise<boolean>
  /**
   * As `run`, with a function that does all of it before it returns. Blocks while another does it.
   *
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`
   */
  runSync(fn: () => unknown, options?: SharedBlockOptions): boolean
}

/** A whole number of 64 bits, which wraps at its ends. It is given as a number, exact up to 2^53. */
export class Counter implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: SharedObjectOptions)
  constructor(options?: SharedObjectOptions)
  /** Bytes of a counter: 128, so that no two are on one cache line. */
  static readonly byteLength: number

  /** May be set to a safe integer. */
  value: number

  /**
   * @param by a safe integer. @default 1
   * @returns the new value
   */
  add(by?: number): number
  /** @returns the new value */
  increment(): number
  /** @returns the new value */
  decrement(): number
  /** Sets it to 0. @returns what it was */
  reset(): number
}

/** A 64-bit float. What it is set or compared to is finite. */
export class Gauge implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: SharedObjectOptions)
  constructor(options?: SharedObjectOptions)
  /** Bytes of a gauge: 128, so that no two are on one cache line. */
  static readonly byteLength: number

  value: number

  /** @returns the new value */
  add(by: number): number
  /** Leaves the larger of both. @returns the new value, unlike `atomics.max` */
  max(value: number): number
  /** Leaves the smaller of both. @returns the new value, unlike `atomics.min` */
  min(value: number): number
}

/** Options of a `Channel` and of a `RingBuffer`. */
export interface ChannelOptions extends SharedObjectOptions {
  /** Bytes that it holds, 64 to 2147483648, rounded up to a multiple of 8. @default 1048576 */
  capacity?: number
}

/**
 * A bounded queue of messages, for any number of senders and receivers, each message whole and for one receiver.
 *
 * A `Uint8Array` arrives as a Buffer, a string as a string (by UTF-8), anything else as `v8.serialize` has it, which is a
 * structured clone without transfers and shared memory. Send no `undefined`: it looks like the end. A message takes 8 bytes
 * beside its own, rounded up to a multiple of 8.
 *
 * A sender that dies while it sends has sent nothing. What a receiver has received is gone with it.
 *
 * ```js
 * for await (const job of channel) await work(job)
 * ```
 */
export class Channel<Message = any> implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: ChannelOptions)
  constructor(options?: ChannelOptions)
  /** Bytes of such a channel. */
  static byteLength(options?: Pick<ChannelOptions, 'capacity'>): number

  /** The longest message: bytes as it is stored. */
  readonly maxMessage: number
  readonly isClosed: boolean
  /** Bytes that the messages take which wait to be received. */
  readonly pendingBytes: number

  /**
   * Sends a message if there is room.
   *
   * @returns `false` when there is none, or when others send at this moment
   * @throws {SharedError} `ERR_SHARED_CLOSED`
   * @throws {ArgumentError} `ERR_OUT_OF_RANGE`: longer than `maxMessage`; `ERR_VALUE_NOT_CLONEABLE`
   */
  trySend(message: Message): boolean
  /** Blocks until there is room. Throws as `trySend`, and `ERR_SHARED_TIMEOUT`. */
  sendSync(message: Message, options?: SharedBlockOptions): void
  /**
   * Resolves when the message is in the queue; rejects as `sendSync` throws. Bytes must stay as they are until then. Messages are
   * sent in order where each call waits for the one before.
   */
  send(message: Message, options?: SharedWaitOptions): Promise<void>

  /** A message; `undefined` when there is none, or when others receive at this moment. */
  tryReceive(): Message | undefined
  /**
   * Blocks until there is a message; `undefined` when the channel is closed and empty.
   *
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`
   */
  receiveSync(options?: SharedBlockOptions): Message | undefined
  /** As `receiveSync`, without blocking. */
  receive(options?: SharedWaitOptions): Promise<Message | undefined>
  /** All messages until the channel is closed and empty. A `break` leaves it open. */
  [Symbol.asyncIterator](): AsyncGenerator<Message, void, void>

  /** Nothing more is sent; what is in the queue is still received. For all who have the channel, and for good. */
  close(): void
}

/**
 * A stream of bytes from one writer to one reader, of whatever thread or process. That there is only one of each is the caller's
 * word: with more, the bytes are mixed up. The dead are not noticed.
 */
export class RingBuffer implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place?: SharedPlace, options?: ChannelOptions)
  constructor(options?: ChannelOptions)
  /** Bytes of such a buffer. */
  static byteLength(options?: Pick<ChannelOptions, 'capacity'>): number

  readonly capacity: number
  readonly isClosed: boolean
  /** Bytes that can be read. */
  readonly readable: number
  /** Bytes that can be written. */
  readonly writable: number

  /**
   * Writes what there is room for.
   *
   * @returns how many bytes
   * @throws {SharedError} `ERR_SHARED_CLOSED`
   */
  tryWrite(bytes: Uint8Array): number
  /**
   * Writes all bytes; blocks while there is no room, each time for at most the `timeout`. When it fails, what was written until
   * then is in the stream.
   *
   * @throws {SharedError} `ERR_SHARED_CLOSED`, `ERR_SHARED_TIMEOUT`
   */
  writeSync(bytes: Uint8Array, options?: SharedBlockOptions): void
  /** As `writeSync`, without blocking. The bytes must stay as they are until it has resolved. */
  write(bytes: Uint8Array, options?: SharedWaitOptions): Promise<void>

  /** Reads what is there into `into`: how many bytes; 0 when there are none, -1 when it is closed and empty. */
  tryRead(into: Uint8Array): number
  /**
   * Blocks until there is at least one byte. How many were read, -1 when it is closed and empty.
   *
   * @throws {SharedError} `ERR_SHARED_TIMEOUT`
   */
  readSync(into: Uint8Array, options?: SharedBlockOptions): number
  /** As `readSync`, without blocking. */
  read(into: Uint8Array, options?: SharedWaitOptions): Promise<number>
  /** What comes, in pieces, until it is closed and empty. A `break` leaves it open. */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void>

  /** Nothing more is written; what is there is still read. For good. */
  close(): void
}

/** Options of a `RateLimiter`. */
export interface RateLimiterOptions extends SharedObjectOptions {
  /** How many tokens there are for each interval, an integer from 1 to 1e9. */
  tokens: number
  /** Milliseconds, 0.001 to 1e9. @default 1000 */
  interval?: number
  /** How many tokens the bucket holds, an integer from 1 to 1e9. @default `tokens` */
  burst?: number
}

/**
 * A bucket of tokens for all threads and processes together: full at first, filled by one token every `interval / tokens`
 * milliseconds.
 */
export class RateLimiter implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place: SharedPlace, options: RateLimiterOptions)
  constructor(options: RateLimiterOptions)
  /** Bytes of a limiter: 64. */
  static readonly byteLength: number

  readonly burst: number
  /** How many tokens there are, at this moment. */
  readonly available: number

  /**
   * Takes tokens if they are there.
   *
   * @param tokens 1 to `burst`. @default 1
   * @returns whether they are taken
   */
  tryTake(tokens?: number): boolean
  /** As `tryTake`; `retryAfter` is in how many milliseconds the tokens will be there, 0 when they are taken. */
  attempt(tokens?: number): { allowed: boolean; retryAfter: number }
  /** Resolves when the tokens are taken. Those that wait are not in a line: who looks first when they are there has them. */
  take(tokens?: number, options?: Omit<SharedWaitOptions, 'ref'>): Promise<void>
  /** The same, blocking this thread. */
  takeSync(tokens?: number, options?: SharedBlockOptions): void
  /** Fills the bucket. */
  reset(): void
}

/** Options of a `SharedMap`. */
export interface SharedMapOptions extends SharedObjectOptions {
  /** How many keys there is room for, 1 to 16777216. */
  capacity: number
  /** Bytes of the longest key, as UTF-8: 1 to 65535. @default 64 */
  keyBytes?: number
  /** Bytes of the longest value: 8 to 268435456. @default 256 */
  valueBytes?: number
}

/** Options of a value of a `SharedMap`. */
export interface SharedMapValueOptions {
  /** Milliseconds after which the key is not there any more. @default for ever */
  ttl?: number
}

/**
 * A table of fixed size from strings to numbers or bytes, for counters and small caches. There is no other form of its calls: they
 * have one lock for as long as a copy takes. Where a process was stopped while it had that, they throw `ERR_SHARED_TIMEOUT` after
 * ten seconds. `size`, `keys` and `clear` look at all of the table.
 *
 * A key that is too long is an `ArgumentError`, `ERR_OUT_OF_RANGE`, in all of them.
 */
export class SharedMap implements SharedObject {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly byteLength: number
  readonly region: SharedRegion | undefined
  constructor(place: SharedPlace, options: SharedMapOptions)
  constructor(options: SharedMapOptions)
  /** Bytes of such a map. */
  static byteLength(options: Pick<SharedMapOptions, 'capacity' | 'keyBytes' | 'valueBytes'>): number

  readonly capacity: number
  /** How many keys there are. */
  readonly size: number

  /** A number, a copy of the bytes, or `undefined` when the key is not there. */
  get(key: string): number | Buffer | undefined
  has(key: string): boolean
  /**
   * @param value a string is kept as its bytes, by UTF-8, and is given back as a Buffer
   * @param options without a `ttl` the key stays, whatever it had before
   * @throws {SharedError} `ERR_SHARED_FULL`
   * @throws {ArgumentError} `ERR_OUT_OF_RANGE`: longer than `valueBytes`
   */
  set(key: string, value: number | string | Uint8Array, options?: SharedMapValueOptions): this
  /**
   * Adds to a number; where there is none, to 0.
   *
   * @param by @default 1
   * @param options for a number that was not there; one that was keeps its time
   * @returns the new number
   * @throws {SharedError} `ERR_SHARED_FULL`
   * @throws {ArgumentError} `ERR_INVALID_ARG_VALUE`: there are bytes
   */
  increment(key: string, by?: number, options?: SharedMapValueOptions): number
  /** @returns whether it was there */
  delete(key: string): boolean
  clear(): void
  /** All keys, as they are at this moment. */
  keys(): string[]
}

/** A native task as `tasks()` lists it. */
export interface TaskDescription {
  name: TaskName
  description: string
  /** JSON Schema of the input. Binary values stand as a schema that only has a description. */
  input: Record<string, unknown>
}

/** Which build of offloop this is, and what it can do. */
export function info(): {
  version: string
  /** As the packages with the native addon have it, such as `linux-x64-gnu`. */
  platform: string
  /** The threads that the program's CPU budget allows. */
  threads: number
  images: {
    /** Who decodes and encodes JPEG: `mozjpeg` has SIMD; `rust` is slower, where the addon was built without nasm. */
    jpeg: 'mozjpeg' | 'rust'
    /** Formats that are read. */
    input: string[]
    /** Formats that are written. */
    output: string[]
  }
}

/** Every native task there is. */
export function tasks(): TaskDescription[]

/** The stable codes of the errors that offloop makes. */
export type ErrorCode =
  | 'ABORT_ERR'
  | 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
  | 'ERR_EXPRESSION_SYNTAX'
  | 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'
  | 'ERR_FILE'
  | 'ERR_IMAGE_INVALID'
  | 'ERR_IMAGE_TOO_LARGE'
  | 'ERR_IMAGE_UNSUPPORTED'
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_INVALID_HANDLE_TYPE'
  | 'ERR_IPC_CHANNEL_CLOSED'
  | 'ERR_IPC_DISCONNECTED'
  | 'ERR_IPC_MESSAGE_INVALID'
  | 'ERR_MISSING_ARGS'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_PDF_ENDED'
  | 'ERR_PDF_FONT_INVALID'
  | 'ERR_PDF_IMAGE_INVALID'
  | 'ERR_PDF_INVALID'
  | 'ERR_PDF_NOT_LAID_OUT'
  | 'ERR_PDF_TOO_LARGE'
  | 'ERR_POOL_CLOSED'
  | 'ERR_PROCESS_FAILED'
  | 'ERR_PROCESS_NO_ANSWER'
  | 'ERR_PROCESS_SIGNALED'
  | 'ERR_PROCESS_SPAWN'
  | 'ERR_PROCESS_TIMEOUT'
  | 'ERR_QUEUE_FULL'
  | 'ERR_QUEUE_TIMEOUT'
  | 'ERR_REQUEST_TIMEOUT'
  | 'ERR_TASK_FAILED'
  | 'ERR_TASK_PANICKED'
  | 'ERR_TASK_TIMEOUT'
  | 'ERR_TASK_UNKNOWN'
  | 'ERR_UNKNOWN_SIGNAL'
  | 'ERR_UNSAFE_ARGUMENT'
  | 'ERR_VALUE_NOT_CLONEABLE'
  | 'ERR_WORKER_EXITED'
  | 'ERR_WORKER_LOAD_FAILED'
  | 'ERR_WORKER_OUT_OF_MEMORY'
  | 'ERR_WORKER_TERMINATED'
  | SharedErrorCode

/** The base class of every error that offloop makes. */
export class OffloopError extends Error {
  protected constructor()
  /** An `ErrorCode`, or the operating system's name of a failed file operation, such as `ENOENT`. */
  readonly code: ErrorCode | (string & {})
  /** The task that failed, when one did. */
  readonly task?: string
  /** Whether a `timeout` or a `queueTimeout` ran out. */
  readonly timedOut: boolean
  /** Whether the caller stopped the task: by its signal, or by destroying the pool. */
  readonly canceled: boolean
  /** Whether the task itself broke, or took its worker down: a defect, not bad input. */
  readonly crashed: boolean
}

/** An option or an argument that cannot be used. */
export class ArgumentError extends OffloopError {}
/** The caller's `AbortSignal` fired; `cause` is its reason. */
export class AbortError extends OffloopError {}
/** A task that is unknown, failed or panicked. */
export class TaskError extends OffloopError {}
/** A task that ran or waited for too long. */
export class TimeoutError extends OffloopError {}
/** A pool that is full or closed. */
export class PoolError extends OffloopError {}
/**
 * A worker that could not be started (`ERR_WORKER_LOAD_FAILED`), or that ended before its task did: by itself
 * (`ERR_WORKER_EXITED`), for want of memory (`ERR_WORKER_OUT_OF_MEMORY`), or because it was terminated
 * (`ERR_WORKER_TERMINATED`).
 */
export class WorkerError extends OffloopError {
  /** The exit code of the thread or the process, if it has ended, and by itself. */
  readonly exitCode?: number
  /** The signal that ended the process. */
  readonly signal?: NodeJS.Signals
}
/** A file that cannot be read or written. */
export class FileError extends OffloopError {}
/** An expression that cannot be parsed. */
export class ExpressionError extends OffloopError {}
/** Bytes that are no image, a broken image, or one that is too large. */
export class ImageError extends OffloopError {}
/**
 * A document that cannot be made as it is.
 *
 * - `ERR_PDF_IMAGE_INVALID`, `ERR_PDF_FONT_INVALID`: a file that is broken, or of a format that is not read.
 * - `ERR_PDF_INVALID`: a reference without a target, or what the standard of an archive forbids.
 * - `ERR_PDF_TOO_LARGE`: more pages, deeper nesting or larger pictures than the limits allow.
 * - `ERR_PDF_ENDED`: something was added to a `PdfDocument` that has ended.
 * - `ERR_PDF_NOT_LAID_OUT`: a `PdfDocument` was asked for what only a layout knows.
 */
export class PdfError extends OffloopError {}
/**
 * A child process that could not be started, or did not end well. It has the fields of the result, as far as they are known.
 *
 * - `ERR_PROCESS_FAILED`: it ended with another `exitCode` than 0.
 * - `ERR_PROCESS_SIGNALED`: a `signal` ended it, by `kill` or from elsewhere.
 * - `ERR_PROCESS_TIMEOUT`: it was ended for its `timeout`.
 * - `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`: it wrote more than `maxBuffer`.
 * - The operating system's name of the fault when it could not be started, such as `ENOENT` or `EACCES`; then there are
 *   `errno`, `syscall`, `path` and `spawnargs`, as with Node's own.
 * - `ERR_PROCESS_NO_ANSWER`, of `runNodeScript`, without the fields: the script ended without a message.
 *
 * A child that the caller's `signal` ended rejects with an `AbortError`, which has the fields too.
 */
export class ProcessError extends OffloopError implements ProcessResult<any> {
  readonly command: string
  readonly cwd: string
  readonly pid: number | undefined
  readonly durationMs: number
  readonly failed: boolean
  readonly timedOut: boolean
  readonly isCanceled: boolean
  readonly isMaxBuffer: boolean
  readonly isTerminated: boolean
  readonly isForcefullyTerminated: boolean
  readonly exitCode: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly signalDescription: string | undefined
  readonly stdout: any
  readonly stderr: any
  readonly all: any
  readonly stdio: any[]
  /** What is wrong, and the command; `message` has the outputs too. */
  readonly shortMessage: string
  /** What is wrong. */
  readonly originalMessage: string
  /** Negative, as in Node. Of a program that could not be started, like the three that follow. */
  readonly errno?: number
  readonly syscall?: string
  readonly path?: string
  readonly spawnargs?: string[]
}

/** Codes of `FfmpegError`. */
export type FfmpegErrorCode =
  /** There is no ffmpeg or ffprobe: the message says where it was looked for, and how it is installed. */
  | 'ERR_FFMPEG_NOT_FOUND'
  /** This ffmpeg does not have the encoder or decoder. */
  | 'ERR_FFMPEG_CODEC_MISSING'
  /** The encoder wants even sides: the message has the filter that makes them so. */
  | 'ERR_FFMPEG_ODD_SIZE'
  | 'ERR_FFMPEG_NO_SPACE'
  /** The input is no video or sound, or is cut off. */
  | 'ERR_FFMPEG_INVALID_INPUT'
  | 'ERR_FFMPEG_INPUT_NOT_FOUND'
  | 'ERR_FFMPEG_PERMISSION'
  /** There is a file already, and `overwrite` is off. */
  | 'ERR_FFMPEG_OUTPUT_EXISTS'
  | 'ERR_FFMPEG_TIMEOUT'
  /** Anything else: the message has the first error that ffmpeg named. */
  | 'ERR_FFMPEG_FAILED'

/** ffmpeg or ffprobe is missing, or has failed. */
export class FfmpegError extends OffloopError {
  readonly code: FfmpegErrorCode
  /** The last of what it said, at most 64 KiB; empty if it was not started. An `AbortError` of ffmpeg has it too. */
  readonly stderr: string
  /** The command line, as a shell would take it; empty if it was not started. */
  readonly command: string
  /** `undefined` if it was not started, or was ended by a signal. */
  readonly exitCode: number | undefined
}

/** Codes of `SharedError`. */
export type SharedErrorCode =
  /** A wait took longer than its `timeout`. */
  | 'ERR_SHARED_TIMEOUT'
  /** What is to be given back is not this thread's. */
  | 'ERR_SHARED_NOT_OWNER'
  /** The thread would wait for itself for ever. */
  | 'ERR_SHARED_DEADLOCK'
  /** The channel or ring buffer is closed. */
  | 'ERR_SHARED_CLOSED'
  /** What lies in the memory is another object, or was made with other options. */
  | 'ERR_SHARED_KIND'
  /** The region is there, and has another size. */
  | 'ERR_SHARED_SIZE'
  /** The region is not there, and was not to be made. */
  | 'ERR_SHARED_MISSING'
  /** The region's file is another user's, or open to other users. */
  | 'ERR_SHARED_FOREIGN'
  /** Named regions are on Unix only, and where JavaScript may have memory that is not the engine's. */
  | 'ERR_SHARED_UNSUPPORTED'
  /** The map has no room for another key. */
  | 'ERR_SHARED_FULL'
  /** The system refused the region: the message has its reason. */
  | 'ERR_SHARED_FAILED'

/** A shared object, or a region, that does not do what was asked of it. */
export class SharedError extends OffloopError {
  readonly code: SharedErrorCode
}
