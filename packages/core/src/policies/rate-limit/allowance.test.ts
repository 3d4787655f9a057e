import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../../testing.ts'
import { Allowance } from './allowance.ts'
import { readQuotas } from './read-quotas.ts'
import type { Quota } from './rate-limit-options.ts'

const half = (): number => 0.5

const allowanceOf = (quotas: readonly Quota[] = [], learns = true) => {
  const clock = new VirtualClock()
  const allowance = new Allowance(readQuotas(quotas), learns)
  const spend = (costs: Parameters<Allowance['spend']>[1] = 1) => allowance.spend(clock, costs, 0, half)
  const ready = (costs: Parameters<Allowance['spend']>[1] = 1) => allowance.readyInMs(clock, costs)
  return { clock, allowance, spend, ready }
}

describe('what the provider says is left', () => {
  test('counts what was sent since the request that it answers, and not what never left', () => {
    const { allowance, spend, ready } = allowanceOf()
    const first = spend()
    allowance.giveBack(spend())
    allowance.heard(first, { unit: 'requests', remaining: 1, resetMs: 1000 }, 0)
    expect(ready()).toBe(0)
    const second = spend()
    expect(ready()).toBe(1000)
    allowance.giveBack(second)
    expect(ready()).toBe(0)
  })

  test('of another unit than requests is not less by the requests since', () => {
    const { allowance, spend, ready } = allowanceOf()
    const first = spend()
    spend()
    allowance.heard(first, { unit: 'tokens', remaining: 1, resetMs: 1000 }, 0)
    expect([ready({ tokens: 1 }), ready({ tokens: 2 })]).toEqual([0, 1000])
  })

  test('is put together from what several answers say', () => {
    const { clock, allowance, spend } = allowanceOf()
    const spending = spend()
    allowance.heard(spending, { unit: 'tokens', limit: 5 }, 0)
    allowance.heard(spending, { unit: 'tokens', remaining: 3, resetMs: 1000 }, 0)
    expect(allowance.usage(clock)).toEqual([{ unit: 'tokens', source: 'provider', permits: 5, used: 2 }])
  })

  test('is kept for sixteen units', () => {
    const { allowance, spend, ready } = allowanceOf()
    const spending = spend()
    for (let i = 1; i <= 17; i++)
      allowance.heard(spending, { unit: `unit ${i}`, limit: 5, remaining: 1, resetMs: 1000 }, 0)
    expect([ready({ 'unit 16': 2 }), ready({ 'unit 17': 2 })]).toEqual([1000, 0])
  })

  test('is nothing to one that is told not to learn', () => {
    const { allowance, spend, ready } = allowanceOf([], false)
    allowance.heard(spend(), { unit: 'requests', remaining: 0, resetMs: 1000 }, 0)
    expect(ready()).toBe(0)
  })
})

describe('a limit of requests', () => {
  const throttle = (quotas: readonly Quota[]): number | undefined => {
    const { allowance, spend } = allowanceOf(quotas)
    for (let i = 0; i < 3; i++) spend()
    allowance.throttled(spend(), 60_000, 0, 0, half)
    return allowance.learnedLimit
  }

  test('is learned where none is given, whatever other quotas there are', () => {
    expect([throttle([]), throttle([{ unit: 'tokens', permits: 9 }])]).toEqual([3, 3])
  })

  test('is not where there is one', () => {
    expect([throttle([{ permits: 9 }]), throttle([{ unit: 'tokens', permits: 9 }, { permits: 9 }])]).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('what is settled', () => {
  test('comes back as of when it was spent, or is taken as of now', () => {
    const { clock, allowance, spend, ready } = allowanceOf([{ unit: 'images', permits: 4, periodMs: 10_000 }])
    const spending = spend({ images: 4 })
    clock.now = () => 300
    allowance.settle(spending, { images: 1 }, clock)
    spend({ images: 3 })
    expect(ready({ images: 1 })).toBe(9700)
    clock.now = () => 10_000
    expect([ready({ images: 1 }), ready({ images: 2 })]).toEqual([0, 300])
  })

  test('as it was estimated changes nothing', () => {
    const { clock, allowance, spend, ready } = allowanceOf([{ unit: 'images', permits: 4, periodMs: 10_000 }])
    allowance.settle(spend({ images: 4 }), { images: 4 }, clock)
    expect(ready({ images: 1 })).toBe(10_000)
  })
})

test('a calendar day beside a period: both hold, and both take back what never left', () => {
  const quotas: Quota[] = [
    { permits: 2, periodMs: 1000 },
    { permits: 3, per: 'day', resetAt: { hour: 0, timeZone: 'UTC' } },
  ]
  const { clock, allowance, spend, ready } = allowanceOf(quotas)
  clock.wallTime = () => Date.UTC(2026, 0, 1, 23) + clock.now()
  spend()
  spend()
  expect(ready()).toBe(1000)
  clock.now = () => 1000
  const last = spend()
  expect(ready()).toBe(3_599_000)
  allowance.giveBack(last)
  expect(ready()).toBe(0)
  clock.now = () => 3_600_000
  spend()
  spend()
  expect(ready()).toBe(1000)
})
