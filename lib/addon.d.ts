/**
 * The native addon as the JS layer sees it: what `src/binding` exports. Internal; the public types are in `index.d.ts`.
 */

/** Limits of one task that the JS layer has checked; times in milliseconds. */
export interface Limits {
  timeout?: number
  queueTimeout?: number
  priority: number
  wantsProgress: boolean
  traced: boolean
}

/** The arguments of a task: its slot and number, its input as JSON text, and the binary values beside that. */
type Submission = [
  slot: number,
  task: number,
  json: string | undefined,
  binaries: Uint8Array[] | undefined,
  kinds: Uint32Array,
  limits: Limits,
]

/** Connects one evaluation of the JS layer with the engine. */
export class Session {
  /**
   * @param settle is told what has happened. Held weakly between tasks: the caller keeps it
   * @param batch where pairs of slot and kind are written; `settle` must close over it, which keeps it
   */
  constructor(settle: (count: number, values: any[], more: boolean) => void, batch: Uint32Array)
  /** Goes on handing over what has happened, when `settle` was told that there is more. */
  deliver(): void
  /** Asks the task in the slot to stop because its caller aborted it. */
  abort(slot: number): void
  /** Queues a one-off task: the code of an error, or whether to start one more runner. */
  submitOneOff(...submission: Submission): string | boolean
}

/** A pool of Rust threads. */
export class Pool {
  constructor(
    session: Session,
    options: {
      name: string
      size: number | undefined
      maxQueue: number
      maxQueueBytes: number
      niceIncrement: number
    },
  )
  /** The pool's number in `submit` and in the events of its session. */
  readonly number: number
  readonly size: number
  readonly queued: number
  /** How many more small tasks would be taken. */
  readonly room: number
  /** Queues a task: the code of an error when it is refused. */
  submitWith(...submission: Submission): string | null
  /** Asks for one event when there is room. */
  wantRoom(): void
  /** Statistics as JSON text. */
  stats(): string
  cancelQueued(): void
  close(): void
  destroy(): void
}

/** Limits of one call that the JS layer has checked; times in milliseconds. */
export interface CallLimits {
  /** The number of the export, or 0 for the default one. */
  name: number
  timeout?: number
  queueTimeout?: number
  priority: number
  wantsProgress: boolean
  traced: boolean
  affinity?: string
  fairKey?: string
  /** How often the call may run again when its worker dies under it. */
  retry: number
  /** The size of a parcel. */
  bytes: number
  /** The worker that was sent the parcel. */
  to?: number
}

/** A pool of JS workers, as its owner has it. */
export class Crew {
  constructor(
    session: Session,
    options: {
      maxQueue: number
      maxQueueBytes: number
      maxSize: number
      concurrency: number
      recycleTasks?: number
      recycleAge?: number
      niceIncrement: number
    },
  )
  /** The crew's number in `callPlain`, in the events of its session, and for its workers. */
  readonly number: number
  /** A worker is about to be started: its number. */
  hire(): number
  /** The number of an export, unless too many others were asked for. */
  name(name: string): number | null
  /** Whether another worker would be the home of this key of `affinity`. */
  wantsHome(key: string): boolean
  /**
   * Queues a call. Kinds: 0 undefined, 1 a number, 2 JSON text, 3 bytes, 4 the number of a parcel. Answers -1 when the
   * crew is closed and -2 when it is full; else twice the worker to call, or 0, and 1 more when another is wanted.
   */
  call(slot: number, kind: number, value: unknown, limits: CallLimits): number
  /** Why a call with this `fairKey` would be refused. */
  refusal(fairKey?: string): string | null
  /** A worker that has nothing to do: the caller posts a parcel to it, or wakes it up. */
  callIdle(): number | null
  /** Whether there are more calls than workers that will look for them. */
  readonly short: boolean
  /** Whether the worker still has this run; if so, it takes no more calls. */
  condemn(worker: number, run: number): boolean
  /** Whether the worker has not loaded its file yet; if so, it takes no calls. */
  condemnUnready(worker: number): boolean
  /** A worker's thread has ended: the event `gone` comes behind all that it answered. */
  gone(worker: number): void
  /** Forgets a worker that is gone. The callers of the lost slots have to be told; the others are to be called. */
  dismiss(worker: number): { lost: number[]; wake: number[]; taken: number }
  /** Retires workers that have been idle for so many milliseconds, and keeps so many. */
  reap(idle: number, keep: number): number[]
  readonly size: number
  readonly queued: number
  readonly room: number
  wantRoom(): void
  stats(): string
  cancelQueued(): void
  /** Settles the calls that wait; the callers of these slots have to be told. */
  giveUpQueued(): number[]
  close(): void
  destroy(): void
}

