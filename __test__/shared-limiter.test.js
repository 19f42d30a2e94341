// @ts-check
'use strict'

/** So many in a time, for all threads and processes together. */

const { setTimeout: sleep } = require('node:timers/promises')
const { failure } = require('./support/failure')
const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { RateLimiter } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const { shared, peer } = sharedPeers()

test('the bucket is full at first, and empty when all is taken', () => {
  const limiter = new RateLimiter({ tokens: 5, interval: 60_000 })
  expect([limiter.burst, limiter.available]).toEqual([5, 5])
  expect([1, 2, 3, 4, 5, 6].map(() => limiter.tryTake())).toEqual([true, true, true, true, true, false])
  expect(limiter.available).toBe(0)
  limiter.reset()
  expect([limiter.available, limiter.tryTake(4), limiter.tryTake(2), limiter.tryTake(1)]).toEqual([
    5,
    true,
    false,
    true,
  ])
})

test('it says in how many ms there are so many', async () => {
  const limiter = new RateLimiter({ tokens: 10, interval: 1000 })
  expect(limiter.attempt(10)).toEqual({ allowed: true, retryAfter: 0 })
  const { allowed, retryAfter } = limiter.attempt(2)
  expect(allowed).toBe(false)
  expect(retryAfter).toBeGreaterThan(0)
  expect(retryAfter).toBeLessThanOrEqual(200)
  await sleep(Math.ceil(retryAfter) + 2)
  expect(limiter.attempt(2).allowed).toBe(true)
})

test('a bucket that holds more, or less, than comes in a time', () => {
  const large = new RateLimiter({ tokens: 1, interval: 60_000, burst: 3 })
  expect([large.tryTake(3), large.tryTake()]).toEqual([true, false])
  const small = new RateLimiter({ tokens: 1000, interval: 600_000, burst: 2 })
  expect([small.tryTake(2), small.tryTake()]).toEqual([true, false])
})

test('tokens are waited for', async () => {
  const limiter = new RateLimiter({ tokens: 20, interval: 1000, burst: 1 })
  const start = performance.now()
  for (let i = 0; i < 5; i++) await limiter.take()
  // The first is there, and the others come every 50 ms.
  expect(performance.now() - start).toBeGreaterThanOrEqual(199)
  await Promise.all([limiter.take(), limiter.take(1, {}), limiter.take(1, { timeout: 20_000 })])
  expect(performance.now() - start).toBeGreaterThanOrEqual(349)
})

test('those that wait end by a timeout or a signal, and take nothing', async () => {
  const limiter = new RateLimiter({ tokens: 2, interval: 600_000 })
  limiter.tryTake(2)
  const late = await failure(limiter.take(1, { timeout: 20 }))
  expect(late).toMatchObject({ name: 'SharedError', code: 'ERR_SHARED_TIMEOUT', timedOut: true })
  expect(await failure(limiter.take(1, { signal: AbortSignal.abort(1) }))).toMatchObject({
    code: 'ABORT_ERR',
    cause: 1,
  })
  const controller = new AbortController()
  const waiting = failure(limiter.take(1, { signal: controller.signal }))
  await sleep(10)
  controller.abort(2)
  expect(await waiting).toMatchObject({ name: 'AbortError', cause: 2 })
  limiter.reset()
  expect(limiter.available).toBe(2)
  await limiter.take(2)
})

test('tokens are as many as the bucket holds at most', async () => {
  const limiter = new RateLimiter({ tokens: 3 })
  for (const tokens of [0, -1, 1.5, 4, NaN]) {
    const expected = { code: 'ERR_OUT_OF_RANGE', message: expect.stringContaining('`tokens`') }
    expect(() => limiter.tryTake(tokens)).toThrow(expect.objectContaining(expected))
    expect(() => limiter.attempt(tokens)).toThrow(expect.objectContaining(expected))
    expect(await failure(limiter.take(tokens))).toMatchObject(expected)
  }
  expect(() => limiter.tryTake('1')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
})

test.each(kinds)('with each other %s: no more than there are', async (kind) => {
  const memory = shared(kind, 256)
  const options = { offset: START, tokens: 100, interval: 3_600_000 }
  const limiter = new RateLimiter(memory.place, options)
  const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
  const taken = await Promise.all(
    peers.map((peer) =>
      peer.run(({ offloop, place }, options) => {
        const limiter = new offloop.RateLimiter(place, options)
        let taken = 0
        for (let i = 0; i < 1000; i++) if (limiter.tryTake()) taken += 1
        return taken
      }, options),
    ),
  )
  expect(taken.reduce((sum, own) => sum + own)).toBe(100)
  expect(limiter.available).toBe(0)
  limiter.reset()
  expect(limiter.available).toBe(100)
})

test.each(kinds)('with each other %s: the rate is that of all together', async (kind) => {
  const memory = shared(kind, 256)
  const options = { offset: START, tokens: 200, interval: 1000, burst: 10 }
  const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
  const start = performance.now()
  const taking = (/** @type {any} */ { offloop, place }, /** @type {any} */ options) => {
    const limiter = new offloop.RateLimiter(place, options)
    return (async () => {
      for (let i = 0; i < 30; i++) await limiter.take()
    })()
  }
  await Promise.all(peers.map((peer) => peer.run(taking, options)))
  // 90 tokens, of which 10 are there and the others come every 5 ms.
  expect(performance.now() - start).toBeGreaterThanOrEqual(399)
})
