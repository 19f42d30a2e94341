// @ts-check
'use strict'

/** The ways in which a worker file, or a function in its place, can be written. */

const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { failure } = require('./support/failure')
const { until } = require('./support/until')
const { makesPools } = require('./support/worker-pools')
const { workerFiles } = require('./support/worker-files')

const file = workerFiles()

const poolOf = makesPools()

/** The tutorial's own files. */
const tutorial = path.join(__dirname, 'workers', 'tutorial')

describe('a file that exports functions', () => {
  test.each([
    ['CommonJS', 'function.cjs', 'module.exports = (n) => n + 1'],
    ['CommonJS without a word about it', 'plain.js', 'module.exports = async (n) => n + 1'],
    [
      'CommonJS of a package that says so',
      'commonjs/task.js',
      '// no import, no export\nmodule.exports = (n) => n + 1',
    ],
    ['ESM', 'function.mjs', 'export default (n) => n + 1'],
    ['ESM without a word about it', 'syntax.js', 'export default async (n) => n + 1'],
    ['ESM of a package that says so', 'module/task.js', 'export default (n) => n + 1'],
    ['ESM that awaits', 'await.mjs', 'const one = await Promise.resolve(1)\nexport default (n) => n + one'],
    ['ESM compiled to CommonJS', 'compiled.cjs', 'exports.__esModule = true\nexports.default = (n) => n + 1'],
    ['a promise of a function', 'promise.cjs', 'module.exports = Promise.resolve((n) => n + 1)'],
    ['an assignment of both', 'both.cjs', 'module.exports = (n) => n + 1\nmodule.exports.default = module.exports'],
  ])('%s', async (_, name, text) => {
    file('commonjs/package.json', '{ "type": "commonjs" }')
    file('module/package.json', '{ "type": "module" }')
    await expect(poolOf(file(name, text)).runTask(1)).resolves.toBe(2)
  })

  test('a file: URL, as an object and as a string, with a query', async () => {
    const url = pathToFileURL(file('url.mjs', 'export default (n) => n + import.meta.url.slice(-4)'))
    url.search = '?v=2'
    await expect(poolOf(url).runTask(1)).resolves.toBe('1?v=2')
    await expect(poolOf(url.href).runTask(1)).resolves.toBe('1?v=2')
  })

  test('a data: URL', async () => {
    const url = new URL('data:text/javascript,export default (n) => n + 1')
    await expect(poolOf(url).runTask(1)).resolves.toBe(2)
  })

  test('TypeScript where Node strips types, and else says why not', async () => {
    const text = 'export default (n: number): number => n + 1'
    const outcome = await poolOf(file('task.mts', text))
      .runTask(1)
      .catch((/** @type {any} */ error) => error.cause.code)
    expect(outcome).toBe(process.features.typescript ? 2 : 'ERR_UNKNOWN_FILE_EXTENSION')
  })

  test.each([
    ['CommonJS', 'names.cjs', 'exports.add = (list) => list[0] + list[1]\nexports.negate = (n) => -n'],
    ['ESM', 'names.mjs', 'export const add = ([a, b]) => a + b\nexport const negate = (n) => -n'],
    ['an object', 'object.mjs', 'export default { add: ([a, b]) => a + b, negate: (n) => -n }'],
    [
      'beside a default',
      'beside.mjs',
      'export default () => 0\nexport const add = ([a, b]) => a + b, negate = (n) => -n',
    ],
  ])('named ones: %s', async (_, name, text) => {
    const pool = poolOf(file(name, text))
    await expect(pool.runTask([1, 2], { name: 'add' })).resolves.toBe(3)
    await expect(pool.runTask(1, { name: 'negate' })).resolves.toBe(-1)
  })

  test('a name that is not exported fails its task and lists those that are', async () => {
    const pool = poolOf(
      file('some.mjs', 'export const add = ([a, b]) => a + b\nexport class Table {}\nexport const limit = 5'),
    )
    const code = 'ERR_TASK_UNKNOWN'
    const unknown = 'The worker file exports no function `subtract`: it exports `add`'
    expect(await failure(pool.runTask(1, { name: 'subtract' }))).toMatchObject({ code, message: unknown })
    expect(await failure(pool.runTask(1, { name: 'toString' }))).toMatchObject({ code })
    const noDefault = 'The worker file exports no default function: it exports `add`'
    expect(await failure(pool.runTask(1))).toMatchObject({ code, message: noDefault })
    await expect(pool.runTask([1, 2], { name: 'add' })).resolves.toBe(3)
  })

  test('reads the pool’s `workerData` and its own path as in any worker', async () => {
    const options = { size: 1, workerData: { base: 10 } }
    const commonJs = file(
      'data.cjs',
      "const { workerData } = require('worker_threads')\nmodule.exports = (n) => [n + workerData.base, process.argv[1]]",
    )
    await expect(poolOf(commonJs, options).runTask(1)).resolves.toEqual([11, commonJs])
    const esm = file(
      'data.mjs',
      "import { workerData } from 'node:worker_threads'\nexport default (n) => [n + workerData.base, process.argv[1]]",
    )
    await expect(poolOf(esm, options).runTask(1)).resolves.toEqual([11, esm])
  })

  test('prints no warning', async () => {
    const pool = poolOf(file('quiet.js', 'export default async (n) => n + (await import("node:path")).sep'), {
      size: 1,
      stderr: true,
    })
    let printed = ''
    pool.on('workerCreate', ({ stderr }) => stderr.on('data', (/** @type {Buffer} */ chunk) => (printed += chunk)))
    await expect(pool.runTask(1)).resolves.toBe(`1${path.sep}`)
    expect(printed).toBe('')
  })
})

