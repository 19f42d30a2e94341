/**
 * The native addon as the JS layer sees it: what `src/binding` exports. Internal; the public types are in `index.d.ts`.
 */

/** Limits of one task that the JS layer has checked; times in milliseconds. */
export interface Limits {
  timeout?: number
  queueTimeout?: number
  priority: number
  wantsProgress: boolean
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

/** Queues a task without input and options: the code of an error when it is refused. */
export function submit(pool: number, slot: number, task: number): string | null
/** Starts a runner of one-off tasks on libuv's threads. */
export function startRunner(): Promise<void>
/** Every native task, as JSON text. */
export function listTasks(): string
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
