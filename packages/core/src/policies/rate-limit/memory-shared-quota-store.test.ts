import { expect, test } from 'vitest'
import { memorySharedQuotaStore } from '../../index.ts'
import { sharedQuotaContract, VirtualClock } from '../../testing.ts'

const open = (): Parameters<typeof sharedQuotaContract>[1] extends () => infer T ? Awaited<T> : never => {
  const clock = new VirtualClock()
  const store = memorySharedQuotaStore({ clock })
  return { store, other: store, pass: (ms) => clock.advance(ms), now: () => clock.now() }
}

sharedQuotaContract('the memory store of shared quotas', open, { test })

test('an option that it does not know is refused', () => {
  expect(() => memorySharedQuotaStore({ time: 1 } as never)).toThrow('memorySharedQuotaStore.time')
})
