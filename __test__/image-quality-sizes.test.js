// @ts-check
'use strict'

// How large a result is, and what `info` says of it: as sharp has it, for random sizes, fits and limits.

const { WorkerPool, image } = require('..')
const { ours, reference, sharp, sized, theirs } = require('./support/peers')

/** @type {WorkerPool} */
let pool

beforeAll(() => {
  pool = new WorkerPool(2)
})

afterAll(() => pool.close())

const fits = ['cover', 'contain', 'fill', 'inside', 'outside']
const positions = ['centre', 'north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest']

/** Numbers that are the same in every run, by Tommy Ettinger's mulberry32. @param {number} seed */
function random(seed) {
  let state = seed
  return (/** @type {number} */ limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

/**
 * What `info` has in common. `premultiplied` is not: sharp sets it when the colours were multiplied by alpha on the way,
 * though they are not in the result. Where something was cut off has a test of its own.
 *
 * @param {any} info
 */
function said({ width, height, channels, hasAlpha, format, depth }) {
  return { width, height, channels, hasAlpha, format, depth }
}

/** What both say, or that they refuse. @param {Record<'ours' | 'theirs', any>} chains */
async function both(chains) {
  const [found, expected] = await Promise.all(
    [chains.ours, chains.theirs].map((chain) =>
      chain
        .raw()
        .toBuffer({ resolveWithObject: true })
        .then(
          (/** @type {any} */ { info }) => said(info),
          () => 'refused',
        ),
    ),
  )
  return { found, expected }
}

/** A picture of one colour for both. @param {number} width @param {number} height */
function plain(width, height, /** @type {3 | 4} */ channels = 3) {
  const create = { width, height, channels, background: 'red' }
  return { ours: image({ create, pool }), theirs: sharp({ create }) }
}

/** Random options of `resize`. @param {(limit: number) => number} next */
function resizing(next) {
  const sides = next(4)
  const side = () => 1 + next(next(2) === 0 ? 40 : 300)
  const limit = next(6)
  return {
    fit: fits[next(5)],
    position: positions[next(9)],
    ...(sides !== 1 && { width: side() }),
    ...(sides !== 2 && { height: side() }),
    ...((limit === 1 || limit === 3) && { withoutEnlargement: true }),
    ...((limit === 2 || limit === 3) && { withoutReduction: true }),
  }
}

describe('resize', () => {
  test.each([1, 2, 3, 4])('random sizes, %s', async (seed) => {
    const next = random(seed)
    for (let i = 0; i < 200; i++) {
      const side = () => 1 + next(next(2) === 0 ? 40 : 500)
      const source = [side(), side()]
      const options = resizing(next)
      const pictures = plain(source[0], source[1])
      const { found, expected } = await both({
        ours: pictures.ours.resize(/** @type {any} */ (options)),
        theirs: pictures.theirs.resize(/** @type {any} */ (options)),
      })
      expect({ source, options, ...found }).toEqual({ source, options, ...expected })
    }
  })

  // Half a pixel is rounded up, but the factor is a fraction, whose inverse libvips takes once to enlarge and twice to reduce.
  test.each(['width', 'height'])('sides that end in half a pixel, by their %s', async (name) => {
    const next = random(5)
    let tried = 0
    while (tried < 250) {
      const [along, across, target] = [1 + next(80), 1 + next(80), 1 + next(90)]
      if ((2 * across * target) % along !== 0 || ((2 * across * target) / along) % 2 === 0) continue
      tried++
      const pictures = name === 'width' ? plain(along, across) : plain(across, along)
      const { found, expected } = await both({
        ours: pictures.ours.resize({ [name]: target }),
        theirs: pictures.theirs.resize({ [name]: target }),
      })
      expect({ along, across, target, ...found }).toEqual({ along, across, target, ...expected })
    }
  })

  /** @type {[string, (chain: any) => any][]} */
  const again = [
    ['the other side', (chain) => chain.resize(50).resize(null, 20)],
    ['an option more', (chain) => chain.resize(50).resize({ height: 20 })],
    ['one side of two', (chain) => chain.resize(50, 10).resize(20)],
    ['the fit stays', (chain) => chain.resize(50, 10, { fit: 'inside' }).resize(20, 20)],
    ['no side at all', (chain) => chain.resize()],
    ['no option at all', (chain) => chain.resize({})],
  ]

  test.each(again)('called again: %s', async (_, chain) => {
    const pictures = plain(100, 60)
    const result = await both({ ours: chain(pictures.ours), theirs: chain(pictures.theirs) })
    expect(result.found).toEqual(result.expected)
  })

  test('one pixel is the least', async () => {
    for (const [width, height, options] of /** @type {[number, number, any][]} */ ([
      [1, 500, { height: 3 }],
      [500, 1, { width: 3 }],
      [500, 2, { width: 1 }],
      [3, 400, { width: 1, height: 1, fit: 'inside' }],
      [400, 3, { width: 1, height: 1, fit: 'contain' }],
    ])) {
      const pictures = plain(width, height)
      const { found, expected } = await both({
        ours: pictures.ours.resize(options),
        theirs: pictures.theirs.resize(options),
      })
      expect({ width, height, ...found }).toEqual({ width, height, ...expected })
    }
  })
})

describe('JPEG, which is made smaller while it is decoded', () => {
  test.each([1, 3, 6, 7])('random sizes, orientation %s', async (orientation) => {
    const next = random(10 + orientation)
    for (let i = 0; i < 40; i++) {
      const source = [20 + next(800), 20 + next(800)]
      const options = resizing(next)
      const file = await plain(source[0], source[1])
        .theirs.withMetadata({ orientation })
        .jpeg({ quality: 30 })
        .toBuffer()
      const region =
        next(4) === 0 ? { left: next(9), top: next(9), width: 5 + next(7), height: 5 + next(7) } : undefined
      const [mine, peer] = [ours(file, { pool }), theirs(file)].map((chain) =>
        (region ? chain.extract(region) : chain).resize(options),
      )
      const { found, expected } = await both({ ours: mine, theirs: peer })
      expect({ source, options, region, ...found }).toEqual({ source, options, region, ...expected })
    }
  })
})

describe('other calls', () => {
  test('random chains', async () => {
    const next = random(99)
    for (let i = 0; i < 400; i++) {
      const source = [30 + next(100), 30 + next(100)]
      /** @type {[string, ...any[]][]} */
      const calls = []
      const options = () => [
        ['rotate', [90, 180, 270, -90, 33, 45, 100.5, 359][next(8)]],
        ['flip'],
        ['flop'],
        ['extend', { top: next(9), left: next(9), bottom: next(9), right: 1 + next(9) }],
        ['resize', 1 + next(60), 1 + next(60), { fit: ['fill', 'inside', 'outside'][next(3)] }],
        ['ensureAlpha'],
        ['removeAlpha'],
        ['extract', { left: next(5), top: next(5), width: 1 + next(12), height: 1 + next(12) }],
      ]
      for (let n = 1 + next(4); n > 0; n--) calls.push(/** @type {any} */ (options()[next(8)]))
      // sharp forgets all turns but the last, and says how large a part is when it is framed after it was cut.
      const count = (/** @type {string[]} */ ...names) => calls.filter(([name]) => names.includes(name)).length
      if (count('rotate') > 1 || (count('extend') > 0 && count('extract', 'resize') > 1)) continue
      const pictures = plain(source[0], source[1], next(2) === 0 ? 3 : 4)
      const chained = (/** @type {any} */ chain) =>
        calls.reduce((chain, [name, ...args]) => chain[name](...args), chain)
      const { found, expected } = await both({ ours: chained(pictures.ours), theirs: chained(pictures.theirs) })
      expect({ source, calls, ...found }).toEqual({ source, calls, ...expected })
    }
  })

  test('any angle', async () => {
    for (let angle = -180; angle <= 180; angle += 7.25) {
      for (const [width, height] of [
        [100, 60],
        [31, 77],
        [1, 50],
      ]) {
        const pictures = plain(width, height)
        const { found, expected } = await both({
          ours: pictures.ours.rotate(angle),
          theirs: pictures.theirs.rotate(angle),
        })
        expect({ angle, width, height, ...found }).toEqual({ angle, width, height, ...expected })
      }
    }
  })

  test('what is beside the picture is refused', async () => {
    for (const region of [
      { left: 10, top: 0, width: 91, height: 10 },
      { left: 0, top: 50, width: 10, height: 11 },
      { left: 100, top: 0, width: 1, height: 1 },
    ]) {
      const pictures = plain(100, 60)
      expect(await both({ ours: pictures.ours.extract(region), theirs: pictures.theirs.extract(region) })).toEqual({
        found: 'refused',
        expected: 'refused',
      })
    }
  })
})

describe('what was cut off', () => {
  // sharp says so only where it chose the part itself.
  test.each([...positions, 'entropy', 'attention'])('%s', async (position) => {
    const picture = await sized('astronaut.jpg', 120, 80)
    for (const [width, height] of [
      [60, 40],
      [41, 40],
      [60, 33],
    ]) {
      const [found, expected] = await Promise.all(
        [ours(picture, { pool }), theirs(picture)].map(async (chain) => {
          const { info } = await chain.resize(width, height, { position }).raw().toBuffer({ resolveWithObject: true })
          return [info.cropOffsetLeft, info.cropOffsetTop]
        }),
      )
      expect({ width, height, found }).toEqual({ width, height, found: expected })
    }
  })
})

test('info of encoded files', async () => {
  const picture = await sized('coffee.jpg', 60, 41)
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'raw']) {
    for (const alpha of [false, true]) {
      const chains = [ours(picture, { pool }), theirs(picture)].map((chain) =>
        (alpha ? chain.ensureAlpha(0.5) : chain).toFormat(format),
      )
      const [found, expected] = await Promise.all(
        chains.map((chain) =>
          chain.toBuffer({ resolveWithObject: true }).then((/** @type {any} */ { info }) => said(info)),
        ),
      )
      expect(found).toEqual(expected)
      const file = await chains[0].toBuffer()
      if (format === 'raw') continue
      const { width, height } = await reference(file)
      expect([width, height]).toEqual([60, 41])
    }
  }
})
