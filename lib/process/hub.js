// @ts-check
'use strict'

/**
 * The connection to the child processes of this environment: commands go out, events come in, and the event loop stays
 * alive while a child that counts has not closed.
 *
 * @module
 */

const { setImmediate } = require('node:timers')
const native = require('../native')
const { errorOf } = require('../errors')

/** What an event is, by the addon's own numbers (src/binding/children.rs). */
const Kind = Object.freeze({
  spawned: 0,
  failed: 1,
  data: 2,
  end: 3,
  wrote: 4,
  messages: 5,
  sent: 6,
  disconnected: 7,
  exited: 8,
  closed: 9,
})

/** How many values an event has in the list: the child, the kind, and three more. */
const STRIDE = 5

/** Events for which a listener may have to be added after the one before them, as by `await once(child, 'spawn')`. */
const late = new Set([Kind.disconnected, Kind.exited, Kind.closed])

/**
 * Who hears of a child.
 *
 * @typedef {object} Listener
 * @property {(kind: number, a: any, b: any, c: any) => boolean | void} hear true when the user may have heard something
 */

/** By number. @type {Map<number, Listener>} */
const listeners = new Map()
/** Those for which the event loop stays alive. @type {Set<number>} */
const referenced = new Set()
/** Children of which users have heard something on this turn of the event loop. @type {Set<number>} */
const heard = new Set()
/** Events that wait for the next turn. @type {Map<number, any[][]>} */
const waiting = new Map()
let last = 0

/** @param {any[]} list */
function deliver(list) {
  heard.clear()
  for (let i = 0; i < list.length; i += STRIDE) {
    const [id, kind] = [list[i], list[i + 1]]
    if (waiting.has(id) || (late.has(kind) && heard.has(id))) defer(id, list.slice(i, i + STRIDE))
    else tellOf(id, kind, list[i + 2], list[i + 3], list[i + 4])
  }
}

/** @param {number} id  @param {any[]} event */
function defer(id, event) {
  if (waiting.size === 0) setImmediate(deliverWaiting)
  const before = waiting.get(id)
  if (before) before.push(event)
  else waiting.set(id, [event])
}

function deliverWaiting() {
  const events = [...waiting.values()].flat(2)
  waiting.clear()
  deliver(events)
}

/** @param {number} id  @param {number} kind  @param {any} a  @param {any} b  @param {any} c */
function tellOf(id, kind, a, b, c) {
  const listener = listeners.get(id)
  if (kind === Kind.failed || kind === Kind.closed) {
    listeners.delete(id)
    unref(id)
  }
  tell(() => {
    if (listener?.hear(kind, a, b, c)) heard.add(id)
  })
}

/**
 * Calls a function of the user's. What it throws is an uncaught exception, and keeps nothing else from being done.
 *
 * @template {any[]} Args
 * @param {(...args: Args) => unknown} call
 * @param {Args} args
 */
function tell(call, ...args) {
  try {
    call(...args)
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}

/** @type {import('../addon').Children | undefined} */
let children

function open() {
  if (native.Children === undefined) {
    const message = `Child processes are not available on ${process.platform}: offloop starts them on Unix systems only`
    throw errorOf(message, { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })
  }
  children = new native.Children(deliver)
  return children
}

/**
 * Starts a child.
 *
 * @param {object} plan see src/process/plan.rs
 * @param {Listener} listener
 * @returns {number} the child's number here
 */
function start(plan, listener) {
  const hub = children ?? open()
  const id = ++last
  hub.start(id, JSON.stringify(plan))
  listeners.set(id, listener)
  ref(id)
  return id
}

/** @param {number} id */
function ref(id) {
  if (!listeners.has(id) || referenced.has(id)) return
  referenced.add(id)
  if (referenced.size === 1) children?.keepAlive(true)
}

/** @param {number} id */
function unref(id) {
  if (referenced.delete(id) && referenced.size === 0) children?.keepAlive(false)
}

/** The addon's commands. There is a child, so they are there. @returns {import('../addon').Children} */
const commands = () => /** @type {import('../addon').Children} */ (children)

module.exports = { Kind, commands, ref, start, tell, unref }
