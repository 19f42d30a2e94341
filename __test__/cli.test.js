// @ts-check
'use strict'

// The program `offloop`, as a process of its own.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { WorkerPool, image } = require('..')
const { progressBar } = require('../lib/cli/bar')
const { version } = require('../package.json')
const { runProgram } = require('./support/program')

const photos = path.join(__dirname, '../examples/photos')

/** @type {string} */
let folder
/** @type {WorkerPool} */
let pool

beforeAll(() => {
  pool = new WorkerPool(1)
})

afterAll(() => pool.close())

/** Each test has a folder to itself, with photos in `photos` and `photos/2024/may`, and a file that is none. */
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'offloop-cli-')))
  fs.mkdirSync(at('photos/2024/may'), { recursive: true })
  fs.copyFileSync(path.join(photos, 'coffee.jpg'), at('photos/coffee.jpg'))
  fs.copyFileSync(path.join(photos, 'blackbug.png'), at('photos/2024/bug.png'))
  fs.copyFileSync(path.join(photos, 'chelsea.jpg'), at('photos/2024/may/chelsea.jpg'))
  fs.writeFileSync(at('photos/notes.txt'), 'no image')
})

afterEach(() => fs.rmSync(folder, { recursive: true }))

/** @param {string} file */
const at = (file) => path.join(folder, file)

/**
 * @param {string} args separated by spaces
 * @param {Parameters<typeof runProgram>[2]} [options]
 */
const offloop = (args, options) => {
  const list = args.split(' ').filter((arg) => arg !== '')
  return runProgram('../../bin/offloop.js', list, { cwd: folder, ...options })
}

/** What `--json` printed: a line for each file by its input, and the totals. @param {string} stdout */
function parsed(stdout) {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const totals = lines.pop()
  const byInput = Object.fromEntries(lines.map((line) => [line.input.replaceAll(path.sep, '/'), line]))
  expect(Object.keys(byInput)).toHaveLength(lines.length)
  expect(totals.status).toBe('totals')
  return { ...byInput, totals }
}

