import {
  adaptiveConcurrency,
  aimdLimit,
  bulkhead,
  circuitBreaker,
  failover,
  fixedLimit,
  gradientLimit,
  pipeline,
  rateLimit,
  retry,
  standardPipeline,
  timeout,
  type StandardPipelineOptions,
} from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import { sleep, withTimeout, type Strategy } from './strategy.ts'

/** `standardPipeline()` with some options of its own. */
const standardWith = (name: string, options: StandardPipelineOptions): Strategy => ({
  name,
  start(world, random) {
    const calls = standardPipeline({
      clock: world.clock,
      random,
      classifier: modelClassifier,
      endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })),
      ...options,
    })
    return (prompt) => calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal))
  },
})

/** No limit that anybody meets. */
const unlimited = { limit: () => fixedLimit(1000) }

/** The standard order with a breaker that hears of overloads as well. */
const besideTheBreaker: Strategy = {
  name: 'both, breaker opens on overloads',
  start(world, random) {
    const parts = [
      timeout({ name: 'timeout(total)', totalMs: 180_000 }),
      bulkhead(),
      retry(),
      failover({ endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })) }),
      rateLimit(),
      adaptiveConcurrency(),
      circuitBreaker({ openAfterMs: 6000 }),
      timeout({ name: 'timeout(attempt)', idleMs: 15_000 }),
    ]
    const calls = pipeline(parts, { clock: world.clock, random, classifier: modelClassifier })
    return (prompt) => calls.execute(({ endpoint, signal }) => world.ask(endpoint?.name ?? '', prompt, signal))
  },
}

/** What a limit that learns, a pace, and a breaker that leaves overloads to them are worth, each alone. */
export const adaptiveConcurrencyVariants: readonly Strategy[] = [
  standardWith('neither', { adaptiveConcurrency: false }),
  standardWith('limit, no pace', { adaptiveConcurrency: { paceMs: 0 } }),
  besideTheBreaker,
  standardWith('no breaker on overloads, no pace', { adaptiveConcurrency: { ...unlimited, paceMs: 1 } }),
  standardWith('pace, no limit', { adaptiveConcurrency: unlimited }),
  standardWith('both (the default)', {}),
  standardWith('both, 3 s', { adaptiveConcurrency: { paceMs: 3000 } }),
  standardWith('both, 4 s', { adaptiveConcurrency: { paceMs: 4000 } }),
  standardWith('both, limit from 10', { adaptiveConcurrency: { limit: () => aimdLimit({ initial: 10 }) } }),
  standardWith('gradient, 1 to 64', { adaptiveConcurrency: { limit: () => gradientLimit({ min: 1 }) } }),
]

/** Where an attempt ends after two minutes and its work goes on. */
export const impatientVariants: readonly Strategy[] = [
  {
    name: 'expert, 120 s an attempt',
    start: (world, random) => async (prompt, signal) => {
      for (;;) {
        try {
          return await withTimeout(world, 120_000, signal, (inner) =>
            world.ask(world.endpoints[0] as string, prompt, inner),
          )
        } catch {
          if (signal.aborted) throw signal.reason
          await sleep(world, 2000 * (0.5 + random()), signal)
        }
      }
    },
  },
  standardWith('Spillway, 120 s an attempt', { timeout: { attemptMs: 120_000 } }),
]
