import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { cache, retry, timeout, type CallContext, type CacheStore } from '../../index.ts'
import type { VirtualClock } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'

interface Arrival {
  readonly afterMs: number
  readonly key: string
  readonly workMs: number
  readonly ends: 'value' | 'error' | 'empty' | 'deaf' | 'stream'
  readonly abortAfterMs: number
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.nat(300)),
  key: fc.constantFrom('a', 'b', 'c'),
  workMs: fc.oneof(fc.constant(0), fc.nat(400)),
  ends: fc.constantFrom('value', 'value', 'value', 'error', 'empty', 'deaf', 'stream'),
  abortAfterMs: fc.oneof(fc.constant(Infinity), fc.nat(500)),
})

/** A store in the same virtual time, whose every answer may be late, missing or an error. */
const faultyStore = (clock: () => VirtualClock, delays: readonly number[]): CacheStore => {
  const has = new Map<string, unknown>()
  let asked = 0
  const later = <T>(act: () => T): T | Promise<T> => {
    const delay = delays[asked++ % delays.length] as number
    if (delay === 0) return act()
    if (delay === 13) throw new Error('broken at once')
    return new Promise((resolve, reject) =>
      clock().setTimer(delay, () => (delay % 7 === 0 ? reject(new Error('broken')) : resolve(act()))),
    )
  }
  return {
    get: (key) => later(() => has.get(key)),
    set: (key, value) => later(() => has.set(key, value)),
    delete: (key) => later(() => has.delete(key)),
  }
}

const options = fc.record({
  ttlMs: fc.constantFrom(0, 100, 1000, Infinity),
  staleWhileRevalidateMs: fc.constantFrom(0, 300),
  staleIfErrorMs: fc.constantFrom(0, 500),
  storeTimeoutMs: fc.constantFrom(20, 200),
})

describe('cache, for any arrivals, aborts, failures and stores', () => {
  test.prop([
    fc.array(arrival, { maxLength: 40 }),
    options,
    fc.array(fc.constantFrom(0, 0, 5, 7, 13, 50, Infinity), { minLength: 1, maxLength: 8 }),
    fc.constantFrom('memory', 'faulty'),
    fc.boolean(),
  ])(
    'one flight a key, nobody gets the value of another key, no work outlives its callers, nothing is left behind',
    async (arrivals, cacheOptions, delays, kind, disposes) => {
      const store = kind === 'faulty' ? { store: faultyStore(() => made.clock, delays) } : {}
      const answers = cache({ ...cacheOptions, ...store })
      // The limit inside ends what is renewed for nobody, as the standard pipeline's does.
      const made = asking([timeout({ totalMs: 2000 }), answers, retry({ maxAttempts: 2 }), timeout({ attemptMs: 300 })])
      const { ask, calls, clock } = made
      const working = new Map<string, Set<CallContext>>()
      let most = 0
      const operation =
        ({ key, workMs, ends }: Arrival) =>
        async (context: CallContext): Promise<unknown> => {
          const atWork = working.get(key) ?? new Set()
          working.set(key, atWork.add(context))
          // What was abandoned and does not listen is no flight any more, and so is what came in as a stream before.
          most = Math.max(most, [...atWork].filter(({ aborted }) => !aborted).length)
          if (ends === 'deaf') await new Promise<void>((resolve) => clock.setTimer(workMs, resolve))
          else await context.sleep(workMs)
          atWork.delete(context)
          if (context.aborted && ends !== 'deaf') throw context.reason
          if (ends === 'error') throw new Error('503')
          if (ends === 'empty') return 0
          if (ends === 'stream')
            context.openBody().end({ ok: true, value: 0, verdict: { kind: 'success' }, body: undefined })
          return { key }
        }
      const ended: Promise<void>[] = []
      const waitingFor = new Map<string, number>()
      for (const each of arrivals) {
        await clock.advance(each.afterMs)
        for (const [key, atWork] of working)
          if (waitingFor.get(key) === 0 && cacheOptions.staleWhileRevalidateMs === 0)
            expect([...atWork].filter(({ aborted }) => !aborted)).toEqual([])
        const caller = new AbortController()
        clock.setTimer(each.abortAfterMs, () => caller.abort('gone'))
        const streams = arrivals.some(({ key, ends }) => key === each.key && ends === 'stream')
        waitingFor.set(each.key, (waitingFor.get(each.key) ?? 0) + 1)
        const answer = ask(each.key, operation(each), caller.signal)
        const hear = async (): Promise<void> => {
          const value = await answer
          waitingFor.set(each.key, (waitingFor.get(each.key) as number) - 1)
          if (typeof value === 'object' && value !== null && 'key' in value) expect(value.key).toBe(each.key)
          else if (value !== 0 && value !== 'gone') expect(value).toBeInstanceOf(Error)
        }
        ended.push(hear())
        // Those who cannot share a stream run by themselves, side by side.
        if (!streams)
          expect([...(working.get(each.key) ?? [])].filter(({ aborted }) => !aborted).length).toBeLessThan(2)
        const now = answers.snapshot?.()
        const { waiting, inFlight, revalidating } = now as Record<'waiting' | 'inFlight' | 'revalidating', number>
        expect(waiting + revalidating).toBeGreaterThanOrEqual(inFlight)
        expect(inFlight).toBeLessThanOrEqual(3)
      }
      if (disposes) calls.dispose()
      await clock.run(60_000)
      // What hangs in the store keeps no process alive, and is given up.
      await clock.advance(1000)
      await Promise.all(ended)
      if (!arrivals.some(({ ends }) => ends === 'stream')) expect(most).toBeLessThan(2)
      expect(answers.snapshot?.()).toEqual({ inFlight: 0, storing: 0, waiting: 0, revalidating: 0 })
      expect(calls.state().inFlight).toBe(0)
      for (const atWork of working.values()) expect(atWork.size).toBe(0)
      expect(clock.pending).toBe(0)
    },
  )
})
