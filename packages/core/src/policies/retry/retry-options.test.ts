import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, retry } from '../../index.ts'

describe('what is wrong with an option is said when the policy is made', () => {
  test.each([
    [{ maxAttempts: 0 }, 'retry.maxAttempts must be an integer of at least 1 or Infinity, got 0.'],
    [{ maxAttempts: 2.5 }, 'retry.maxAttempts'],
    [{ maxAttempts: '3' }, 'retry.maxAttempts'],
    [{ maxRerolls: -1 }, 'retry.maxRerolls'],
    [{ maxRerolls: 1.5 }, 'retry.maxRerolls must be an integer of at least 0 or Infinity, got 1.5.'],
    [{ jitter: 'some' }, 'retry.jitter must be one of none, symmetric, equal, full, decorrelated, got'],
    [{ shouldHandle: true }, 'retry.shouldHandle'],
    [{ countsAttempt: 3 }, 'retry.countsAttempt must be a function, got 3.'],
    [{ backoff: 1000 }, 'retry.backoff must be a backoff: an object with a function next(), got 1000.'],
    [{ budget: null }, 'retry.budget must be a budget made by retryBudget(), got null.'],
    [{ backoff: null }, 'retry.backoff'],
    [{ attempts: 3 }, 'retry.attempts'],
    [null, 'retry must be an object'],
  ])('%o', (options, message) => {
    expect(() => retry(options as never)).toThrow(InvalidOptionsError)
    expect(() => retry(options as never)).toThrow(message)
  })
})

test('an empty answer may be asked for again for ever', () => {
  expect(retry({ maxRerolls: Infinity }).options).toMatchObject({ maxRerolls: Infinity })
})

test('its description has no backoff where none was given', () => {
  expect(retry().options).toStrictEqual({
    name: 'retry',
    maxAttempts: Infinity,
    maxRerolls: 2,
    jitter: 'symmetric',
  })
})