describe('a file in the plain Node style', () => {
  /** Ways to hear of a task, and `answer` for it. @type {[string, string][]} */
  const ways = [
    ['on', "parentPort.on('message', answer)"],
    ['addListener', "parentPort.addListener('message', answer)"],
    ['addEventListener', "parentPort.addEventListener('message', ({ data }) => answer(data))"],
    ['onmessage', 'parentPort.onmessage = ({ data }) => answer(data)'],
    [
      'once, again and again',
      "parentPort.once('message', function next(data) { answer(data); parentPort.once('message', next) })",
    ],
    [
      'once, again a while later',
      "parentPort.once('message', function next(data) { answer(data); setTimeout(() => parentPort.once('message', next), 20) })",
    ],
    ['once', "parentPort.once('message', answer)"],
  ]
  const answer = 'const answer = (data) => parentPort.postMessage({ answer: data.n + 1 })'

  test.each(ways)('%s', async (_, way) => {
    const commonJs = file('plain.cjs', `const { parentPort } = require('node:worker_threads')\n${answer}\n${way}`)
    const esm = file('plain.mjs', `import { parentPort } from 'node:worker_threads'\n${answer}\n${way}`)
    for (const pool of [poolOf(commonJs, 2), poolOf(esm)]) {
      const answers = await Promise.all([1, 2, 3, 4].map((n) => pool.runTask({ n })))
      expect(answers).toEqual([2, 3, 4, 5].map((answer) => ({ answer })))
    }
  })

  test('the tutorial’s image processor', async () => {
    const photo = path.join(
      __dirname,
      'fixtures',
      'formats',
      fs.readdirSync(path.join(__dirname, 'fixtures', 'formats'))[0],
    )
    const outputPath = path.join(path.dirname(file('keep', '')), 'photo.webp')
    const pool = poolOf(path.join(tutorial, 'imageProcessor.js'), {
      size: 2,
      execArgv: ['--require', path.join(__dirname, 'workers', 'sharp-stand-in.js')],
    })
    const task = { inputPath: photo, outputPath, width: 800, height: 600 }
    await expect(pool.runTask(task)).resolves.toEqual({ success: true, outputPath })
    expect(fs.statSync(outputPath).size).toBeGreaterThan(0)
    await expect(pool.runTask({ ...task, inputPath: 'missing.jpg' })).resolves.toEqual({
      success: false,
      error: expect.stringContaining('missing.jpg'),
    })
  })

  test('may set something up before it listens', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      parentPort.postMessage('connecting')
      setTimeout(() => {
        parentPort.on('message', (n) => parentPort.postMessage(n + base))
        const base = 1
      }, 30)`
    const pool = poolOf(file('set-up.cjs', text))
    /** @type {unknown[]} */
    const messages = []
    pool.on('message', (/** @type {unknown} */ message) => messages.push(message))
    await expect(pool.runTask(1)).resolves.toBe(2)
    expect(messages).toEqual(['connecting'])
  })

  test('may never end being loaded', async () => {
    const text = `
      import { parentPort } from 'node:worker_threads'
      parentPort.on('message', (n) => parentPort.postMessage(n + 1))
      await new Promise(() => {})`
    await expect(poolOf(file('endless.mjs', text)).runTask(1)).resolves.toBe(2)
  })

  test('a message beside the answer is the pool’s `message`', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', (n) => {
        parentPort.postMessage(n + 1)
        parentPort.postMessage('log ' + n)
      })`
    const pool = poolOf(file('log.cjs', text))
    /** @type {unknown[]} */
    const messages = []
    pool.on('message', (/** @type {unknown} */ message) => messages.push(message))
    await expect(pool.runTask(1)).resolves.toBe(2)
    await until(() => messages.length > 0)
    expect(messages).toEqual(['log 1'])
  })

  test('with several tasks at a time, each gets its own answer', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      const { setTimeout: sleep } = require('node:timers/promises')
      parentPort.on('message', async ({ n, ms }) => {
        await sleep(ms)
        parentPort.postMessage(n)
        parentPort.postMessage('extra')
      })`
    const pool = poolOf(file('several.cjs', text), { size: 1, concurrency: 4 })
    const delays = [40, 10, 30, 1, 20, 5]
    await expect(Promise.all(delays.map((ms, n) => pool.runTask({ n, ms })))).resolves.toEqual([0, 1, 2, 3, 4, 5])
  })

  test('an answer may be transferred', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', (way) => {
        const bytes = new Uint8Array(8).fill(7)
        parentPort.postMessage({ bytes }, way === 'list' ? [bytes.buffer] : { transfer: [bytes.buffer] })
        parentPort.postMessage(bytes.length)
      })`
    const pool = poolOf(file('transfer.cjs', text))
    /** @type {unknown[]} */
    const lengths = []
    pool.on('message', (/** @type {unknown} */ length) => lengths.push(length))
    for (const way of ['list', 'options']) {
      await expect(pool.runTask(way)).resolves.toEqual({ bytes: new Uint8Array(8).fill(7) })
    }
    await until(() => lengths.length === 2)
    expect(lengths).toEqual([0, 0])
  })

  test('an answer that cannot be cloned fails its task alone', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', (n) => parentPort.postMessage(n < 0 ? { rows: [{ next: () => n }] } : n))`
    const pool = poolOf(file('uncloneable.cjs', text))
    const [error, one] = await Promise.all([failure(pool.runTask(-1)), pool.runTask(1)])
    expect(error).toMatchObject({
      code: 'ERR_VALUE_NOT_CLONEABLE',
      message: expect.stringContaining('result.rows[0].next'),
    })
    expect(one).toBe(1)
    expect(pool.stats().size ?? pool.size).toBe(1)
  })

  test('a listener that throws ends the worker, and its task fails', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', (n) => {
        if (n < 0) throw new RangeError('below zero')
        parentPort.postMessage(n)
      })`
    const pool = poolOf(file('throws.cjs', text))
    const error = await failure(pool.runTask(-1))
    expect(error).toMatchObject({ code: 'ERR_WORKER_EXITED', cause: { name: 'RangeError', message: 'below zero' } })
    await expect(pool.runTask(1)).resolves.toBe(1)
  })

  test('functions that it exports can be called by name', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads')
      const double = (n) => 2 * n
      parentPort.on('message', (n) => parentPort.postMessage(double(n)))
      module.exports = { double }`
    const pool = poolOf(file('double.cjs', text))
    await expect(pool.runTask(2)).resolves.toBe(4)
    await expect(pool.runTask(2, { name: 'double' })).resolves.toBe(4)
  })
})

