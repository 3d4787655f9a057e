import type { Timer } from '@spillway/core'
import type { ItemRecord, StopReason } from '../journal/records.ts'
import { makeItem } from './make-item.ts'
import { noteTaker } from './note-taker.ts'
import type { RunState } from './run-state.ts'
import { settleSame } from './save-item.ts'

/** Makes what waits, so many at once, until nothing is left or something stops the run. */
export async function work(run: RunState): Promise<StopReason> {
  const { options, journal, stopping } = run
  const { signal, deadline, clock, watch, maxConcurrency } = options
  const onAbort = (): void => stopping.stop('signal')
  let timer: Timer | undefined
  let unwatch: (() => void) | void = undefined
  try {
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort)
    const leftMs = (deadline ?? Infinity) - clock.wallTime()
    if (leftMs <= 0) stopping.stop('deadline')
    else timer = clock.setTimer(leftMs, () => stopping.stop('deadline'))
    unwatch = watch?.(noteTaker(run))
    await settleLeftBehind(run)
    const line = new Line(run)
    await allOf(
      run,
      Array.from({ length: maxConcurrency }, () => workOff(run, line)),
    )
    return stopping.reason ?? (journal.counts().waiting > 0 ? 'limit' : 'finished')
  } finally {
    signal?.removeEventListener('abort', onAbort)
    timer?.cancel()
    unwatch?.()
    stopping.dispose()
  }
}

/** Those that ask for the same as one that ended in an earlier launch. */
async function settleLeftBehind(run: RunState): Promise<void> {
  while (run.stopping.reason === undefined) {
    const [item] = run.journal.items({ leaderEnded: true, states: ['waiting'], limit: 1 })
    if (item?.sameAs === undefined) return
    await settleSame(run, run.journal.itemOf(item.sameAs))
  }
}

async function workOff(run: RunState, line: Line): Promise<void> {
  for (let item = line.next(); item !== undefined; item = line.next()) {
    await makeItem(run, item)
    line.leave(item)
  }
}

/** Where one of them cannot go on, the others are ended, and waited for. */
async function allOf(run: RunState, workers: readonly Promise<void>[]): Promise<void> {
  const watched = workers.map((worker) =>
    worker.catch((error: unknown) => {
      run.stopping.stop('crashed')
      run.stopping.abort()
      throw error
    }),
  )
  for (const result of await Promise.allSettled(watched)) if (result.status === 'rejected') throw result.reason
}

/** Items read ahead, so that neither all are in memory nor each is a question of its own. */
const READ_AHEAD = 100

/** What is still to be taken up. */
class Line {
  #ready: ItemRecord[] = []
  #after = 0
  #left: number
  readonly #atWork = new Set<number>()
  readonly #run: RunState

  constructor(run: RunState) {
    this.#run = run
    this.#left = run.options.limit
  }

  next(): ItemRecord | undefined {
    if (this.#run.stopping.reason !== undefined || this.#left <= 0) return undefined
    if (this.#ready.length === 0) this.#read()
    // From the beginning: one that asks for the same as another may have to be made for itself after all.
    if (this.#ready.length === 0 && this.#after > 0) {
      this.#after = 0
      this.#read()
    }
    const item = this.#ready.shift()
    if (item === undefined) return undefined
    this.#left--
    this.#atWork.add(item.seq)
    return item
  }

  leave({ seq }: ItemRecord): void {
    this.#atWork.delete(seq)
  }

  #read(): void {
    const found = [
      ...this.#run.journal.items({ states: ['waiting'], leaders: true, after: this.#after, limit: READ_AHEAD }),
    ]
    this.#after = found.at(-1)?.seq ?? this.#after
    this.#ready = found.filter(({ seq }) => !this.#atWork.has(seq))
  }
}
