// @ts-check
'use strict'

/** A child as a handle: its events in their order, its fields, and what its promise asks for. */

const { once } = require('node:events')
const { ProcessError, exec, spawn } = require('..')
const { failure } = require('./support/failure')
const { node } = require('./support/processes')

/** Writes down the events of a child. @param {any} child */
function eventsOf(child) {
  /** @type {any[]} */
  const events = []
  for (const name of ['spawn', 'error', 'exit', 'close', 'disconnect', 'message']) {
    child.on(name, (/** @type {any[]} */ ...values) => events.push([name, ...values]))
  }
  return events
}

describe('events', () => {
  test('come in Node’s order', async () => {
    const child = exec('echo a; echo b >&2; exit 3')
    const events = eventsOf(child)
    child.stdout?.on('data', (data) => events.push(['data', String(data)]))
    child.stdout?.on('end', () => events.push(['end']))
    expect(child.pid).toBeUndefined()
    await once(child, 'spawn')
    expect(child.pid).toBeGreaterThan(0)
    await once(child, 'close')
    expect(events.map(([name]) => name).filter((name) => name !== 'end' && name !== 'data')).toEqual([
      'spawn',
      'exit',
      'close',
    ])
    expect(events.findIndex(([name]) => name === 'data')).toBeLessThan(events.findIndex(([name]) => name === 'close'))
    expect(events.findIndex(([name]) => name === 'end')).toBeLessThan(events.findIndex(([name]) => name === 'close'))
    expect(events.filter(([name]) => name === 'exit' || name === 'close')).toEqual([
      ['exit', 3, null],
      ['close', 3, null],
    ])
    expect(child.exitCode).toBe(3)
  })

  test('of a signal', async () => {
    const child = spawn('sleep', ['60'])
    const events = eventsOf(child)
    expect([child.kill('SIGINT'), child.killed]).toEqual([true, true])
    await once(child, 'close')
    expect(events).toEqual([['spawn'], ['exit', null, 'SIGINT'], ['close', null, 'SIGINT']])
    expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGINT'])
  })

  test('of a program that is not there: `error`, and then `close` with the number, as Node’s', async () => {
    const child = spawn('no-such-program')
    const events = eventsOf(child)
    await once(child, 'close').catch(() => {})
    expect(events[0]).toEqual(['error', expect.objectContaining({ code: 'ENOENT' })])
    await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual([
      ['error', expect.any(ProcessError)],
      ['close', -2, null],
    ])
  })

  test('of options that are wrong: `error`, after the call', async () => {
    const child = spawn('true', [], /** @type {any} */ ({ timeout: 'x' }))
    const events = eventsOf(child)
    expect((await failure(child)).code).toBe('ERR_INVALID_ARG_TYPE')
    await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual([
      ['error', expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })],
      ['close', null, null],
    ])
  })

  test('of a signal of the caller’s: `error` too, and it is the rejection', async () => {
    const controller = new AbortController()
    const child = spawn('sleep', ['60'], { signal: controller.signal })
    const events = eventsOf(child)
    await once(child, 'spawn')
    controller.abort('enough')
    const closed = once(child, 'close').catch(() => once(child, 'close'))
    const error = await failure(child)
    await closed
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: 'enough', isCanceled: true, signal: 'SIGTERM' })
    expect(events.map(([name]) => name)).toEqual(['spawn', 'exit', 'error', 'close'])
    expect(events[2][1]).toBe(error)
  })

  test('`close` waits for who reads, as Node’s; the promise does not', async () => {
    const child = spawn('printf', ['%1000s', ''])
    const { stdout } = child
    stdout?.once('data', () => stdout.pause())
    stdout?.on('readable', () => {})
    const events = eventsOf(child)
    expect((await child).stdout).toHaveLength(1000)
    expect(events.map(([name]) => name)).toEqual(['spawn', 'exit'])
    stdout?.removeAllListeners('readable')
    stdout?.resume()
    await once(child, 'close')
  })

  test('a listener that throws is an uncaught exception, and all else goes on', async () => {
    const code = `
      const { spawn } = require('.')
      const child = spawn('echo', ['a'], { onLine: () => { throw new Error('line') } })
      for (const name of ['spawn', 'exit', 'close']) child.on(name, () => { throw new Error(name) })
      process.on('uncaughtException', (error) => console.log(error.message))
      child.then(({ stdout }) => console.log('result ' + stdout))`
    const { stdout } = await spawn(...node(code), { lines: true })
    expect([...stdout].sort()).toEqual(['close', 'exit', 'line', 'result a', 'spawn'])
  })
})

