// @ts-check
'use strict'

/**
 * The cargo features that can be built here. Everything that runs cargo asks, so that what is tested is what is built.
 *
 * @module
 */

const { spawnSync } = require('node:child_process')

/** How nasm is installed, by platform. */
const install = /** @type {Record<string, string>} */ ({
  linux: 'apt-get install nasm',
  darwin: 'brew install nasm',
  win32: 'winget install nasm',
})

/**
 * `turbo` is JPEG by mozjpeg. Its SIMD is assembled by nasm on x86, where it would be slow without; other processors need
 * no assembler. `avif` is AVIF in and out, which needs nasm for the same reason, and is built where `OFFLOOP_AVIF=1` asks
 * for it.
 *
 * @param {string} [arch] of the machine that it is built for
 * @returns {{ features: string[], complete: boolean, note: string }} the features, whether they are all there are, and
 *   what to tell the one who builds
 */
function features(arch = process.arch) {
  const wanted = process.env.OFFLOOP_AVIF === '1' ? ['turbo', 'avif'] : ['turbo']
  const names = `JPEG by mozjpeg${wanted.includes('avif') ? ', AVIF' : ''}`
  const needsNasm = arch === 'x64' || arch === 'x86_64'
  if (!needsNasm) return { features: wanted, complete: true, note: names }
  const nasm = spawnSync('nasm', ['-v'], { encoding: 'utf8' })
  if (nasm.status === 0) return { features: wanted, complete: true, note: `${names} (${nasm.stdout.trim()})` }
  const how = install[process.platform] ?? 'see https://www.nasm.us'
  const note = `JPEG in pure Rust, slower, and no AVIF: mozjpeg and rav1e need nasm, which is not here (${how})`
  return { features: [], complete: false, note }
}

/** `--features …` for cargo, or nothing. @param {string} [arch] */
function cargoFeatures(arch) {
  const { features: names } = features(arch)
  return names.length > 0 ? ['--features', names.join(',')] : []
}

module.exports = { cargoFeatures, features }
