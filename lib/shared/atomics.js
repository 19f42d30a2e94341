// @ts-check
'use strict'

/**
 * `Atomics`, and what it lacks. What reads and writes is the engine's own; what waits and tells is ours, so that it reaches
 * Rust threads too, keeps the process alive, can be aborted, and never ends early.
 *
 * Errors of wrong arguments are the engine's: it is asked to do what cannot be done.
 *
 * @module
 */

const { isBigInt64Array, isBigUint64Array, isInt32Array, isSharedArrayBuffer } = require('node:util/types')
const native = require('../native')
const { errorOf } = require('../errors')
const { checkBoolean, checkFunction, checkKnown, checkNumber, checkSignal, unexpected } = require('../options')
const { listen, unlisten } = require('../signals')
const { later, nextNumber, startTimer } = require('./wait')

/** A blocked thread looks up so often, in ms: then it can be terminated. */
const SLICE_MS = 20

/** @type {any} */
let parking

/** The place of a word, as by ToIndex: one that is out of range is the engine's to refuse. @param {any} index @returns {number} */
const placeOf = (index) => Math.trunc(+index) || 0

/** @param {any} view  @param {number} place */
const fits = (view, place) => place >= 0 && place < view.length

/** @param {any} view  @param {number} place */
const wordAt = (view, place) =>
  new Uint8Array(view.buffer, view.byteOffset + place * view.BYTES_PER_ELEMENT, view.BYTES_PER_ELEMENT)

/** @param {any} view */
const isWaitable = (view) => (isInt32Array(view) || isBigInt64Array(view)) && isSharedArrayBuffer(view.buffer)

/** @param {any} view  @param {any} value */
const valueFor = (view, value) => (isInt32Array(view) ? value | 0 : BigInt.asIntN(64, value))

/** @param {any} timeout */
function limitOf(timeout) {
  const ms = +timeout
  return Number.isNaN(ms) ? Infinity : Math.max(ms, 0)
}

/** @param {any} view  @param {any} index  @param {any} value  @param {any} [timeout] */
function wait(view, index, value, timeout) {
  if (!isWaitable(view)) return Atomics.wait(view, index, value, timeout)
  const place = placeOf(index)
  if (!fits(view, place)) return Atomics.wait(view, place, value, 0)
  const expected = valueFor(view, value)
  const limit = limitOf(timeout)
  parking ??= new native.Parking()
  const id = nextNumber()
  if (!parking.enter(id, wordAt(view, place), expected)) return 'not-equal'
  const end = performance.now() + limit
  for (;;) {
    const left = end - performance.now()
    if (left <= 0) return parking.leave(id) ? 'timed-out' : 'ok'
    if (parking.block(id, Math.min(left, SLICE_MS))) {
      parking.leave(id)
      return 'ok'
    }
  }
}

/** @param {any} view  @param {any} index  @param {any} value  @param {any} [written] a timeout, or `{ timeout, signal, ref }` */
function waitAsync(view, index, value, written) {
  const builtIn = /** @type {any} */ (Atomics).waitAsync
  if (!isWaitable(view)) return builtIn(view, index, value, 0)
  const place = placeOf(index)
  if (!fits(view, place)) return builtIn(view, place, value, 0)
  const expected = valueFor(view, value)
  const { limit, signal, ref } = asyncOptions(written)
  if (signal?.aborted) return { async: true, value: Promise.reject(aborted(signal)) }
  parking ??= new native.Parking()
  const { id, waits, told, forget } = later(ref, view)
  if (!parking.enter(id, wordAt(view, place), expected, waits)) {
    forget()
    return { async: false, value: 'not-equal' }
  }
  if (limit === 0 && parking.leave(id)) {
    forget()
    return { async: false, value: 'timed-out' }
  }
  return { async: true, value: untilTold(id, { told, forget, limit, signal, ref }) }
}

/** @param {AbortSignal} signal */
const aborted = (signal) => errorOf('The wait was aborted', { code: 'ABORT_ERR', cause: signal.reason })

const asyncNames = ['timeout', 'signal', 'ref']

