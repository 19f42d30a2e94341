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
 * no assembler. `avif` is AVIF in and out, which needs nasm for the same reason, and whose assembly for ARM the compiler of
 * Windows does not read. `OFFLOOP_AVIF=0` leaves it out, which saves minutes of compiling.
 *
 * @param {string} [target] the Rust triple that it is built for; this machine when left out
 * @returns {{ features: string[], complete: boolean, note: string }} the features, whether they are all there are, and
 *   what to tell the one who builds
 */
function features(target = `${process.arch}-${process.platform}`) {
  const hasAvif = process.env.OFFLOOP_AVIF !== '0' && !/^(aarch64|arm64).*win(32|dows)/.test(target)
  const wanted = hasAvif ? ['turbo', 'avif'] : ['turbo']
  const names = `JPEG by mozjpeg${hasAvif ? ', AVIF' : ''}`
  const needsNasm = /^(x64|x86_64)/.test(target)
  if (!needsNasm) return { features: wanted, complete: true, note: names }
  const nasm = spawnSync('nasm', ['-v'], { encoding: 'utf8' })
  if (nasm.status === 0) return { features: wanted, complete: true, note: `${names} (${nasm.stdout.trim()})` }
  const how = install[process.platform] ?? 'see https://www.nasm.us'
  const note = `JPEG in pure Rust, slower, and no AVIF: mozjpeg and rav1e need nasm, which is not here (${how})`
  return { features: [], complete: false, note }
}

/** `--features …` for cargo, or nothing. @param {string} [target] */
function cargoFeatures(target) {
  const { features: names } = features(target)
  return names.length > 0 ? ['--features', names.join(',')] : []
}

module.exports = { cargoFeatures, features }
