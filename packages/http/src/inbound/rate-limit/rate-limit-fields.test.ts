import type { ServerResponse } from 'node:http'
import { VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import { memoryQuotaStore } from './memory-quota-store.ts'
import { addRateLimitFields } from './rate-limit-fields.ts'

// An instant later minus the instant now is 60000.00000000001 for one clock reading in eighty: `t` said 61 s of 60.
test('a quota is whole after its window, at whatever fraction of a millisecond it is asked', async () => {
  for (let i = 0; i < 1000; i++) {
    const clock = new VirtualClock()
    await clock.advance(i * 7919.123)
    const wish = { policy: 'free', key: 'k', cost: 1, limit: 1, windowMs: 60_000 }
    const level = await memoryQuotaStore({ clock }).take(wish)
    const response = { getHeader: () => undefined, setHeader: () => {} } as unknown as ServerResponse
    expect(addRateLimitFields(response, wish, level)).toBe(60)
  }
})