/** The seat of a worker that is a process, kept by the pool's owner. */
export class RemoteSeat {
  constructor(crew: Crew, worker: number)
  /** The next call: kind, run, place, name, flags, parcel, and the value. */
  take(): [kind: number, run: number, place: number, name: number, flags: number, parcel: number, value?: any]
  nameOf(name: number): string | null
  ready(): void
  /** As the `give` of a worker thread. */
  give(run: number, kind: number, value?: number | string): boolean
  report(run: number, kind: number, json?: string): void
  retire(): void
}

/** Queues a call without options; answers as `Crew.call`. */
export function callPlain(crew: number, slot: number, value: undefined | number | string): number

/** Takes the seat of a worker in a crew, for good. In `flags` a run sees its own number at its place when it is to stop. */
export function sit(crew: number, worker: number): { meta: Uint32Array; flags: Int32Array }
/** The worker has loaded its file and looks for work next. */
export function workerReady(): void
/** The value of the next call; `meta` has kind, run, place, name, flags, parcel. */
export function take(): undefined | number | string | Uint8Array
/** The name of an export by its number. */
export function nameOf(name: number): string | null
/**
 * Ends a run. Kinds: 0 undefined, 1 a number, 2 JSON text, 3 in the mail, 4 JSON text that was thrown, 5 thrown and in the
 * mail. `false` when nobody wants it any more.
 */
export function give(run: number, kind: number, value?: number | string): boolean
/** A run is this far: 2 for JSON text, 3 in the mail. */
export function report(run: number, kind: number, json?: string): void
/** Asks the owner to post the parcel of a run. */
export function fetchParcel(run: number): void
/** The worker is to be replaced: it gets no more calls. */
export function retire(): void

/** Queues a task without input and options: the code of an error when it is refused. */
export function submit(pool: number, slot: number, task: number): string | null
/** Starts a runner of one-off tasks on libuv's threads. */
export function startRunner(): Promise<void>
/** Every native task, as JSON text. */
export function listTasks(): string
/** What this build can do with images, as JSON text. */
export function imageCodecs(): string
/** The number of a task, or the message of the error when no task has this name. */
export function findTask(name: string): number | string
/**
 * Runs a task here and now, while the thread waits, and gives its result as JSON text. For the demo, which shows the
 * difference.
 */
export function runInline(task: number, json: string): string
/** How many events a batch has at the most. */
export function batchSize(): number
/** How many threads the program's CPU budget allows. */
export function budget(): number

/** The child processes of this environment. Unix only. */
export class Children {
  /** @param listener is told of events, five values for each. Held weakly while there are no children */
  constructor(listener: (list: any[]) => void)
  /** @param plan JSON text; see src/process/plan.rs */
  start(id: number, plan: string): void
  /** @param ends whether SIGKILL follows when the child does not end */
  kill(id: number, signal: number, ends: boolean): void
  cancel(id: number): void
  write(id: number, bytes: Uint8Array): void
  endInput(id: number): void
  claim(id: number, output: number): void
  credit(id: number, output: number, bytes: number): void
  /** Closes the pipe of an output that nobody wants any more. */
  giveUp(id: number, output: number): void
  post(id: number, message: string | Uint8Array): void
  disconnect(id: number): void
  keepAlive(alive: boolean): void
}

/** Blocks until what the last attempt of this thread waits for may be there, for so many ms at most. Whether it may. */
export function sharedBlock(ms: number): boolean
/** Waits no longer for what the last attempt waits for. */
export function sharedRetire(): void

/** Waits that do not block. */
export class SharedWaits {
  /** @param listener is told the numbers of those that are over. Held */
  constructor(listener: (ids: number[]) => void)
  /** Is told under this number when what the last attempt of this thread waits for may be there. */
  add(id: number): void
  remove(id: number): void
  keepAlive(alive: boolean): void
}

