// @ts-check
'use strict'

const { readFileSync, readdirSync } = require('node:fs')
const path = require('node:path')
const { until } = require('./until')

/** The path of a script of the tests. @param {string} name */
const script = (name) => path.join(__dirname, '..', 'programs', 'children', name)

/** Whether there is such a process; one that has ended and was not reaped is none. @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // Without a state it has gone this moment.
  return process.platform !== 'linux' || ![undefined, 'Z'].includes(stateOf(pid))
}

/** The parent and the state of a process, on Linux. @param {number | string} pid */
function statOf(pid) {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return { state: undefined, parent: undefined }
  }
}

/** @param {number} pid */
const stateOf = (pid) => statOf(pid).state

/** The children of this process that are left, zombies too. @returns {string[]} */
function childrenLeft() {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statOf(pid).parent === process.pid)
}

/** Resolves when the process is no more. @param {number} pid */
const untilGone = (pid) => until(() => !isAlive(pid))

/** A program that Node runs. @param {string} code @returns {[string, string[]]} */
const node = (code) => [process.execPath, ['-e', code]]

module.exports = { childrenLeft, isAlive, node, script, untilGone }
