// @ts-check
'use strict'

// The invoices of examples/pdf-invoice, as a file and from the service.

const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { promisify } = require('node:util')
const { check, keep, place, texts } = require('./support/pdf-readers')

const root = path.join(__dirname, '../examples/pdf-invoice')

test('an invoice is written as a file', async () => {
  const file = place()
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'make.js'), file, '60'])
  expect(stdout).toMatch(/: 3 pages, \d+ bytes\n$/)
  await check(file)
  const [first, , last] = await texts(file)
  expect(first).toContain('Invoice 2026-0042')
  expect(last).toMatch(/Item Count Price Sum[^]*Total[^]*Page 3 of 3/)
})

test('the service sends one, and ends when it is told', async () => {
  const service = spawn(process.execPath, [path.join(root, 'server.js')], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(service.stdout, 'data')
  const url = /http\S+/.exec(String(said))?.[0]
  const response = await fetch(`${url}/invoices/2026-7.pdf?items=100`)
  expect(response.headers.get('content-type')).toBe('application/pdf')
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(Number(response.headers.get('content-length'))).toBe(bytes.length)
  const file = keep(bytes)
  await check(file)
  expect((await texts(file))[0]).toContain('Invoice 2026-7')
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', running: 0, queued: 0 })
  service.kill('SIGTERM')
  expect(await once(service, 'exit')).toEqual(process.platform === 'win32' ? [null, 'SIGTERM'] : [0, null])
})