test('what could not be started has streams, which have ended', async () => {
  for (const options of [{ cwd: 1 }, { signal: AbortSignal.abort() }, {}]) {
    const child = /** @type {any} */ (spawn('no-such-program', [], /** @type {any} */ (options)))
    child.stdin.write('a')
    child.stdin.end()
    let text = ''
    for await (const data of child.stdout) text += data
    expect(text).toBe('')
    child.stderr.resume()
    await failure(child)
    expect(child.kill()).toBe(false)
  }
})

describe('the promise', () => {
  test('is one: it can be combined, and has then, catch and finally', async () => {
    const [a, b] = await Promise.all([spawn('echo', ['a']), spawn('echo', ['b'])])
    expect([a.stdout, b.stdout]).toEqual(['a', 'b'])
    expect(await spawn('false').catch(({ exitCode }) => exitCode)).toBe(1)
    let done = false
    await spawn('true').finally(() => (done = true))
    expect(done).toBe(true)
    expect(Object.prototype.toString.call(spawn('true'))).toBe('[object Subprocess]')
  })

  test('may be asked late, and twice', async () => {
    const child = spawn('echo', ['a'])
    await once(child, 'close')
    expect((await child).stdout).toBe('a')
    expect(await child).toBe(await child)
  })

  test.each([
    ['nobody looks', `spawn('false')`, 'ERR_PROCESS_FAILED'],
    ['somebody only reads', `spawn('false').stdout.resume()`, 'ERR_PROCESS_FAILED'],
    ['the options are wrong', `spawn('true', [], { cwd: 1 })`, 'ERR_INVALID_ARG_TYPE'],
    ['there is no program', `spawn('no-such-program')`, 'ENOENT'],
    [
      'there is no program, and only `close` is listened to',
      `spawn('no-such-program').on('close', () => {})`,
      'ENOENT',
    ],
  ])('%s: an unhandled rejection', async (_, call, code) => {
    const { stderr, exitCode } = await spawn(...node(`const { spawn } = require('.'); ${call}`), { reject: false })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(code)
  })

  test.each([
    ['exit', `spawn('false').on('exit', (code) => console.log(code))`, '1'],
    ['close', `spawn('false').on('close', (code) => console.log(code))`, '1'],
    ['error', `spawn('no-such-program').on('error', (error) => console.log(error.code))`, 'ENOENT'],
    [
      'error of wrong options',
      `spawn('true', [], { cwd: 1 }).on('error', (error) => console.log(error.code))`,
      'ERR_INVALID_ARG_TYPE',
    ],
    ['a failure that is the result', `spawn('false', { reject: false })`, ''],
    [
      'a child that is iterated',
      `(async () => { try { for await (const line of spawn('false')); } catch { console.log('caught') } })()`,
      'caught',
    ],
  ])('%s: it needs nobody', async (_, call, stdout) => {
    expect(await spawn(...node(`const { spawn } = require('.'); ${call}`))).toMatchObject({ stdout, stderr: '' })
  })
})