describe('a file that computes while it is loaded', () => {
  test('the tutorial’s computation', async () => {
    const pool = poolOf(path.join(tutorial, 'compute.js'), 2)
    const results = await Promise.all([1, 2, 5].map((iterations) => pool.runTask({ iterations })))
    expect(results).toEqual([0, 1, 1 + Math.sqrt(2) + Math.sqrt(3) + 2])
    expect(await failure(pool.runTask())).toBeInstanceOf(TypeError)
    await expect(pool.runTask({ iterations: 2 })).resolves.toBe(1)
  })

  test.each([
    ['CommonJS', 'shot.cjs', "const { parentPort, workerData } = require('worker_threads')\n"],
    ['ESM', 'shot.mjs', "import { parentPort, workerData } from 'node:worker_threads'\n"],
  ])('%s, at once and later', async (_, name, imports) => {
    const now = poolOf(file(name, `${imports}parentPort.postMessage([workerData])`))
    for (const n of [1, 2, 3]) await expect(now.runTask(n)).resolves.toEqual([n])
    const text = `${imports}setTimeout(() => parentPort.postMessage(workerData.n), workerData.ms)`
    const later = poolOf(file(`later-${name}`, text), { size: 1, concurrency: 3 })
    const delays = [30, 10, 1, 20]
    await expect(Promise.all(delays.map((ms, n) => later.runTask({ n, ms })))).resolves.toEqual([0, 1, 2, 3])
  })

  test('one that fails in a promise of its own', async () => {
    const text = `
      const { parentPort, workerData } = require('node:worker_threads')
      async function main() {
        const rows = await Promise.resolve(workerData.rows)
        parentPort.postMessage(rows.length)
      }
      main()`
    await expect(poolOf(file('main.cjs', text)).runTask({ rows: [1, 2] })).resolves.toBe(2)
  })
})

