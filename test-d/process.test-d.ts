import { promisify } from 'node:util'
import { Readable, Writable } from 'node:stream'
import { expectAssignable, expectError, expectType } from 'tsd'
import { OffloopError, ProcessError, exec, execFile, fork, runNodeScript, safeArgument, spawn } from '..'
import type { AbortError, ArgumentError, ProcessResult, SpawnOptions, Subprocess } from '..'

// The result's outputs are of the kind that the options ask for.
expectType<Subprocess<string>>(spawn('ls'))
expectType<Subprocess<string>>(spawn('ls', ['-l', 1], { cwd: '/', encoding: 'hex' }))
expectType<Subprocess<Buffer>>(spawn('ls', { encoding: 'buffer' }))
expectType<Subprocess<string[]>>(spawn(new URL('file:///bin/ls'), null, { lines: true }))
expectType<Subprocess<undefined>>(exec('ls', { buffer: false }))
declare const options: SpawnOptions
expectType<Subprocess<any>>(spawn('ls', [], options))
expectError(spawn('ls', '-l'))
expectError(spawn(['ls']))
expectError(spawn('ls', [], { timeOut: 1 }))
expectError(spawn('ls', [], { encoding: 'utf-9' }))
expectError(spawn('ls', [], { killSignal: 'SIGNOTHING' }))
expectError(exec('ls', { shell: false }))

// A promise and a handle at once.
const child = spawn('ls')
expectAssignable<Promise<ProcessResult>>(child)
void (async () => {
  expectType<ProcessResult<string>>(await child)
  expectType<string>((await child).stdout)
  expectType<number | undefined>((await child).exitCode)
  expectType<NodeJS.Signals | undefined>((await child).signal)
})()
expectType<number | undefined>(child.pid)
expectType<Writable | null>(child.stdin)
expectType<Readable | null>(child.stdout)
expectType<boolean>(child.kill('SIGINT'))
child.on('exit', (code, signal) => {
  expectType<number | null>(code)
  expectType<NodeJS.Signals | null>(signal)
})
child.on('error', (error) => expectAssignable<OffloopError>(error))
void (async () => {
  for await (const line of child) expectType<string>(line)
  for await (const line of child.iterable({ from: 'stderr' })) expectType<string>(line)
  expectError(child.iterable({ from: 'stdin' }))
  {
    await using disposed = spawn('ls')
    expectType<boolean>(disposed.killed)
  }
})()
// All that one can say about a child.
void spawn('ls', [], {
  cwd: new URL('file:///'),
  env: { A: 'a', B: undefined, C: 1 },
  extendEnv: false,
  argv0: 'list',
  input: new Uint8Array(3),
  stdio: ['pipe', process.stdout, { file: 'errors.log', append: true }, 'pipe', 7, null],
  encoding: 'latin1',
  maxBuffer: Infinity,
  stripFinalNewline: false,
  all: true,
  onLine: (line, from) => expectType<'stdout' | 'stderr'>(line === '' ? 'stdout' : from),
  reject: false,
  verbose: 'full',
  timeout: 1000,
  signal: AbortSignal.timeout(1000),
  killSignal: 9,
  forceKillAfterDelay: false,
  killDescendants: false,
  cleanup: false,
  detached: true,
  uid: 1000,
  gid: 1000,
  nice: 10,
})

// Node's forms.
exec('ls', (error, stdout, stderr) => {
  expectType<ProcessError | AbortError | ArgumentError | null>(error)
  expectType<string>(stdout)
  expectType<string>(stderr)
})
execFile('ls', ['-l'], { encoding: 'buffer' }, (_error, stdout) => expectType<Buffer>(stdout))
execFile('ls', (_error, stdout) => expectType<string>(stdout))
expectType<Subprocess<string>>(promisify(exec)('ls'))
expectType<Subprocess<Buffer>>(promisify(execFile)('ls', [], { encoding: 'buffer' }))

// Scripts and messages.
const script = fork('script.js', ['a'], { serialization: 'advanced', silent: true, execArgv: ['--no-warnings'] })
expectType<Subprocess<string | undefined>>(script)
expectType<boolean>(script.send({ a: 1 }, (error) => expectType<Error | null>(error)))
expectType<Promise<number>>(script.request<number>('how many', { timeout: 100, signal: AbortSignal.timeout(100) }))
expectType<boolean>(script.connected)
expectError(fork('script.js', [], { shell: true }))
expectError(script.request(1, { retry: 1 }))
expectType<Promise<any>>(runNodeScript('script.js', { a: 1 }))
expectType<Promise<string>>(runNodeScript<string>('script.js', 1, { timeout: 1000 }))
expectError(runNodeScript('script.js', 1, { reject: false }))

expectType<string>(safeArgument('name', { pattern: /[a-z]+/ }))
expectError(safeArgument(1))

// Errors have the fields of results.
declare const error: unknown
if (error instanceof ProcessError) {
  expectType<string>(error.shortMessage)
  expectType<number | undefined>(error.exitCode)
  expectType<boolean>(error.timedOut)
  expectAssignable<ProcessResult<any>>(error)
}
