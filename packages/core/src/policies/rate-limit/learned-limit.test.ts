import { describe, expect, test } from 'vitest'
import { LearnedLimit } from './learned-limit.ts'

const MINUTE = 60_000
const CLEAN = 180_000

/** One that has sent so many at an instant, all admitted. */
const after = (admitted: number, at = 0): LearnedLimit => {
  const learned = new LearnedLimit()
  for (let i = 0; i < admitted; i++) learned.spend(at)
  return learned
}

/** One more is sent and refused. */
const refuse = (learned: LearnedLimit, at: number, hintMs = MINUTE): LearnedLimit => {
  learned.spend(at)
  learned.throttled(at, hintMs, at)
  return learned
}

describe('the limit of a provider that tells none', () => {
  test('is what it admitted before it refused the next', () => {
    const learned = after(10)
    expect([learned.limit, learned.usage(0), learned.readyInMs(0)]).toEqual([Infinity, undefined, 0])
    refuse(learned, 0)
    expect(learned.usage(0)).toEqual({ permits: 10, used: 10, periodMs: 61_000 })
    expect([learned.readyInMs(0), learned.readyInMs(61_000)]).toEqual([61_000, 0])
  })

  test('a request that never left does not count', () => {
    const learned = after(10)
    learned.giveBack(0)
    expect(refuse(learned, 0).limit).toBe(9)
  })

  test.each([
    [29_999, Infinity],
    [30_000, 10],
    [122_000, 10],
    [122_001, Infinity],
  ])(
    'a hint of %i ms makes it %d: less than half a minute is about seconds, more than two about a day',
    (hint, limit) => {
      expect(refuse(after(10), 0, hint).limit).toBe(limit)
    },
  )

  test('what is left of a minute counts from its first request', () => {
    expect(refuse(after(10, 50_000), 70_000, 9999).limit).toBe(Infinity)
    expect(refuse(after(10, 50_000), 70_000, 10_000).limit).toBe(10)
  })

  test('nothing is learned where none of ours was admitted within the minute', () => {
    expect(refuse(after(10), 61_000).limit).toBe(Infinity)
    expect(refuse(new LearnedLimit(), 0).limit).toBe(Infinity)
  })

  test('of a refusal of what it paced, one too early by the provider’s clock lowers nothing, two do', () => {
    for (const [admitted, limit] of [
      [10, 10],
      [9, 10],
      [8, 8],
    ] as const) {
      const learned = refuse(after(10), 0)
      for (let i = 0; i < admitted; i++) learned.spend(100_000)
      expect([admitted, refuse(learned, 100_000).limit]).toEqual([admitted, limit])
    }
  })

  test('a refusal of what was sent before it was learned lowers it to the request', () => {
    const learned = after(10)
    learned.spend(0)
    learned.spend(0)
    learned.throttled(0, MINUTE, 0)
    expect(learned.limit).toBe(11)
    learned.throttled(0, MINUTE, 0)
    expect(learned.limit).toBe(10)
  })

  test('is tried one higher after three clean minutes, each time, and only when it is used up', () => {
    const learned = refuse(after(2), 0)
    const fill = (at: number): number => {
      let sent = 0
      for (; learned.readyInMs(at) === 0; sent++) learned.spend(at)
      return sent
    }
    expect([fill(CLEAN - 1), learned.limit]).toEqual([2, 2])
    expect([fill(CLEAN), learned.limit]).toEqual([1, 3])
    expect([fill(CLEAN + 61_000), learned.limit]).toEqual([3, 3])
    learned.spend(2 * CLEAN + 1)
    expect(learned.limit).toBe(3)
    expect([fill(2 * CLEAN + 1), learned.limit]).toEqual([3, 4])
  })

  test('a refusal begins the three minutes anew', () => {
    const learned = refuse(after(2), 0)
    refuse(learned, 100_000, 1000)
    learned.spend(CLEAN)
    learned.spend(CLEAN)
    expect(learned.readyInMs(CLEAN)).toBe(61_000)
  })
})
