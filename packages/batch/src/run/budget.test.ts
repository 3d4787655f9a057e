import { expect, it } from 'vitest'
import { Budget } from './budget.ts'

it('lets as many requests go as a ceiling has room for, however their prices add up', () => {
  const budget = new Budget(0, 0.3)
  for (let i = 0; i < 3; i++) {
    expect(budget.allows(0.1)).toBe(true)
    budget.add(0.1)
  }
  expect(budget.cost).toBeGreaterThan(0.3) // 0.30000000000000004
  expect(budget.allows(0.1)).toBe(false)
  expect(budget.allows(0.000_001)).toBe(false)
})
