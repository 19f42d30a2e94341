// @ts-check
'use strict'

/** Many children, and what goes wrong with them: nothing is lost, and nothing stays. */

const { once } = require('node:events')
const { readdirSync } = require('node:fs')
const path = require('node:path')
const { Worker } = require('node:worker_threads')
const { ProcessError, exec, fork, runNodeScript, spawn } = require('..')
const { childrenLeft, isAlive, node, script, untilGone } = require('./support/processes')
const { runProgram } = require('./support/program')
const { until } = require('./support/until')

jest.setTimeout(120_000)

/** @param {number} times  @param {number} atOnce  @param {(i: number) => Promise<unknown>} run */
async function repeat(times, atOnce, run) {
  let i = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (i < times) await run(i++)
    }),
  )
}

// None stays, and no zombie: a test that leaves one does not end.
afterEach(() => until(() => childrenLeft().length === 0))

/** How many file descriptors this process has. */
const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)

test('2,000 short children, 16 at once', async () => {
  const before = descriptors()
  let done = 0
  await repeat(2000, 16, async (i) => {
    const { stdout } = await spawn('/bin/echo', [i])
    if (stdout === String(i)) done += 1
  })
  expect(done).toBe(2000)
  await until(() => childrenLeft().length === 0)
  expect(descriptors()).toBeLessThanOrEqual(before + 5)
})

test('500 at once', async () => {
  const children = Array.from({ length: 500 }, (_, i) => exec(`echo ${i}; exit ${i % 2}`, { reject: false }))
  const results = await Promise.all(children)
  expect(results.map(({ stdout, exitCode }) => `${stdout} ${exitCode}`)).toEqual(
    children.map((_, i) => `${i} ${i % 2}`),
  )
})

test('a child writes a megabyte and exits at once: not a byte is lost, 500 times', async () => {
  let lost = 0
  await repeat(500, 4, async (i) => {
    const child = spawn('head', ['-c', '1000000', '/dev/zero'], { encoding: 'buffer', buffer: i % 3 !== 0 })
    let read = 0
    // Kept, read along, or both.
    if (i % 3 !== 1) child.stdout?.on('data', (/** @type {Buffer} */ data) => (read += data.length))
    const { stdout } = await child
    if (i % 3 !== 0) lost += 1_000_000 - /** @type {any} */ (stdout).length
    if (i % 3 !== 1) lost += 1_000_000 - read
  })
  expect(lost).toBe(0)
})

test.each([
  [
    'an abort',
    (/** @type {string} */ line) =>
      exec(line, { signal: AbortSignal.timeout(Math.ceil(Math.random() * 20)), reject: false }),
  ],
  ['a timeout', (/** @type {string} */ line) => exec(line, { timeout: 1 + Math.random() * 20, reject: false })],
  [
    '`kill`',
    (/** @type {string} */ line) => {
      const child = exec(line, { reject: false })
      setTimeout(() => child.kill(), Math.random() * 20)
      return child
    },
  ],
  [
    'SIGKILL',
    (/** @type {string} */ line) =>
      exec(line, { timeout: 1 + Math.random() * 20, killSignal: 'SIGKILL', reject: false }),
  ],
])('%s at any time, 500 times: neither a child nor a descendant is left', async (_, start) => {
  const mark = `60.${process.pid}${Date.now() % 1e6}`
  await repeat(500, 16, async () => {
    const ended = /** @type {any} */ (await start(`sleep ${mark} & sleep ${mark} | sleep ${mark}`))
    if (!(ended instanceof Error)) throw new Error('it has ended by itself')
  })
  await until(() => childrenLeft().length === 0)
  const left = await exec(`pgrep -f '^sleep ${mark.replace('.', '\\.')}$'`, { reject: false })
  expect(left.stdout).toBe('')
})

test('scripts that are aborted at any time, 30 times', async () => {
  await repeat(30, 4, async () => {
    const asked = runNodeScript(script('talk.js'), 1, {
      signal: AbortSignal.timeout(Math.ceil(Math.random() * 200)),
      silent: true,
    })
    const error = await asked.catch((error) => error)
    expect(error).toBeInstanceOf(Error)
  })
  expect(childrenLeft().length).toBeLessThanOrEqual(4)
})

test('programs that are not there, 1,000 times', async () => {
  const before = descriptors()
  let refused = 0
  await repeat(1000, 16, async () => {
    const error = await spawn('no-such-program', { input: 'a' }).catch((error) => error)
    if (error instanceof ProcessError && error.code === 'ENOENT') refused += 1
  })
  expect(refused).toBe(1000)
  expect(descriptors()).toBeLessThanOrEqual(before + 5)
})

test('pipes that break, 200 times', async () => {
  await repeat(200, 8, async () => {
    const child = exec('head -c 10; exec <&-; sleep 0.01', { input: Buffer.alloc(1 << 20, 'x') })
    expect(await child).toMatchObject({ exitCode: 0, stdout: 'xxxxxxxxxx' })
  })
})

