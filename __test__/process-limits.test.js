// @ts-check
'use strict'

/** What ends a child before its time: its limits, and the caller. */

const { once } = require('node:events')
const { AbortError, ProcessError, exec, execFile, fork, spawn } = require('..')
const { failure } = require('./support/failure')
const { childrenLeft, isAlive, node, script, untilGone } = require('./support/processes')
const { until } = require('./support/until')

/** A child that takes no notice of SIGTERM, and says when it does so. */
const stubborn = 'trap "" TERM; echo ready; while :; do sleep 0.05; done'

/** @param {any} child */
const untilReady = (child) => once(child.stdout, 'data')

// None stays, and no zombie: a test that leaves one does not end.
afterEach(() => until(() => childrenLeft().length === 0))

describe('timeout', () => {
  test('ends a child that takes longer, and says so', async () => {
    const error = await failure(exec('echo a; sleep 60', { timeout: 100 }))
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject({
      code: 'ERR_PROCESS_TIMEOUT',
      timedOut: true,
      isCanceled: false,
      isTerminated: true,
      isForcefullyTerminated: false,
      signal: 'SIGTERM',
      exitCode: undefined,
      stdout: 'a',
      originalMessage: 'Command timed out after 100 milliseconds',
    })
    expect(error.durationMs).toBeGreaterThanOrEqual(99)
  })

  test('counts although the child ends well for it', async () => {
    const error = await failure(exec('trap "exit 0" TERM; while :; do sleep 0.01; done', { timeout: 50 }))
    expect(error).toMatchObject({ timedOut: true, exitCode: 0, isTerminated: false, failed: true })
  })

  test.each([0, Infinity, 60_000, undefined])('%p: a short child is not ended', async (timeout) => {
    expect(await exec('sleep 0.1', { timeout })).toMatchObject({ exitCode: 0, timedOut: false })
  })

  test('with another signal', async () => {
    expect(await failure(exec('sleep 60', { timeout: 50, killSignal: 'SIGINT' }))).toMatchObject({ signal: 'SIGINT' })
    expect(await failure(exec('sleep 60', { timeout: 50, killSignal: 9 }))).toMatchObject({
      signal: 'SIGKILL',
      isForcefullyTerminated: false,
    })
  })

  test('of a grandchild that holds the output', async () => {
    const error = await failure(exec('echo $$; sleep 60 &', { timeout: 200 }))
    expect(error).toMatchObject({ timedOut: true, exitCode: 0 })
    expect(error.durationMs).toBeLessThan(20_000)
  })

  test('of a script', async () => {
    expect(await failure(fork(script('echo.js'), [], { timeout: 300 }))).toMatchObject({ timedOut: true })
  })
})

describe('forceKillAfterDelay', () => {
  test('SIGKILL comes when the first signal is not enough', async () => {
    const child = exec(stubborn, { forceKillAfterDelay: 100 })
    await untilReady(child)
    child.kill()
    expect(await failure(child)).toMatchObject({
      code: 'ERR_PROCESS_SIGNALED',
      signal: 'SIGKILL',
      isForcefullyTerminated: true,
      originalMessage: 'Command was forcefully terminated with SIGKILL (Forced termination)',
    })
  })

  test('also after a timeout and an abort', async () => {
    const controller = new AbortController()
    const timed = exec(stubborn, { forceKillAfterDelay: 50, timeout: 500 })
    const canceled = exec(stubborn, { forceKillAfterDelay: 50, signal: controller.signal })
    await untilReady(canceled)
    controller.abort()
    expect(await failure(canceled)).toMatchObject({ isCanceled: true, isForcefullyTerminated: true })
    expect(await failure(timed)).toMatchObject({ timedOut: true, isForcefullyTerminated: true })
  })

  test('`false`: it never comes', async () => {
    const child = exec(stubborn, { forceKillAfterDelay: false })
    await untilReady(child)
    child.kill()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(child.kill(0)).toBe(true)
    child.kill('SIGKILL')
    expect(await failure(child)).toMatchObject({ signal: 'SIGKILL', isForcefullyTerminated: false })
  })

  test('a signal that is not to end it is not followed', async () => {
    const child = exec('trap "echo hup" USR2; echo ready; for i in 1 2 3 4 5 6; do sleep 0.05; done', {
      forceKillAfterDelay: 20,
    })
    await untilReady(child)
    child.kill('SIGUSR2')
    expect((await child).stdout).toContain('hup')
  })
})

describe('signal', () => {
  test('ends it, with the reason as the cause', async () => {
    const controller = new AbortController()
    const child = spawn('sleep', ['60'], { signal: controller.signal })
    await once(child, 'spawn')
    const reason = new Error('enough')
    controller.abort(reason)
    const error = await failure(child)
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({
      code: 'ABORT_ERR',
      isCanceled: true,
      canceled: true,
      signal: 'SIGTERM',
      cause: reason,
    })
    expect(error.shortMessage).toBe('Command was canceled: sleep 60')
  })

  test('that has fired already: nothing is started', async () => {
    const error = await failure(spawn('sleep', ['60'], { signal: AbortSignal.abort('before') }))
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({
      isCanceled: true,
      cause: 'before',
      pid: undefined,
      command: 'sleep 60',
      stdio: [undefined, undefined, undefined],
    })
  })

  test('right after the call', async () => {
    const controller = new AbortController()
    const child = spawn('sleep', ['60'], { signal: controller.signal })
    controller.abort()
    expect(await failure(child)).toMatchObject({ isCanceled: true })
  })

  test('after the end is too late; nobody listens any more', async () => {
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (/** @type {any[]} */ ...args) => (listeners++, /** @type {any} */ (add)(...args))
    signal.removeEventListener = (/** @type {any[]} */ ...args) => (listeners--, /** @type {any} */ (remove)(...args))
    await spawn('true', { signal })
    await failure(spawn('no-such-program', { signal }))
    expect(listeners).toBe(0)
    controller.abort()
  })

  test('by execa’s name', async () => {
    expect(await failure(exec('sleep 60', { cancelSignal: AbortSignal.timeout(50) }))).toMatchObject({
      isCanceled: true,
    })
  })

  test('one for many', async () => {
    const controller = new AbortController()
    const children = Array.from({ length: 20 }, () =>
      spawn('sleep', ['60'], { signal: controller.signal, reject: false }),
    )
    await Promise.all(children.map((child) => once(child, 'spawn')))
    controller.abort()
    for (const { isCanceled } of await Promise.all(children)) expect(isCanceled).toBe(true)
  })
})