/** @param {any} written */
function asyncOptions(written) {
  // What has none of them may still be a number, as `Atomics` sees it.
  const isOptions = typeof written === 'object' && written !== null && asyncNames.some((name) => name in written)
  if (!isOptions) return { limit: limitOf(written), signal: undefined, ref: true }
  checkKnown(written, asyncNames)
  const { timeout, signal, ref = true } = written
  checkBoolean('ref', ref)
  if (signal !== undefined) checkSignal('signal', signal)
  return { limit: limitOf(timeout), signal, ref }
}

/**
 * @param {number} id
 * @param {{ told: Promise<void>, forget: () => void, limit: number, signal: AbortSignal | undefined, ref: boolean }} how
 * @returns {Promise<'ok' | 'timed-out'>}
 */
function untilTold(id, { told, forget, limit, signal, ref }) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      timer?.stop()
      unlisten(signal, onAbort)
    }
    // When it was told in this very moment, it was told.
    const leave = (/** @type {() => void} */ instead) => {
      if (!parking.leave(id)) return
      forget()
      stop()
      instead()
    }
    const onAbort = () => leave(() => reject(aborted(/** @type {AbortSignal} */ (signal))))
    const onTime = () => leave(() => resolve('timed-out'))
    const timer = limit === Infinity ? undefined : startTimer(limit, onTime, ref)
    listen(signal, onAbort)
    const onTold = () => {
      parking.leave(id)
      stop()
      resolve('ok')
    }
    void told.then(onTold)
  })
}

/** @param {any} view  @param {any} index  @param {any} [count] */
function notify(view, index, count) {
  if (!isWaitable(view)) return Atomics.notify(view, index, count)
  const place = placeOf(index)
  if (!fits(view, place)) return Atomics.notify(view, place, 0)
  const most = count === undefined ? Infinity : Math.max(Math.trunc(+count) || 0, 0)
  const told = native.Parking.notify(wordAt(view, place), Math.min(most, Number.MAX_SAFE_INTEGER))
  // Those who wait by the engine's own functions come next.
  return told < most ? told + Atomics.notify(view, place, most - told) : told
}

/** As the built-in one it has no parameters that count. @param {[n?: any]} args */
function pause(...[n]) {
  if (n !== undefined && !Number.isInteger(n)) throw new TypeError(`${String(n)} is not an integral number`)
}

// —— what `Atomics` lacks

/** The same memory as whole numbers, by view. @type {WeakMap<object, Int32Array | BigInt64Array>} */
const asIntegers = new WeakMap()

/** @param {any} view @returns {any} */
function integersOf(view) {
  let integers = asIntegers.get(view)
  if (integers === undefined || integers.length !== view.length) {
    const type = view.BYTES_PER_ELEMENT === 4 ? Int32Array : BigInt64Array
    integers = new type(view.buffer, view.byteOffset, view.length)
    asIntegers.set(view, integers)
  }
  return integers
}

/** @param {any} view */
const isFloat = (view) => view instanceof Float32Array || view instanceof Float64Array || isFloatOfRealm(view)

/** A view may be of another realm. @param {any} view */
const isFloatOfRealm = (view) =>
  ArrayBuffer.isView(view) &&
  ['[object Float32Array]', '[object Float64Array]'].includes(`${Object.prototype.toString.call(view)}`)

const scratch = new ArrayBuffer(8)
const scratches = {
  4: { floats: new Float32Array(scratch, 0, 1), integers: new Int32Array(scratch, 0, 1) },
  8: { floats: new Float64Array(scratch), integers: new BigInt64Array(scratch) },
}

/**
 * Replaces a value by what `change` makes of it, as often as another thread comes in between.
 *
 * @param {any} view
 * @param {any} index
 * @param {(value: any) => any} change
 * @returns {any} the value before
 */
function update(view, index, change) {
  if (!isFloat(view)) {
    let old = Atomics.load(view, index)
    for (;;) {
      const found = Atomics.compareExchange(view, index, old, change(old))
      if (found === old) return old
      old = found
    }
  }
  const integers = integersOf(view)
  const kept = scratches[/** @type {4 | 8} */ (view.BYTES_PER_ELEMENT)]
  let bits = Atomics.load(integers, index)
  for (;;) {
    kept.integers[0] = /** @type {never} */ (bits)
    const old = kept.floats[0]
    const next = change(old)
    kept.floats[0] = next
    const found = Atomics.compareExchange(integers, index, bits, /** @type {never} */ (kept.integers[0]))
    if (found === bits) return old
    bits = found
  }
}