/** The files below a folder, as paths from there. @param {string} below */
function filesIn(below) {
  const entries = fs.existsSync(at(below)) ? fs.readdirSync(at(below), { recursive: true, withFileTypes: true }) : []
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(at(below), path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort()
}

/** @param {string} file */
const metadata = (file) => image(at(file), { pool }).metadata()

describe('files', () => {
  test('of a pattern keep their folders below its fixed part', async () => {
    const { code, stdout, stderr } = await offloop('image photos/**/*.{jpg,png} --resize 80x60 --webp 80 --out thumbs/')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^3 files: 3 done, 0 failed, 0 skipped; [\d.]+ kB → [\d.]+ kB; [\d.]+ s(, [\d.]+ images\/s)?\n$/,
    )
    expect(filesIn('thumbs')).toEqual(['2024/bug.webp', '2024/may/chelsea.webp', 'coffee.webp'])
    for (const file of filesIn('thumbs')) {
      expect(await metadata(`thumbs/${file}`)).toMatchObject({ format: 'webp', width: 80, height: 60 })
    }
  })

  test('of a folder are its images, also where results go into it, and every file once', async () => {
    const again = 'image photos photos/coffee.jpg photos/*.jpg --out photos/small --resize 10 --json'
    const first = parsed((await offloop(again)).stdout)
    expect(first.totals).toMatchObject({ files: 3, done: 3, failed: 0, skipped: 0 })
    expect(filesIn('photos/small')).toEqual(['2024/bug.png', '2024/may/chelsea.jpg', 'coffee.jpg'])
    const second = parsed((await offloop(again)).stdout)
    expect(second.totals).toMatchObject({ files: 3, done: 0, failed: 0, skipped: 3 })
  })

  test('go beside their sources without a folder for them', async () => {
    const { code } = await offloop('image photos/coffee.jpg photos/2024/bug.png --webp --suffix -small --resize x20')
    expect(code).toBe(0)
    expect(filesIn('photos')).toEqual([
      '2024/bug-small.webp',
      '2024/bug.png',
      '2024/may/chelsea.jpg',
      'coffee-small.webp',
      'coffee.jpg',
      'notes.txt',
    ])
  })

  test('with special characters in their names are taken as they are', async () => {
    fs.renameSync(at('photos/coffee.jpg'), at('photos/[a]{b,c}.jpg'))
    expect((await offloop('image photos/[a]{b,c}.jpg --png --out out')).code).toBe(0)
    expect(filesIn('out')).toEqual(['[a]{b,c}.png'])
  })

  test('that are there are skipped, unless they may be replaced', async () => {
    fs.mkdirSync(at('out'))
    fs.writeFileSync(at('out/coffee.webp'), 'mine')
    const skipped = await offloop('image photos/*.jpg --webp --out out --json')
    expect(skipped.code).toBe(0)
    const { totals, ...lines } = parsed(skipped.stdout)
    expect(lines).toEqual({
      'photos/coffee.jpg': {
        input: path.normalize('photos/coffee.jpg'),
        output: path.normalize('out/coffee.webp'),
        status: 'skipped',
      },
    })
    expect(totals).toMatchObject({ files: 1, done: 0, failed: 0, skipped: 1, bytesIn: 0, bytesOut: 0 })
    expect(fs.readFileSync(at('out/coffee.webp'), 'utf8')).toBe('mine')
    expect((await offloop('image photos/*.jpg --webp --out out --overwrite')).code).toBe(0)
    expect((await metadata('out/coffee.webp')).format).toBe('webp')
  })

  test('of an empty folder are none, which is no failure', async () => {
    fs.mkdirSync(at('empty'))
    const { code, stdout } = await offloop('image empty --webp --out out')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^0 files: 0 done, 0 failed, 0 skipped; 0 B → 0 B;/)
  })
})