/** Waits at a word, for `Atomics`. */
export class Parking {
  /** `false` when the word has another value. Blocks by `block`, or has `waits` told of the end. */
  enter(id: number, word: Uint8Array, value: number | bigint, waits?: SharedWaits): boolean
  /** Whether it was told within so many ms. */
  block(id: number, ms: number): boolean
  /** `false` when it was told. */
  leave(id: number): boolean
  static notify(word: Uint8Array, count: number): number
}

/** What this thread writes into a lock that it takes. */
export function sharedMe(): bigint

/** Attempts answer 1, 2 when a dead owner had it, -1 to wait. With `cares` they look after the owners. */
export class SharedMutex {
  constructor(memory: Uint8Array)
  lock(cares: boolean): number
  /** Tells one of those that wait. */
  tell(): void
}

export class SharedSemaphore {
  constructor(memory: Uint8Array, permits: number)
  tryAcquire(): boolean
  acquire(cares: boolean): number
  release(): boolean
  available(): number
}

export class SharedRwLock {
  constructor(memory: Uint8Array, readers: number)
  tryRead(): number
  read(cares: boolean): number
  tryWrite(): number
  claim(cares: boolean): number
  drained(claimed: number, cares: boolean): number
  giveUpWrite(claimed: number): void
  unlockRead(): boolean
  unlockWrite(): boolean
}

export class SharedBarrier {
  constructor(memory: Uint8Array, parties: number)
  /** The round to be waited for, -1 for the last to arrive. */
  arrive(): number
  pass(round: number): number
  leave(round: number): boolean
  arrived(): number
}

export class SharedOnce {
  constructor(memory: Uint8Array)
  /** 0 when it is done, 1 for the turn to do it, -1 to wait. */
  attempt(cares: boolean): number
  finish(done: boolean): boolean
  isDone(): boolean
}

export class SharedCondition {
  constructor(memory: Uint8Array)
  signal(): number
  /** 1 when somebody has told since, or -1 to wait. */
  wait(signal: number): number
  notify(all: boolean): void
}

/** Opens a channel of this thread: its number. Both memories are kept by the caller until `channelForget`. */
export function channelOpen(memory: Uint8Array, desk: Uint8Array): number
export function channelForget(number: number): void
/**
 * Sends the first bytes on the desk: 1 when it is sent, 0 when the channel is closed, -1 to wait. `message` is their number, the
 * kind above 16 bits, and 1 << 24 to look after owners.
 */
export function channelSend(number: number, message: number): number
export function channelSendLong(number: number, kind: number, message: Uint8Array, cares: boolean): number
/** The kind times 2 ** 32 and the length; -2 at the end, -1 to wait. The message is on the desk, or else `channelLong`. */
export function channelReceive(number: number, cares: 0 | 1): number
export function channelLong(): ArrayBuffer
export function channelClose(number: number): void
export function channelIsClosed(number: number): boolean
export function channelUsed(number: number): number
export function channelMost(number: number): number

export class SharedRingBuffer {
  constructor(memory: Uint8Array)
  /** How many bytes; -2 when it is closed, -1 to wait. */
  write(bytes: Uint8Array): number
  read(into: Uint8Array): number
  close(): void
  isClosed(): boolean
  used(): number
}

export class SharedRateLimiter {
  constructor(memory: Uint8Array, msPerToken: number, burst: number)
  /** 0, or in how many ms there are so many. */
  take(tokens: number): number
  available(): number
  reset(): void
}

export class SharedMap {
  constructor(memory: Uint8Array, capacity: number, keyBytes: number, valueBytes: number)
  static bytes(capacity: number, keyBytes: number, valueBytes: number): number
  /** 1 when it is there, 0 when it is not, -1 to wait. */
  get(key: string, cares: boolean): number
  /** What `get` or `add` has found. */
  found(): any
  /** 1 when it is stored, 0 when the map is full, -1 to wait. */
  set(key: string, value: number | Uint8Array, ttl: number, cares: boolean): number
  /** As `set`, and 2 for what is no number. */
  add(key: string, by: number, ttl: number, cares: boolean): number
  delete(key: string, cares: boolean): number
  clear(cares: boolean): number
  len(cares: boolean): number
  keys(cares: boolean): string[] | null
}

/** Memory of a name. Unix only. */
export class NamedMemory {
  private constructor()
  static open(name: string, bytes: number, amongProcesses: boolean, mayBeMade: boolean): NamedMemory
  readonly made: boolean
  /** Nothing where the platform allows no such buffer. */
  buffer(): ArrayBuffer | null
  close(): void
}
