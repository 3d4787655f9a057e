import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../testing.ts'
import { Pause } from './pause.ts'

/** The instants at which those who wait may go, one after the other. */
const departures = (waiting: number, seed: number): number[] => {
  const random = seededRandom(seed)
  const pause = new Pause()
  pause.begin(10_000, 0, waiting, random)
  const times: number[] = []
  let now = 0
  for (let left = waiting; left > 0; left--) {
    now += pause.readyInMs(now)
    times.push(now)
    pause.passed(now, left - 1, random)
  }
  return times
}

describe('the trickle after a pause', () => {
  test('begins when the pause is over and ends within a fifth of it', () => {
    for (let seed = 0; seed < 200; seed++) {
      const times = departures(1 + (seed % 50), seed)
      expect(Math.min(...times)).toBeGreaterThanOrEqual(10_000)
      expect(Math.max(...times)).toBeLessThanOrEqual(12_000)
    }
  })

  test('lets nobody go in the same instant, in one process or in two', () => {
    expect(new Set(departures(50, 1)).size).toBe(50)
    expect(departures(1, 1)).not.toEqual(departures(1, 2))
  })

  test('is spread over all of that fifth', () => {
    const last = Array.from({ length: 50 }, (_, seed) => Math.max(...departures(20, seed)))
    expect(Math.min(...last)).toBeGreaterThan(11_000)
  })

  test('is over for whoever comes later', () => {
    const pause = new Pause()
    pause.begin(10_000, 0, 5, () => 0.9)
    pause.passed(13_000, 3, () => 0.9)
    expect([pause.readyInMs(13_000), pause.until]).toEqual([0, 10_000])
  })

  test('is shared among those who come back late, because they wait elsewhere', () => {
    const random = seededRandom(7)
    const pause = new Pause()
    for (let n = 0; n < 50; n++) pause.begin(10_000, n, 0, random)
    const comesAt = Array.from({ length: 50 }, () => 10_000 + 2000 * random()).toSorted((a, b) => a - b)
    const goes: number[] = []
    for (const [i, at] of comesAt.entries()) {
      const from = Math.max(at, goes.at(-1) ?? 0)
      const now = from + pause.readyInMs(from)
      goes.push(now)
      pause.passed(now, comesAt.filter((each, k) => k > i && each <= now).length, random)
    }
    const most = Math.max(...goes.map((at) => goes.filter((other) => other >= at && other < at + 200).length))
    expect(most).toBeLessThan(15)
  })

  test('a hint that ends it in the same instant is no new one', () => {
    const pause = new Pause()
    expect([pause.begin(5000, 0, 0, () => 0), pause.begin(4000, 1000, 0, () => 0)]).toEqual([true, false])
  })

  test('a shorter hint does not shorten a pause', () => {
    const pause = new Pause()
    expect([pause.begin(5000, 0, 0, () => 0), pause.begin(1000, 10, 0, () => 0)]).toEqual([true, false])
    expect(pause.readyInMs(10)).toBe(4990)
  })
})
