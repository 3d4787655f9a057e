import { describe, expect, test } from 'vitest'
import { ServerBudget } from './server-budget.ts'

/** What an answer said at the instant 0. */
const told = (limit: object, sentSince = 0): ServerBudget => {
  const budget = new ServerBudget()
  budget.heard({ unit: 'requests', ...limit }, sentSince, 0)
  return budget
}

describe('what the provider says is left', () => {
  test('holds until its reset', () => {
    const budget = told({ limit: 5, remaining: 0, resetMs: 1000 })
    expect([budget.readyInMs(0, 1), budget.readyInMs(999, 1), budget.readyInMs(1000, 1)]).toEqual([1000, 1, 0])
    expect([budget.usage(999), budget.usage(1000)]).toEqual([{ permits: 5, used: 5 }, undefined])
  })

  test('is less by what was sent since, and by what is sent from then on', () => {
    const budget = told({ limit: 5, remaining: 3, resetMs: 1000 }, 1)
    expect(budget.readyInMs(0, 2)).toBe(0)
    budget.spend(1)
    expect([budget.readyInMs(0, 1), budget.readyInMs(0, 2)]).toEqual([0, 1000])
    budget.spend(-1)
    expect(budget.readyInMs(0, 2)).toBe(0)
  })

  test('nothing left holds back also what costs nothing it knows of', () => {
    expect(told({ limit: 5, remaining: 0, resetMs: 1000 }).readyInMs(0, 0)).toBe(1000)
    expect(told({ limit: 5, remaining: 1, resetMs: 1000 }).readyInMs(0, 0)).toBe(0)
  })

  test('what costs more than there is at all may go when all of it is left', () => {
    expect(told({ limit: 5, remaining: 5, resetMs: 1000 }).readyInMs(0, 100)).toBe(0)
    expect(told({ limit: 5, remaining: 4, resetMs: 1000 }).readyInMs(0, 100)).toBe(1000)
  })

  test('holds nobody for longer than 61 s', () => {
    expect(told({ remaining: 0, resetMs: 86_400_000 }).readyInMs(0, 1)).toBe(61_000)
  })

  test('says nothing about use where it does not say how many there are', () => {
    expect(told({ remaining: 3, resetMs: 1000 }).usage(0)).toBeUndefined()
    expect(told({ limit: 0, remaining: 3, resetMs: 1000 }).usage(0)).toBeUndefined()
    expect(told({ limit: -1, remaining: 3, resetMs: 1000 }).usage(0)).toBeUndefined()
    expect(told({ limit: 5 }).usage(0)).toBeUndefined()
  })

  test.each([
    { remaining: 0 },
    { resetMs: 1000 },
    { remaining: -1, resetMs: 1000 },
    { remaining: NaN, resetMs: 1000 },
    { remaining: 0, resetMs: 0 },
    { remaining: 0, resetMs: -1 },
    { remaining: 0, resetMs: NaN },
  ])('%o holds nobody back', (limit) => {
    expect(told(limit).readyInMs(0, 1)).toBe(0)
  })
})
