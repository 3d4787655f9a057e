import { fc, test as property } from '@fast-check/vitest'
import type { IBackoffFactory } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { constantBackoff, exponentialBackoff, InvalidOptionsError } from '../index.ts'

const take = (backoff: IBackoffFactory<unknown>, count: number): number[] => {
  const delays: number[] = []
  let step: IBackoffFactory<unknown> & { duration?: number } = backoff
  for (let i = 0; i < count; i++) {
    step = step.next(undefined)
    delays.push(step.duration ?? NaN)
  }
  return delays
}

describe('exponentialBackoff', () => {
  // trap: backoff-stays-finite
  property.prop([
    fc.double({ min: 0, max: 10_000, noNaN: true }),
    fc.double({ min: 0, max: 100_000, noNaN: true }),
    fc.double({ min: 1, max: 50, noNaN: true }),
  ])('stays a number between the first delay and the cap for 2,000 steps', (initialDelayMs, more, factor) => {
    const maxDelayMs = initialDelayMs + more
    const delays = take(exponentialBackoff({ initialDelayMs, maxDelayMs, factor }), 2000)
    expect(delays.every((delay) => delay >= initialDelayMs && delay <= maxDelayMs)).toBe(true)
    expect(delays).toEqual(delays.toSorted((a, b) => a - b))
  })

  test('that begins with 0 stays there', () => {
    expect(take(exponentialBackoff({ initialDelayMs: 0, factor: 10 }), 500)).toEqual(
      Array.from({ length: 500 }, () => 0),
    )
  })

  // trap: options-take-effect
  test('each option changes the delays', () => {
    expect(take(exponentialBackoff(), 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    expect(take(exponentialBackoff({ initialDelayMs: 500 }), 3)).toEqual([500, 1000, 2000])
    expect(take(exponentialBackoff({ maxDelayMs: 1500 }), 3)).toEqual([1000, 1500, 1500])
    expect(take(exponentialBackoff({ factor: 3 }), 3)).toEqual([1000, 3000, 9000])
  })

  test('one object serves many calls at once', () => {
    const backoff = exponentialBackoff()
    expect([take(backoff, 2), take(backoff, 2)]).toEqual([
      [1000, 2000],
      [1000, 2000],
    ])
  })

  // trap: options-take-effect
  test.each([
    [() => exponentialBackoff({ initialDelayMs: -1 }), 'exponentialBackoff.initialDelayMs'],
    [() => exponentialBackoff({ maxDelayMs: 10 }), 'exponentialBackoff.maxDelayMs'],
    [() => exponentialBackoff({ factor: 0.5 }), 'exponentialBackoff.factor'],
    [() => exponentialBackoff({ initialDelayMs: NaN }), 'exponentialBackoff.initialDelayMs'],
    [() => exponentialBackoff({ maxDelay: 5 } as never), 'exponentialBackoff.maxDelay'],
    [() => constantBackoff(Infinity), 'constantBackoff.delayMs'],
    [() => constantBackoff('2s' as never), 'constantBackoff.delayMs'],
  ])('%# what is wrong is said when it is made', (make, message) => {
    expect(make).toThrow(InvalidOptionsError)
    expect(make).toThrow(message)
  })
})
