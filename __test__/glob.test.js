// @ts-check
'use strict'

// The patterns of the command line.

const fs = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { ArgumentError } = require('..')
const { isPattern, parse, walk } = require('../lib/cli/glob')

const files = [
  '.hidden.jpg',
  '.thumbs/a.jpg',
  'Z.jpg',
  'a.jpg',
  'a.png',
  'a[1].jpg',
  'ab.jpg',
  'b+c.jpg',
  'b.jpeg',
  'b-c.jpg',
  'x/a.jpg',
  'x/y/a.jpg',
  'x/y/z/a.jpg',
  'x/y/z/é.jpg',
  'x2/a.jpg',
  'x2/y/b.jpg',
]

/** @type {string} */
let folder

beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), 'offloop-glob-')))
  for (const file of files) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), '')
  }
  fs.mkdirSync(path.join(folder, 'folder.jpg'))
})

afterAll(() => fs.rmSync(folder, { recursive: true }))

const slashed = (/** @type {string} */ file) => file.replaceAll(path.sep, '/')

/** What a pattern finds in the folder, as paths from there. @param {string} pattern */
async function matches(pattern) {
  const { base, parts } = parse(`${slashed(folder)}/${pattern}`)
  const found = []
  for await (const { file, error } of walk(base, parts)) {
    if (error) throw error
    found.push(slashed(path.relative(folder, file)))
  }
  return found
}

const visible = files.filter((file) => !file.startsWith('.'))
const below = (/** @type {string} */ start) => visible.filter((file) => file.startsWith(start))

test.each([
  ['*.jpg', ['Z.jpg', 'a.jpg', 'a[1].jpg', 'ab.jpg', 'b+c.jpg', 'b-c.jpg']],
  ['a*', ['a.jpg', 'a.png', 'a[1].jpg', 'ab.jpg']],
  ['?.jpg', ['Z.jpg', 'a.jpg']],
  ['*b*', ['ab.jpg', 'b+c.jpg', 'b-c.jpg', 'b.jpeg']],
  ['[ab].*', ['a.jpg', 'a.png', 'b.jpeg']],
  ['[a-b].jp*g', ['a.jpg', 'b.jpeg']],
  ['[!a].jp*g', ['Z.jpg', 'b.jpeg']],
  ['[^a].jp*g', ['Z.jpg', 'b.jpeg']],
  ['b[+-]c.jpg', ['b+c.jpg', 'b-c.jpg']],
  ['a[[]1[]].jpg', ['a[1].jpg']],
  ['a[.*', []],
  ['*+*', ['b+c.jpg']],
  ['{a,b}.{png,jpeg}', ['a.png', 'b.jpeg']],
  ['{a,{ab,b+c}}.jpg', ['a.jpg', 'ab.jpg', 'b+c.jpg']],
  ['{a,a}.jpg', ['a.jpg']],
  ['{a}.jpg', []],
  ['{x/y,x2}/a.jpg', ['x/y/a.jpg', 'x2/a.jpg']],
  ['*/a.jpg', ['x/a.jpg', 'x2/a.jpg']],
  ['x*/y/*', ['x/y/a.jpg', 'x2/y/b.jpg']],
  ['**/a.jpg', visible.filter((file) => path.posix.basename(file) === 'a.jpg')],
  ['x/**/a.jpg', ['x/a.jpg', 'x/y/a.jpg', 'x/y/z/a.jpg']],
  ['x/**/?.jpg', ['x/a.jpg', 'x/y/a.jpg', 'x/y/z/a.jpg', 'x/y/z/é.jpg']],
  ['**/y/**/a.jpg', ['x/y/a.jpg', 'x/y/z/a.jpg']],
  ['**/**/z/*.jpg', ['x/y/z/a.jpg', 'x/y/z/é.jpg']],
  ['x/**', below('x/')],
  ['**', visible],
  ['.*.jpg', ['.hidden.jpg']],
  ['.*/*.jpg', ['.thumbs/a.jpg']],
  ['.thumbs/*', ['.thumbs/a.jpg']],
  ['x//y/./*', ['x/y/a.jpg']],
  ['*.gif', []],
])('%s', async (pattern, expected) => {
  expect((await matches(pattern)).sort()).toEqual([...expected].sort())
})

test('files come in the order of their names', async () => {
  expect(await matches('x*/**')).toEqual([
    'x/a.jpg',
    'x/y/a.jpg',
    'x/y/z/a.jpg',
    'x/y/z/é.jpg',
    'x2/a.jpg',
    'x2/y/b.jpg',
  ])
})

test('links to files count, those to folders only where they are named', async () => {
  const link = path.join(folder, 'x2/circle')
  fs.symlinkSync(folder, link, 'junction')
  try {
    expect(await matches('x2/**/a.jpg')).toEqual(['x2/a.jpg'])
    expect(await matches('x2/*/a.png')).toEqual(['x2/circle/a.png'])
  } finally {
    fs.rmSync(link)
  }
})

test('a folder that cannot be read is told', async () => {
  const { base, parts } = parse('no/such/folder/*.jpg')
  const found = []
  for await (const step of walk(base, parts)) found.push(step)
  expect(found).toEqual([{ file: 'no/such/folder/', error: expect.objectContaining({ code: 'ENOENT' }) }])
})

test.each([
  ['photos/**/*.jpg', 'photos/'],
  ['photos/2024-*/x/*.jpg', 'photos/'],
  ['{a,b}/*.jpg', '.'],
  ['*.jpg', '.'],
  ['../*.jpg', '../'],
  ['/*.jpg', '/'],
])('the fixed part of %s is %s', (pattern, base) => {
  expect(parse(pattern).base).toBe(base)
})

test('on Windows the backslash separates, elsewhere it is a part of a name', () => {
  expect(parse('C:\\photos\\**\\*.jpg', '\\').base).toBe('C:/photos/')
  expect(parse('C:\\photos\\**\\*.jpg', '\\').parts[0].name).toBeUndefined()
  expect(parse('a\\b*.jpg', '/')).toMatchObject({ base: '.' })
  expect(parse('a\\b*.jpg', '/').parts[0].name?.test('a\\bc.jpg')).toBe(true)
})

test('what is no pattern, and what is no valid one', () => {
  expect(['a.jpg', 'a/b c.jpg', 'a]b}.jpg'].some(isPattern)).toBe(false)
  expect(['*', 'a?', '[a]', '{a,b}'].every(isPattern)).toBe(true)
  expect(() => parse('[z-a].jpg')).toThrow(ArgumentError)
  expect(() => parse('[z-a].jpg')).toThrow('Expected `files` to be patterns, got `[z-a].jpg`')
})