describe('a function', () => {
  test('runs without what is around it, with `require` and `import`', async () => {
    const pool = poolOf(async (/** @type {number} */ n) => {
      const { basename } = await import('node:path')
      return basename(require('node:path').join('a', String(n)))
    })
    await expect(pool.runTask(5)).resolves.toBe('5')
  })

  test('can be a method', async () => {
    const tasks = {
      async add(/** @type {number[]} */ [a, b]) {
        return a + b
      },
    }
    await expect(poolOf(tasks.add).runTask([1, 2])).resolves.toBe(3)
  })

  test('that uses a variable around it says so', async () => {
    const factor = 2
    const pool = poolOf((/** @type {number} */ n) => n * factor)
    const error = await failure(pool.runTask(1))
    expect(error).toBeInstanceOf(ReferenceError)
    expect(error.message).toMatch(
      /^factor is not defined\. A function given to WorkerPool runs without the variables around it/,
    )
    expect(error.stack).toContain(error.message)
    const assigning = poolOf(() => {
      // @ts-expect-error: it is not there
      // oxlint-disable-next-line no-undef
      total = 1
    })
    expect(await failure(assigning.runTask())).toBeInstanceOf(ReferenceError)
  })
})

describe('a file that cannot be a worker', () => {
  const code = 'ERR_WORKER_LOAD_FAILED'

  test.each([
    [
      'neither exports nor listens',
      'nothing.cjs',
      'module.exports = { limit: 5 }',
      'neither exports a function nor listens',
    ],
    ['the same in ESM', 'nothing.mjs', 'export const limit = 5', 'neither exports a function nor listens'],
    ['waits for nothing', 'waits.mjs', 'await new Promise(() => {})', 'neither exports a function nor listens'],
    ['does not parse', 'broken.cjs', 'module.exports = (', ''],
    ['throws', 'throws.cjs', 'throw new Error("no database")', 'no database'],
    ['throws a TypeError', 'type-error.cjs', 'module.exports = (n) => n\nundefined.rows', "reading 'rows'"],
    ['throws later', 'throws-later.cjs', 'setTimeout(() => { throw new Error("no database") })', 'no database'],
    ['rejects', 'rejects.mjs', 'await Promise.reject(new Error("no database"))', 'no database'],
    [
      'rejects beside',
      'rejects-beside.cjs',
      'Promise.reject(new Error("no database"))\nsetTimeout(() => {}, 1e5)',
      'no database',
    ],
    ['requires what is not there', 'requires.cjs', 'require("not-there")', "Cannot find module 'not-there'"],
    ['exits', 'exits.cjs', 'process.exit(3)', 'code 3'],
  ])('%s', async (_, name, text, message) => {
    const error = await failure(poolOf(file(name, text)).runTask(1))
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
  })
})
