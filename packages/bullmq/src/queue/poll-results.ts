import { systemClock, type Timer } from '@spillway/core'
import type { Job, Queue } from 'bullmq'
import { unknownIdOf, type ResultData, type WorkData } from './job-data.ts'

/** Waits for results, each until it stands in the queue. It takes nothing out. */
export interface ResultPoll {
  expect(id: string): Promise<ResultData>
  forget(id: string): void
  stop(): Promise<void>
}

const POLL_MS = 200
/** Results in memory at once: each has pictures. */
const AT_ONCE = 8
/** How often it is looked whether what is waited for is still there at all. */
const MISSING_MS = 15_000

/** Results stand in a queue that nobody works at, so that each stays until its run has written it down. */
export const pollResults = (
  results: Queue<ResultData>,
  work: Queue<WorkData>,
  onFailed: (error: unknown) => void,
): ResultPoll => {
  const expected = new Map<string, (result: ResultData) => void>()
  const missing = new Set<string>()
  let stopped = false
  let timer: Timer | undefined
  let running: Promise<void> | undefined
  let lookForMissingAt = Date.now() + MISSING_MS

  const hand = async (id: string, standsUnder = id): Promise<void> => {
    const job: Job<ResultData> | undefined = await results.getJob(standsUnder)
    const take = expected.get(id)
    if (job === undefined || take === undefined) return
    expected.delete(id)
    take(job.data)
  }

  const look = async (): Promise<void> => {
    const ids = new Set(await results.getRanges(['wait'], 0, -1))
    const there = [...expected.keys()].flatMap((id): [string, string][] =>
      ids.has(id) ? [[id, id]] : ids.has(unknownIdOf(id)) ? [[id, unknownIdOf(id)]] : [],
    )
    for (let from = 0; from < there.length; from += AT_ONCE)
      await Promise.all(there.slice(from, from + AT_ONCE).map(([id, under]) => hand(id, under)))
    if (Date.now() >= lookForMissingAt) await lookForMissing(ids)
  }

  /** A job that is in neither queue, twice in a row, was taken away by somebody, or lost by a server that keeps too little. */
  const lookForMissing = async (ids: ReadonlySet<string>): Promise<void> => {
    for (const id of expected.keys()) {
      if (ids.has(id) || (await work.getJobState(id)) !== 'unknown') missing.delete(id)
      else if (missing.has(id)) expected.get(id)?.(GONE)
      else missing.add(id)
    }
    lookForMissingAt = Date.now() + MISSING_MS
  }

  const next = (): void => {
    if (stopped || expected.size === 0 || timer !== undefined || running !== undefined) return
    timer = systemClock.setTimer(POLL_MS, () => {
      timer = undefined
      running = look()
        .catch(onFailed)
        .finally(() => {
          running = undefined
          next()
        })
    })
  }
  return {
    expect: (id) =>
      new Promise((resolve) => {
        expected.set(id, resolve)
        next()
      }),
    forget: (id) => void expected.delete(id),
    async stop() {
      stopped = true
      timer?.cancel()
      await running
    },
  }
}

const GONE: ResultData = {
  status: 'failed',
  item: '',
  attempts: [],
  error: {
    name: 'ItemGoneError',
    message:
      'The item is no longer in the queue, and nobody knows whether it was made: somebody removed it, or the server lost it.',
    verdict: 'transient',
    billed: 'unknown',
  },
}
