// @ts-check
'use strict'

// numeric.reduce: expressions against JavaScript's own arithmetic, on both doors.

const { WorkerPool, runTask, tasks } = require('..')

const pool = new WorkerPool({ size: 2 })

afterAll(() => pool.close())

/**
 * @param {any} input
 * @param {import('..').TaskOptions} [options]
 */
const reduce = (input, options) => pool.runTask('numeric.reduce', input, options)

/** The value of an expression of `x`: the least of one. @param {string} of @param {number} x @param {number} [y] */
const value = (of, x, y = 0) => {
  return reduce({ op: 'min', of, columns: { x: Float64Array.of(x), y: Float64Array.of(y) } })
}

const bits = (/** @type {number} */ number) => new BigUint64Array(Float64Array.of(number).buffer)[0]

/** How many floats lie between two; 0 for NaN and NaN. @param {number} a @param {number} b */
function ulpsApart(a, b) {
  if (Object.is(a, b)) return 0n
  const order = (/** @type {number} */ x) => {
    const signed = BigInt.asIntN(64, bits(x))
    return signed < 0n ? -(signed & 0x7fff_ffff_ffff_ffffn) : signed
  }
  const distance = order(a) - order(b)
  return distance < 0n ? -distance : distance
}

/** @param {Promise<unknown>} promise @returns {Promise<any>} */
const failure = (promise) =>
  promise.then(
    (result) => {
      throw new Error(`gave ${result}`)
    },
    (error) => error,
  )

test('every op, over a range', async () => {
  const of = (/** @type {string} */ op) => reduce({ op, of: 'i * 2 - 5', range: [0, 1001] })
  expect(await of('sum')).toBe(995_995)
  expect(await of('mean')).toBe(995)
  expect(await of('min')).toBe(-5)
  expect(await of('max')).toBe(1995)
  expect(await reduce({ op: 'product', of: 'i', range: [1, 19] })).toBe(6_402_373_705_728_000)
  expect(await reduce({ op: 'count', of: 'i % 7 == 0', range: [0, 1000] })).toBe(143)
})

test('nothing to reduce', async () => {
  const empty = [
    { range: [0, 0] },
    { range: [5, 0] },
    { range: [0, 5, -1] },
    { columns: { a: new Float64Array(0) } },
    { columns: { a: new Int8Array(new SharedArrayBuffer(0)) } },
  ]
  for (const over of empty) {
    const of = (/** @type {string} */ op) => reduce({ op, of: 'i', ...over })
    expect(await of('sum')).toBe(0)
    expect(await of('product')).toBe(1)
    expect(await of('count')).toBe(0)
    expect(await of('mean')).toBeNaN()
    expect(await of('min')).toBe(Math.min())
    expect(await of('max')).toBe(Math.max())
  }
})

test('ranges have the values of the loop', async () => {
  for (const [from, to, step] of [
    [0, 10, 1],
    [0.5, 7.25, 0.75],
    [-3, 3, 0.125],
    [10, -10, -1.5],
    [1e15, 1e15 + 100, 0.5],
  ]) {
    let [sum, count] = [0, 0]
    for (let k = 0; step > 0 ? from + k * step < to : from + k * step > to; k++) {
      sum += from + k * step
      count++
    }
    const range = [from, to, step]
    expect(await reduce({ op: 'count', of: '1', range })).toBe(count)
    expect(await reduce({ op: 'sum', of: 'i', range })).toBe(sum)
  }
  expect(await reduce({ op: 'max', of: 'i', range: [0, 1, 0.1] })).toBe(9 * 0.1)
})

// Expressions that mean the same in JavaScript but for `^`.
test.each([
  'x + y * 2 - 7 / x',
  'x % 3 - -y',
  '-(x ** 2) + y ** -2',
  '2 ** y ** 0.5',
  'x < y',
  'x <= y && !(y == 3)',
  'x > y || x >= 100',
  'x != y ? x : y < 0 ? 1 : 2',
  '!x + !0 * 5',
  'x && y',
  'x || y',
  '(x > 1) + (y > 1) == 2',
  'x === y || x !== y',
  '0xff + 1_000 + .5 + 1e-3 - 0b101 * 0o17 + x',
  'Math.sqrt(x) + Math.PI * Math.E',
  'Math.max(x, y, 3) - Math.min(x, y, -3, x * y)',
])('%s', async (of) => {
  const own = new Function('x', 'y', `return Number(${of})`)
  for (const [x, y] of [
    [1, 2],
    [2, 3],
    [7.5, -0.25],
    [-3, 0],
    [0, -0],
    [NaN, 1],
    [Infinity, -Infinity],
  ]) {
    const result = await value(of, x, y)
    expect([of, x, y, result, ulpsApart(result, own(x, y)) <= 2n]).toEqual([of, x, y, result, true])
  }
})

