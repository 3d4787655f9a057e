import {
  bulkhead,
  circuitBreaker,
  failover,
  pipeline,
  rateLimit,
  retry,
  schedule,
  timeout,
  type Part,
  type ScheduleOptions,
} from '@spillway/core'
import { modelClassifier } from './spillway.ts'
import type { Strategy } from './strategy.ts'

const DAY_MS = 86_400_000

/** The standard order for calls that have a day's time, with or without a schedule outside of it. */
const batch = (name: string, options: ScheduleOptions | false): Strategy => ({
  name,
  start(world, random) {
    const parts: readonly (Part<never> | false)[] = [
      options !== false && schedule({ deferrable: () => true, latestStartMs: DAY_MS - 3_600_000, ...options }),
      timeout({ totalMs: DAY_MS }),
      bulkhead(),
      retry(),
      failover({ endpoints: world.endpoints.map((endpoint) => ({ name: endpoint })) }),
      rateLimit(),
      circuitBreaker({ openAfterMs: 6000 }),
    ]
    const calls = pipeline(
      parts.filter((part) => part !== false),
      { clock: world.clock, random, classifier: modelClassifier },
    )
    return (prompt, signal) =>
      calls.execute((context) => world.ask(context.endpoint?.name ?? '', prompt, context.signal), { signal })
  },
})

export const atOnce: Strategy = batch('Spillway, at once', false)
export const scheduled: Strategy = batch('Spillway, schedule', {})
export const scheduledVariants: readonly Strategy[] = [
  scheduled,
  batch('schedule, spread over 10 min', { spreadMs: 600_000 }),
  batch('schedule, spread over 2 h', { spreadMs: 7_200_000 }),
  batch('schedule, no spread', { spreadMs: 0 }),
  batch('schedule, calm is low only', { calmUpTo: 'low' }),
  batch('schedule, 2 at once while busy', { busyConcurrency: 2 }),
]
