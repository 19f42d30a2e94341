// @ts-check
'use strict'

/** The table that threads and processes share: what it holds, for how long, and how much of it. */

const { setTimeout: sleep } = require('node:timers/promises')
const { START, kinds, sharedPeers } = require('./support/shared-peers')
const { SharedMap } = /** @type {any} */ (require('..'))

jest.setTimeout(60_000)

const { shared, peer } = sharedPeers()

/** @param {string} code  @param {string} [message] */
const withCode = (code, message = '') => expect.objectContaining({ code, message: expect.stringContaining(message) })

/** The code of the error that a call throws, if it does. @param {() => unknown} call @returns {string | undefined} */
function codeOf(call) {
  try {
    call()
    return undefined
  } catch (error) {
    return /** @type {any} */ (error).code
  }
}

test('numbers, bytes and strings by their keys', () => {
  const map = new SharedMap({ capacity: 10 })
  expect(map.get('a')).toBeUndefined()
  expect(
    map
      .set('a', 1.5)
      .set('b', 'text')
      .set('', Buffer.from([0, 255])),
  ).toBe(map)
  expect([map.get('a'), map.get('b'), map.get('')]).toEqual([1.5, Buffer.from('text'), Buffer.from([0, 255])])
  map.set('a', new Uint8Array(0))
  expect(map.get('a')).toEqual(Buffer.alloc(0))
  for (const number of [NaN, -0, Infinity, Number.MAX_SAFE_INTEGER, 5e-324])
    expect(map.set('n', number).get('n')).toBe(number)
  expect([map.has('n'), map.has('x'), map.size, map.capacity]).toEqual([true, false, 4, 10])
  expect(map.keys().sort()).toEqual(['', 'a', 'b', 'n'])
  expect([map.delete('n'), map.delete('n'), map.has('n')]).toEqual([true, false, false])
  map.clear()
  expect([map.size, map.keys(), map.get('a')]).toEqual([0, [], undefined])
})

test('what is got is a copy', () => {
  const map = new SharedMap({ capacity: 10 })
  map.set('a', Buffer.from('abc'))
  map.get('a').fill(0)
  expect(map.get('a')).toEqual(Buffer.from('abc'))
})

test('numbers are counted up', () => {
  const map = new SharedMap({ capacity: 10 })
  expect([map.increment('a'), map.increment('a'), map.increment('a', -5), map.increment('a', 0.5)]).toEqual([
    1, 2, -3, -2.5,
  ])
  map.set('b', 'text')
  expect(() => map.increment('b')).toThrow(withCode('ERR_INVALID_ARG_VALUE', '`key`'))
  expect(map.get('b')).toEqual(Buffer.from('text'))
})

test('a value stays for its time, and is gone in all ways then', async () => {
  const map = new SharedMap({ capacity: 3 })
  map.set('a', 1, { ttl: 40 }).set('b', 2).set('c', 3, { ttl: 60_000 })
  expect(map.increment('a', 1, { ttl: 60_000 })).toBe(2)
  expect([map.has('a'), map.size]).toEqual([true, 3])
  await sleep(60)
  expect([map.get('a'), map.has('a'), map.size, map.keys().sort(), map.delete('a')]).toEqual([
    undefined,
    false,
    2,
    ['b', 'c'],
    false,
  ])
  // Its place is another's, and what comes again starts anew.
  map.set('d', 4)
  expect(map.size).toBe(3)
  map.delete('d')
  expect(map.increment('a', 1, { ttl: 20 })).toBe(1)
  await sleep(40)
  expect(map.increment('a')).toBe(1)
  // Without a time it stays.
  map.set('c', 5, { ttl: 20 }).set('c', 6)
  await sleep(40)
  expect(map.get('c')).toBe(6)
})

test('it is full with as many keys as it was made for, and not before', () => {
  const map = new SharedMap({ capacity: 100 })
  for (let i = 0; i < 100; i++) map.set(`key ${i}`, i)
  expect(() => map.set('one more', 1)).toThrow(
    expect.objectContaining({ name: 'SharedError', code: 'ERR_SHARED_FULL' }),
  )
  expect(() => map.increment('one more')).toThrow(withCode('ERR_SHARED_FULL'))
  map.set('key 5', 'changed')
  map.delete('key 7')
  map.set('one more', 1)
  expect([map.size, map.get('key 5'), map.get('one more')]).toEqual([100, Buffer.from('changed'), 1])
})

