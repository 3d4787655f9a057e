import { cache, cacheKey, pipeline } from '@spillway/core'
import { cacheStoreContract, recordEvents } from '@spillway/core/testing'
import { Keyv } from 'keyv'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

/** What Keyv keeps its bytes in, so that two of them can share it. */
const shared = (): { one: Keyv; other: Keyv; bytes: Map<string, unknown> } => {
  const bytes = new Map<string, unknown>()
  return { one: new Keyv({ store: bytes }), other: new Keyv({ store: bytes }), bytes }
}

describe('a Keyv is a store as it is', () => {
  // Keyv reads the real clock.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  cacheStoreContract(
    'keyv',
    () => {
      const { one, other } = shared()
      return { store: one, other, pass: async (ms) => void vi.setSystemTime(Date.now() + ms) }
    },
    { test },
  )

  test('two processes share what is in it, bytes and all', async () => {
    const { one, other } = shared()
    const paint = { text: 'a lighthouse', images: [{ base64: 'AAAA' }] }
    let runs = 0
    const ask = (store: Keyv): Promise<unknown> =>
      pipeline([cache({ store })]).execute(
        async () => {
          runs++
          return paint
        },
        { values: [[cacheKey, 'acme|lighthouse']] },
      )
    await ask(one)
    await vi.waitFor(async () => expect(await other.get('acme|lighthouse')).toBeDefined())
    const answer = await ask(other)
    expect([answer, answer === paint, runs]).toEqual([paint, false, 1])
  })

  test('answers expire in it with their stale time', async () => {
    const { one, bytes } = shared()
    const calls = pipeline([cache({ store: one, ttlMs: 1000, staleIfErrorMs: 500 })])
    const { events } = recordEvents(calls)
    const values = [[cacheKey, 'a']] as const
    await calls.execute(async () => 1, { values })
    await vi.waitFor(() => expect(events.some(({ type }) => type === 'cache.stored')).toBe(true))
    expect(bytes.size).toBe(1)
    vi.setSystemTime(Date.now() + 1200)
    expect(await calls.execute(() => Promise.reject(new Error('503')), { values })).toBe(1)
    vi.setSystemTime(Date.now() + 500)
    await expect(calls.execute(() => Promise.reject(new Error('503')), { values })).rejects.toThrow('503')
  })

  test('one whose server is gone costs nobody an answer', async () => {
    const gone = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'))
    const broken = { get: gone, set: gone, delete: gone, clear: gone, has: gone }
    const store = new Keyv({ store: broken as never })
    // Keyv throws its errors at whoever does not listen.
    store.on('error', () => {})
    const calls = pipeline([cache({ store, key: () => 'a' })])
    expect(await Promise.all([calls.execute(async () => 1), calls.execute(async () => 2)])).toEqual([1, 1])
  })
})
