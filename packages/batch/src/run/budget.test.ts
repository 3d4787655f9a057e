import { expect, it } from 'vitest'
import { Budget } from './budget.ts'

const never = (): boolean => false

it('lets as many requests go as a ceiling has room for, however their prices add up', () => {
  const budget = new Budget(0, 0.3)
  for (let i = 0; i < 3; i++) {
    expect(budget.claim(0.1, never)).toBe(true)
    budget.settle(0.1, 0.1)
  }
  expect(budget.cost).toBeGreaterThan(0.3) // 0.30000000000000004
  expect(budget.claim(0.1, never)).toBe(false)
  expect(budget.claim(0.000_001, never)).toBe(false)
})

it('gives what comes back to one of those that wait, and refuses the others when it is spent', async () => {
  const budget = new Budget(0, 1)
  expect(budget.claim(1, never)).toBe(true)
  const [first, second] = [budget.claim(1, never), budget.claim(1, never)]
  budget.settle(1, 0)
  expect(await first).toBe(true)
  budget.settle(1, 1)
  expect(await second).toBe(false)
  expect(budget.cost).toBe(1)
})

it('refuses to hold what others may need only when nobody holds anything any more', async () => {
  const budget = new Budget(0, 1)
  budget.reserve(5)
  let said: boolean | undefined
  const held = (budget.hold(2, never) as Promise<boolean>).then((given) => (said = given))
  budget.reserve(1)
  budget.settle(1, 0)
  await Promise.resolve()
  expect(said).toBeUndefined()
  budget.settle(5, 1)
  expect(await held).toBe(false)
  const over = new Budget(0, 1)
  over.reserve(1)
  let ended = false
  const stopped = over.hold(2, () => ended)
  ended = true
  over.wake()
  expect(await stopped).toBe(false)
})
