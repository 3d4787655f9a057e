import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import pRetry from 'p-retry'
import type { Strategy } from './strategy.ts'

/** p-retry 9 with its defaults: ten retries, 1 s doubling, no jitter, no limit. */
export const pRetryDefaults: Strategy = {
  name: 'p-retry, defaults',
  usesGlobals: true,
  start: (world) => (prompt, signal) =>
    pRetry(() => world.ask(world.endpoints[0] as string, prompt, signal), { signal }),
}

/** cockatiel 4 as its README begins: three retries, a breaker that opens for 10 s after five failures; and 120 s per attempt. */
export const cockatielReadme: Strategy = {
  name: 'cockatiel, README',
  usesGlobals: true,
  start(world) {
    const calls = wrap(
      retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
      circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
      timeout(120_000, TimeoutStrategy.Aggressive),
    )
    return (prompt, caller) =>
      calls.execute(({ signal }) => world.ask(world.endpoints[0] as string, prompt, signal), caller)
  },
}
