import type { BatchItem, Made, Make, QueuedRun, QueuedRunOptions } from '@spillway/batch'
import { PAUSABLE } from '../handover/job-processor.ts'
import { jobIdOf, resultsName, unknownIdOf, type ResultData, type WorkData } from './job-data.ts'
import { pollResults } from './poll-results.ts'
import type { Backend } from './backend.ts'
import { madeOf } from './result-of.ts'

/** Opens a run on the queue `name`. */
export const openRun = (backend: Backend, name: string, options: QueuedRunOptions): QueuedRun => {
  const { key: run, onUnknown = 'skip', deadlineAt, onQueueFailed = () => {} } = options
  const work = backend.queue<WorkData>(name).on('error', onQueueFailed)
  const results = backend.queue<ResultData>(resultsName(name, run)).on('error', onQueueFailed)
  const poll = pollResults(results, work, onQueueFailed)
  /** The jobs of items whose results were handed out. */
  const handedOut = new Map<string, string>()

  const line = async (item: BatchItem, id: string, idempotencyKey: string): Promise<void> => {
    // It stands there from before: nothing is to be made.
    if ((await results.getJobState(id)) !== 'unknown') return
    const data = { run, item, idempotencyKey, onUnknown, ...(deadlineAt !== undefined && { deadlineAt }) }
    await work.add('item', data, { jobId: id, removeOnFail: true })
  }
  const make: Make = async (item, { signal, idempotencyKey = `${run}:${item.id}` }): Promise<Made> => {
    signal.throwIfAborted()
    const id = jobIdOf(run, item)
    handedOut.set(item.id, id)
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const withdraw = (): void => {
      poll.forget(id)
      // What a worker has in hand stays with it; its result is there at the next start.
      void work.remove(id).catch(onQueueFailed)
      reject(signal.reason)
    }
    signal.addEventListener('abort', withdraw, { once: true })
    try {
      const coming = poll.expect(id)
      await Promise.race([line(item, id, idempotencyKey), aborted])
      return madeOf(await Promise.race([coming, aborted]))
    } finally {
      signal.removeEventListener('abort', withdraw)
    }
  }
  return {
    make,
    async recorded(item) {
      const id = handedOut.get(item)
      if (id === undefined) return
      handedOut.delete(item)
      await Promise.all([results.remove(id), results.remove(unknownIdOf(id)), work.remove(id)])
    },
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await work.getJobCounts('waiting', 'active', 'delayed')
      return { waiting, active, delayed, pausedMs: Math.max(0, await work.getRateLimitTtl(PAUSABLE.limiter.max)) }
    },
    async close() {
      await poll.stop()
      await Promise.allSettled([work.close(), results.close()])
    },
  }
}
