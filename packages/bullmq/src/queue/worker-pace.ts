import { systemClock, type Timer } from '@spillway/core'
import type { Worker } from 'bullmq'

/**
 * A wait that is longer than this is left to the queue. Shorter ones are waited for with the item in hand: a job that is put
 * back and taken again costs ten round trips, and a worker that stops has to give back what it holds.
 */
export const LONG_WAIT_MS = 10_000

/** How many items a worker takes. */
export interface WorkerPace {
  /** Nothing for so long, and then one, which shows whether it is better now. What is in hand goes on. */
  rest(waitMs: number): void
  /** One at a time, until one is made. */
  slowDown(): void
  /** One was made: twice as many, up to the most. */
  made(): void
  stop(): void
}

/** After a long wait a worker begins with one item: all of its places would find out the same. */
export const workerPace = (worker: Pick<Worker, 'pause' | 'resume' | 'concurrency'>): WorkerPace => {
  const most = worker.concurrency
  let timer: Timer | undefined
  const slowDown = (): void => void (worker.concurrency = 1)
  return {
    rest(waitMs) {
      slowDown()
      if (timer !== undefined) return
      void worker.pause(true)
      timer = systemClock.setTimer(waitMs, () => {
        timer = undefined
        void worker.resume()
      })
    },
    slowDown,
    made: () => void (worker.concurrency = Math.min(most, worker.concurrency * 2)),
    stop: () => timer?.cancel(),
  }
}
