import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const fired = (delayMs: number): { count: number; cancel: () => void } => {
    const seen = { count: 0, cancel: () => timer.cancel() }
    const timer = systemClock.setTimer(delayMs, () => seen.count++)
    return seen
  }

  // trap: long-waits
  test.each([
    ['the longest timer of Node', 2 ** 31 - 1],
    ['one more', 2 ** 31],
    ['thirty days', 30 * 86_400_000],
    ['a year', 365 * 86_400_000],
  ])('waits as long as asked for: %s', (_, delayMs) => {
    const seen = fired(delayMs)
    vi.advanceTimersByTime(delayMs - 1)
    expect(seen.count).toBe(0)
    vi.advanceTimersByTime(1)
    expect(seen.count).toBe(1)
    vi.advanceTimersByTime(delayMs)
    expect(seen.count).toBe(1)
  })

  test('tells the time of the timers, fakes or not', () => {
    const fake = systemClock.now()
    vi.advanceTimersByTime(86_400_000)
    expect(systemClock.now() - fake).toBe(86_400_000)
    vi.useRealTimers()
    expect(systemClock.now()).toBeCloseTo(performance.now(), -3)
  })

  // trap: long-waits
  test.each([NaN, -5, -Infinity, 0])('counts %d as now, not as never', (delayMs) => {
    const seen = fired(delayMs)
    vi.advanceTimersByTime(1)
    expect(seen.count).toBe(1)
  })

  // trap: long-waits
  test('never fires after Infinity, and holds nothing for it', () => {
    const seen = fired(Infinity)
    expect(vi.getTimerCount()).toBe(0)
    seen.cancel()
    vi.advanceTimersByTime(2 ** 40)
    expect(seen.count).toBe(0)
  })

  test('does not fire early for a fraction of a millisecond', () => {
    const seen = fired(1.2)
    vi.advanceTimersByTime(1)
    expect(seen.count).toBe(0)
    vi.advanceTimersByTime(1)
    expect(seen.count).toBe(1)
  })

  test('a long timer can be cancelled in its second step', () => {
    const seen = fired(2 ** 32)
    vi.advanceTimersByTime(2 ** 31 + 5)
    seen.cancel()
    seen.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(2 ** 32)
    expect(seen.count).toBe(0)
  })
})

// trap: wall-clock-jumps
test('durations are measured on a clock that the wall clock does not move', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(0)
  const before = systemClock.now()
  vi.setSystemTime(3_600_000)
  expect(systemClock.now() - before).toBeLessThan(1000)
  expect(systemClock.wallTime()).toBe(3_600_000)
  vi.useRealTimers()
})