/** @param {any} view  @param {any} index  @param {number} value */
function addFloat(view, index, value) {
  if (!isFloat(view)) throw unexpected('view', 'a Float32Array or a Float64Array', view, 'ERR_INVALID_ARG_TYPE')
  const by = Number(value)
  return update(view, index, (old) => old + by)
}

/** @param {any} view  @param {any} index  @param {any} value */
const min = (view, index, value) => update(view, index, (old) => (value < old ? value : old))

/** @param {any} view  @param {any} index  @param {any} value */
const max = (view, index, value) => update(view, index, (old) => (value > old ? value : old))

/** @param {any} view  @param {any} index  @param {(value: any) => any} fn */
function fetchUpdate(view, index, fn) {
  checkFunction('fn', fn)
  return update(view, index, fn)
}

/** @param {any} view  @param {number} [start]  @param {number} [end] @returns {[number, number]} */
function range(view, start = 0, end = view.length) {
  const place = (/** @type {string} */ name, /** @type {number} */ at) => {
    checkNumber(name, at, { min: -Infinity, integer: true })
    return Math.min(Math.max(at < 0 ? view.length + at : at, 0), view.length)
  }
  return [place('start', start), place('end', end)]
}

/** Adds each value to its neighbour in the view. @param {any} view  @param {ArrayLike<any>} values  @param {number} [start] */
function addMany(view, values, start = 0) {
  checkNumber('start', start, { min: 0, integer: true })
  if (start + values.length > view.length) {
    throw unexpected('start', `room for ${values.length} values from there on`, start, 'ERR_OUT_OF_RANGE')
  }
  const float = isFloat(view)
  for (let i = 0; i < values.length; i++) {
    if (float) addFloat(view, start + i, values[i])
    else Atomics.add(view, start + i, /** @type {never} */ (values[i]))
  }
}

/** @param {any} view  @param {any} value  @param {number} [start]  @param {number} [end] */
function fill(view, value, start, end) {
  const [from, to] = range(view, start, end)
  if (isFloat(view)) {
    const kept = scratches[/** @type {4 | 8} */ (view.BYTES_PER_ELEMENT)]
    kept.floats[0] = value
    const bits = kept.integers[0]
    const integers = integersOf(view)
    for (let i = from; i < to; i++) Atomics.store(integers, i, /** @type {never} */ (bits))
  } else {
    for (let i = from; i < to; i++) Atomics.store(view, i, /** @type {never} */ (value))
  }
  return view
}

/** Each value is read whole, though not all at one moment. @param {any} view  @param {number} [start]  @param {number} [end] */
function sum(view, start, end) {
  const [from, to] = range(view, start, end)
  if (isFloat(view)) {
    const kept = scratches[/** @type {4 | 8} */ (view.BYTES_PER_ELEMENT)]
    const integers = integersOf(view)
    let all = 0
    for (let i = from; i < to; i++) {
      kept.integers[0] = /** @type {never} */ (Atomics.load(integers, i))
      all += kept.floats[0]
    }
    return all
  }
  /** @type {any} */
  let all = isBigInt64Array(view) || isBigUint64Array(view) ? 0n : 0
  for (let i = from; i < to; i++) all += Atomics.load(view, i)
  return all
}

const own = { wait, waitAsync, notify, addFloat, min, max, fetchUpdate, addMany, fill, sum }

/** As `Atomics` itself: nothing is listed, and what is called has no prototype. @type {any} */
const atomics = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(Atomics))
if (atomics.pause === undefined) define('pause', pause)
for (const [name, fn] of Object.entries(own)) define(name, fn)

/** @param {string} name  @param {(...args: any[]) => any} fn */
function define(name, fn) {
  // A method is no constructor.
  const method = { [name]: (/** @type {any[]} */ ...args) => fn(...args) }[name]
  const { length } = /** @type {any} */ (Atomics)[name] ?? { length: fn.length }
  Object.defineProperty(method, 'length', { value: length, configurable: true })
  Object.defineProperty(atomics, name, { value: method, writable: true, configurable: true })
}

module.exports = { atomics }
