import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { bulkhead, cache, circuitBreaker, failover, hedge, pipeline, retry, timeout } from '@spillway/core'
import { settle } from '@spillway/core/testing'
import { expect, test } from 'vitest'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Makes so many results, and says of how many something still holds afterwards. */
const held = async (count: number, call: (result: object) => Promise<unknown>): Promise<number> => {
  const results: WeakRef<object>[] = []
  const one = async (): Promise<void> => {
    const result = { image: 'bytes' }
    results.push(new WeakRef(result))
    await call(result)
  }
  for (let i = 0; i < count; i++) await one()
  for (let i = 0; i < 3; i++) {
    await settle()
    collect()
  }
  return results.filter((each) => each.deref() !== undefined).length
}

// trap: results-are-let-go
test('results are let go whatever lives on: the pipeline, the signal, a listener, a call that hangs', async () => {
  const { signal } = new AbortController()
  const pool = failover({ endpoints: [{ name: 'a' }] })
  const calls = pipeline([timeout({ totalMs: 60_000 }), bulkhead(), retry(), hedge(), pool, circuitBreaker()])
  const leaving = new AbortController()
  const hung = calls.execute(() => new Promise(() => {}), { signal: leaving.signal }).catch(() => 'ended')
  calls.events.subscribe(() => {})
  // A leak would hold all of them; a few may still stand on the stack or in a cache of the engine.
  expect(await held(500, (result) => calls.execute(async () => result, { signal }))).toBeLessThan(25)
  leaving.abort()
  expect(await hung).toBe('ended')
  calls.dispose()
})

// trap: results-are-let-go
test('what calls share is let go with the last of them', async () => {
  const { signal } = new AbortController()
  const shared = pipeline([cache({ key: () => 'one', ttlMs: 0, staleIfErrorMs: 0 })])
  const ask = (result: object): Promise<unknown> =>
    Promise.all([1, 2, 3].map(() => shared.execute(async () => result, { signal })))
  expect(await held(500, ask)).toBeLessThan(25)
})

/** What `node-fetch` and polyfills give: it has the methods of a signal and warns of its listeners by itself. */
class ForeignSignal {
  aborted = false
  reason: unknown = undefined
  mostListeners = 0
  readonly listeners = new Set<() => void>()
  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener)
    this.mostListeners = Math.max(this.mostListeners, this.listeners.size)
  }
  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener)
  }
  abort(reason: unknown): void {
    this.aborted = true
    this.reason = reason
    for (const listener of this.listeners) listener()
  }
}

// trap: no-listener-leak
test('a signal of somebody else never carries more than one listener, ends calls, and has none afterwards', async () => {
  const foreign = new ForeignSignal()
  const signal = foreign as unknown as AbortSignal
  const calls = pipeline([timeout({ totalMs: 60_000 }), retry()])
  await Promise.all(Array.from({ length: 1000 }, () => calls.execute(async () => 1, { signal })))
  expect([foreign.listeners.size, foreign.mostListeners]).toEqual([0, 1])
  const hung = calls.execute(() => new Promise(() => {}), { signal }).catch((error: unknown) => error)
  foreign.abort('gone')
  expect(await hung).toBe('gone')
  expect(foreign.listeners.size).toBe(0)
})
