import { expect, test } from 'vitest'
import { adaptiveConcurrency, InvalidOptionsError } from '../../index.ts'

test.each([
  [{ limit: 5 }, 'adaptiveConcurrency.limit must be a function, got 5.'],
  [{ limit: () => ({}) }, 'adaptiveConcurrency.limit() must be a limit'],
  [{ limit: () => ({ current: 0, sample() {} }) }, 'adaptiveConcurrency.limit() must be a limit'],
  [{ paceMs: -1 }, 'adaptiveConcurrency.paceMs'],
  [{ paceMs: Infinity }, 'adaptiveConcurrency.paceMs'],
  [{ paceAboveRatio: 1.1 }, 'adaptiveConcurrency.paceAboveRatio'],
  [{ latencyOf: 5 }, 'adaptiveConcurrency.latencyOf'],
  [{ queueLimit: 1.5 }, 'adaptiveConcurrency.queueLimit'],
  [{ maxWaitMs: Number.NaN }, 'adaptiveConcurrency.maxWaitMs'],
  [{ order: 'lifo' }, 'adaptiveConcurrency.order'],
  [{ partitionKey: 'a' }, 'adaptiveConcurrency.partitionKey'],
  [{ maxPartitions: 0 }, 'adaptiveConcurrency.maxPartitions'],
  [{ maxConcurrency: 5 }, 'adaptiveConcurrency.maxConcurrency'],
])('%o is refused', (options, message) => {
  expect(() => adaptiveConcurrency(options as never)).toThrow(InvalidOptionsError)
  expect(() => adaptiveConcurrency(options as never)).toThrow(message)
})
