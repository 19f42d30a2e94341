// @ts-check
'use strict'

/** What the engine holds of JavaScript survives garbage collection for as long as somebody can submit a task. */

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const entry = path.join(__dirname, '..')

/** Runs a script with `gc()` in a process of its own, and gives what it printed. @param {string} script */
async function run(script) {
  const args = ['--expose-gc', '-e', script, entry]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
  return stdout
}

test('a collection before the first task loses no outcome, on both doors', async () => {
  const stdout = await run(`
    const { runTask, WorkerPool } = require(process.argv[1])
    const pool = new WorkerPool(1)
    const turn = () => new Promise((resolve) => setTimeout(resolve, 10))
    void (async () => {
      for (let round = 0; round < 3; round++) {
        await turn()
        gc()
        await turn()
        console.log(await runTask('noop', 'one-off'), await pool.runTask('noop', 'pool'), await pool.runTask('noop'))
      }
    })()
  `)
  expect(stdout).toBe('one-off pool undefined\n'.repeat(3))
})

test('a result in memory that was moved in is whole, whatever is collected while it is handed over', async () => {
  const stdout = await run(`
    const { WorkerPool } = require(process.argv[1])
    const pool = new WorkerPool(1)
    void (async () => {
      for (let round = 0; round < 5; round++) {
        const buffers = Array.from({ length: 12 }, (_, i) => new Uint8Array(16 << 20).fill(i + 1).buffer)
        const out = await pool.runTask('noop', buffers, { transferList: buffers })
        console.log(out.every((buffer, i) => Buffer.from(buffer).equals(Buffer.alloc(16 << 20, i + 1))))
      }
    })()
  `)
  expect(stdout).toBe('true\n'.repeat(5))
})

test('a realm that is done is collected, also when its global reaches offloop', async () => {
  const stdout = await run(`
    const vm = require('node:vm')
    const fs = require('node:fs')
    const path = require('node:path')
    const root = process.argv[1]
    const native = require(path.join(root, 'lib/native.js'))
    /** Loads offloop into a new realm, all but the addon, as Jest does. */
    function realm() {
      const context = vm.createContext({
        process,
        Buffer,
        AbortController,
        AbortSignal,
        DOMException,
        structuredClone,
      })
      const modules = new Map([[path.join(root, 'lib/native.js'), { exports: native }]])
      const load = (file) => {
        if (modules.has(file)) return modules.get(file).exports
        const module = { exports: {} }
        modules.set(file, module)
        const code = '(function (exports, require, module, __dirname) {' + fs.readFileSync(file) + '\\n})'
        const here = (id) => (id.startsWith('.') ? load(require.resolve(path.join(path.dirname(file), id))) : require(id))
        vm.runInContext(code, context)(module.exports, here, module, path.dirname(file))
        return module.exports
      }
      const offloop = load(path.join(root, 'index.js'))
      vm.runInContext('(x) => { globalThis.offloop = x }', context)(offloop)
      return { weak: new WeakRef(context), offloop }
    }
    void (async () => {
      const realms = []
      for (let i = 0; i < 10; i++) {
        const { weak, offloop } = realm()
        realms.push(weak)
        const pool = new offloop.WorkerPool(1)
        await pool.runTask('noop', 1)
        await pool.close()
      }
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        gc()
      }
      console.log(realms.filter((weak) => weak.deref()).length)
    })()
  `)
  // The last one may still be on the stack of the engine.
  expect(Number(stdout)).toBeLessThanOrEqual(1)
})