describe('maxBuffer', () => {
  test('ends a child that writes more, and keeps the first of it', async () => {
    const error = await failure(spawn('yes', { maxBuffer: 1001 }))
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject({ code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER', isMaxBuffer: true, timedOut: false })
    expect(error.stdout).toBe('y\n'.repeat(501).slice(0, 1001))
    expect(error.originalMessage).toBe('Command’s stdout was larger than 1001 bytes'.replace('’', "'"))
  })

  test('is for each output', async () => {
    expect(await exec('printf 12345; printf 12345 >&2', { maxBuffer: 5 })).toMatchObject({
      stdout: '12345',
      stderr: '12345',
    })
    const error = await failure(exec('printf 12345; printf 123456 >&2; sleep 60', { maxBuffer: 5 }))
    expect(error).toMatchObject({ stdout: '12345', stderr: '12345', isMaxBuffer: true })
    expect(error.shortMessage).toContain('stderr was larger than 5 bytes')
    expect(
      (await failure(exec('echo >&3', { maxBuffer: 0, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] }))).shortMessage,
    ).toContain('stdio[3]')
  })

  test('Infinity, and what is not kept, have none', async () => {
    const size = 3_000_000
    const line = `head -c ${size} /dev/zero`
    expect((await exec(line, { maxBuffer: Infinity })).stdout).toHaveLength(size)
    let read = 0
    const child = exec(line, { maxBuffer: 10, buffer: false })
    child.stdout?.on('data', (/** @type {Buffer} */ data) => (read += data.length))
    await child
    expect(read).toBe(size)
  })
})

test('a signal without a name ends it as any other', async () => {
  expect(await failure(exec('kill -34 $$'))).toMatchObject({ code: 'ERR_PROCESS_SIGNALED', signal: 'SIG34' })
})

describe('descendants', () => {
  /** A shell that starts another that sleeps, and says the numbers of all three. */
  const family = 'echo $$; sh -c "echo \\$\\$; sleep 60 & echo \\$!; wait" & wait'

  /** @param {any} child @returns {Promise<number[]>} */
  function membersOf(child) {
    return new Promise((resolve) => {
      let text = ''
      child.stdout.on('data', (/** @type {Buffer} */ data) => {
        text += data
        if (text.split('\n').length === 4) resolve(text.trim().split('\n').map(Number))
      })
    })
  }

  test.each([
    ['kill', () => ({})],
    ['a timeout', () => ({ timeout: 3000 })],
    ['an abort', () => ({ signal: AbortSignal.timeout(3000) })],
  ])('end with it, by %s', async (way, options) => {
    const child = exec(family, options())
    const pids = await membersOf(child)
    expect(pids.map(isAlive)).toEqual([true, true, true])
    if (way === 'kill') child.kill()
    await failure(child)
    for (const pid of pids) await untilGone(pid)
  })

  test('also those that take no notice at first, when it has ended already', async () => {
    const child = exec(`sh -c '${stubborn}' & echo $!; wait`, { forceKillAfterDelay: 100 })
    const pid = Number.parseInt((await untilReady(child)).toString(), 10)
    await new Promise((resolve) => setTimeout(resolve, 50))
    child.kill()
    expect(await failure(child)).toMatchObject({ signal: 'SIGTERM' })
    await untilGone(pid)
  })

  test('`killDescendants: false`: only it ends', async () => {
    const child = exec('sleep 1 & echo $!; wait', { killDescendants: false, buffer: false })
    const pid = Number((await untilReady(child)).toString())
    child.kill()
    await once(child, 'exit')
    expect(isAlive(pid)).toBe(true)
    process.kill(pid, 'SIGKILL')
    await failure(child)
  })

  test('one that has left the group holds nobody up for ever', async () => {
    // It says its number itself, once it has left.
    const child = exec("setsid sh -c 'echo $$; exec sleep 60' & sleep 60", { forceKillAfterDelay: 50 })
    const pid = Number((await untilReady(child)).toString())
    child.kill()
    const error = await failure(child)
    expect(error.signal).toBe('SIGTERM')
    process.kill(pid, 'SIGKILL')
    await untilGone(pid)
  })

  test('`kill` reaches those that are left when the child has ended', async () => {
    const child = exec('sleep 60 & echo $!')
    const pid = Number((await untilReady(child)).toString())
    if (child.exitCode === null) await once(child, 'exit')
    expect(isAlive(pid)).toBe(true)
    expect(child.kill()).toBe(false)
    expect(await child).toMatchObject({ exitCode: 0 })
    await untilGone(pid)
  })
})

test('a child of a shell is ended with the shell', async () => {
  const [file, args] = node('console.log(process.pid); setInterval(() => {}, 1000)')
  const child = exec(`'${file}' -e '${args[1]}'; true`)
  const pid = Number((await untilReady(child)).toString())
  child.kill()
  await failure(child)
  await untilGone(pid)
  expect(await failure(execFile('sleep', ['60'], { timeout: 30 }))).toMatchObject({ timedOut: true })
})
