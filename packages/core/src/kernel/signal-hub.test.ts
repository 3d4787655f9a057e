import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { pipeline, retry, timeout } from '../index.ts'
import { VirtualClock } from '../testing.ts'

describe('a signal that many calls share', () => {
  // trap: no-listener-leak
  test('carries one listener while calls run, and none after a thousand calls', async () => {
    const { signal } = new AbortController()
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 1000 }), retry(), timeout({ attemptMs: 500 })], { clock })
    const answers = Array.from({ length: 1000 }, (_, i) =>
      calls.execute(
        async (context) => {
          if (i % 2 === 0) throw new TypeError('no use')
          return context.signal.aborted
        },
        { signal },
      ),
    )
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await Promise.allSettled(answers)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('is followed by several pipelines, and by calls that begin after all others have ended', async () => {
    const caller = new AbortController()
    const [a, b] = [pipeline([]), pipeline([])]
    const hang = (): Promise<never> => new Promise(() => {})
    await a.execute(async () => 1, { signal: caller.signal })
    const answers = [a, b].map((calls) =>
      calls.execute(hang, { signal: caller.signal }).catch((error: unknown) => error),
    )
    await b.execute(async () => 1, { signal: caller.signal })
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1)
    caller.abort('over')
    expect(await Promise.all(answers)).toEqual(['over', 'over'])
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
  })

  test('a call made by what hears the abort is refused with the same reason', async () => {
    const caller = new AbortController()
    const calls = pipeline([])
    const second = Promise.withResolvers<unknown>()
    const first = calls
      .execute(
        (context) => {
          context.onAbort(() => {
            calls.execute(async () => 1, { signal: caller.signal }).then(second.resolve, second.resolve)
          })
          return new Promise(() => {})
        },
        { signal: caller.signal },
      )
      .catch((error: unknown) => error)
    caller.abort('over')
    expect(await Promise.all([first, second.promise])).toEqual(['over', 'over'])
  })

  // trap: flat-heap
  test('keeps nothing of the calls that have ended: the heap stays flat', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { signal } = new AbortController()
    const calls = pipeline([timeout({ totalMs: 60_000 }), retry(), timeout({ attemptMs: 30_000 })])
    const batch = async (): Promise<number> => {
      for (let i = 0; i < 100; i++)
        await Promise.all(
          Array.from({ length: 100 }, () => calls.execute(async (context) => context.signal, { signal })),
        )
      collect()
      return process.memoryUsage().heapUsed
    }
    await batch()
    const before = await batch()
    await batch()
    const after = await batch()
    calls.dispose()
    // 20,000 calls in between; 50 bytes kept of each would show.
    expect(after - before).toBeLessThan(1_000_000)
  })
})
