import { describe, expect, test } from 'vitest'
import { pipeline, rateLimit, retry, type RateLimitOptions } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const times = (operation: { readonly started: readonly { readonly at: number }[] }): number[] =>
  operation.started.map(({ at }) => at)

interface Learned {
  readonly partitions: Readonly<Record<string, { readonly learnedLimit?: number }>>
}

/** Ten a minute, as a provider counts them, with the wait in its refusal. */
const tenPerMinute = (clock: VirtualClock, permits = 10) => {
  const admitted: number[] = []
  let requests = 0
  const ask = async (): Promise<string> => {
    requests++
    const recent = admitted.filter((at) => at > clock.now() - MINUTE)
    if (recent.length >= permits)
      throw Object.assign(new Error('429'), { waitMs: (recent.at(-permits) as number) + MINUTE - clock.now() })
    admitted.push(clock.now())
    return 'done'
  }
  return { ask, admitted, requests: () => requests, allow: (more: number) => (permits = more) }
}
const classifier = {
  error: (error: unknown) => ({ kind: 'throttled' as const, retryAfterMs: (error as { waitMs: number }).waitMs }),
}

describe('rateLimit, without a quota', () => {
  const world = (options: RateLimitOptions = {}) => {
    const clock = new VirtualClock()
    const gate = rateLimit(options)
    const calls = pipeline([retry({ jitter: 'none' }), gate], { clock, classifier })
    const learned = (): unknown => (gate.snapshot?.() as Learned | undefined)?.partitions['']?.learnedLimit
    return { clock, calls, learned }
  }

  test('learns the provider’s from its first refusal, and runs into no other', async () => {
    const { clock, calls, learned } = world()
    const recording = recordEvents(calls)
    const provider = tenPerMinute(clock)
    const all = Array.from({ length: 30 }, () => calls.execute(provider.ask))
    await clock.run()
    await Promise.all(all)
    expect(learned()).toBe(10)
    expect(recording.timeline('rate_limit.learned')).toEqual(expect.arrayContaining(['0 rate_limit.learned']))
    // The first thirty leave in one tick, before anybody has been refused; what was refused is paced.
    expect(provider.requests()).toBe(30 + 20)
    expect(provider.admitted).toHaveLength(30)
  })

  test('told not to learn, it obeys the hints and no more', async () => {
    const { clock, calls, learned } = world({ learn: false })
    const provider = tenPerMinute(clock)
    const all = Array.from({ length: 30 }, () => calls.execute(provider.ask))
    await clock.run()
    await Promise.all(all)
    expect(learned()).toBeUndefined()
    // Whoever waited comes back within seconds of the hint, ten a minute or not.
    expect(provider.requests()).toBeGreaterThan(30 + 20)
  })

  test('tries one more after three clean minutes', async () => {
    const { clock, calls, learned } = world()
    const provider = tenPerMinute(clock, 2)
    for (let i = 0; i < 20; i++) void calls.execute(provider.ask)
    await settle()
    expect(learned()).toBe(2)
    provider.allow(10)
    await clock.advance(179_000)
    expect(learned()).toBe(2)
    await clock.advance(4 * MINUTE)
    expect(learned()).toBe(4)
  })

  test.each([
    ['a hint of seconds', 2000],
    ['a hint of hours', 3 * HOUR],
  ])('learns nothing from %s: it is about something else than a minute', async (_, waitMs) => {
    const { clock, calls, learned } = world()
    await calls.execute(async () => 'admitted')
    const caller = new AbortController()
    const refused = calls.execute(() => Promise.reject(Object.assign(new Error('429'), { waitMs })), caller)
    await settle()
    expect(learned()).toBeUndefined()
    caller.abort('enough')
    await refused.catch(() => {})
    expect(clock.pending).toBe(0)
  })

  test('learns nothing where others have used the provider’s quota up', async () => {
    const { calls, learned } = world()
    const caller = new AbortController()
    const refused = calls.execute(() => Promise.reject(Object.assign(new Error('429'), { waitMs: 50_000 })), caller)
    await settle()
    expect(learned()).toBeUndefined()
    caller.abort('enough')
    await refused.catch(() => {})
  })

  test('one refusal of what it paced itself does not lower it: clocks differ', async () => {
    const { clock, calls, learned } = world()
    const provider = tenPerMinute(clock, 5)
    const all = Array.from({ length: 8 }, () => calls.execute(provider.ask))
    await clock.run()
    await Promise.all(all)
    expect(learned()).toBe(5)
    provider.allow(4)
    await clock.advance(2 * MINUTE)
    const more = Array.from({ length: 5 }, () => calls.execute(provider.ask))
    await clock.run()
    await Promise.all(more)
    expect(learned()).toBe(5)
  })

  test('a quota of requests that is given is not doubted', async () => {
    const { clock, calls, learned } = world({ quotas: [{ permits: 50 }] })
    const provider = tenPerMinute(clock)
    const all = Array.from({ length: 12 }, () => calls.execute(provider.ask))
    await clock.run()
    await Promise.all(all)
    expect(learned()).toBeUndefined()
  })

  test('what an answer says is left is not exceeded, requests on their way counted', async () => {
    const { clock, calls } = world()
    const operation = scriptedOperation([{ value: 1, afterMs: 60_000 }])
    void calls.execute(async (context) => {
      await context.sleep(100)
      context.providerSaid({ limits: [{ unit: 'requests', limit: 5, remaining: 3, resetMs: 20_000 }] })
    })
    void calls.execute(operation)
    await clock.advance(100)
    for (let i = 0; i < 4; i++) void calls.execute(operation)
    await clock.advance(60_000)
    expect(times(operation)).toEqual([0, 100, 100, 20_100, 20_100])
  })

  test('no tokens left holds back calls of unknown cost too, and never for longer than a minute', async () => {
    const { clock, calls } = world()
    await calls.execute(async (context) => {
      context.providerSaid({
        limits: [{ unit: 'tokens', limit: 100, remaining: 0, resetMs: 24 * HOUR }, { unit: 'requests' }],
      })
    })
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    await clock.advance(61_000)
    expect(times(operation)).toEqual([61_000])
  })

  test('a server that makes up units fills no memory, and one that lies about them stops nobody', async () => {
    const { clock, calls } = world()
    await calls.execute(async (context) => {
      context.providerSaid({
        limits: Array.from({ length: 1000 }, (_, i) => ({ unit: `${i}`, remaining: Number.NaN, resetMs: -1 })),
      })
    })
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    await clock.advance(0)
    expect(times(operation)).toEqual([0])
  })
})
