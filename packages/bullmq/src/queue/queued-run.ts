import type { Make, QueuedRun, QueuedRunOptions } from '@spillway/batch'
import { InvalidOptionsError, systemClock } from '@spillway/core'
import type { Queue } from 'bullmq'
import { PAUSABLE } from '../handover/job-processor.ts'
import type { Backend } from './backend.ts'
import { closeAll } from './close-all.ts'
import { jobIdOf, resultsName, type ResultData, type WorkData } from './job-data.ts'
import { clearAway, lineUp, withdraw } from './line.ts'
import { pollResults, type ResultPoll } from './poll-results.ts'
import { madeOf } from './result-of.ts'

/** Where the results of a run stand, and who looks there. */
interface Results {
  readonly queue: Queue<ResultData>
  readonly poll: ResultPoll
}

/** For how long a run that ends waits for workers that are about to end a job, and for its server. */
const PATIENCE_MS = 10_000

/** Opens a run on the queue `name`. Which run it is, it learns with its first item. */
export const openRun = (backend: Backend, name: string, options: QueuedRunOptions): QueuedRun => {
  const { onUnknown = 'skip', deadlineAt, onQueueFailed = () => {} } = options
  const work = backend.queue<WorkData>(name).on('error', onQueueFailed)
  let known: Results | undefined
  /** The jobs of items whose results were handed out. */
  const handedOut = new Map<string, string>()
  const closing = new AbortController()
  /** What is on its way to the queue, and nobody waits for. */
  const onTheWay = new Set<Promise<unknown>>()
  const send = (sending: Promise<unknown>): void => {
    const settled = sending.catch(onQueueFailed).finally(() => onTheWay.delete(settled))
    onTheWay.add(settled)
  }

  const resultsOf = (runKey: string): Results => {
    if (known === undefined) {
      const queue = backend.queue<ResultData>(resultsName(name, runKey)).on('error', onQueueFailed)
      known = { queue, poll: pollResults(queue, work, onQueueFailed) }
    }
    return known
  }
  const tidyUp = async (finished: boolean): Promise<void> => {
    await known?.poll.stop()
    await Promise.all(onTheWay)
    // Nobody will ever ask for what still stands there: reports and pictures of items that were settled otherwise.
    if (finished) await known?.queue.obliterate({ force: true })
  }
  const make: Make = async (
    item,
    { signal, attempts, runKey, idempotencyKey = `${runKey}-${item.id}-${item.fingerprint}` },
  ) => {
    if (runKey === undefined)
      throw new InvalidOptionsError('make.runKey', runKey, 'the name of the run, as runBatch gives it')
    signal.throwIfAborted()
    const { queue: results, poll } = resultsOf(runKey)
    const id = jobIdOf(idempotencyKey)
    handedOut.set(item.id, id)
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const data = { run: runKey, item, idempotencyKey, onUnknown, ...(deadlineAt !== undefined && { deadlineAt }) }
    const inLine = lineUp(id, data, { work, results }, attempts.queueing?.bind(attempts))
    const letGo = (): void => {
      poll.forget(id)
      // Not before it stands there: what is on its way is not found.
      send(inLine.then(() => withdraw(id, work)))
      reject(signal.reason)
    }
    signal.addEventListener('abort', letGo, { once: true })
    try {
      if (!(await Promise.race([inLine, aborted])))
        throw new Error('The run has stopped: nothing is put in line any more.')
      // Only now: what stood there before may be what this start overrules.
      return await madeOf(await Promise.race([poll.expect(id), aborted]), attempts)
    } finally {
      signal.removeEventListener('abort', letGo)
    }
  }
  return {
    make,
    recorded(item) {
      const id = handedOut.get(item)
      if (id === undefined || known === undefined) return
      handedOut.delete(item)
      send(clearAway(id, { work, results: known.queue }, closing.signal))
    },
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await work.getJobCounts('waiting', 'active', 'delayed')
      return { waiting, active, delayed, pausedMs: Math.max(0, await work.getRateLimitTtl(PAUSABLE.limiter.max)) }
    },
    async close({ finished = false } = {}) {
      const { promise: impatient, resolve } = Promise.withResolvers<void>()
      const patience = systemClock.setTimer(PATIENCE_MS, () => {
        closing.abort()
        resolve()
      })
      const tidying = tidyUp(finished)
      tidying.catch(() => {})
      await Promise.race([tidying, impatient])
      patience.cancel()
      await closeAll(known === undefined ? [work] : [work, known.queue])
    },
  }
}
