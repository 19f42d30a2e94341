// @ts-check
'use strict'

const os = require('node:os')

/** What the numbers were measured on. */
function machine() {
  return {
    cpu: os.cpus()[0].model.trim(),
    cores: os.availableParallelism(),
    memory: Math.round(os.totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  }
}

/** @param {ReturnType<typeof machine>} machine */
const machineLine = ({ cpu, cores, memory, platform, node, date }) =>
  `${cpu}, ${cores} cores, ${memory} GiB, ${platform}, Node ${node}, ${date}`

module.exports = { machine, machineLine }
