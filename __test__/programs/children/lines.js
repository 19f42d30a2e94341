'use strict'

// Reads two million lines of a child, and says how many came and what the buffers took at most.

const { exec } = require('../../..')

async function main() {
  let count = 0
  let most = 0
  for await (const line of exec(`yes ${'x'.repeat(49)} | head -n 2000000`, { buffer: false })) {
    if (line.length !== 49) throw new Error(line)
    if (++count % 100_000 !== 0) continue
    const { arrayBuffers, external } = process.memoryUsage()
    most = Math.max(most, arrayBuffers + external)
  }
  console.log(JSON.stringify({ count, most }))
}

main()