test('^ is a power, from the right, before a sign', async () => {
  expect(await value('2 ^ 3 ^ 2', 0)).toBe(512)
  expect(await value('-x ^ 2', 3)).toBe(-9)
  expect(await value('2 ^ -x', 1)).toBe(0.5)
})

const oneArgument =
  'abs acos acosh asin asinh atan atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot log log10 log1p log2 max ' +
  'min round sign sin sinh sqrt tan tanh trunc'
const special = [0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1e-9, 1e300, 5e-324, Infinity, -Infinity, NaN]

/**
 * Whether a result is the one of Math; both are within 2 ulp of the exact value.
 *
 * @param {string} name
 * @param {number[]} args
 * @param {number} got
 */
function isLikeMath(name, args, got) {
  const math = /** @type {Record<string, (...args: number[]) => number>} */ (/** @type {unknown} */ (Math))
  return ulpsApart(got, math[name](...args)) <= 4n
}

test.each(oneArgument.split(' '))('%s is the one of Math', async (name) => {
  const ordinary = Array.from({ length: 200 }, (_, k) => (k - 100) * 0.173)
  const all = [...special, ...ordinary]
  const results = await Promise.all(all.map((x) => value(`${name}(x)`, x)))
  expect(all.filter((x, n) => !isLikeMath(name, [x], results[n]))).toEqual([])
})

test.each(['atan2', 'hypot', 'imul', 'max', 'min', 'pow'])('%s of two is the one of Math', async (name) => {
  const pairs = [...special, 3, 7.25].flatMap((x) => special.map((y) => [x, y]))
  const results = await Promise.all(pairs.map(([x, y]) => value(`${name}(x, y)`, x, y)))
  expect(pairs.filter((pair, n) => !isLikeMath(name, pair, results[n]))).toEqual([])
})

test('constants', async () => {
  const constants = {
    pi: Math.PI,
    e: Math.E,
    tau: 2 * Math.PI,
    inf: Infinity,
    nan: NaN,
    true: 1,
    false: 0,
    NaN,
    Infinity,
  }
  for (const [name, expected] of Object.entries(constants)) expect(await value(name, 0)).toBe(expected)
  for (const name of ['PI', 'E', 'LN2', 'LN10', 'LOG2E', 'LOG10E', 'SQRT2', 'SQRT1_2']) {
    expect(await value(name, 0)).toBe(/** @type {any} */ (Math)[name])
  }
})

test('NaN makes the result NaN, and is not counted', async () => {
  const a = Float64Array.of(1, NaN, 3)
  for (const op of ['sum', 'mean', 'min', 'max', 'product']) {
    expect(await reduce({ op, of: 'a', columns: { a } })).toBeNaN()
  }
  expect(await reduce({ op: 'count', of: 'a', columns: { a } })).toBe(2)
})

describe('columns', () => {
  const numbers = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ]

  test.each(numbers.map((Type) => [Type.name, Type]))('%s, copied and shared', async (_, Type) => {
    for (const memory of [new ArrayBuffer(1000 * 8), new SharedArrayBuffer(1000 * 8)]) {
      // A view that begins and ends inside its buffer.
      const a = new Type(memory, 8 * Type.BYTES_PER_ELEMENT, 777).map((_, n) => (n * 37) % 251)
      const view = new Type(memory, 8 * Type.BYTES_PER_ELEMENT, 777)
      view.set(a)
      const expected = view.reduce((sum, x) => sum + x, 0)
      expect(await reduce({ op: 'sum', of: 'a', columns: { a: view } })).toBe(expected)
      expect(await reduce({ op: 'max', of: 'i', columns: { a: view } })).toBe(776)
    }
  })

  test('Buffer, BigInt64Array and BigUint64Array', async () => {
    expect(await reduce({ op: 'sum', of: 'a', columns: { a: Buffer.from([1, 2, 255]) } })).toBe(258)
    expect(await reduce({ op: 'sum', of: 'a', columns: { a: BigInt64Array.of(-5n, 1n << 40n) } })).toBe(2 ** 40 - 5)
    expect(await reduce({ op: 'max', of: 'a', columns: { a: BigUint64Array.of((1n << 64n) - 1n) } })).toBe(2 ** 64)
  })

  test('of different types in one expression', async () => {
    const columns = {
      a: Float64Array.from({ length: 5000 }, (_, n) => n / 3),
      b: Int16Array.from({ length: 5000 }, (_, n) => (n % 7) - 3),
      c: new Float32Array(new SharedArrayBuffer(5000 * 4)).fill(0.5),
    }
    let expected = 0
    for (let n = 0; n < 5000; n++) expected += columns.a[n] * columns.b[n] + Math.sin(columns.c[n]) ** 2
    expect(await reduce({ op: 'sum', of: 'a * b + sin(c)^2', columns })).toBeCloseTo(expected, 6)
    expect(await reduce({ op: 'count', of: 'a > 3 && b <= 2', columns })).toBe(
      columns.a.filter((a, n) => a > 3 && columns.b[n] <= 2).length,
    )
  })

  test('a copy is taken: what the caller writes later does not matter', async () => {
    const a = new Float64Array(100_000).fill(1)
    const sum = reduce({ op: 'sum', of: 'a', columns: { a } })
    a.fill(1000)
    expect(await sum).toBe(100_000)
  })

  test('a buffer in transferList is moved', async () => {
    const a = new Float64Array(100_000).fill(2)
    const sum = reduce({ op: 'sum', of: 'a', columns: { a } }, { transferList: [a.buffer] })
    expect(a.length).toBe(0)
    expect(await sum).toBe(200_000)
  })

  test('a column hides the constant and the index of its name', async () => {
    const columns = { e: Float64Array.of(7), i: Float64Array.of(8), min: Float64Array.of(9) }
    expect(await reduce({ op: 'sum', of: 'e + i + min(min, 20)', columns })).toBe(24)
  })

  test('of different lengths are refused', async () => {
    const error = await failure(reduce({ op: 'sum', of: 'a', columns: { a: new Int8Array(3), b: new Int8Array(4) } }))
    expect(error).toMatchObject({
      name: 'ArgumentError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: 'Expected `columns.b` to be as long as `columns.a` (3 elements), got 4 elements',
    })
  })
})

