// @ts-check
'use strict'

const { spawnSync } = require('node:child_process')
const path = require('node:path')

test('the demo does its work both ways, prints a table and exits with 0', () => {
  const demo = path.join(__dirname, '../scripts/demo.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, '--quick'], {
    encoding: 'utf8',
    timeout: 240_000,
  })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/photos to WebP, 800×600 +[\d.]+ s +[\d.]+ ms +[\d.]+ s +[\d.]+ ms/)
  expect(stdout).toMatch(/sum of 1e\+8 square roots +[\d.]+ s +[\d.]+ ms +[\d.]+ s +[\d.]+ ms/)
  expect(stdout).toMatch(/SHA-256 of a file of 20 MB +[\d.]+ s +[\d.]+ ms +[\d.]+ s +[\d.]+ ms/)
  expect(status).toBe(0)
}, 300_000)
