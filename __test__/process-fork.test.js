// @ts-check
'use strict'

/** Node scripts with a channel, by Node's own protocol. */

const net = require('node:net')
const { once } = require('node:events')
const { writeFileSync, mkdtempSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
const { ArgumentError, ProcessError, TimeoutError, fork, runNodeScript, spawn } = require('..')
const { failure } = require('./support/failure')
const { isAlive, node, script, untilGone } = require('./support/processes')

/** @type {any[]} */
const children = []
/** @param {string} name  @param {string[]} [args]  @param {object} [options] */
function forked(name, args, options) {
  const child = /** @type {any} */ (fork)(script(name), args, { silent: true, reject: false, ...options })
  children.push(child)
  return child
}
const talk = (/** @type {string[]} */ args, /** @type {object} */ options = {}) => forked('talk.js', args, options)

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.splice(0))
})

describe.each(/** @type {const} */ (['json', 'advanced']))('messages, %s', (serialization) => {
  test('both ways, in order', async () => {
    const child = forked('echo.js', [], { serialization })
    const messages = [{ a: [1, 'ü', null] }, 'text', '', 5, 0, true, false, [], { text: 'a\nb\r\n\u2028' }, null]
    /** @type {any[]} */
    const found = []
    child.on('message', (/** @type {any} */ message) => found.push(message))
    for (const message of messages) expect(child.send(message)).toBe(true)
    while (found.length < messages.length) await once(child, 'message')
    expect(found).toEqual(messages)
    child.disconnect()
    expect(await child).toMatchObject({ exitCode: 0 })
  })

  test('of a megabyte, and characters that are cut apart on the way', async () => {
    const child = forked('echo.js', [], { serialization })
    const text = 'aü€🎉'.repeat(120_000)
    child.send(text)
    child.send({ text })
    expect((await once(child, 'message'))[0]).toBe(text)
    expect((await once(child, 'message'))[0]).toEqual({ text })
  })

  test('1,000 that the script sends before it exits all arrive, before `exit`', async () => {
    const child = talk(['sends and exits', '1000', '500'], { serialization })
    /** @type {any[]} */
    const events = []
    child.on('message', (/** @type {any} */ { i }) => events.push(i))
    child.on('disconnect', () => events.push('disconnect'))
    child.on('exit', () => events.push('exit'))
    child.on('close', () => events.push('close'))
    await once(child, 'close')
    expect(events.filter((event) => typeof event === 'number')).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(events.slice(1000).sort()).toEqual(['close', 'disconnect', 'exit'])
    expect(events.at(-1)).toBe('close')
  })

  test('internal ones of Node are nobody’s', async () => {
    const child = talk(['sends something internal'], { serialization })
    /** @type {any[]} */
    const found = []
    child.on('message', (/** @type {any} */ message) => found.push(message))
    await child
    expect(found).toEqual([{ cmd: 'NODE_', open: true }, { cmd: 'other' }])
  })

  test('a socket is not taken, and the script hears of it', async () => {
    const child = talk(['sends a socket'], { serialization })
    expect(await once(child, 'message')).toEqual(['SentHandleNotReceivedWarning', undefined])
    expect(await child).toMatchObject({ exitCode: 0 })
  })

  test('sockets and servers are not sent', async () => {
    const child = forked('echo.js', [], { serialization })
    const server = net.createServer()
    expect(() => child.send('a', server)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_HANDLE_TYPE' }))
    expect(() => child.send('a', new net.Socket(), {}, () => {})).toThrow('cannot be sent')
    child.send('b', null, {}, () => {})
    expect((await once(child, 'message'))[0]).toBe('b')
  })

  test.each([
    ['nothing', undefined, 'ERR_MISSING_ARGS'],
    ['a function', () => {}, 'ERR_INVALID_ARG_TYPE'],
    ['a symbol', Symbol('a'), 'ERR_INVALID_ARG_TYPE'],
    ['a BigInt', 1n, 'ERR_INVALID_ARG_TYPE'],
  ])('%s is no message', async (_, message, code) => {
    const child = forked('echo.js', [], { serialization })
    expect(() => child.send(message)).toThrow(expect.objectContaining({ code }))
    expect((await failure(child.request(message))).code).toBe(code)
    expect(await child.request('still there')).toBe('still there')
  })

  test('what cannot be written is thrown, and harms nothing', async () => {
    const child = forked('echo.js', [], { serialization })
    const cyclic = /** @type {any} */ ({ toJSON: undefined, f: serialization === 'json' ? 1n : () => {} })
    expect(() => child.send(cyclic)).toThrow(/serialize a BigInt|could not be cloned/)
    await failure(child.request(cyclic))
    expect(await child.request('still there')).toBe('still there')
  })
})

test('advanced: what JSON has not', async () => {
  const child = forked('echo.js', [], { serialization: 'advanced' })
  const cyclic = /** @type {any} */ ({ name: 'loop' })
  cyclic.self = cyclic
  const values = [
    new Map([['a', new Set([1n, 2n])]]),
    new Date(5),
    /a+/gi,
    { nothing: undefined, not: NaN, infinite: -Infinity },
    Buffer.from('bytes'),
    new Float64Array([1.5, -0]),
    new Uint8Array([1, 2]).buffer,
    { nested: { view: new Uint8Array([9]) } },
    cyclic,
  ]
  for (const value of values) expect(await child.request(value)).toEqual(value)
  const error = await child.request(Object.assign(new TypeError('no'), {}))
  expect([error.name, error.message]).toEqual(['TypeError', 'no'])
})

test('JSON: what has no JSON is refused', async () => {
  const child = forked('echo.js')
  expect(() => child.send({ toJSON: () => undefined })).toThrow(ArgumentError)
  expect(await child.request(1)).toBe(1)
})

describe('send', () => {
  test('the callback comes when it is written', async () => {
    const child = forked('echo.js')
    const error = await new Promise((resolve) => child.send({ a: 1 }, resolve))
    expect(error).toBeNull()
  })

  test('is false when much waits, and true again when that is written', async () => {
    const child = talk(['does not read', '300'])
    const text = 'x'.repeat(64 << 10)
    /** @type {any[]} */
    const written = []
    let sent = 0
    do sent += 1
    while (child.send(text, (/** @type {any} */ error) => written.push(error)))
    expect(sent).toBe(2)
    for (let i = 0; i < 20; i++) expect(child.send(text)).toBe(false)
    await new Promise((resolve) => child.send(text, resolve))
    expect(written).toEqual([null, null])
    expect(child.send('small')).toBe(true)
    expect(await once(child, 'message')).toEqual(['read', undefined])
  })

  test('to a script that is gone: false, and the callback says so', async () => {
    const child = talk(['exits without a word', '0'])
    await child
    expect(child.connected).toBe(false)
    expect(await new Promise((resolve) => expect(child.send('a', resolve)).toBe(false))).toMatchObject({
      code: 'ERR_IPC_CHANNEL_CLOSED',
    })
    const told = once(child, 'error').catch((error) => [error])
    child.send('b')
    expect((await told)[0].code).toBe('ERR_IPC_CHANNEL_CLOSED')
  })

  test('what waits when the script dies is told', async () => {
    const child = talk(['does not read', '60000'])
    await once(child, 'spawn')
    const told = new Promise((resolve) => child.send('x'.repeat(4 << 20), resolve))
    child.kill('SIGKILL')
    expect(await told).toMatchObject({ code: 'ERR_IPC_CHANNEL_CLOSED' })
  })
})

test('messages that come before somebody listens are kept, also one by one', async () => {
  const child = talk(['sends and exits', '3', '0'])
  await once(child, 'close')
  for (const i of [0, 1, 2]) expect((await once(child, 'message'))[0].i).toBe(i)
})

test('a listener that throws loses no message', async () => {
  const code = `
    const child = require('.').fork(${JSON.stringify(script('talk.js'))}, ['sends and exits', '3', '1'])
    child.on('message', ({ i }) => { throw new Error('message ' + i) })
    process.on('uncaughtException', (error) => console.log(error.message))`
  expect((await spawn(...node(code), { lines: true })).stdout).toEqual(['message 0', 'message 1', 'message 2'])
})

describe('disconnect', () => {
  test('from here: the script hears of it', async () => {
    const child = talk(['tells of the disconnect'])
    await once(child, 'message')
    expect(child.connected).toBe(true)
    const told = once(child, 'disconnect')
    child.send('last')
    child.disconnect()
    expect(child.connected).toBe(false)
    await told
    expect(await child).toMatchObject({ stdout: 'disconnected false', exitCode: 0 })
  })

  test('twice is an error, as Node’s', async () => {
    const child = forked('echo.js')
    child.disconnect()
    expect(() => child.disconnect()).toThrow(expect.objectContaining({ code: 'ERR_IPC_DISCONNECTED' }))
    child.on('error', () => {})
    child.disconnect()
    await child
  })

  test('a script that sends what is no message is disconnected', async () => {
    const child = talk(['sends what is no message', '3'])
    const asked = failure(child.request(1))
    const [error] = await once(child, 'error').catch((error) => [error])
    expect(error).toMatchObject({ code: 'ERR_IPC_MESSAGE_INVALID', cause: expect.any(SyntaxError) })
    expect(await asked).toMatchObject({ code: 'ERR_IPC_CHANNEL_CLOSED', cause: error })
    expect(child.connected).toBe(false)
  })
})

describe('request', () => {
  test('answers in the order of the questions', async () => {
    const child = forked('echo.js')
    const questions = Array.from({ length: 200 }, (_, i) => ({ i }))
    expect(await Promise.all(questions.map((question) => child.request(question)))).toEqual(questions)
    expect(child.listenerCount('message')).toBe(0)
  })

  test('a timeout; the answer that is late is nobody else’s', async () => {
    const child = talk(['answers late'])
    await child.request({ wait: 0, answer: 'warm' })
    const error = await failure(child.request({ wait: 100, answer: 'late' }, { timeout: 20 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.code).toBe('ERR_REQUEST_TIMEOUT')
    expect(await child.request({ wait: 150, answer: 'second' }, { timeout: 0 })).toBe('second')
    expect(await child.request({ wait: 0, answer: 'third' }, { timeout: Infinity })).toBe('third')
  })

  test('an abort, before and while it waits', async () => {
    const child = talk(['answers late'])
    const controller = new AbortController()
    const asked = failure(child.request({ wait: 50, answer: 1 }, { signal: controller.signal }))
    controller.abort('enough')
    expect(await asked).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    expect(await failure(child.request(1, { signal: controller.signal }))).toMatchObject({ code: 'ABORT_ERR' })
    expect(await child.request({ wait: 100, answer: 2 })).toBe(2)
  })

  test('a script that ends without an answer', async () => {
    const child = talk(['throws at a message'])
    const asked = [child.request(1), child.request(2)].map((answer) => failure(answer))
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ code: 'ERR_IPC_CHANNEL_CLOSED' })
    expect((await failure(child.request(3))).code).toBe('ERR_IPC_CHANNEL_CLOSED')
  })

  test.each([
    [{ timeout: -1 }, 'timeout'],
    [{ timeout: 'x' }, 'timeout'],
    [{ signal: 1 }, 'signal'],
    [{ retry: 1 }, 'retry'],
    [1, 'options'],
  ])('refuses %j, by rejecting', async (options, name) => {
    const child = forked('echo.js')
    const error = await failure(child.request(1, options))
    expect(error).toBeInstanceOf(ArgumentError)
    expect(error.message).toContain(`\`${name}\``)
  })
})

describe('fork', () => {
  test('options of its own', async () => {
    const child = talk(['tells of itself', 'a'], { execArgv: ['--no-warnings'], env: { A: 'b' } })
    expect((await once(child, 'message'))[0]).toEqual({
      argv: ['tells of itself', 'a'],
      execArgv: ['--no-warnings'],
      env: 'b',
    })
  })

  test('a script by URL; another place for the channel; without `silent` the outputs are this process’s', async () => {
    const child = fork(pathToFileURL(script('echo.js')), {
      stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ipc'],
      reject: false,
    })
    expect(await child.request(1)).toBe(1)
    child.kill()
    await child
    const code = `const child = require('.').fork(${JSON.stringify(script('talk.js'))}, ['tells of the disconnect'])
      child.on('message', () => child.disconnect())
      console.log(child.stdout)`
    expect((await spawn(...node(code))).stdout).toBe('null\ndisconnected false')
  })

  test('from `node -e` it does not start itself for ever', async () => {
    const code = `const child = require('.').fork(${JSON.stringify(script('talk.js'))}, ['tells of itself'])
      child.on('message', ({ execArgv }) => console.log(JSON.stringify(execArgv)))`
    const { stdout } = await spawn(process.execPath, ['--no-warnings', '-e', code, 'x'])
    expect(JSON.parse(stdout)).toEqual(['--no-warnings'])
  })

  test('a script that is not there', async () => {
    const child = forked('no-such-script.js')
    expect((await failure(child.request(1))).code).toBe('ERR_IPC_CHANNEL_CLOSED')
    const error = await child
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('MODULE_NOT_FOUND') })
  })

  test('this process stays for a script, and ends by itself with `unref` or `disconnect`', async () => {
    const code = (/** @type {string} */ call) => `
      const child = require('.').fork(${JSON.stringify(script('echo.js'))})
      child.once('message', (message) => { console.log(message, child.pid); ${call} })
      child.send('hello')`
    for (const call of ['child.disconnect()', 'child.unref()', 'child.kill(); child.catch(() => {})']) {
      const { stdout } = await spawn(...node(code(call)))
      const [, message, pid] = /^(\w+) (\d+)$/.exec(stdout) ?? []
      expect(message).toBe('hello')
      await untilGone(Number(pid))
    }
  })
})

