import { InvalidOptionsError } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { redisCircuitAdvice } from '../breaker/redis-circuit-advice.ts'
import { redisCacheStore } from './redis-cache-store.ts'

/** A connection that is not asked. */
const down = { available: false, keyOf: (part: string, name: string) => part + name } as RedisConnection

describe('options', () => {
  test.each([
    [{}, 'redisCacheStore.namespace'],
    [{ namespace: '' }, 'redisCacheStore.namespace'],
    [{ namespace: 'acme', maxBytes: 0 }, 'redisCacheStore.maxBytes'],
    [{ namespace: 'acme', maxAgeMs: Infinity }, 'redisCacheStore.maxAgeMs'],
    [{ namespace: 'acme', encryptionKey: 'hunter2' }, 'redisCacheStore.encryptionKey'],
    [{ namespace: 'acme', encryptionKey: new Uint8Array(16) }, 'redisCacheStore.encryptionKey'],
    [{ namespace: 'acme', prefix: 'x' }, 'redisCacheStore.prefix'],
  ])('%o are refused', (options, message) => {
    expect(() => redisCacheStore(down, options as never)).toThrow(InvalidOptionsError)
    expect(() => redisCacheStore(down, options as never)).toThrow(message)
    expect(() => redisCacheStore(down, options as never)).not.toThrow('hunter2')
  })

  test.each([
    [{ name: 1 }, 'redisCircuitAdvice.name'],
    [{ ttlMs: 10 }, 'redisCircuitAdvice.ttlMs'],
    [{ ttl: 10 }, 'redisCircuitAdvice.ttl'],
  ])('of advice %o are refused', (options, message) => {
    expect(() => redisCircuitAdvice(down, options as never)).toThrow(message)
  })
})

describe('while Redis is not asked', () => {
  test('nothing is there, nothing is kept, and whoever wants to lead does', async () => {
    const store = redisCacheStore(down, { namespace: 'acme' })
    expect([await store.get('a'), await store.set('a', 1, 1000), await store.leases.take('a', 'one', 1000)]).toEqual([
      undefined,
      false,
      0,
    ])
    expect(await store.leases.release('a', 'one')).toBeUndefined()
  })

  test('there are no others', async () => {
    expect(await redisCircuitAdvice(down).exchange('a', { failing: true, served: false })).toEqual({
      processes: 0,
      failing: 0,
      servedMsAgo: Infinity,
    })
  })
})
