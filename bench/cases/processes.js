// @ts-check
'use strict'

// Child processes: what starting one costs the event loop, how many can be started, and how fast they can be talked to.

const { fork } = require('node:child_process')
const path = require('node:path')
const { contestants } = require('../processes/contestants')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median, medians, percentile } = require('../lib/stats')
const { number, times } = require('../lib/number')

const SIZES_MB = [0, 200, 600]
const SPAWNS = 200
const CHILDREN = 2000
const AT_ONCE = 16
const LINE = 'forty-nine characters and the end of a line: 50.'
const LINES_BYTES = 500e6
const ROUND_TRIPS = 20_000

/**
 * How long the event loop stands still for one child: the call, or the longest turn until the child has ended.
 * @param {{ name: string, megabytes: number, spawns: number }} input
 */
async function delay({ name, megabytes, spawns }) {
  const { load, start } = contestants[name]
  const module = await load()
  const ballast = Array.from({ length: megabytes / 10 }, (_, i) => Buffer.alloc(10 << 20, i + 1))
  for (let i = 0; i < 10; i++) await start(module)
  const delays = []
  for (let i = 0; i < spawns; i++) {
    let worst = 0
    let running = true
    let last = performance.now()
    const ended = start(module)
    const turn = () => {
      const now = performance.now()
      worst = Math.max(worst, now - last)
      last = now
      if (running) setImmediate(turn)
    }
    turn()
    await ended
    running = false
    delays.push(worst)
  }
  if (ballast.some((buffer) => buffer[0] === 0)) throw new Error('The ballast is gone')
  return { p50: percentile(delays, 50), p99: percentile(delays, 99) }
}

/**
 * The same turns while another process starts the child: what the machine itself does to a loop that runs beside one.
 * @param {{ megabytes: number, spawns: number }} input
 */
async function floor({ megabytes, spawns }) {
  const other = fork(path.join(__dirname, '..', 'processes', 'starter.js'))
  const start = () =>
    new Promise((resolve) => {
      other.once('message', resolve)
      other.send('start')
    })
  contestants.floor = { load: async () => {}, start, lines: () => unavailable() }
  const found = await delay({ name: 'floor', megabytes, spawns })
  other.disconnect()
  return found
}

const unavailable = () => {
  throw new Error('it only starts')
}