describe('what is done', () => {
  /** The only result. @param {string} args */
  async function resultOf(args) {
    const { code, stdout, stderr } = await offloop(`image --out out --json ${args}`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [file, ...others] = filesIn('out')
    expect(others).toEqual([])
    const { totals, ...lines } = parsed(stdout)
    const bytes = fs.readFileSync(at(`out/${file}`))
    fs.rmSync(at('out'), { recursive: true })
    return { file, bytes, line: Object.values(lines)[0], totals }
  }
  const coffee = 'photos/coffee.jpg'

  test.each([
    ['--resize 60x40', [60, 40]],
    ['--resize 60', [60, 40]],
    ['--resize x40', [60, 40]],
    ['--resize 60x', [60, 40]],
    ['--resize 60x60 --fit inside', [60, 40]],
    ['--resize 900 --without-enlargement', [600, 400]],
    ['--resize 60x40 --rotate 90', [40, 60]],
    ['--rotate 90 --resize 60x40', [60, 40]],
    ['--rotate -90 --resize 60', [60, 90]],
    ['--resize 60 --resize 30', [30, 20]],
  ])('%s', async (args, [width, height]) => {
    const { line } = await resultOf(`${coffee} ${args}`)
    expect(line).toMatchObject({ status: 'done', format: 'jpeg', width, height })
  })

  test('is what the chain does', async () => {
    const { file, bytes } = await resultOf(
      `${coffee} --resize 90x90 --position north --kernel cubic --flip --flop --grey --blur 2 --sharpen 1 --webp 60 --effort 1`,
    )
    const chain = image(at(coffee), { pool })
      .resize(90, 90, { position: 'north', kernel: 'cubic' })
      .flip()
      .flop()
      .greyscale()
      .blur(2)
      .sharpen(1)
      .webp({ quality: 60, effort: 1 })
    expect(file).toBe('coffee.webp')
    expect(bytes).toEqual(await chain.toBuffer())
  })

  test('is read from options whose value may be left out', async () => {
    // What follows is a file and no value.
    const plain = await resultOf(`--resize 90 --rotate --blur --sharpen --trim --webp ${coffee}`)
    const chain = image(at(coffee), { pool }).resize(90).rotate().blur().sharpen().trim().webp()
    expect(plain.bytes).toEqual(await chain.toBuffer())
    const low = await resultOf(`--resize 90 --webp 10 ${coffee}`)
    expect(low.bytes).toEqual(await image(at(coffee), { pool }).resize(90).webp({ quality: 10 }).toBuffer())
    expect((await resultOf(`--resize 90 --webp=10 -- ${coffee}`)).bytes).toEqual(low.bytes)
  })

  test('is written in the file’s own format where that can be, else as a PNG', async () => {
    const low = await resultOf(`${coffee} --resize 90 --quality 10`)
    expect(low.file).toBe('coffee.jpg')
    expect(low.bytes).toEqual(await image(at(coffee), { pool }).resize(90).jpeg({ quality: 10 }).toBuffer())
    // A PNG has no quality.
    expect((await resultOf('photos/2024/bug.png --resize 20 --quality 10')).line.format).toBe('png')
    fs.copyFileSync(at(coffee), at('photos/A.BMP'))
    expect((await resultOf('photos/A.BMP --resize 90')).file).toBe('A.png')
    fs.copyFileSync(at(coffee), at('photos/B.JPEG'))
    expect((await resultOf('photos/B.JPEG --resize 90')).file).toBe('B.JPEG')
    expect((await resultOf('photos/B.JPEG --resize 90 --jpeg')).file).toBe('B.JPEG')
    expect((await resultOf('photos/B.JPEG --resize 90 --tiff')).file).toBe('B.tiff')
    expect((await resultOf('photos/B.JPEG --resize 90 --gif')).line.format).toBe('gif')
  })

  test('keeps metadata when asked to', async () => {
    const sideways = path.join(__dirname, 'fixtures/orientation/Landscape_6.jpg')
    const kept = await resultOf(`${sideways} --jpeg --keep-metadata`)
    expect((await image(kept.bytes, { pool }).metadata()).exif).toBeDefined()
    const plain = await resultOf(`${sideways} --jpeg`)
    expect((await image(plain.bytes, { pool }).metadata()).exif).toBeUndefined()
  })
})

describe('failures', () => {
  test('are a line each, the rest is done, and the exit code is 1', async () => {
    const names = 'photos/coffee.jpg photos/notes.txt photos/missing.jpg none/*.jpg photos/*.gif photos/2024/bug.png'
    const { code, stdout, stderr } = await offloop(`image ${names} --webp --resize 9 --out out`)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^6 files: 2 done, 4 failed, 0 skipped; /)
    const lines = stderr.trimEnd().split('\n').sort()
    expect(lines.map((line) => line.replaceAll(path.sep, '/'))).toEqual([
      expect.stringMatching(/^none\/: .*\(ENOENT\)$/),
      'photos/*.gif: No file matches (ENOENT)',
      expect.stringMatching(/^photos\/missing.jpg: .*\(ENOENT\)$/),
      expect.stringMatching(/^photos\/notes.txt: .*\(ERR_IMAGE_INVALID\)$/),
    ])
    expect(filesIn('out')).toEqual(['bug.webp', 'coffee.webp'])
  })

  test('are of the second of two files with one result, and of a file that would become its own', async () => {
    const { code, stdout } = await offloop(
      'image photos/coffee.jpg photos/2024/may/../../2024/bug.png photos/2024/bug.png photos/2024/../coffee.jpg --jpeg --json --out photos',
    )
    expect(code).toBe(1)
    expect(parsed(stdout)).toMatchObject({
      'photos/coffee.jpg': {
        status: 'failed',
        error: { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('same file for input and output') },
      },
      totals: { files: 2, done: 1, failed: 1 },
    })
    fs.copyFileSync(at('photos/coffee.jpg'), at('photos/2024/coffee.jpg'))
    const same = await offloop('image photos/coffee.jpg photos/2024/coffee.jpg --webp --json --out out')
    expect(parsed(same.stdout)).toMatchObject({
      'photos/coffee.jpg': { status: 'done' },
      'photos/2024/coffee.jpg': {
        status: 'failed',
        error: { code: 'ERR_INVALID_ARG_VALUE', message: expect.stringContaining('a file of its own') },
      },
    })
  })
})

