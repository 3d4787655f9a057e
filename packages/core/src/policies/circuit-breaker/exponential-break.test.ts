import { describe, expect, test } from 'vitest'
import { exponentialBreak } from './exponential-break.ts'

const firstOf = (count: number, options: Parameters<typeof exponentialBreak>[0]): number[] => {
  let step = exponentialBreak(options).next({ attempt: 1 })
  const durations = [step.duration]
  for (let attempt = 2; attempt <= count; attempt++) {
    step = step.next({ attempt })
    durations.push(step.duration)
  }
  return durations
}

describe('exponentialBreak', () => {
  test('grows by its factor up to the longest', () => {
    expect(firstOf(5, { initialMs: 4000, factor: 1.5, maxMs: 15_000 })).toEqual([4000, 6000, 9000, 13_500, 15_000])
  })

  test('stays finite and at the longest for ever', () => {
    expect(firstOf(3000, { initialMs: 1, factor: 10, maxMs: 5000 }).at(-1)).toBe(5000)
  })

  test.each([
    [{ initialMs: -1, factor: 2, maxMs: 5 }, 'exponentialBreak.initialMs must be a number of at least 0, got -1.'],
    [{ initialMs: 1, factor: 0.5, maxMs: 5 }, 'exponentialBreak.factor must be a number of at least 1, got 0.5.'],
    [{ initialMs: 9, factor: 2, maxMs: 5 }, 'exponentialBreak.maxMs must be a number of at least 9, got 5.'],
  ])('refuses %o', (options, message) => {
    expect(() => exponentialBreak(options)).toThrow(message)
  })
})
