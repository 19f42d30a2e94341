// @ts-check
'use strict'

/** Numbers that all may change. */

const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { Counter, Gauge, SharedRegion } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const { shared, peer } = sharedPeers()

test('a counter', () => {
  const counter = new Counter()
  expect([counter.value, counter.increment(), counter.increment(), counter.decrement()]).toEqual([0, 1, 2, 1])
  expect([counter.add(), counter.add(10), counter.add(-20), counter.value]).toEqual([2, 12, -8, -8])
  counter.value = 5
  expect([counter.reset(), counter.value]).toEqual([5, 0])
  counter.value = Number.MAX_SAFE_INTEGER
  expect(counter.value).toBe(Number.MAX_SAFE_INTEGER)
  counter.value = Number.MIN_SAFE_INTEGER
  expect(counter.value).toBe(Number.MIN_SAFE_INTEGER)
})

test.each([1.5, NaN, Infinity, 2 ** 53, '1', 1n])('a counter does not count by %p', (by) => {
  const counter = new Counter()
  const code = typeof by === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE'
  expect(() => counter.add(by)).toThrow(expect.objectContaining({ code, message: expect.stringContaining('`by`') }))
  const set = () => {
    counter.value = by
  }
  expect(set).toThrow(expect.objectContaining({ code, message: expect.stringContaining('`value`') }))
  expect(counter.value).toBe(0)
})

test('a gauge', () => {
  const gauge = new Gauge()
  expect(gauge.value).toBe(0)
  gauge.value = 1.5
  expect([gauge.add(0.25), gauge.add(-2), gauge.value]).toEqual([1.75, -0.25, -0.25])
  expect([gauge.max(3), gauge.max(2), gauge.min(2.5), gauge.min(9), gauge.value]).toEqual([3, 3, 2.5, 2.5, 2.5])
  gauge.value = -Number.MAX_VALUE
  expect(gauge.value).toBe(-Number.MAX_VALUE)
})

test.each([NaN, Infinity, -Infinity, '1', 1n, undefined])('a gauge is not set to %p', (value) => {
  const gauge = new Gauge()
  const code = typeof value === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE'
  const set = () => {
    gauge.value = value
  }
  expect(set).toThrow(expect.objectContaining({ code, message: expect.stringContaining('`value`') }))
  for (const name of ['add', 'max', 'min']) expect(() => gauge[name](value)).toThrow(expect.objectContaining({ code }))
  expect(gauge.value).toBe(0)
})

test('they are apart from each other', () => {
  const region = SharedRegion.create(1024)
  const counters = [0, 1, 2, 3].map((i) => new Counter(region, { offset: i * Counter.byteLength }))
  const gauges = [4, 5].map((i) => new Gauge(region, { offset: i * Gauge.byteLength }))
  counters.forEach((counter, i) => counter.add(i + 1))
  gauges.forEach((gauge, i) => gauge.add(i + 0.5))
  expect(counters.map(({ value }) => value)).toEqual([1, 2, 3, 4])
  expect(gauges.map(({ value }) => value)).toEqual([0.5, 1.5])
})

test.each(kinds)('with each other %s: nothing is lost', async (kind) => {
  const memory = shared(kind, 1024)
  const counter = new Counter(memory.place, { offset: START })
  const [sum, high, low] = [1, 2, 3].map((i) => new Gauge(memory.place, { offset: START + i * 128 }))
  const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
  const work = (/** @type {any} */ { offloop, place }, /** @type {number} */ own) => {
    const counter = new offloop.Counter(place, { offset: 64 })
    const [sum, high, low] = [1, 2, 3].map((i) => new offloop.Gauge(place, { offset: 64 + i * 128 }))
    for (let i = 0; i < 20_000; i++) {
      counter.increment()
      counter.add(2)
      counter.decrement()
      sum.add(0.5)
      high.max(i * own)
      low.min(-i * own)
    }
  }
  await Promise.all(peers.map((peer, i) => peer.run(work, i + 1)))
  expect([counter.value, sum.value, high.value, low.value]).toEqual([120_000, 30_000, 59_997, -59_997])
})
