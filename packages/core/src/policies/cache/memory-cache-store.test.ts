import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, memoryCacheStore } from '../../index.ts'
import { cacheStoreContract, VirtualClock } from '../../testing.ts'
import { approximateBytes } from './approximate-bytes.ts'

cacheStoreContract(
  'the memory store',
  () => {
    const clock = new VirtualClock()
    return { store: memoryCacheStore({ clock }), pass: (ms) => clock.advance(ms) }
  },
  { test },
)

describe('the memory store', () => {
  test('gives values back by identity', () => {
    const value = { picture: new Uint8Array(3) }
    const store = memoryCacheStore()
    store.set('a', value)
    expect(store.get('a')).toBe(value)
  })

  test('drops what was used longest ago when there are too many', () => {
    const store = memoryCacheStore({ maxEntries: 2 })
    store.set('a', 1)
    store.set('b', 2)
    store.get('a')
    store.set('c', 3)
    expect(['a', 'b', 'c'].map((key) => store.get(key))).toEqual([1, undefined, 3])
    expect(store.size).toBe(2)
  })

  test('drops what was used longest ago when it takes too much, and as much as it must', () => {
    const store = memoryCacheStore({ maxBytes: 1000, sizeOf: Number })
    store.set('a', 300)
    store.set('b', 300)
    store.set('c', 300)
    store.set('d', 650)
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key))).toEqual([undefined, undefined, 300, 650])
    expect(store.bytes).toBe(954)
  })

  test('does not take what is bigger than all it may keep, and drops nothing for it but what it replaces', () => {
    const store = memoryCacheStore({ maxBytes: 1000, sizeOf: Number })
    store.set('a', 300)
    store.set('b', 300)
    expect(store.set('b', 999)).toBe(false)
    expect(['a', 'b'].map((key) => store.get(key))).toEqual([300, undefined])
  })

  test('counts its size through replacing, deleting and expiry', async () => {
    const clock = new VirtualClock()
    const store = memoryCacheStore({ clock, sizeOf: Number })
    store.set('a', 100)
    store.set('a', 50)
    expect([store.size, store.bytes]).toEqual([1, 52])
    store.set('b', 10, 500)
    await clock.advance(500)
    expect(store.get('b')).toBeUndefined()
    expect([store.size, store.bytes]).toEqual([1, 52])
    store.delete('a')
    expect([store.size, store.bytes]).toEqual([0, 0])
  })

  test('keeps nothing longer than it may, whatever it is asked', async () => {
    const clock = new VirtualClock()
    const store = memoryCacheStore({ clock, maxAgeMs: 100 })
    store.set('a', 1)
    store.set('b', 2, 50)
    await clock.advance(99)
    expect([store.get('a'), store.get('b')]).toEqual([1, undefined])
    await clock.advance(1)
    expect(store.get('a')).toBeUndefined()
  })

  test('lets go of expired values as others come, and needs no timer for that', async () => {
    const clock = new VirtualClock()
    const store = memoryCacheStore({ clock })
    for (let i = 0; i < 10; i++) store.set(`old ${i}`, i, 100)
    await clock.advance(100)
    for (let i = 0; i < 5; i++) store.set(`new ${i}`, i, 100)
    expect(store.size).toBe(5)
    expect(clock.pending).toBe(0)
  })

  test('stays within its bounds under a million keys', () => {
    const store = memoryCacheStore({ maxEntries: 100 })
    for (let i = 0; i < 1_000_000; i++) store.set(`key ${i}`, i, 60_000)
    expect(store.size).toBe(100)
    expect(store.get('key 999999')).toBe(999_999)
  })

  test.each<[unknown, string]>([
    [{ maxEntries: 0 }, 'memoryCacheStore.maxEntries must be an integer of at least 1 or Infinity, got 0.'],
    [{ maxBytes: 0 }, 'memoryCacheStore.maxBytes'],
    [{ maxAgeMs: Number.NaN }, 'memoryCacheStore.maxAgeMs'],
    [{ sizeOf: 1 }, 'memoryCacheStore.sizeOf'],
    [{ clock: {} }, 'memoryCacheStore.clock'],
    [{ maxEntry: 1 }, 'memoryCacheStore.maxEntry'],
  ])('says what is wrong with %o', (options, message) => {
    expect(() => memoryCacheStore(options as never)).toThrow(InvalidOptionsError)
    expect(() => memoryCacheStore(options as never)).toThrow(message)
  })
})

describe('the estimate of a size', () => {
  const loop: { self?: unknown } = {}
  loop.self = loop

  test.each<[string, unknown, number, number]>([
    ['a number', 1, 8, 8],
    ['nothing', undefined, 8, 8],
    ['a string', 'x'.repeat(1000), 2000, 2000],
    ['a buffer', Buffer.alloc(1000), 1000, 1100],
    ['a view of a part of a buffer', new Uint8Array(new ArrayBuffer(5000), 0, 1000), 1000, 1100],
    ['a blob', new Blob(['x'.repeat(1000)]), 1000, 1100],
    ['an object', { a: 'x'.repeat(500), b: { c: 'x'.repeat(500) } }, 2000, 2200],
    ['a map', new Map([['x'.repeat(500), 'x'.repeat(500)]]), 2000, 2200],
    ['a set', new Set(['x'.repeat(1000)]), 2000, 2200],
    ['a list of a million numbers', Array.from({ length: 1_000_000 }, () => 1), 15_000_000, 17_000_000],
    ['what holds itself', loop, 40, 100],
    ['what is there twice', [loop, loop], 40, 150],
  ])('%s', (_, value, atLeast, atMost) => {
    const bytes = approximateBytes(value)
    expect(bytes).toBeGreaterThanOrEqual(atLeast)
    expect(bytes).toBeLessThanOrEqual(atMost)
  })

  test('ends soon, and at all, for anything', () => {
    let deep: unknown[] = []
    for (let i = 0; i < 1_000_000; i++) deep = [deep]
    expect(approximateBytes(deep)).toBeGreaterThan(1000)
  })
})
