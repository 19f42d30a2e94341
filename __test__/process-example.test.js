// @ts-check
'use strict'

// The example service as a process of its own, over real HTTP.

const { mkdtempSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { exec, spawn } = require('..')
const { untilGone } = require('./support/processes')

const root = path.join(__dirname, '..')
const repository = mkdtempSync(path.join(os.tmpdir(), 'offloop-repository-'))

/** @type {any} */
let service
/** @type {string} */
let url

beforeAll(async () => {
  const commit = 'git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m'
  await exec(`git init -q && ${commit} first && ${commit} second`, { cwd: repository })
  const env = { PORT: '0', REPOSITORY: repository }
  service = spawn(process.execPath, ['examples/process/server.js'], {
    cwd: root,
    env,
    stderr: 'inherit',
    reject: false,
  })
  const { value } = await service.iterable().next()
  url = String(value).replace('listening on ', '')
})

afterAll(async () => {
  service.kill()
  await service
  rmSync(repository, { recursive: true, force: true })
})

/** @param {string} route  @param {unknown} body  @param {object} [options] */
const post = (route, body, options) =>
  fetch(url + route, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...options,
  })

test('/git-log gives the last commits', async () => {
  const { log } = await (await fetch(`${url}/git-log`)).json()
  expect(log).toEqual([expect.stringMatching(/^[0-9a-f]+ second$/), expect.stringMatching(/^[0-9a-f]+ first$/)])
  expect((await (await fetch(`${url}/git-log?count=1`)).json()).log).toHaveLength(1)
  for (const count of ['0', '101', 'x', '--all'])
    expect((await fetch(`${url}/git-log?count=${count}`)).status).toBe(400)
})

test('/packages finds a package', async () => {
  for (const name of ['express', '@types/node']) {
    const response = await post('/packages', { package: name })
    expect([response.status, await response.json()]).toEqual([200, { found: name }])
  }
  expect((await post('/packages', { package: 'no-such-package' })).status).toBe(404)
})

test.each([
  '--version',
  '-f/etc/passwd',
  '',
  '$(touch /tmp/offloop-was-here)',
  'express; touch /tmp/offloop-was-here',
  '`id`',
  'express\n--help',
  '../../etc/passwd',
  5,
  ['express'],
  { toString: 'express' },
  null,
  undefined,
])('/packages refuses %p', async (name) => {
  const response = await post('/packages', { package: name })
  expect(response.status).toBe(400)
  expect((await response.json()).code).toMatch(/^ERR_(UNSAFE_ARGUMENT|INVALID_ARG_TYPE)$/)
})

test('/process computes in a process of its own, which ends', async () => {
  const { sum, pid } = await (await post('/process', { values: [1, 2, 3] })).json()
  expect([sum, pid === service.pid]).toEqual([6, false])
  await untilGone(pid)
})

test('/process tells no more than that it failed', async () => {
  const response = await post('/process', { values: 1 })
  expect([response.status, await response.json()]).toEqual([
    500,
    { error: 'The program failed', code: 'ERR_PROCESS_FAILED' },
  ])
})

test('a script ends when its client goes away', async () => {
  const client = new AbortController()
  const asked = post('/process', { values: [], wait: 60_000 }, { signal: client.signal }).catch(() => 'gone')
  const scripts = () => exec(`pgrep -P ${service.pid}`, { lines: true, reject: false })
  let [pid] = (await scripts()).stdout
  while (pid === undefined) [pid] = (await scripts()).stdout
  client.abort()
  expect(await asked).toBe('gone')
  await untilGone(Number(pid))
})

test('SIGTERM ends the service by itself', async () => {
  service.kill('SIGTERM')
  expect(await service).toMatchObject({ exitCode: 0, signal: undefined })
})