describe('the handle', () => {
  test('has the fields of Node’s', async () => {
    const child = spawn('echo', ['a', 'b'])
    expect(child).toMatchObject({
      pid: undefined,
      exitCode: null,
      signalCode: null,
      killed: false,
      connected: false,
      spawnfile: 'echo',
      spawnargs: ['echo', 'a', 'b'],
    })
    expect(child.stdio).toEqual([child.stdin, child.stdout, child.stderr])
    await child
  })

  test('`kill` of one that has ended is false', async () => {
    const child = spawn('true')
    await child
    expect([child.kill(), child.kill(0), child.kill('SIGKILL'), child.killed]).toEqual([false, false, false, false])
  })

  test('`kill(0)` asks', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    expect([child.kill(0), child.killed]).toEqual([true, false])
    child.kill()
    await failure(child)
    expect(child.kill(0)).toBe(false)
  })

  test('`kill` refuses what is no signal', async () => {
    const child = spawn('sleep', ['60'])
    expect(() => child.kill(/** @type {any} */ ('SIGNOTHING'))).toThrow(
      'Expected `signal` to be the name or the number',
    )
    expect(() => child.kill(65)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    child.kill(9)
    expect(await failure(child)).toMatchObject({ signal: 'SIGKILL', isForcefullyTerminated: false })
  })

  test('`kill` before there is a process', async () => {
    const child = spawn('sleep', ['60'])
    expect(child.pid).toBeUndefined()
    expect(child.kill()).toBe(true)
    expect(await failure(child)).toMatchObject({ signal: 'SIGTERM', isTerminated: true, code: 'ERR_PROCESS_SIGNALED' })
  })

  test('a signal that does not end it', async () => {
    const child = exec('trap "echo got it; exit 0" USR1; echo ready; while :; do sleep 0.01; done')
    await once(/** @type {any} */ (child.stdout), 'data')
    child.kill('SIGUSR1')
    expect((await child).stdout).toBe('ready\ngot it')
  })

  test('has no channel', async () => {
    const child = spawn('true')
    expect(() => child.send('a')).toThrow(expect.objectContaining({ code: 'ERR_IPC_CHANNEL_CLOSED' }))
    expect((await failure(child.request('a'))).code).toBe('ERR_IPC_CHANNEL_CLOSED')
    await child
  })

  test('`await using` ends it', async () => {
    const child = spawn('sleep', ['60'])
    await child[Symbol.asyncDispose]()
    expect(child.signalCode).toBe('SIGTERM')
  })

  test('the tutorial’s runProcess', async () => {
    /** @param {string} command  @param {string[]} args @returns {Promise<string>} */
    const runProcess = (command, args) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args)
        let [stdout, stderr] = ['', '']
        child.stdout?.on('data', (data) => (stdout += data))
        child.stderr?.on('data', (data) => (stderr += data))
        child.on('close', (code) => {
          if (code === 0) resolve(stdout)
          else reject(new Error(stderr || `Process exited with code ${code}`))
        })
        child.on('error', reject)
      })
    expect(await runProcess('sh', ['-c', 'echo out; echo err >&2'])).toBe('out\n')
    await expect(runProcess('sh', ['-c', 'echo err >&2; exit 1'])).rejects.toThrow('err\n')
    await expect(runProcess('false', [])).rejects.toThrow('Process exited with code 1')
    await expect(runProcess('no-such-program', [])).rejects.toThrow('ENOENT')
  })
})

test('`unref`: the process ends by itself, and the child with it; `ref` undoes it', async () => {
  const code = (/** @type {string} */ calls) => `
    const child = require('.').spawn('sleep', ['0.5'], { stdio: 'ignore' })
    child.on('spawn', () => console.log('spawn')).on('close', () => console.log('close'))
    child.${calls}
    setTimeout(() => {}, 100)`
  const [unrefed, refed] = await Promise.all([
    spawn(...node(code('unref()'))),
    spawn(...node(code('unref(); child.ref(); child.ref()'))),
  ])
  expect([unrefed.stdout, refed.stdout]).toEqual(['spawn', 'spawn\nclose'])
})