describe('the same bits', () => {
  const inputs = [
    { op: 'sum', of: 'sqrt(i) * sin(i)', range: [0, 3_000_000] },
    { op: 'mean', of: '1 / (i + 0.1)', range: [0, 5_000_000, 1.7] },
    { op: 'product', of: '1 + sin(i) / 1000', range: [0, 400_000] },
    { op: 'min', of: 'cos(i) * i', range: [0, 300_000] },
    { op: 'max', of: 'tan(i)', range: [0, 300_000] },
    { op: 'count', of: 'sin(i) > 0.3', range: [0, 300_000] },
    {
      op: 'sum',
      of: 'a / 3 + a % 0.7',
      columns: { a: Float64Array.from({ length: 400_000 }, (_, n) => Math.sin(n) * 1e6) },
    },
  ]

  test.each(inputs)('$op of $of, whoever computes it', async (input) => {
    const expected = await runTask('numeric.reduce', /** @type {any} */ (input))
    for (const size of [1, 2, 3, 4]) {
      const other = new WorkerPool({ size })
      for (let round = 0; round < 2; round++) {
        expect(bits(await other.runTask('numeric.reduce', /** @type {any} */ (input)))).toBe(bits(expected))
      }
      await other.close()
    }
  })
})

describe('while it runs', () => {
  const long = { op: 'sum', of: 'sqrt(i)', range: [0, 2 ** 53] }

  test('progress counts elements up to all of them', async () => {
    /** @type {import('..').Progress[]} */
    const reports = []
    const range = [0, 3e8]
    await reduce({ op: 'sum', of: 'sqrt(i)', range }, { onProgress: (report) => reports.push(report) })
    expect(reports.length).toBeGreaterThan(1)
    expect(reports.at(-1)).toEqual({ completed: 3e8, total: 3e8, percent: 100 })
    const completed = reports.map((report) => report.completed)
    expect(completed).toEqual([...completed].sort((a, b) => a - b))
  })

  test('an abort stops it', async () => {
    const controller = new AbortController()
    const running = failure(reduce(long, { signal: controller.signal, onProgress: () => controller.abort('enough') }))
    expect(await running).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
    expect(await reduce({ op: 'sum', of: 'i', range: [0, 10] })).toBe(45)
  })

  test('a timeout stops it, on both doors', async () => {
    const options = { timeout: 20 }
    const doors = [reduce(long, options), runTask('numeric.reduce', /** @type {any} */ (long), options)]
    for (const error of await Promise.all(doors.map(failure))) {
      expect(error).toMatchObject({ name: 'TimeoutError', code: 'ERR_TASK_TIMEOUT', timedOut: true })
    }
  })

  test('even the longest expression stops', async () => {
    const of = Array.from({ length: 1500 }, (_, n) => `i^1.${n}`).join('+')
    const error = await failure(reduce({ ...long, of }, { timeout: 50 }))
    expect(error.code).toBe('ERR_TASK_TIMEOUT')
  })
})

