import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { BucketWindow } from './bucket-window.ts'

const WINDOW_MS = 100
const BUCKETS = 4

/** A window that has counted one of each at these instants. */
const counted = (instants: readonly number[]): BucketWindow => {
  const window = new BucketWindow(WINDOW_MS, BUCKETS, 2)
  for (const at of instants) {
    window.moveTo(at)
    window.add(0)
  }
  return window
}

describe('BucketWindow', () => {
  test.prop([fc.array(fc.nat(90), { minLength: 1, maxLength: 50 }), fc.nat(300)])(
    'knows exactly what fell into its last buckets, however long it was idle',
    (gaps, idle) => {
      let now = 0
      const instants = gaps.map((gap) => (now += gap))
      const window = counted(instants)
      now += idle
      window.moveTo(now)
      const bucketOf = (at: number): number => Math.floor(at / (WINDOW_MS / BUCKETS))
      const expected = instants.filter((at) => bucketOf(at) > bucketOf(now) - BUCKETS).length
      expect([window.sum(0), window.sum(1)]).toEqual([expected, 0])
      if (idle >= WINDOW_MS) expect(window.sum(0)).toBe(0)
    },
  )

  test('time that goes back counts as standing still', () => {
    const window = counted([1000, 400])
    expect(window.sum(0)).toBe(2)
    window.moveTo(1100)
    expect(window.sum(0)).toBe(0)
  })

  test.prop([fc.array(fc.nat(60), { minLength: 1, maxLength: 30 }), fc.nat(10_000)])(
    'goes on where another one stopped, by whatever clock',
    (gaps, start) => {
      let now = 0
      const instants = gaps.map((gap) => (now += gap))
      const first = counted(instants)
      const second = new BucketWindow(WINDOW_MS, BUCKETS, 2)
      second.restore(JSON.parse(JSON.stringify(first.save())))
      second.moveTo(start)
      expect([second.sum(0), second.save()]).toEqual([first.sum(0), first.save()])
      second.moveTo(start + WINDOW_MS)
      expect(second.sum(0)).toBe(0)
    },
  )

  test.each([
    undefined,
    'text',
    {},
    {
      windowMs: 200,
      counts: [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    },
    { windowMs: WINDOW_MS, counts: [[0, 0, 0, 0]] },
    {
      windowMs: WINDOW_MS,
      counts: [
        [0, 0, 0, 0],
        [0, 0, 0],
      ],
    },
    {
      windowMs: WINDOW_MS,
      counts: [
        [0, 0, 0, 0],
        [0, 0, 0, -1],
      ],
    },
    {
      windowMs: WINDOW_MS,
      counts: [
        [0, 0, 0, 0],
        [0, 0, 0, 0.5],
      ],
    },
    { windowMs: WINDOW_MS, counts: [[0, 0, 0, 0], 'ring'] },
  ])('refuses counts of another kind: %o', (saved) => {
    const window = counted([0])
    expect(() => window.restore(saved)).toThrow(TypeError)
    expect(window.sum(0)).toBe(1)
  })
})
