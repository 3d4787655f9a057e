import { describe, expect, test } from 'vitest'
import { LruMap } from './lru-map.ts'

const numbered = (maxEntries: number, busy: Set<number> = new Set()) =>
  new LruMap<number, { key: number }>(
    maxEntries,
    (key) => ({ key }),
    ({ key }) => !busy.has(key),
  )

describe('LruMap', () => {
  test('makes a state once and gives the same one again', () => {
    const map = numbered(2)
    expect(map.get(1)).toBe(map.get(1))
  })

  test('forgets the key that was used longest ago', () => {
    const map = numbered(2)
    map.get(1)
    map.get(2)
    map.get(1)
    map.get(3)
    expect([...map.entries()].map(([key]) => key)).toEqual([1, 3])
  })

  test('forgets none that was used in the upper half of its bound before one that was not', () => {
    const map = numbered(6)
    for (const key of [1, 2, 3, 4, 1, 2, 5, 6, 7, 8]) map.get(key)
    expect([...map.entries()].map(([key]) => key)).toEqual([1, 2, 5, 6, 7, 8])
  })

  test('looking without making changes neither the keys nor their order', () => {
    const map = numbered(2)
    map.get(1)
    map.get(2)
    expect(map.peek(1)).toEqual({ key: 1 })
    expect(map.peek(9)).toBeUndefined()
    map.get(3)
    expect(map.peek(1)).toBeUndefined()
  })

  test('keeps what is in use, and never drops the key it was just asked for', () => {
    const busy = new Set([1])
    const map = numbered(1, busy)
    const first = map.get(1)
    const second = map.get(2)
    expect(map.get(1)).toBe(first)
    expect(map.get(2)).toBe(second)
  })

  test('a few old keys in use do not let it grow without bound', () => {
    const busy = new Set(Array.from({ length: 50 }, (_, i) => i))
    const map = numbered(100, busy)
    for (let key = 0; key < 100_000; key++) map.get(key)
    expect(map.size).toBe(100)
    for (const key of busy) expect(map.peek(key)).toEqual({ key })
  })

  test('shrinks back to its bound when a crowd has gone', () => {
    const busy = new Set(Array.from({ length: 1000 }, (_, i) => i))
    const map = numbered(100, busy)
    for (let key = 0; key < 1000; key++) map.get(key)
    expect(map.size).toBe(1000)
    busy.clear()
    for (let key = 1000; key < 1200; key++) map.get(key)
    expect(map.size).toBe(100)
  })
})
