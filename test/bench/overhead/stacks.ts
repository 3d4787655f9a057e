import * as core from '@spillway/core'
import { bulkhead, circuitBreaker, fallback, pipeline, retry, timeout, type Pipeline } from '@spillway/core'
import * as cockatiel from 'cockatiel'
import { Effect, Schedule, Semaphore } from 'effect'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'

/** Something that runs a function through policies. */
export interface Stack {
  readonly name: string
  readonly execute: (fn: () => Promise<number>, signal?: AbortSignal) => Promise<unknown>
  readonly takesSignal?: boolean
}

const ours = (name: string, made: Pipeline<unknown>): Stack => ({
  name,
  takesSignal: true,
  execute: (fn, signal) => made.execute(fn, signal === undefined ? undefined : { signal }),
})

/** The core, or a copy of it. */
export type Core = Pick<typeof core, 'bulkhead' | 'circuitBreaker' | 'fallback' | 'pipeline' | 'retry' | 'timeout'>

export const fivePolicies = (from: Core = core): Pipeline<number> =>
  from.pipeline([
    from.fallback({ steps: [() => -1] }),
    from.retry({ maxAttempts: 3 }),
    from.circuitBreaker(),
    from.bulkhead({ maxConcurrency: 1_000_000 }),
    from.timeout({ attemptMs: 30_000 }),
  ])

/** Fallback > retry > circuit breaker > bulkhead > timeout, as each library would have it. */
export const composed = (): Stack[] => {
  const listened = fivePolicies()
  listened.events.subscribe(() => {})
  return [
    { name: 'bare await', execute: (fn) => fn() },
    ours('Spillway', fivePolicies()),
    ours('Spillway, one listener', listened),
    byHand(),
    cockatielStack(),
    opossumStack(),
    effectStack(),
  ]
}

/** One policy at a time, beside cockatiel's. */
export const singles = (): Stack[] => {
  const { handleAll } = cockatiel
  const theirs = (
    name: string,
    policy: Pick<cockatiel.IPolicy<cockatiel.IDefaultPolicyContext, unknown>, 'execute'>,
  ): Stack => ({
    name: `cockatiel ${name}`,
    execute: (fn) => policy.execute(fn),
  })
  return [
    { name: 'bare await', execute: (fn) => fn() },
    ours('empty pipeline', pipeline([])),
    ours('fallback', pipeline([fallback({ steps: [() => -1] })])),
    theirs('fallback', cockatiel.fallback(handleAll, -1)),
    ours('retry', pipeline([retry({ maxAttempts: 3 })])),
    theirs('retry', cockatiel.retry(handleAll, { maxAttempts: 3, backoff: new cockatiel.ExponentialBackoff() })),
    { name: 'p-retry', execute: (fn) => pRetry(fn, { retries: 2 }) },
    ours('circuitBreaker', pipeline([circuitBreaker()])),
    theirs(
      'circuitBreaker',
      cockatiel.circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new cockatiel.ConsecutiveBreaker(5) }),
    ),
    ours('bulkhead', pipeline([bulkhead({ maxConcurrency: 1_000_000 })])),
    theirs('bulkhead', cockatiel.bulkhead(1_000_000)),
    ours('timeout', pipeline([timeout({ attemptMs: 30_000 })])),
    theirs('timeout', cockatiel.timeout(30_000, cockatiel.TimeoutStrategy.Aggressive)),
  ]
}

const cockatielStack = (): Stack => {
  const { handleAll } = cockatiel
  const made = cockatiel.wrap(
    cockatiel.fallback(handleAll, -1),
    cockatiel.retry(handleAll, { maxAttempts: 2, backoff: new cockatiel.ExponentialBackoff() }),
    cockatiel.circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new cockatiel.ConsecutiveBreaker(5) }),
    cockatiel.bulkhead(1_000_000),
    cockatiel.timeout(30_000, cockatiel.TimeoutStrategy.Aggressive),
  )
  return { name: 'cockatiel', takesSignal: true, execute: (fn, signal) => made.execute(fn, signal) }
}

const opossumStack = (): Stack => {
  const breaker = new CircuitBreaker((fn: () => Promise<number>) => fn(), { timeout: 30_000, capacity: 1_000_000 })
  breaker.fallback(() => -1)
  return { name: 'opossum + p-retry', execute: (fn) => pRetry(() => breaker.fire(fn), { retries: 2 }) }
}

const effectStack = (): Stack => {
  const semaphore = Semaphore.makeUnsafe(1_000_000)
  return {
    name: 'effect (no breaker)',
    execute: (fn) =>
      Effect.runPromise(
        Effect.tryPromise(fn).pipe(
          Effect.timeout(30_000),
          semaphore.withPermits(1),
          Effect.retry({ times: 2, schedule: Schedule.exponential(100) }),
          Effect.orElseSucceed(() => -1),
        ),
      ),
  }
}

/** The same five by hand, as one async function of the obvious kind. */
const byHand = (): Stack => {
  let failures = 0
  let openUntil = 0
  let running = 0
  return {
    name: 'by hand, one async function',
    async execute(fn) {
      try {
        for (let attempt = 1; ; attempt++) {
          if (openUntil > Date.now()) throw new Error('open')
          if (running >= 1_000_000) throw new Error('full')
          running++
          let timer: NodeJS.Timeout | undefined
          try {
            const value = await Promise.race([
              fn(),
              new Promise<never>((_, reject) => {
                timer = setTimeout(() => reject(new Error('timeout')), 30_000)
              }),
            ])
            failures = 0
            return value
          } catch (error) {
            if (++failures >= 5) openUntil = Date.now() + 1000
            if (attempt === 3) throw error
          } finally {
            clearTimeout(timer)
            running--
          }
        }
      } catch {
        return -1
      }
    },
  }
}
