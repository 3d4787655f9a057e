import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { WorkerSaid, WorkerSettings } from './quota-worker.ts'
import type { RedisTest } from './redis-server.ts'

/** A process that spends a quota. It ends with the test. */
export interface QuotaWorker {
  /** Resolves when it waits for {@link QuotaWorker.begin}. */
  readonly ready: Promise<void>
  readonly begin: () => void
  /** Resolves with what became of its calls, when all are over. */
  readonly over: Promise<{ readonly done: number; readonly failed: readonly string[] }>
  /** When its calls began, in milliseconds on a clock that all share. */
  readonly beganAt: readonly number[]
  readonly events: readonly string[]
  /** Ends it as a crash. */
  readonly kill: () => Promise<void>
}

/** Starts one. */
export const quotaWorker = (
  { onTestFinished }: Pick<RedisTest, 'onTestFinished'>,
  settings: WorkerSettings,
): QuotaWorker => {
  const child: ChildProcess = fork(join(import.meta.dirname, 'quota-worker.ts'), [JSON.stringify(settings)], {
    execArgv: ['--conditions=@spillway/source'],
  })
  const ready = Promise.withResolvers<void>()
  const over = Promise.withResolvers<{ done: number; failed: readonly string[] }>()
  const beganAt: number[] = []
  const events: string[] = []
  child.on('message', (said: WorkerSaid) => {
    if ('ready' in said) ready.resolve()
    else if ('beganAt' in said) beganAt.push(said.beganAt)
    else if ('event' in said) events.push(said.event)
    else over.resolve(said)
  })
  const gone = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
  }
  onTestFinished(kill)
  return { ready: ready.promise, begin: () => child.send('begin'), over: over.promise, beganAt, events, kill }
}

/** The most instants within a window of that length. */
export const mostWithin = (windowMs: number, instants: readonly number[]): number => {
  const sorted = instants.toSorted((a, b) => a - b)
  return Math.max(0, ...sorted.map((from, i) => sorted.slice(i).filter((at) => at < from + windowMs).length))
}
