// @ts-check
'use strict'

/**
 * Feeds the image tasks damaged images and odd requests, and looks for what crashes, hangs or takes too much memory.
 *
 *     npm run fuzz                            every target, a minute each
 *     npm run fuzz -- jpeg --seconds 600      one of them, for longer
 *     npm run fuzz -- jpeg <file>             one target on one input, such as one that was found
 *     npm run fuzz -- --brief                 what `npm test` does: the same few inputs each, every time, without AVIF,
 *                                             whose codecs take minutes to build with a sanitizer
 *
 * @module
 */

const { parseArgs } = require('node:util')
const { fuzz, names, runOnce } = require('./fuzz/target')
const { build, missing } = require('./fuzz/toolchain')

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string' }, brief: { type: 'boolean', default: false } },
  })
  const seconds = Number(values.seconds ?? 60)
  const [target, file] = positionals
  if (target !== undefined && !names.includes(target)) {
    throw new Error(`there is no target ${target}; there are: ${names.join(', ')}`)
  }
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error(`--seconds is to be an integer >= 1`)
  const reason = missing()
  if (reason !== undefined) {
    console.log(`fuzz: 0 targets run: ${reason}`)
    return
  }
  if (values.brief) process.env.OFFLOOP_AVIF ??= '0'
  console.log('fuzz: building (the first time takes a few minutes)')
  if (!build()) throw new Error('the targets could not be built')
  if (file !== undefined) {
    process.exitCode = (await runOnce(target, file)) ? 0 : 1
    return
  }
  const chosen = target === undefined ? names : [target]
  let failed = 0
  for (const name of chosen) if (!(await fuzz(name, { seconds, brief: values.brief }))) failed += 1
  console.log(`fuzz: ${chosen.length - failed} targets passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

main().catch((/** @type {Error} */ error) => {
  console.error(`fuzz: ${error.message}`)
  process.exitCode = 1
})
