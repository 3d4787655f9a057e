import { expect, test } from 'vitest'
import { checkCosts, checkUsage, costIn } from './costs.ts'

test('a call is one request where it does not say so, and nothing of what it does not name', () => {
  expect([costIn(3, 'requests'), costIn(3, 'tokens')]).toEqual([3, 0])
  expect(['requests', 'tokens', 'images', 'toString'].map((unit) => costIn({ tokens: 5 }, unit))).toEqual([1, 5, 0, 0])
  expect(costIn({ requests: 0 }, 'requests')).toBe(0)
})

test('what is no cost is refused, with its name', () => {
  expect(() => checkCosts('cost()', null as never)).toThrow('cost() must be a number, or one for each unit, got null.')
  expect(() => checkCosts('cost()', { tokens: -1 })).toThrow('cost().tokens must be a number of at least 0, got -1.')
  expect(() => checkUsage('used()', 5 as never)).toThrow('used() must be a number for each unit, got 5.')
  expect(checkCosts('cost()', { tokens: 0 })).toEqual({ tokens: 0 })
})
