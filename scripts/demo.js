// @ts-check
'use strict'

/**
 * The main job: photos to WebP, a long sum, the digest of a large file; once on the event loop, and once off it, with
 * a heartbeat beside both.
 *
 *     node scripts/demo.js [--quick]
 *
 * @module
 */

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { progressBar } = require('./demo/bar')
const { underHeartbeat } = require('./demo/heartbeat')
const { digestJob, imageJob, sumJob } = require('./demo/jobs')
const { largeFile, photos } = require('./demo/material')

const root = path.join(__dirname, '..')
const workspace = path.join(root, 'demo-output')

async function main() {
  const quick = process.argv.includes('--quick')
  console.log('Setting up')
  const built = spawnSync(process.execPath, [path.join(__dirname, 'build.js')], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the addon could not be built')

  const { WorkerPool } = require('..')
  const pool = new WorkerPool({ size: Math.max(2, require('node:os').availableParallelism() - 1), name: 'demo' })
  const folder = path.join(workspace, 'photos')
  const names = await photos(pool, folder, quick ? 1 : 4)
  const megabytes = quick ? 20 : 300
  const file = largeFile(workspace, megabytes)

  const jobs = [imageJob(names, folder, workspace), sumJob(quick ? 1e8 : 1e9), digestJob(file, megabytes)]
  console.log('\nOn the event loop: everything else waits')
  const inline = []
  for (const { label, inline: work } of jobs) {
    console.log(`  ${label} …`)
    inline.push(await underHeartbeat(work))
  }
  console.log(`\nOff the event loop: a pool of ${pool.size} threads`)
  const offloaded = []
  for (const { label, offloaded: work } of jobs) {
    const bar = progressBar(label)
    offloaded.push(await underHeartbeat(() => work(pool, (share) => bar.draw(share))))
  }
  await pool.close()

  for (const [i, { label, check }] of jobs.entries()) {
    if (!check(inline[i].result, offloaded[i].result)) throw new Error(`${label}: the two results differ`)
  }
  printTable(jobs, inline, offloaded)
  console.log(`\nThe photos are in ${path.relative(process.cwd(), path.join(workspace, 'webp')) || '.'}.`)
}

/**
 * @param {import('./demo/jobs').Job[]} jobs
 * @param {{ seconds: number, worstDelay: number }[]} inline
 * @param {{ seconds: number, worstDelay: number }[]} offloaded
 */
function printTable(jobs, inline, offloaded) {
  /** @param {string[]} cells */
  const line = ([first, ...others]) => console.log(first.padEnd(36) + others.map((cell) => cell.padStart(14)).join(''))
  /** @param {{ seconds: number, worstDelay: number }} run */
  const cells = ({ seconds, worstDelay }) => [`${seconds.toFixed(2)} s`, `${worstDelay.toFixed(1)} ms`]
  console.log()
  line(['', 'on the loop', 'loop stalled', 'off the loop', 'loop stalled'])
  for (const [i, { label }] of jobs.entries()) line([label, ...cells(inline[i]), ...cells(offloaded[i])])
}

main().catch((error) => {
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
})