test.each([
  ['', 0, 'a number, a name or `(`'],
  ['1 +', 3, 'a number, a name or `(`'],
  ['sqrt(i', 6, 'an operator or `,` or `)`'],
  ['(i + 1', 6, 'an operator or `)`'],
  ['i i', 2, 'an operator or the end'],
  ['i ? 1', 5, 'an operator or `:`'],
  ['3px', 0, 'a number'],
  ['i = 3', 2, 'equality is `==`'],
  ['i & 1', 2, 'the logical and is `&&`'],
  ['1 < i < 3', 6, 'comparisons do not chain'],
  ['sqrtt(i)', 0, 'did you mean `sqrt`'],
  ['1 + Infinty', 4, 'did you mean `Infinity`'],
  ['sqrt + 1', 5, '`(` after the function `sqrt`'],
  ['1 + sin(1, 2)', 4, '1 operand, got 2'],
  ['process.exit()', 7, 'Unexpected character `.`'],
  ["require('fs')", 8, 'Unexpected character'],
])('%j is a fault at %i', async (of, position, expected) => {
  const error = await failure(reduce({ op: 'sum', of, range: [0, 10] }))
  expect(error).toMatchObject({ name: 'ExpressionError', code: 'ERR_EXPRESSION_SYNTAX', task: 'numeric.reduce' })
  expect(error.message).toContain(`at position ${position} of \`of\``)
  expect(error.message).toContain(expected)
})

test('hostile texts fail soon and small', async () => {
  const texts = [
    '('.repeat(100_000),
    '('.repeat(16_000),
    '-'.repeat(16_000),
    '1^'.repeat(8_000),
    'x'.repeat(16_000),
    '\0',
  ]
  for (const of of texts) {
    const error = await failure(reduce({ op: 'sum', of, range: [0, 10] }))
    expect(error.code).toBe('ERR_EXPRESSION_SYNTAX')
    expect(error.message.length).toBeLessThan(300)
  }
})

test.each([
  [{ op: 'sum', of: 'i', range: [NaN, 1] }, 'ERR_INVALID_ARG_VALUE', '`range[0]`'],
  [{ op: 'sum', of: 'i', range: [0, Infinity] }, 'ERR_INVALID_ARG_VALUE', '`range[1]`'],
  [{ op: 'sum', of: 'i', range: [0, 1, 0] }, 'ERR_OUT_OF_RANGE', '`range[2]`'],
  [{ op: 'sum', of: 'i', range: [0, 1e300] }, 'ERR_OUT_OF_RANGE', '2^53'],
  [{ op: 'sum', of: 'i', range: [0, 1, 1e-17] }, 'ERR_OUT_OF_RANGE', '2^53'],
  [{ op: 'sum', of: 'i', range: [0] }, 'ERR_INVALID_ARG_VALUE', '`range`'],
  [{ op: 'sum', of: 'i', range: 10 }, 'ERR_INVALID_ARG_TYPE', '`range`'],
  [{ op: 'sum', of: 'i' }, 'ERR_INVALID_ARG_VALUE', 'either `range` or `columns`'],
  [{ op: 'sum', of: 'i', range: [0, 1], columns: { a: new Int8Array(1) } }, 'ERR_INVALID_ARG_VALUE', 'either'],
  [{ op: 'sum', of: 'i', columns: {} }, 'ERR_INVALID_ARG_VALUE', '`columns`'],
  [{ op: 'sum', of: 'i', columns: { a: [1, 2] } }, 'ERR_INVALID_ARG_TYPE', '`columns.a`'],
  [{ op: 'sum', of: 'i', columns: { a: new ArrayBuffer(8) } }, 'ERR_INVALID_ARG_TYPE', '`columns.a`'],
  [{ op: 'sum', of: 'i', columns: { 'a b': new Int8Array(1) } }, 'ERR_INVALID_ARG_VALUE', '`a b`'],
  [{ op: 'median', of: 'i', range: [0, 1] }, 'ERR_INVALID_ARG_VALUE', '`op`'],
  [{ op: 'sum', of: 5, range: [0, 1] }, 'ERR_INVALID_ARG_TYPE', '`of`'],
  [{ of: 'i', range: [0, 1] }, 'ERR_INVALID_ARG_TYPE', '`op`'],
  [{ op: 'sum', of: 'i', range: [0, 1], from: 3 }, 'ERR_INVALID_ARG_VALUE', '`from`'],
  [undefined, 'ERR_INVALID_ARG_TYPE', '`input`'],
])('%j is refused', async (input, code, named) => {
  const error = await failure(reduce(input))
  expect(error).toMatchObject({ name: 'ArgumentError', code })
  expect(error.message).toContain(named)
})

test('tasks() describes it', () => {
  const described = tasks().find(({ name }) => name === 'numeric.reduce')
  expect(described?.input).toMatchObject({ properties: { op: {}, of: { type: 'string' }, range: {}, columns: {} } })
})
