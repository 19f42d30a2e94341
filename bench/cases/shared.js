// @ts-check
'use strict'

// Memory that threads and processes share: what adding, locking, sending and waking up cost, beside what Node has and
// what people use instead. Each part has what it measures in a file of its own.

const PARTS = [
  require('../shared/add'),
  require('../shared/lock'),
  require('../shared/channel'),
  require('../shared/cluster'),
  require('../shared/wake'),
]

/** @param {import('../run').Context} context  @returns {Promise<import('../lib/report').Result>} */
async function run(context) {
  const rounds = context.quick ? 1 : 5
  const results = []
  for (const part of PARTS) results.push(await part.run({ ...context, rounds }))
  return {
    tables: results.flatMap(({ tables }) => tables),
    charts: results.flatMap(({ charts }) => charts),
    goals: results.flatMap(({ goals }) => goals),
    notes: [...results.flatMap(({ notes }) => notes), `Medians of ${rounds} rounds, each in fresh processes.`],
  }
}

module.exports = { title: 'Shared memory', run, measure: {} }