/** @param {{ name: string, children: number }} input  @returns {Promise<number>} children per second */
async function many({ name, children }) {
  const { load, start } = contestants[name]
  const module = await load()
  for (let i = 0; i < 20; i++) await start(module)
  const began = performance.now()
  let left = children
  const lane = async () => {
    while (left-- > 0) await start(module)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return children / ((performance.now() - began) / 1000)
}

/** @param {{ name: string, bytes: number }} input */
async function lines({ name, bytes }) {
  const { load, lines } = contestants[name]
  const module = await load()
  const began = performance.now()
  let count = 0
  let length = 0
  for await (const line of lines(module, 'sh', ['-c', `yes '${LINE}' | head -c ${bytes}`])) {
    count++
    length += line.length + 1
  }
  const seconds = (performance.now() - began) / 1000
  if (length < bytes - 1 || count !== Math.ceil(bytes / (LINE.length + 1))) {
    throw new Error(`${name} gave ${count} lines of ${length} bytes`)
  }
  return { rate: bytes / 1e6 / seconds, peak: process.resourceUsage().maxRSS / 1024 }
}

/** @param {{ name: string, trips: number }} input  @returns {Promise<number>} round trips per second, 32 at once */
async function messages({ name, trips }) {
  const { load, fork } = contestants[name]
  if (fork === undefined) return NaN
  const { send, listen, close } = fork(await load(), path.join(__dirname, '..', 'processes', 'echo.js'))
  const message = { id: 1, text: 'x'.repeat(40) }
  /** @param {number} count */
  const exchange = (count) =>
    new Promise((resolve) => {
      let sent = 0
      let back = 0
      listen(() => {
        if (++back === count) resolve(undefined)
        if (sent >= count) return
        sent++
        send(message)
      })
      for (; sent < Math.min(32, count); sent++) send(message)
    })
  await exchange(1000)
  const began = performance.now()
  await exchange(trips)
  const seconds = (performance.now() - began) / 1000
  close()
  return trips / seconds
}

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say }) {
  const names = Object.keys(contestants).filter(enters)
  const rounds = quick ? 1 : 3
  const spawns = quick ? 30 : SPAWNS
  const samples = await interleaved({ rounds, contestants: names, say }, async (name) => {
    const delays = []
    for (const megabytes of SIZES_MB) delays.push(await fresh(__filename, 'delay', { name, megabytes, spawns }))
    return {
      delays,
      many: await fresh(__filename, 'many', { name, children: quick ? 200 : CHILDREN }),
      lines: await fresh(__filename, 'lines', { name, bytes: quick ? 50e6 : LINES_BYTES }),
      messages: await fresh(__filename, 'messages', { name, trips: quick ? 2000 : ROUND_TRIPS }),
    }
  })

  say('the machine itself')
  const machine = await fresh(__filename, 'floor', { megabytes: 600, spawns })

  /** @param {string} name */
  const row = (name) => {
    const rounds = samples[name]
    const { rate, peak } = medians(rounds.map(({ lines }) => lines))
    return {
      name,
      ...Object.fromEntries(
        SIZES_MB.map((megabytes, i) => {
          const { p50, p99 } = medians(rounds.map(({ delays }) => delays[i]))
          return [`delay${megabytes}`, `${number(p50)} / ${number(p99)}`]
        }),
      ),
      many: median(rounds.map(({ many }) => many)),
      lines: `${number(rate)} / ${number(peak)}`,
      messages: contestants[name].fork ? median(rounds.map(({ messages }) => messages)) : '–',
    }
  }
  /** @param {string} name  @param {number} size  @param {'p50' | 'p99'} of */
  const delayOf = (name, size, of) => median(samples[name].map(({ delays }) => delays[SIZES_MB.indexOf(size)][of]))
  /** @param {string} name  @param {(sample: any) => number} of */
  const middle = (name, of) => median(samples[name].map(of))
  const node = 'node:child_process'
  const own = 'offloop'
  const goals = []
  if (names.includes(own) && names.includes(node)) {
    const ratio = delayOf(node, 600, 'p50') / delayOf(own, 600, 'p50')
    const rate = middle(own, ({ many }) => many) / middle(node, ({ many }) => many)
    const lineRate = middle(own, ({ lines }) => lines.rate) / middle(node, ({ lines }) => lines.rate)
    const p99 = delayOf(own, 600, 'p99')
    goals.push(
      {
        goal: '600 MB of Buffers: the loop blocked at most 0.3 ms (p99)',
        measured: `${number(p99)} ms; ${number(machine.p99)} ms when another process starts the child`,
        met: p99 <= 0.3,
      },
      { goal: '600 MB of Buffers: at least 50 times less than Node', measured: times(ratio), met: ratio >= 50 },
      { goal: `${CHILDREN} short children: at least 1.5 times Node’s rate`, measured: times(rate), met: rate >= 1.5 },
      { goal: '500 MB line by line: at least Node’s throughput', measured: times(lineRate), met: lineRate >= 1 },
    )
  }
  const uv = process.versions.uv
  return {
    tables: [
      {
        title: 'starting a program',
        columns: {
          ...Object.fromEntries(
            SIZES_MB.map((size) => [`delay${size}`, `the loop blocked, ${size} MB of Buffers, p50 / p99 (ms)`]),
          ),
          many: 'short children per second',
          lines: 'lines of a child (MB/s) / peak memory (MB)',
          messages: 'messages there and back per second',
        },
        rows: names.map(row),
      },
    ],
    charts: [
      {
        title: 'The event loop blocked by starting a program, with 600 MB of Buffers',
        unit: 'ms, median',
        better: 'lower',
        log: true,
        bars: names.map((name) => ({ name, value: delayOf(name, 600, 'p50') })),
      },
    ],
    goals,
    notes: [
      `Blocked is the longest turn of the event loop from the call to the end of \`/bin/true\`, ${SPAWNS} times.`,
      'A turn is longer when the machine takes the core away for a moment, which it does: with two cores for the loop, the',
      `child and whoever starts it, it was ${number(machine.p50)} / ${number(machine.p99)} ms when another process started the children.`,
      `${CHILDREN} short children run ${AT_ONCE} at once. ${LINES_BYTES / 1e6} MB of lines of ${LINE.length + 1} bytes are read`,
      'with `for await`, Node’s by `readline`. Messages have 64 bytes, 32 are on their way.',
      `libuv ${uv} ${usesPosixSpawn(uv) ? 'starts programs by `posix_spawn`, so that Node does not copy its page tables any more' : 'copies this process’s page tables to start a program'}.`,
      `Medians of ${rounds} rounds, each in fresh processes.`,
    ],
  }
}

/** libuv's releases after 1.52 do so on Linux (libuv#3520). @param {string} version */
function usesPosixSpawn(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 1 || minor > 52
}

module.exports = { title: 'Child processes', run, measure: { delay, floor, many, lines, messages } }