test('--json is a line for each file and one for the totals', async () => {
  const { stdout } = await offloop('image photos/coffee.jpg photos/notes.txt --webp --resize 30 --out out --json')
  const output = path.normalize('out/coffee.webp')
  const bytesOut = fs.statSync(at(output)).size
  const bytesIn = fs.statSync(at('photos/coffee.jpg')).size
  expect(parsed(stdout)).toEqual({
    'photos/coffee.jpg': {
      input: 'photos/coffee.jpg',
      output,
      status: 'done',
      format: 'webp',
      width: 30,
      height: 20,
      bytesIn,
      bytesOut,
    },
    'photos/notes.txt': {
      input: 'photos/notes.txt',
      output: path.normalize('out/notes.webp'),
      status: 'failed',
      error: { code: 'ERR_IMAGE_INVALID', message: expect.any(String) },
    },
    totals: {
      status: 'totals',
      files: 2,
      done: 1,
      failed: 1,
      skipped: 0,
      bytesIn,
      bytesOut,
      seconds: expect.any(Number),
    },
  })
})

test('--quiet prints nothing but failures', async () => {
  const { stdout, stderr } = await offloop('image photos/coffee.jpg photos/notes.txt --webp --out out -q')
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^photos\/notes.txt: .*\n$/)
})

