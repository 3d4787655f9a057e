import {
  adaptiveConcurrency,
  bulkhead,
  cache,
  circuitBreaker,
  ConsecutiveBreaker,
  constantBackoff,
  failover,
  fallback,
  hedge,
  pipeline,
  rateLimit,
  retry,
  retryBudget,
  type Pipeline,
} from '@spillway/core'
import { setTimeout as sleep } from 'node:timers/promises'

/** A pipeline with every policy, and calls to which all that can happen does. */
export const busyService = (): { readonly calls: Pipeline<unknown>; readonly stop: () => Promise<void> } => {
  const calls = pipeline(
    [
      fallback({ steps: [({ error }) => (error === UNANSWERED ? Promise.reject(UNANSWERED) : 'a placeholder')] }),
      cache({ key: ({ call }) => (call.priority > 0 ? 'the same' : undefined) }),
      bulkhead({ maxConcurrency: 2, queueLimit: 1 }),
      retry({ maxAttempts: 2, backoff: constantBackoff(2), budget: retryBudget() }),
      hedge({ delayMs: 10, budgetRatio: 1 }),
      failover({ endpoints: [{ name: 'official' }, { name: 'relay' }], order: 'ordered' }),
      rateLimit({ quotas: [{ permits: 1_000_000 }] }),
      adaptiveConcurrency(),
      circuitBreaker({ breaker: () => new ConsecutiveBreaker(20), openAfterMs: 0 }),
    ],
    { name: 'images', check: false },
  )
  const end = new AbortController()
  const round = async (): Promise<void> => {
    const works = async (): Promise<string> => 'an image'
    const first = async ({ attempt }: { attempt: number }): Promise<string> => {
      if (attempt < 4) throw new Error('busy')
      return 'an image'
    }
    const slow = (): Promise<string> => sleep(25, 'an image')
    const never = (): Promise<string> => Promise.reject(UNANSWERED)
    const settled = (answers: readonly Promise<unknown>[]): Promise<unknown> => Promise.allSettled(answers)
    await settled([calls.execute(slow), calls.execute(slow), calls.execute(slow), calls.execute(works)])
    await settled([calls.execute(works, { priority: 1 }), calls.execute(first)])
    await settled([calls.execute(never)])
  }
  const running = (async () => {
    while (!end.signal.aborted) await round()
  })()
  return {
    calls,
    stop: () => {
      end.abort()
      return running
    },
  }
}

const UNANSWERED = new Error('nothing helps')
