import { DelegateBackoff, IterableBackoff } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { Breaks, type BreakContext } from './breaks.ts'

const growing = () => new Breaks(new IterableBackoff([4000, 8000, 16_000]))

describe('the breaks of a circuit', () => {
  test('go on where another process stopped, whatever there was before', () => {
    for (const [count, next] of [
      [0, 4000],
      [1, 8000],
      [2, 16_000],
      [1_000_000, 16_000],
    ] as const) {
      const breaks = growing()
      breaks.next(0)
      breaks.restore(count, 4000)
      expect([breaks.count, breaks.lastMs, breaks.next(0), breaks.count]).toEqual([count, 4000, next, count + 1])
    }
  })

  test('know which they are, also after a restart', () => {
    const told: number[] = []
    const breaks = new Breaks(new DelegateBackoff<BreakContext>(({ attempt }) => told.push(attempt)))
    breaks.next(0)
    breaks.next(0)
    breaks.restart()
    breaks.next(0)
    breaks.restore(2, 0)
    breaks.next(0)
    expect(told).toEqual([1, 2, 1, 1, 2, 3])
  })

  test.each([NaN, -5, undefined])('of %s are as long as the server asked', (duration) => {
    const breaks = new Breaks({ next: () => ({ duration, next: () => undefined }) as never })
    expect([breaks.next(700), breaks.next(0)]).toEqual([700, 0])
  })

  test('of a backoff that gives nothing are as long as the server asked', () => {
    expect(new Breaks({ next: () => undefined as never }).next(700)).toBe(700)
  })

  test.each([NaN, -5])('are their own length where the server asked for %d ms', (hintMs) => {
    expect(growing().next(hintMs)).toBe(4000)
  })
})
