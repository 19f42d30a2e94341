// @ts-check
'use strict'

/**
 * Abort signals and the tasks they stop: one listener per signal, however many tasks it stops. Adding a listener costs
 * as much as the signal has, so a listener for each of a hundred thousand tasks would block the event loop for minutes.
 *
 * @module
 */

/** @type {WeakMap<AbortSignal, { slots: Set<number>, listener: () => void }>} */
const watched = new WeakMap()

/**
 * Has `abort` called with the slot when the signal fires, and at once when it has fired: reading the caller's data may
 * have run code that did it.
 *
 * @param {AbortSignal} signal
 * @param {number} slot
 * @param {(slot: number) => void} abort
 */
function watch(signal, slot, abort) {
  if (signal.aborted) {
    abort(slot)
    return
  }
  const known = watched.get(signal)
  if (known) {
    known.slots.add(slot)
    return
  }
  const slots = new Set([slot])
  const listener = () => slots.forEach(abort)
  signal.addEventListener('abort', listener, { once: true })
  watched.set(signal, { slots, listener })
}

/**
 * The task in the slot has settled.
 *
 * @param {AbortSignal} signal
 * @param {number} slot
 */
function unwatch(signal, slot) {
  const known = watched.get(signal)
  if (!known?.slots.delete(slot) || known.slots.size > 0) return
  signal.removeEventListener('abort', known.listener)
  watched.delete(signal)
}

/** What is called when a signal fires. @type {WeakMap<AbortSignal, { calls: Set<() => void>, listener: () => void }>} */
const listened = new WeakMap()

/**
 * Has something called when the signal fires, by one listener for all who ask.
 *
 * @param {AbortSignal | undefined} signal that has not fired
 * @param {() => void} call
 */
function listen(signal, call) {
  if (signal === undefined) return
  const known = listened.get(signal)
  if (known) {
    known.calls.add(call)
    return
  }
  const calls = new Set([call])
  const listener = () => calls.forEach((each) => each())
  signal.addEventListener('abort', listener, { once: true })
  listened.set(signal, { calls, listener })
}

/** @param {AbortSignal | undefined} signal  @param {() => void} call */
function unlisten(signal, call) {
  const known = signal && listened.get(signal)
  if (!known?.calls.delete(call) || known.calls.size > 0) return
  signal?.removeEventListener('abort', known.listener)
  listened.delete(/** @type {AbortSignal} */ (signal))
}

module.exports = { listen, unlisten, unwatch, watch }
