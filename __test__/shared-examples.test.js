// @ts-check
'use strict'

// The examples of shared memory as processes of their own.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { createInterface } = require('node:readline')
const path = require('node:path')
const { runProgram } = require('./support/program')
const { untilGone } = require('./support/processes')

const root = path.join(__dirname, '..')

/** What an example printed, line by line. @param {string} name  @param {string[]} [args] */
async function linesOf(name, args) {
  const { code, stdout, stderr } = await runProgram(`../../examples/${name}`, args)
  expect([code, stderr]).toEqual([0, ''])
  return stdout.replace(/\n$/, '').split('\n')
}

test('shared-counter: four times a million is four million, by workers and by Rust threads', async () => {
  expect(await linesOf('shared-counter/count.js')).toEqual([
    expect.stringMatching(/^4 workers: 4000000 in \d+ ms$/),
    expect.stringMatching(/^4 Rust threads: 4000000 in \d+ ms$/),
  ])
})

test.each([
  [1_000_000, 78498, 100],
  [10_007, 1229, 2],
  [0, 0, 0],
])('work-queue: below %d there are %d primes', async (below, primes, ranges) => {
  const [line] = await linesOf('work-queue/main.js', [String(below)])
  const [, found, of] = /^(\d+) primes below \d+, ranges of each worker: (.*)$/.exec(line) ?? []
  const each = of === '' ? [] : of.split(', ').map(Number)
  expect([Number(found), each.reduce((total, count) => total + count, 0)]).toEqual([primes, ranges])
  expect(each.length).toBeLessThanOrEqual(4)
})

test('progress-bars: bars grow until they are full', async () => {
  const lines = await linesOf('progress-bars/main.js')
  expect(lines.length % 5).toBe(0)
  const totals = lines.flatMap((line) => /^(\d+) of 800 steps$/.exec(line)?.[1] ?? []).map(Number)
  expect(totals).toHaveLength(lines.length / 5)
  expect(totals).toEqual(totals.toSorted((a, b) => a - b))
  expect(lines.slice(-5)).toEqual([
    ...[1, 2, 3, 4].map((worker) => `worker ${worker} ${'█'.repeat(40)} 100 %`),
    '800 of 800 steps',
  ])
})

describe('cluster-rate-limit', () => {
  /** @type {import('node:child_process').ChildProcess} */
  let service
  /** @type {string} */
  let url

  /** @param {Record<string, string>} env */
  async function start(env) {
    service = spawn(process.execPath, ['examples/cluster-rate-limit/server.js'], {
      cwd: root,
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(/** @type {any} */ (service.stdout)), 'line')
    url = line.replace('listening on ', '')
  }

  afterEach(() => {
    service.kill('SIGKILL')
  })

  // A connection stays with its process: without `close`, one of them would get all.
  const ask = () => fetch(url, { headers: { connection: 'close' } })

  test('both processes together answer as many as the limit says, and then 429 with Retry-After', async () => {
    await start({ LIMIT: '10', INTERVAL: '600000' })
    const responses = await Promise.all(Array.from({ length: 30 }, ask))
    const answered = responses.filter(({ status }) => status === 200)
    const refused = responses.filter(({ status }) => status === 429)
    expect([answered.length, refused.length]).toEqual([10, 20])
    const pids = await Promise.all(answered.map(async (response) => (await response.json()).pid))
    expect(new Set(pids).size).toBe(2)
    for (const response of refused) {
      // A token comes every minute.
      const seconds = Number(response.headers.get('retry-after'))
      expect(seconds).toBeGreaterThan(50)
      expect(seconds).toBeLessThanOrEqual(60)
      expect(await response.json()).toMatchObject({ error: 'Too many requests' })
    }
  })

  test('who comes again when it was told gets an answer', async () => {
    await start({ LIMIT: '1', INTERVAL: '1000' })
    expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect((await ask()).status).toBe(200)
  })

  test('SIGTERM ends the service by itself, and its workers', async () => {
    await start({})
    const { pid } = await (await ask()).json()
    service.kill('SIGTERM')
    expect(await once(service, 'exit')).toEqual([0, null])
    await untilGone(pid)
  })
})
