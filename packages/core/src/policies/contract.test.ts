import { describe, test } from 'vitest'
import {
  accounting,
  adaptiveConcurrency,
  bulkhead,
  cache,
  circuitBreaker,
  failover,
  fallback,
  hedge,
  rateLimit,
  retry,
  schedule,
  timeout,
} from '../index.ts'
import { policyContract } from '../testing.ts'

describe('every policy keeps the contract', () => {
  policyContract('retry', () => retry(), { test })
  policyContract('timeout', () => timeout({ totalMs: 60_000, attemptMs: 60_000, firstByteMs: 60_000, idleMs: 1000 }), {
    test,
  })
  policyContract('circuitBreaker', () => circuitBreaker(), { test })
  policyContract('bulkhead', () => bulkhead({ maxConcurrency: 1 }), { test })
  policyContract('rateLimit', () => rateLimit({ quotas: [{ permits: 1 }] }), { test })
  policyContract('adaptiveConcurrency', () => adaptiveConcurrency(), { test })
  policyContract('accounting', () => accounting({ maxCost: 1 }), { test })
  policyContract('failover', () => failover({ endpoints: [{ name: 'a' }, { name: 'b' }] }), { test })
  policyContract('cache', () => cache({ key: () => 'one' }), { test })
  policyContract('schedule', () => schedule({ deferrable: () => true }), { test })
  policyContract('hedge', () => hedge({ delayMs: 60_000 }), { test })
  policyContract('fallback', () => fallback({ steps: [() => 'other'] }), { test })
})