test('readers that go away, 100 times', async () => {
  await repeat(100, 8, async () => {
    const child = spawn('yes', { buffer: false, reject: false })
    for await (const _ of child) break
    expect(await child).toMatchObject({ signal: 'SIGPIPE' })
  })
})

test('a child that closes its outputs and goes on', async () => {
  const child = exec('echo a; exec >&- 2>&-; sleep 0.3; exit 3', { reject: false })
  await once(/** @type {any} */ (child.stdout?.resume()), 'end')
  expect(child.exitCode).toBeNull()
  expect(await child).toMatchObject({ stdout: 'a', exitCode: 3 })
})

test('a child that closes an output that it has not used: who reads hears at once', async () => {
  const child = exec('exec >&-; sleep 0.3')
  await once(/** @type {any} */ (child.stdout?.resume()), 'end')
  expect(child.exitCode).toBeNull()
  await child
})

test('a grandchild holds the output: the exit is told, the result waits for the output', async () => {
  const child = exec('sh -c "sleep 0.3; echo late" & echo early')
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  expect((await child).stdout).toBe('early\nlate')
})

test('a child that is stopped can be ended', async () => {
  const child = spawn('sleep', ['60'], { reject: false, forceKillAfterDelay: 100 })
  await once(child, 'spawn')
  child.kill('SIGSTOP')
  child.kill()
  expect(await child).toMatchObject({ isTerminated: true })
})

test('binary output, whole and in pieces', async () => {
  const bytes = Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 7919) % 256))
  const child = spawn('cat', { input: bytes, encoding: 'buffer', stripFinalNewline: false })
  /** @type {Buffer[]} */
  const pieces = []
  child.stdout?.on('data', (data) => pieces.push(data))
  const { stdout } = await child
  expect(stdout.equals(bytes)).toBe(true)
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
})

test('100 megabytes line by line, in bounded memory', async () => {
  // In a process of its own: here other tests have their buffers.
  const { stdout, stderr } = await runProgram('children/lines.js')
  expect(stderr).toBe('')
  const { count, most } = JSON.parse(stdout)
  expect(count).toBe(2_000_000)
  expect(most).toBeLessThan(100e6)
})

test('a thousand questions to each of four scripts', async () => {
  const scripts = [0, 1, 2, 3].map((i) => fork(script('echo.js'), [], { serialization: i % 2 ? 'advanced' : 'json' }))
  await Promise.all(
    scripts.map(async (child) => {
      for (let i = 0; i < 1000; i++) if ((await child.request({ i })).i !== i) throw new Error(`not ${i}`)
      child.disconnect()
      expect(await child).toMatchObject({ exitCode: 0 })
    }),
  )
})

test('a worker thread that is terminated at any time leaves no child, 20 times', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads')
    const { exec, spawn } = require(${JSON.stringify(path.join(__dirname, '..'))})
    const run = async () => {
      const child = spawn('sleep', ['60'], { reject: false })
      child.on('spawn', () => parentPort.postMessage(child.pid))
      exec('yes', { buffer: false, reject: false }).stdout.resume()
      for (;;) await spawn('true')
    }
    run()`
  await repeat(20, 4, async () => {
    const worker = new Worker(code, { eval: true })
    const [pid] = await once(worker, 'message')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
    await worker.terminate()
    await untilGone(pid)
    expect(isAlive(pid)).toBe(false)
  })
})

test('children of several threads do not hear of each other', async () => {
  const code = `
    const { spawn } = require(${JSON.stringify(path.join(__dirname, '..'))})
    const { parentPort, threadId } = require('node:worker_threads')
    const run = async () => {
      const found = []
      for (let i = 0; i < 50; i++) found.push((await spawn('echo', [threadId + ' ' + i])).stdout)
      parentPort.postMessage(found.every((text, i) => text === threadId + ' ' + i))
    }
    run()`
  const workers = Array.from({ length: 4 }, () => new Worker(code, { eval: true }))
  expect(await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))).toEqual([
    true,
    true,
    true,
    true,
  ])
  await Promise.all(workers.map((worker) => worker.terminate()))
})

test('the event loop goes on while children are started', async () => {
  const code = `
    const { spawn } = require('.')
    const { monitorEventLoopDelay } = require('node:perf_hooks')
    const kept = Buffer.alloc(300e6, 1)
    const run = async () => {
      await spawn('true')
      let longest = 0
      for (let i = 0; i < 50; i++) {
        const before = performance.now()
        const child = spawn('true')
        longest = Math.max(longest, i < 5 ? 0 : performance.now() - before)
        await child
      }
      console.log(longest, kept.length)
    }
    run()`
  const [longest] = (await spawn(...node(code))).stdout.split(' ')
  // Node's own takes tens of milliseconds for each with so much memory.
  expect(Number(longest)).toBeLessThan(20)
})