test('--version and --help', async () => {
  expect(await offloop('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  const { code, stdout } = await offloop('--help')
  expect(code).toBe(0)
  expect(stdout).toContain("offloop image 'photos/**/*.jpg' --resize 800x600 --webp 80 --out thumbs/")
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  expect(await offloop('image --help')).toMatchObject({ code: 0, stdout })
})

test.each([
  ['', 'Expected `command` to be `image`, got nothing'],
  ['images', 'Expected `command` to be `image`, got `images`'],
  ['image --webp', 'Expected `files` to be at least one, got nothing'],
  ['image a.jpg', 'Expected `--out` to be given, or `--suffix`, or a format, got nothing'],
  ['image a.jpg --webb', 'Unknown option `--webb`'],
  ['image a.jpg -x', 'Unknown option `-x`'],
  ['image a.jpg --resize', 'Expected `--resize` to be followed by a value, got nothing'],
  ['image a.jpg --resize 8y6', 'Expected `--resize` to be a size such as 800x600, 800 or x600, got `8y6`'],
  ['image a.jpg --webp --resize 0', 'Expected `--resize` to be an integer from 1 to 65535, got `0` (number)'],
  ['image a.jpg --webp 101', 'Expected `--webp` to be an integer from 1 to 100, got `101` (number)'],
  ['image a.jpg --webp=best', 'Expected `--webp` to be a number, got `best`'],
  ['image a.jpg --webp --flip=no', 'Expected `--flip` to be without a value, got `no`'],
  ['image a.jpg --webp --png', 'Expected `--webp` to be the only format, got `--png`'],
  ['image a.jpg --webp --fit fill', 'Expected `--fit` to be used with `--resize`, got nothing'],
  ['image a.jpg --webp --resize 9 --fit all', 'Expected `--fit` to be one of `cover`, `contain`, `fill`'],
  ['image a.jpg --webp --resize 9000 --kernel none', 'Expected `--kernel` to be one of `nearest`'],
  ['image a.jpg --webp --effort 7', 'Expected `--effort` to be an integer from 0 to 6, got `7` (number)'],
  ['image a.jpg --jpeg --lossless', 'Expected `--lossless` to be used with `--webp`'],
  ['image a.jpg --webp --blur 0.1', 'Expected `--blur` to be a number from 0.3 to 1000, got `0.1` (number)'],
  ['image a.jpg --webp --threads 0', 'Expected `--threads` to be an integer from 1 to 1024, got `0` (number)'],
  ['image a.jpg --webp --concurrency many', 'Expected `--concurrency` to be a number, got `many`'],
  ['image [z-a].jpg --webp', 'Expected `files` to be patterns, got `[z-a].jpg`'],
])('wrong usage: offloop %s', async (args, message) => {
  const { code, stdout, stderr } = await offloop(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^offloop: .*\n`offloop --help` lists the options.\n$/)
  expect(stderr).toContain(message)
})

describe('the end', () => {
  /** So many photos, in `many`. @param {number} count */
  function many(count) {
    fs.mkdirSync(at('many'))
    for (let i = 0; i < count; i++) fs.copyFileSync(at('photos/coffee.jpg'), at(`many/${i}.jpg`))
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('by %s leaves whole files only', async (signal, expected) => {
    many(200)
    const { code, stdout } = await offloop('image many --resize 900 --webp --out out --json --threads 2', {
      // Every line of a file brings one: npx, too, passes on what the terminal has sent.
      onOutput: (child, output) => {
        if (!output.includes('totals')) child.kill(/** @type {NodeJS.Signals} */ (signal))
      },
    })
    expect(code).toBe(expected)
    const { totals } = parsed(stdout)
    expect(totals.files).toBe(200)
    expect(totals.done).toBeGreaterThan(0)
    expect(totals.done).toBeLessThan(200)
    expect(totals.failed).toBe(0)
    const written = fs.readdirSync(at('out'))
    expect(written.length).toBeGreaterThanOrEqual(totals.done)
    for (const file of written) {
      expect(file).toMatch(/^\d+\.webp$/)
      expect(
        await image(at(`out/${file}`), { pool })
          .resize(9)
          .toBuffer(),
      ).toBeInstanceOf(Buffer)
    }
  })

  test('by a reader that leaves is none: the work goes on', async () => {
    many(20)
    const { code, stderr } = await offloop('image many --resize 90 --webp --out out --json', {
      onOutput: (child) => child.stdout?.destroy(),
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(filesIn('out')).toHaveLength(20)
  })
})

describe('the progress bar', () => {
  /** @param {object} terminal */
  function drawn(terminal) {
    /** @type {string[]} */
    const written = []
    const bar = progressBar({ ...terminal, write: (text) => written.push(text) })
    return { bar, written }
  }
  const half = { done: 1, failed: 0, total: 4, percent: 25 }

  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  test('is one line of a terminal, which makes room for others', () => {
    const { bar, written } = drawn({ isTTY: true, columns: 80 })
    bar.clear()
    jest.advanceTimersByTime(2000)
    bar.draw(half)
    bar.draw({ done: 2, failed: 2, total: 4, percent: 100 })
    bar.clear()
    bar.clear()
    expect(written).toEqual([
      '\r\x1b[K██████░░░░░░░░░░░░░░░░░░ 1 of 4, 6 s left',
      '\r\x1b[K████████████████████████ 4 of 4, 2 failed',
      '\r\x1b[K',
    ])
  })

  test('fits into its line', () => {
    const { bar, written } = drawn({ isTTY: true, columns: 30 })
    bar.draw({ done: 1, failed: 1, total: 4, percent: 50 })
    expect(written).toEqual(['\r\x1b[K████████████░░░░░░░░░░░░ 2 of'])
  })

  test('is a line every ten seconds where there is no terminal', () => {
    const { bar, written } = drawn({})
    for (let second = 0; second < 25; second++) {
      bar.draw(half)
      jest.advanceTimersByTime(1000)
    }
    bar.clear()
    expect(written).toEqual(['1 of 4, 30 s left\n', '1 of 4, 60 s left\n'])
  })
})
