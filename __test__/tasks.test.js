// @ts-check
'use strict'

const { defaultPool, tasks } = require('..')

test('lists every native task with what it does and the schema of its input', () => {
  const list = tasks()
  const names = list.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(['noop', 'fault']))
  for (const { name, description, input } of list) {
    expect(name).toMatch(/^[a-z]+(\.[a-z]+)*$/i)
    expect(description).toMatch(/^[A-Z].+\.$/)
    expect(typeof input).toBe('object')
  }
})

test('the schema says what a task takes', () => {
  const { input } = /** @type {any} */ (tasks().find(({ name }) => name === 'fault'))
  expect(input.type).toBe('object')
  expect(Object.keys(input.properties).sort()).toEqual(['kind', 'milliseconds'])
  expect(input.required).toEqual(['kind'])
  expect(input.additionalProperties).toBe(false)
})

test('every task that is listed can be asked for', async () => {
  for (const { name } of tasks()) {
    const outcome = await defaultPool()
      .runTask(/** @type {any} */ (name))
      .catch((error) => error.code)
    expect(outcome).not.toBe('ERR_TASK_UNKNOWN')
  }
})

test('the list is the caller’s own', () => {
  tasks().length = 0
  expect(tasks().length).toBeGreaterThan(0)
})
