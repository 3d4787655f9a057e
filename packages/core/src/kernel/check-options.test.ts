import { describe, expect, test } from 'vitest'
import {
  checkClock,
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  checkRatio,
  checkTexts,
} from './check-options.ts'
import { systemClock } from './clock.ts'
import { InvalidOptionsError } from './invalid-options-error.ts'

const messageOf = (check: () => unknown): string => {
  try {
    check()
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.message
    throw error
  }
  return 'accepted'
}

describe('what is wrong with an option', () => {
  test.each([
    [() => checkNumber('a.b', 1.5, { integer: true }), 'a.b must be an integer, got 1.5.'],
    [() => checkNumber('a.b', 0, { min: 1, integer: true }), 'a.b must be an integer of at least 1, got 0.'],
    [() => checkNumber('a.b', 7, { max: 5 }), 'a.b must be a number of at most 5, got 7.'],
    [() => checkNumber('a.b', NaN, {}), 'a.b must be a number, got NaN.'],
    [() => checkNumber('a.b', 0, { min: Number.MIN_VALUE }), 'a.b must be a number above 0, got 0.'],
    [() => checkNumber('a.b', Infinity, { min: 1 }), 'a.b must be a number of at least 1, got Infinity.'],
    [
      () => checkNumber('a.b', -Infinity, { infinite: true, min: 0 }),
      'a.b must be a number of at least 0 or Infinity, got -Infinity.',
    ],
    [() => checkDuration('a.delayMs', '30s' as never), "a.delayMs must be a number of at least 0, got '30s'."],
    [() => checkDuration('a.delayMs', -1), 'a.delayMs must be a number of at least 0, got -1.'],
    [() => checkRatio('a.shareRatio', 1.1), 'a.shareRatio must be a number from 0 to 1, got 1.1.'],
    [() => checkFunction('a.fn', undefined), 'a.fn must be a function, got undefined.'],
    [() => checkFunction('a.fn', [1, 2], true), 'a.fn must be a function, got an array of 2.'],
    [() => checkOneOf('a.order', 'lifo', ['fifo', 'priority']), "a.order must be one of fifo, priority, got 'lifo'."],
    [
      () => checkKnown('a', { maxAttemps: 1 }, ['maxAttempts']),
      "a.maxAttemps must be one of maxAttempts (did you mean maxAttempts?), got 'maxAttemps'.",
    ],
    [
      () => checkKnown('a', { retries: 1 }, ['name', 'maxAttempts'], { retries: 'maxAttempts' }),
      "a.retries must be one of name, maxAttempts (did you mean maxAttempts?), got 'retries'.",
    ],
    [() => checkKnown('a', { colour: 1 }, ['name', 'order']), "a.colour must be one of name, order, got 'colour'."],
    [() => checkKnown('a', ['name'], ['name']), 'a must be an object, got an array of 1.'],
    [
      () => checkClock('a.clock', {} as never),
      'a.clock must be a clock: now(), wallTime() and setTimer(), got a value of type object.',
    ],
    [
      () => checkClock('a.clock', null as never),
      'a.clock must be a clock: now(), wallTime() and setTimer(), got null.',
    ],
    [
      () => checkClock('a.clock', { now: () => 0, setTimer: () => undefined } as never),
      'a.clock must be a clock: now(), wallTime() and setTimer(), got a value of type object.',
    ],
    [() => checkKnown('a', null as never, []), 'a must be an object, got null.'],
    [() => checkKnown('a', true as never, []), 'a must be an object, got true.'],
    [() => checkTexts('a.b', 'x-key: 4711'), "a.b must be a plain object whose values are strings, got 'string'."],
    [() => checkTexts('a.b', null), "a.b must be a plain object whose values are strings, got 'object'."],
    [() => checkTexts('a.b', ['x']), "a.b must be a plain object whose values are strings, got 'object'."],
    [() => checkTexts('a.b', new Headers()), "a.b must be a plain object whose values are strings, got 'object'."],
    [() => checkTexts('a.b', { key: 4711 }), "a.b.key must be a string, got 'number'."],
  ])('%# is said with the option, the value and what is right', (check, message) => {
    expect(messageOf(check)).toBe(message)
  })

  test('what is right is accepted', () => {
    expect(checkNumber('a', Infinity, { infinite: true, integer: true, min: 1 })).toBe(Infinity)
    expect(checkDuration('a', 0)).toBe(0)
    expect(() => checkTexts('a', undefined)).not.toThrow()
    expect(() => checkTexts('a', { b: 'c' })).not.toThrow()
    expect(() => checkTexts('a', Object.create(null))).not.toThrow()
    expect(checkRatio('a', 1)).toBe(1)
    expect(() => checkClock('a', systemClock)).not.toThrow()
    expect(messageOf(() => checkFunction('a', undefined, true))).toBe('accepted')
    expect(messageOf(() => checkKnown('a', { b: 1 }, ['b']))).toBe('accepted')
  })

  test('is said without what may be secret', () => {
    const key = `sk-${'x'.repeat(60)}`
    const message = messageOf(() => checkNumber('a', key as never, {}))
    expect(message).toBe('a must be a number, got a string of 63 characters.')
    expect(messageOf(() => checkNumber('a', { apiKey: key } as never, {}))).not.toContain('sk-')
  })
})
