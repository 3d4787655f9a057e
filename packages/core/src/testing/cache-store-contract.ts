import type { CacheStore } from '../policies/cache/cache-store.ts'
import type { TestRunner } from './policy-contract.ts'

/** A store to try, and how its time passes. */
export interface CacheStoreTrial {
  readonly store: CacheStore
  /** Another handle on the same data, where several processes can share it. */
  readonly other?: CacheStore
  /** Lets time pass for the store: a virtual clock, fake timers, or a real wait. */
  readonly pass: (ms: number) => PromiseLike<void>
  /** Ends what the store needs: connections, files. */
  readonly close?: () => PromiseLike<void>
}

const VALUE = { text: 'a lighthouse – 灯台', list: [1, 2.5, null, { deep: true }], empty: '' }
/** Keys that are easily taken for one another, or for something else. */
const KEYS = ['a', 'A', 'a:b', 'a/b', 'a b', 'ä', '__proto__', 'constructor', '*', 'long '.repeat(200)]

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const check = (right: boolean, message: string): void => {
  if (!right) throw new Error(message)
}

/**
 * What every store of a cache must do, as tests: give back what was kept, under exactly its key, until its time is over or
 * it is forgotten.
 *
 * ```ts no-run
 * import { memoryCacheStore } from '@spillway/core'
 * import { cacheStoreContract, VirtualClock } from '@spillway/core/testing'
 * import { test } from 'vitest'
 *
 * const open = () => {
 *   const clock = new VirtualClock()
 *   return { store: memoryCacheStore({ clock }), pass: (ms: number) => clock.advance(ms) }
 * }
 * cacheStoreContract('memory', open, { test })
 * ```
 *
 * @param name what the tests are called
 * @param open gives an empty store
 * @param runner the test runner: `{ test }` of vitest
 */
export const cacheStoreContract = (
  name: string,
  open: () => CacheStoreTrial | PromiseLike<CacheStoreTrial>,
  { test }: TestRunner,
): void => {
  const trial = (behaviour: string, body: (trial: CacheStoreTrial) => Promise<void>): void =>
    test(`${name} ${behaviour}`, async () => {
      const opened = await open()
      try {
        await body(opened)
      } finally {
        await opened.close?.()
      }
    })

  trial('gives back what was kept', async ({ store }) => {
    check((await store.set('a', VALUE, 60_000)) !== false, 'the store did not keep the value')
    check(same(await store.get('a'), VALUE), 'the value is another one')
    check(same(await store.get('a'), VALUE), 'the value can be read only once')
  })

  trial('has nothing under a key that it does not know', async ({ store }) => {
    check((await store.get('a')) === undefined, 'something is there')
    await store.delete('a')
  })

  trial('keeps the last of several values', async ({ store }) => {
    await store.set('a', 1, 60_000)
    await store.set('a', 2, 60_000)
    check((await store.get('a')) === 2, 'the value is not the last one')
  })

  trial('forgets what is deleted, and nothing else', async ({ store }) => {
    await store.set('a', 1, 60_000)
    await store.set('b', 2, 60_000)
    await store.delete('a')
    check((await store.get('a')) === undefined, 'the value is still there')
    check((await store.get('b')) === 2, 'another value has gone')
  })

  trial('keeps a value for its time and no longer', async ({ store, pass }) => {
    await store.set('short', 1, 500)
    await store.set('long', 2, 60_000)
    await pass(50)
    check((await store.get('short')) === 1, 'the value has gone too early')
    await pass(1000)
    check((await store.get('short')) === undefined, 'the value is still there')
    check((await store.get('long')) === 2, 'another value has gone')
  })

  trial('counts the time from the last value', async ({ store, pass }) => {
    await store.set('a', 1, 500)
    await store.set('a', 2, 60_000)
    await pass(1000)
    check((await store.get('a')) === 2, 'the value has gone with the time of the one before')
  })

  trial('keeps a value without a time', async ({ store, pass }) => {
    await store.set('a', 1)
    await pass(1000)
    check((await store.get('a')) === 1, 'the value has gone')
  })

  trial('takes no key for another', async ({ store }) => {
    for (const [i, key] of KEYS.entries()) {
      check((await store.get(key)) === undefined, `something is under key ${i} before it was set`)
      await store.set(key, i, 60_000)
    }
    for (const [i, key] of KEYS.entries()) check((await store.get(key)) === i, `key ${i} has the value of another`)
  })

  trial('shows everybody the same', async ({ store, other }) => {
    if (other === undefined) return
    await store.set('a', VALUE, 60_000)
    check(same(await other.get('a'), VALUE), 'the other one does not see it')
    await other.delete('a')
    check((await store.get('a')) === undefined, 'it is still there after the other one deleted it')
  })

  trial('has leases that are none of its values', async ({ store }) => {
    if (store.leases === undefined) return
    await store.leases.take('a', 'one', 60_000)
    check((await store.get('a')) === undefined, 'a lease can be read as a value')
    await store.set('a', 1, 60_000)
    await store.leases.release('a', 'one')
    check((await store.get('a')) === 1, 'the value has gone with the lease')
  })
}
