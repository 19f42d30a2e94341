// @ts-check
'use strict'

// Messages from one worker to another: how many of which size.

const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads')
const { fresh } = require('../lib/fresh')
const { interleaved } = require('../lib/rounds')
const { median } = require('../lib/stats')
const { number, times } = require('../lib/number')
const { meet, now, onThread, spanOf } = require('./threads')

const SIZES = [
  { key: 'small', title: '64 B', bytes: 64, count: 1_000_000, posted: 200_000, capacity: 1 << 20 },
  { key: 'middle', title: '4 KB', bytes: 4 << 10, count: 200_000, posted: 100_000, capacity: 1 << 20 },
  { key: 'large', title: '1 MB', bytes: 1 << 20, count: 2_000, posted: 2_000, capacity: 8 << 20 },
]
const OWN = 'offloop Channel'
const GOAL = 10
/** One part in so many of the messages goes ahead, to warm up. */
const WARM = 5
/** Of the messages, one in so many is compared byte by byte. */
const COMPARED = 500
/** What may be on its way through a port: a sender that never waits fills the memory. */
const ON_ITS_WAY_BYTES = 64 << 20
const ON_THEIR_WAY = 50_000

/**
 * @typedef {{ bytes: number, capacity: number, memory: SharedArrayBuffer, port: any }} Input
 *   `memory` is the channel's, or has how many posted messages have come
 *
 * @typedef {(from: number, to: number) => void | Promise<void>} Sender sends the messages of these numbers
 * @typedef {(from: number, to: number, take: (message: Uint8Array) => void) => void | Promise<void>} Receiver
 * @typedef {{ sender: (input: Input) => Sender, receiver: (input: Input) => Receiver }} Contestant
 */

/** What the message of this number is filled with. @param {number} i */
const fillOf = (i) => (i * 7 + 1) & 0xff

/** The message of this number: at both ends, and whole where it is compared. @param {Uint8Array} bytes  @param {number} i */
function write(bytes, i) {
  const last = bytes.length - 1
  if (i % COMPARED === 0) bytes.fill(fillOf(i))
  bytes[0] = bytes[last] = i
  bytes[1] = bytes[last - 1] = i >> 8
  bytes[2] = bytes[last - 2] = i >> 16
}

/** Throws unless it is the message of this number. @param {Uint8Array} bytes  @param {number} i  @param {number} length */
function check(bytes, i, length) {
  const last = length - 1
  const head = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)
  const tail = bytes[last] | (bytes[last - 1] << 8) | (bytes[last - 2] << 16)
  const whole = i % COMPARED !== 0 || bytes.subarray(3, last - 2).every((byte) => byte === fillOf(i))
  if (bytes.length !== length || head !== i || tail !== i || !whole) throw new Error(`message ${i} is another one`)
}

/** @param {{ capacity: number, memory: SharedArrayBuffer }} input */
const openChannel = ({ capacity, memory }) => new /** @type {any} */ (require('../..')).Channel(memory, { capacity })

/** Blocks until there is room on the way. @param {Int32Array} come  @param {number} sent  @param {number} most */
function waitForRoom(come, sent, most) {
  for (;;) {
    const received = Atomics.load(come, 0)
    if (sent - received < most) return
    Atomics.wait(come, 0, received)
  }
}

/** @param {number} bytes */
const most = (bytes) => Math.min(ON_THEIR_WAY, ON_ITS_WAY_BYTES / bytes)

/** @param {boolean} moved  @returns {Contestant['sender']} */
const post =
  (moved) =>
  ({ bytes, memory, port }) => {
    const come = new Int32Array(memory)
    const room = most(bytes)
    const kept = new Uint8Array(bytes)
    return (from, to) => {
      for (let i = from; i < to; i++) {
        const message = moved ? new Uint8Array(bytes) : kept
        write(message, i)
        if (i % 16 === 0) waitForRoom(come, i, room)
        port.postMessage(message, moved ? [message.buffer] : [])
      }
    }
  }

/** Says that one more has come. @param {Int32Array} come  @param {number} i */
function tell(come, i) {
  Atomics.store(come, 0, i + 1)
  if (i % 16 === 0) Atomics.notify(come, 0)
}

/** @type {Contestant['receiver']} */
function listen({ memory, port }) {
  const come = new Int32Array(memory)
  return (from, to, take) =>
    new Promise((resolve) => {
      let i = from
      const listener = (/** @type {Uint8Array} */ message) => {
        take(message)
        tell(come, i)
        if (++i < to) return
        port.off('message', listener)
        resolve()
      }
      port.on('message', listener)
    })
}

/** Looks all the time, and never comes to the event loop. @type {Contestant['receiver']} */
function poll({ memory, port }) {
  const come = new Int32Array(memory)
  return (from, to, take) => {
    for (let i = from; i < to;) {
      const received = receiveMessageOnPort(port)
      if (received === undefined) continue
      take(received.message)
      tell(come, i++)
    }
  }
}

