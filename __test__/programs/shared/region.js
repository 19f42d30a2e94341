// @ts-check
'use strict'

/** Opens a region, writes into it, and ends in a way. */

const { SharedRegion } = /** @type {any} */ (require('../../..'))

const [how, name] = process.argv.slice(2)
const region = SharedRegion.open(name, 64)
region.view(Int32Array)[0] = 7
process.stdout.write('open\n', () => {
  if (how === 'close') region.close()
  if (how === 'exit') process.exit(0)
  if (how === 'kill') process.kill(process.pid, 'SIGKILL')
  if (how === 'throw') throw new Error('uncaught')
})
