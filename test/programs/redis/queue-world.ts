import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchItem, QueuedRun } from '@spillway/batch'
import { createSimulator, readImagePrompt, type Scenario, type Simulator } from '@spillway/simulator'
import type { TestContext } from 'vitest'
import type { WorkerSettings } from './queue-worker.ts'

/** The model API that counts what is made; a picture takes half a second. */
export const countingApi = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  scenario: Scenario = {},
): Promise<{ readonly url: string; readonly simulator: Simulator }> => {
  const simulator = createSimulator({ capacity: 64, imageSizePx: 64, ...scenario }, { timeScale: 60 })
  onTestFinished(() => simulator.close())
  return { url: (await simulator.listen()).url, simulator }
}

/** Worker processes, killed and replaced by chance. */
export interface Fleet {
  readonly workers: ChildProcess[]
  /** Kills one (`SIGKILL`) and starts another in its place. */
  replace(nth: number): void
  stop(): Promise<void>
}

export const fleet = (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  count: number,
  [queueUrl, simulatorUrl, settings]: readonly [string, string, WorkerSettings],
): Fleet => {
  const start = (): ChildProcess =>
    fork(join(import.meta.dirname, 'queue-worker.ts'), [queueUrl, simulatorUrl, JSON.stringify(settings)], {
      execArgv: ['--conditions=@spillway/source'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
  const workers = Array.from({ length: count }, start)
  onTestFinished(() => void workers.map((worker) => worker.kill('SIGKILL')))
  return {
    workers,
    replace(nth) {
      workers[nth]?.kill('SIGKILL')
      workers[nth] = start()
    },
    async stop() {
      await Promise.all(
        workers.map(async (worker) => {
          if (worker.exitCode !== null || worker.signalCode !== null) return
          const gone = once(worker, 'exit')
          worker.kill('SIGTERM')
          await gone
        }),
      )
    },
  }
}

/** What became of the items of a run. */
export interface Fates {
  readonly done: readonly string[]
  readonly unknown: readonly string[]
  /** With the words of its error. */
  readonly failed: readonly string[]
  /** Done, with a picture of something else. */
  readonly mixedUp: readonly string[]
}

/** Puts all items in line and waits for what becomes of each. */
export const fatesOf = async (run: QueuedRun, items: readonly BatchItem[]): Promise<Fates> => {
  const fates = { done: [] as string[], unknown: [] as string[], failed: [] as string[], mixedUp: [] as string[] }
  await Promise.all(
    items.map(async (item) => {
      try {
        const made = await run.make(item, {
          signal: new AbortController().signal,
          attempts: { sending: () => {}, ended: () => {} },
          idempotencyKey: `run:${item.id}`,
          runKey: 'a-run',
        })
        fates.done.push(item.id)
        const { prompt } = readImagePrompt(Buffer.from(made.images[0]!.bytes)) ?? {}
        if (prompt !== item.prompt) fates.mixedUp.push(item.id)
      } catch (error) {
        const unknown = (error as { code?: string }).code === 'ERR_SPILLWAY_OUTCOME_UNKNOWN'
        if (unknown) fates.unknown.push(item.id)
        else fates.failed.push(`${item.id}: ${(error as Error).message}`)
      }
      run.recorded(item.id)
    }),
  )
  return fates
}

/** Does something again and again, until the other is done. */
export const meanwhile = async <T>(waiting: Promise<T>, everyMs: () => number, act: () => unknown): Promise<T> => {
  let over = false
  const acting = (async () => {
    for (;;) {
      await sleep(everyMs())
      if (over) return
      await act()
    }
  })()
  try {
    return await waiting
  } finally {
    over = true
    await acting
  }
}