/** @type {Record<string, Contestant>} */
const contestants = {
  [OWN]: {
    sender(input) {
      const channel = openChannel(input)
      const bytes = new Uint8Array(input.bytes)
      return (from, to) => {
        for (let i = from; i < to; i++) {
          write(bytes, i)
          channel.sendSync(bytes)
        }
      }
    },
    receiver(input) {
      const channel = openChannel(input)
      return (from, to, take) => {
        for (let i = from; i < to; i++) take(channel.receiveSync())
      }
    },
  },
  'offloop Channel, for await': {
    sender(input) {
      const channel = openChannel(input)
      const bytes = new Uint8Array(input.bytes)
      return async (from, to) => {
        for (let i = from; i < to; i++) {
          write(bytes, i)
          await channel.send(bytes)
        }
      }
    },
    receiver(input) {
      const channel = openChannel(input)
      return async (from, to, take) => {
        let i = from
        for await (const bytes of channel) {
          take(bytes)
          if (++i === to) break
        }
      }
    },
  },
  postMessage: { sender: post(false), receiver: listen },
  'postMessage, moved': { sender: post(true), receiver: listen },
  'postMessage, receiveMessageOnPort': { sender: post(false), receiver: poll },
}

/** @typedef {Input & { name: string, count: number, line: SharedArrayBuffer }} Plan */

/** A part of the messages to warm up, and then all. @param {Plan} plan */
async function send({ name, count, line, ...input }) {
  const send = contestants[name].sender(input)
  const warm = count / WARM
  meet(line, 2)
  await send(0, warm)
  meet(line, 4)
  const began = now()
  await send(warm, warm + count)
  return { began, ended: now() }
}

/** @param {Plan} plan */
async function receive({ name, count, line, ...input }) {
  const receive = contestants[name].receiver(input)
  const warm = count / WARM
  let next = 0
  const take = (/** @type {Uint8Array} */ message) => check(message, next++, input.bytes)
  meet(line, 2)
  await receive(0, warm, take)
  meet(line, 4)
  const began = now()
  await receive(warm, warm + count, take)
  if (next !== warm + count) throw new Error(`${name}: ${next} of ${warm + count} messages have come`)
  return { began, ended: now() }
}

/** @param {{ name: string, bytes: number, count: number, capacity: number }} input  @returns {Promise<number>} messages/s */
async function messages({ name, ...sizes }) {
  const own = name.startsWith('offloop')
  const bytes = own ? /** @type {any} */ (require('../..')).Channel.byteLength({ capacity: sizes.capacity }) : 4
  const { port1, port2 } = new MessageChannel()
  const plan = { ...sizes, name, memory: new SharedArrayBuffer(bytes), line: new SharedArrayBuffer(4) }
  const spans = await Promise.all([
    onThread(__filename, 'receive', { ...plan, port: port1 }, [port1]),
    onThread(__filename, 'send', { ...plan, port: port2 }, [port2]),
  ])
  return (sizes.count / spanOf(spans)) * 1e9
}

/** @param {import('../run').Context & { rounds: number }} context  @returns {Promise<import('../lib/report').Result>} */
async function run({ quick, enters, say, rounds }) {
  const names = Object.keys(contestants).filter(enters)
  const divisor = quick ? 20 : 1
  /** @type {Array<{ name: string } & Record<string, any>>} */
  const rows = names.map((name) => ({ name }))
  for (const { key, title, bytes, count, posted, capacity } of SIZES) {
    const samples = await interleaved(
      { rounds, contestants: names, say: (text) => say(`${title}, ${text}`) },
      (name) => {
        const ofIt = (name.startsWith('offloop') ? count : posted) / divisor
        return fresh(__filename, 'messages', { name, bytes, count: ofIt, capacity })
      },
    )
    for (const row of rows) row[key] = median(samples[row.name])
  }
  const own = rows.find(({ name }) => name === OWN)
  const best = Math.max(...rows.filter(({ name }) => !name.startsWith('offloop')).map(({ small }) => small))
  return {
    tables: [
      {
        title: 'from worker to worker, messages/s',
        columns: Object.fromEntries(SIZES.map(({ key, title }) => [key, title])),
        rows,
      },
    ],
    charts: [
      {
        title: 'Messages of 64 bytes from worker to worker',
        unit: 'messages per second',
        better: 'higher',
        bars: rows.map(({ name, small }) => ({ name, value: small })),
      },
    ],
    goals: own
      ? [
          {
            goal: `\`Channel\`, 64-byte messages: at least ${GOAL} times postMessage, its fastest row`,
            measured: times(own.small / best),
            met: own.small >= GOAL * best,
          },
        ]
      : [],
    notes: [
      `Every message has its number at both ends, and one in ${COMPARED} is compared whole. A port has no limit of its own: at`,
      `most ${number(ON_ITS_WAY_BYTES >> 20)} MB and ${number(ON_THEIR_WAY)} messages are on their way. Moved messages are made anew by the sender;`,
      'receiveMessageOnPort is called all the time.',
    ],
  }
}

module.exports = { run, measure: { messages }, threads: { receive, send } }
