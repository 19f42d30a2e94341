// @ts-check
'use strict'

/**
 * What a command prints: failures on stderr, a line each; on stdout the totals, or with `--json` a line for each file and
 * one for the totals.
 *
 * @module
 */

/**
 * @typedef {{ write: (text: string) => unknown }} Stream
 * @typedef {{ input: string, output?: string }} Job
 */

class Report {
  #totals = { files: 0, done: 0, failed: 0, skipped: 0, bytesIn: 0, bytesOut: 0 }
  #start = performance.now()
  #manner
  #streams

  /**
   * @param {{ json: boolean, quiet: boolean }} manner
   * @param {{ stdout: Stream, stderr: Stream, clear: () => void }} streams `clear` makes room for a line
   */
  constructor(manner, streams) {
    this.#manner = manner
    this.#streams = streams
  }

  found() {
    this.#totals.files++
  }

  /**
   * @param {Job} job
   * @param {{ format: string, width: number, height: number, size: number }} info
   * @param {number} bytesIn
   */
  done(job, { format, width, height, size: bytesOut }, bytesIn) {
    this.#totals.done++
    this.#totals.bytesIn += bytesIn
    this.#totals.bytesOut += bytesOut
    this.#tell({ ...job, status: 'done', format, width, height, bytesIn, bytesOut })
  }

  /** @param {Job} job */
  skipped(job) {
    this.#totals.skipped++
    this.#tell({ ...job, status: 'skipped' })
  }

  /**
   * @param {Job} job
   * @param {any} error
   */
  failed(job, { message, code }) {
    this.#totals.failed++
    this.#tell({ ...job, status: 'failed', error: { code, message } })
    this.#streams.clear()
    this.#streams.stderr.write(`${job.input}: ${message.replaceAll(/\s+/g, ' ')}${code ? ` (${code})` : ''}\n`)
  }

  /** @returns {boolean} whether all is well */
  end() {
    const seconds = Math.round(performance.now() - this.#start) / 1000
    this.#streams.clear()
    this.#tell({ status: 'totals', ...this.#totals, seconds })
    if (!this.#manner.json && !this.#manner.quiet) this.#streams.stdout.write(`${inWords(this.#totals, seconds)}\n`)
    return this.#totals.failed === 0
  }

  /** @param {object} line */
  #tell(line) {
    if (!this.#manner.json) return
    this.#streams.clear()
    this.#streams.stdout.write(`${JSON.stringify(line)}\n`)
  }
}

/**
 * @param {{ files: number, done: number, failed: number, skipped: number, bytesIn: number, bytesOut: number }} totals
 * @param {number} seconds
 */
function inWords({ files, done, failed, skipped, bytesIn, bytesOut }, seconds) {
  const bytes = `${inUnits(bytesIn)} → ${inUnits(bytesOut)}`
  const speed = seconds > 0 ? `, ${(done / seconds).toFixed(1)} images/s` : ''
  const found = files === 1 ? '1 file' : `${files} files`
  return `${found}: ${done} done, ${failed} failed, ${skipped} skipped; ${bytes}; ${seconds.toFixed(1)} s${speed}`
}

/** @param {number} bytes */
function inUnits(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  for (; bytes >= 999.5 && unit < units.length - 1; unit++) bytes /= 1000
  return `${unit === 0 ? bytes : bytes.toPrecision(3)} ${units[unit]}`
}

module.exports = { Report }