describe('runNodeScript', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'offloop-scripts-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'process-data.js')
  writeFileSync(
    file,
    `const processData = async (data) => ({ sum: data.values.reduce((a, b) => a + b, 0), pid: process.pid })
     process.on('message', async (data) => {
       const result = await processData(data)
       process.send(result)
     })`,
  )

  test('sends data and gives the answer; the script is ended', async () => {
    const { sum, pid } = await runNodeScript(file, { values: [1, 2, 3] })
    expect(sum).toBe(6)
    await untilGone(pid)
    expect((await runNodeScript(pathToFileURL(file), { values: [1] }, { silent: true })).sum).toBe(1)
  })

  test('the tutorial’s own, with this `fork`', async () => {
    const runScript = (/** @type {string} */ scriptPath, /** @type {any} */ data) =>
      new Promise((resolve, reject) => {
        const child = fork(scriptPath)
        child.send(data)
        child.on('message', (result) => {
          resolve(result)
          child.kill()
        })
        child.on('error', reject)
        child.on('exit', (code) => {
          if (code !== 0) reject(new Error(`Process exited with code ${code}`))
        })
      })
    expect(await runScript(file, { values: [4, 5] })).toMatchObject({ sum: 9 })
    await expect(runScript(script('no-such-script.js'), {}).catch((error) => Promise.reject(error))).rejects.toThrow(
      'Process exited with code 1',
    )
  })

  test.each([
    ['throws', 'throws at a message', { exitCode: 1, code: 'ERR_PROCESS_FAILED' }],
    ['exits', 'exits without a word', { exitCode: 7, code: 'ERR_PROCESS_FAILED' }],
    ['closes its channel and stays', 'closes the channel and stays', { code: 'ERR_PROCESS_NO_ANSWER' }],
  ])('a script that %s', async (_, way, expected) => {
    const wrapped = path.join(folder, `${way}.js`)
    writeFileSync(
      wrapped,
      `process.argv.push(${JSON.stringify(way)}, '7'); require(${JSON.stringify(script('talk.js'))})`,
    )
    const error = await failure(runNodeScript(wrapped, 1, { silent: true }))
    expect(error).toBeInstanceOf(ProcessError)
    expect(error).toMatchObject(expected)
  })

  test('a script that ends well without a message', async () => {
    const silent = path.join(folder, 'silent.js')
    writeFileSync(silent, '')
    expect((await failure(runNodeScript(silent, 1))).code).toBe('ERR_PROCESS_NO_ANSWER')
  })

  test('limits, and data that cannot be sent', async () => {
    const slow = path.join(folder, 'slow.js')
    writeFileSync(slow, `process.on('message', () => setTimeout(() => {}, 60000))`)
    expect(await failure(runNodeScript(slow, 1, { timeout: 500 }))).toMatchObject({ timedOut: true })
    expect(await failure(runNodeScript(slow, 1, { signal: AbortSignal.timeout(500) }))).toMatchObject({
      isCanceled: true,
    })
    expect((await failure(runNodeScript(slow, undefined))).code).toBe('ERR_MISSING_ARGS')
    await failure(runNodeScript(slow, { big: 1n }))
    expect((await failure(runNodeScript(slow, 1, /** @type {any} */ ('x')))).message).toContain('`options`')
    expect((await failure(runNodeScript(/** @type {any} */ (1), 1))).message).toContain('`script`')
  })
})

test('a script does not outlive a parent that closes everything', async () => {
  const child = talk(['stays'])
  const [pid] = await once(child, 'message')
  expect(isAlive(pid)).toBe(true)
  child.kill()
  await child
  expect(isAlive(pid)).toBe(false)
})