test('as a Map, whatever is done with it', () => {
  const map = new SharedMap({ capacity: 40, keyBytes: 8, valueBytes: 8 })
  const model = new Map()
  let seed = 1
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return (seed >>> 8) % below
  }
  for (let i = 0; i < 20_000; i++) {
    const key = `k${random(60)}`
    if (random(3) === 0) {
      if (map.delete(key) !== model.delete(key)) throw new Error(`deleting ${key} after ${i}`)
    } else {
      const isFull = !model.has(key) && model.size === 40
      if (!isFull) model.set(key, i)
      if (isFull !== (codeOf(() => map.set(key, i)) === 'ERR_SHARED_FULL')) throw new Error(`setting ${key} after ${i}`)
    }
    if (map.get(key) !== model.get(key)) throw new Error(`${key} after ${i}`)
  }
  expect(map.keys().sort()).toEqual([...model.keys()].sort())
  expect(map.size).toBe(model.size)
})

test('keys and values have their limits', () => {
  const map = new SharedMap({ capacity: 10, keyBytes: 4, valueBytes: 8 })
  map.set('ääb'.slice(0, 2), 'x'.repeat(8))
  expect(() => map.set('ääb', 1)).toThrow(withCode('ERR_OUT_OF_RANGE', '`key`'))
  expect(() => map.get('12345')).toThrow(withCode('ERR_OUT_OF_RANGE', '`key`'))
  expect(() => map.has('12345')).toThrow(withCode('ERR_OUT_OF_RANGE', '`key`'))
  expect(() => map.delete('12345')).toThrow(withCode('ERR_OUT_OF_RANGE', '`key`'))
  expect(() => map.increment('12345')).toThrow(withCode('ERR_OUT_OF_RANGE', '`key`'))
  expect(() => map.set('a', 'x'.repeat(9))).toThrow(withCode('ERR_OUT_OF_RANGE', '`value`'))
  expect(() => map.get(1)).toThrow(withCode('ERR_INVALID_ARG_TYPE', '`key`'))
  expect(() => map.set('a', { b: 1 })).toThrow(withCode('ERR_INVALID_ARG_TYPE', '`value`'))
  expect(() => map.set('a', 1, { ttl: 0 })).toThrow(withCode('ERR_OUT_OF_RANGE', '`ttl`'))
  expect(() => map.set('a', 1, { tll: 1 })).toThrow(withCode('ERR_INVALID_ARG_VALUE', '`tll`'))
  expect(() => map.increment('a', Infinity)).toThrow(withCode('ERR_OUT_OF_RANGE', '`by`'))
  expect(map.size).toBe(1)
})

describe.each(kinds)('with each other %s', (kind) => {
  const options = { offset: START, capacity: 300, valueBytes: 64 }

  test('no count is lost, and no value is torn', async () => {
    const memory = shared(kind, START + SharedMap.byteLength(options))
    const map = new SharedMap(memory.place, options)
    const peers = await Promise.all([1, 2, 3].map(() => peer(memory)))
    const torn = await Promise.all(
      peers.map((peer, i) =>
        peer.run(
          ({ offloop, place }, options, own) => {
            const map = new offloop.SharedMap(place, options)
            let torn = 0
            for (let i = 0; i < 2000; i++) {
              map.increment('all')
              map.increment(`by ${i % 10}`, 2)
              map.set('bytes', Buffer.alloc(1 + ((i + own) % 64), i % 256))
              const bytes = map.get('bytes')
              if (bytes.some((/** @type {number} */ byte) => byte !== bytes[0])) torn += 1
              map.set(`own ${own} ${i % 20}`, i)
              if (map.get(`own ${own} ${i % 20}`) !== i) torn += 1
            }
            return torn
          },
          options,
          i,
        ),
      ),
    )
    expect(torn).toEqual([0, 0, 0])
    expect([map.get('all'), map.get('by 0'), map.get('by 9')]).toEqual([6000, 1200, 1200])
    expect(map.size).toBe(1 + 10 + 1 + 60)
  })
})
