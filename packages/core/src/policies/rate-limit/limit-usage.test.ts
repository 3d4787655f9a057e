import { expect, test } from 'vitest'
import { pipeline, rateLimit, type RateLimitOptions } from '../../index.ts'
import { VirtualClock } from '../../testing.ts'

const setup = (options: RateLimitOptions) => {
  const clock = new VirtualClock()
  const calls = pipeline([rateLimit(options)], { clock })
  const limits = (): unknown => {
    const [{ state } = { state: {} }] = calls.state().policies
    return (state as { partitions: Record<string, { limits: unknown }> }).partitions['']?.limits
  }
  return { clock, calls, limits }
}

test('each quota says how much of it is used, and forgets with its period', async () => {
  const { clock, calls, limits } = setup({
    quotas: [{ permits: 10 }, { unit: 'tokens', permits: 1000, per: 'day', resetAt: { hour: 0, timeZone: 'UTC' } }],
    cost: () => ({ requests: 1, tokens: 300 }),
  })
  for (let i = 0; i < 2; i++) await calls.execute(async () => i)
  const day = { unit: 'tokens', source: 'quota', permits: 1000, used: 600, periodMs: 86_400_000 }
  expect(limits()).toEqual([{ unit: 'requests', source: 'quota', permits: 10, used: 2, periodMs: 60_000 }, day])
  await clock.advance(60_000)
  expect(limits()).toEqual([{ unit: 'requests', source: 'quota', permits: 10, used: 0, periodMs: 60_000 }, day])
})

test('what the provider says is left counts as used, until its reset', async () => {
  const { clock, calls, limits } = setup({})
  await calls.execute(async (context) => {
    context.providerSaid({ limits: [{ unit: 'requests', limit: 100, remaining: 20, resetMs: 5000 }] })
  })
  expect(limits()).toEqual([{ unit: 'requests', source: 'provider', permits: 100, used: 80 }])
  await clock.advance(5000)
  expect(limits()).toEqual([])
})

test('a limit that was learned says so', async () => {
  const { clock, calls, limits } = setup({})
  for (let i = 0; i < 5; i++) await calls.execute(async () => i)
  await clock.advance(1000)
  const throttled = { error: () => ({ kind: 'throttled', retryAfterMs: 59_000 }) as const }
  await calls.execute(() => Promise.reject(new Error('429')), { classifier: throttled }).catch(() => {})
  expect(limits()).toEqual([{ unit: 'requests', source: 'learned', permits: 5, used: 5, periodMs: 61_000 }])
})

test('a partition says when what is asked of it may go', async () => {
  const { clock, calls } = setup({ quotas: [{ unit: 'tokens', permits: 1000 }], cost: () => ({ tokens: 400 }) })
  const readyInMs = (): unknown => {
    const [{ state } = { state: {} }] = calls.state().policies
    return (state as { partitions: Record<string, { readyInMs: number }> }).partitions['']?.readyInMs
  }
  await calls.execute(async () => 1)
  expect(readyInMs()).toBe(0)
  await clock.advance(10_000)
  await calls.execute(async () => 2)
  // 200 are left, and 400 are asked for.
  expect(readyInMs()).toBe(50_000)
})
