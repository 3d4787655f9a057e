import { bulkhead, circuitBreaker, failover, pipeline, rateLimit, retry, timeout, type Part } from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import type { Strategy } from './strategy.ts'

/** `standardPipeline()` with its defaults, and with what is given between retry and failover. */
export const standardAround = (name: string, between: () => readonly Part<never>[]): Strategy => ({
  name,
  start(world, random) {
    const parts: readonly Part<never>[] = [
      timeout({ name: 'timeout(total)', totalMs: 180_000 }),
      bulkhead(),
      retry(),
      ...between(),
      failover({ endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })) }),
      rateLimit(),
      circuitBreaker({ openAfterMs: 6000 }),
      timeout({ name: 'timeout(attempt)', idleMs: 15_000 }),
    ]
    const calls = pipeline(parts, { name, clock: world.clock, random, classifier: modelClassifier })
    return (prompt) => calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal))
  },
})
