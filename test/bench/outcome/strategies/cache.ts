import {
  bulkhead,
  cache,
  cacheKey,
  circuitBreaker,
  failover,
  pipeline,
  rateLimit,
  retry,
  timeout,
} from '@spillway/core'
import type { CacheOptions } from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import type { Strategy } from './strategy.ts'

/** Around the time limit of the call, or inside it. */
export type CachePlace = 'outside' | 'inside'

/** The parts of `standardPipeline()` with their defaults, and a cache keyed by the prompt. */
export const withCache = (name: string, place: CachePlace, options: CacheOptions): Strategy => ({
  name,
  start(world, random) {
    const endpoints = world.endpoints.map((each) => ({ name: each }))
    const total = timeout({ name: 'timeout(total)', totalMs: 180_000 })
    const parts = [
      ...(place === 'outside' ? [cache(options), total] : [total, cache(options)]),
      bulkhead(),
      retry(),
      failover({ endpoints }),
      rateLimit(),
      circuitBreaker({ openAfterMs: 6000 }),
      timeout({ name: 'timeout(attempt)', idleMs: 15_000 }),
    ]
    const calls = pipeline(parts, { name, clock: world.clock, random, classifier: modelClassifier })
    return (prompt, caller) =>
      calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal), {
        signal: caller,
        values: [[cacheKey, prompt]],
      })
  },
})
