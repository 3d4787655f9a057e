import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  failover,
  memorySharedQuotaStore,
  pipeline,
  rateLimit,
  success,
  timeout,
  type Gate,
  type Pipeline,
  type RateLimitOptions,
} from '../../index.ts'
import { scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

const two = { quotas: [{ maxConcurrency: 2 }] }

const setup = (options: RateLimitOptions = two) => {
  const clock = new VirtualClock()
  return { clock, calls: pipeline([rateLimit(options)], { clock }) }
}

/** How many of its calls are at work. */
const atWork = (calls: Pipeline): unknown => {
  const [{ state } = { state: {} }] = calls.state().policies
  return (state as { partitions: Record<string, { limits: unknown }> }).partitions['']?.limits
}
const used = (n: number): unknown => [{ unit: 'concurrency', source: 'quota', permits: 2, used: n }]

describe('rateLimit with maxConcurrency', () => {
  test('lets so many attempts be at work, and another in the moment in which one ends', async () => {
    const { clock, calls } = setup()
    const operation = scriptedOperation([
      { value: 1, afterMs: 100 },
      { error: new Error('busy'), afterMs: 250 },
      { value: 3, afterMs: 100 },
    ])
    const ends = [1, 2, 3, 4].map(() => calls.execute(operation).catch(() => undefined))
    await settle()
    expect(atWork(calls)).toEqual(used(2))
    await clock.advance(1000)
    await Promise.all(ends)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 100, 200])
    expect([atWork(calls), clock.pending]).toEqual([used(0), 0])
  })

  test('a place is kept until the work has really ended, whoever has left', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([rateLimit({ quotas: [{ maxConcurrency: 1 }] }), timeout({ attemptMs: 100 })], { clock })
    const next = scriptedOperation([{ value: 2 }])
    const first = calls.execute(scriptedOperation([{ value: 1, afterMs: 1000, deaf: true }])).catch(caught)
    const second = calls.execute(next)
    await clock.advance(999)
    expect(await first).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
    expect(next.runs).toBe(0)
    await clock.advance(1)
    expect(await second).toBe(2)
  })

  test('a stream keeps its place until it has been read', async () => {
    const { calls } = setup()
    let end = (): void => {}
    await calls.execute(async (context) => {
      const body = context.openBody()
      end = () => body.end(success(undefined))
      return 'stream'
    })
    expect(atWork(calls)).toEqual(used(1))
    end()
    expect(atWork(calls)).toEqual(used(0))
  })

  test('what is refused further in, or aborted while it waits, takes no place', async () => {
    const clock = new VirtualClock()
    const shut: Gate = { name: 'shut', enter: () => refusal, leave() {} }
    const calls = pipeline([rateLimit(two), shut], { clock })
    for (let i = 0; i < 5; i++) expect(await calls.execute(async () => 1).catch(caught)).toBe(refusal)
    expect(atWork(calls)).toEqual(used(0))
  })

  test('who waits for a place is refused at its deadline, not before', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 500 }), rateLimit(two)], { clock })
    const long = scriptedOperation([{ value: 1, afterMs: 400 }])
    const ends = [1, 2, 3, 4, 5].map(() => calls.execute(long).catch(caught))
    await clock.advance(499)
    expect(long.runs).toBe(4)
    await clock.advance(500)
    const refused = (await Promise.all(ends)).filter((end) => end !== 1)
    expect(refused).toHaveLength(3)
    for (const end of refused) expect(end).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
  })

  test('each endpoint has its own, and a call takes whichever has a place', async () => {
    const clock = new VirtualClock()
    const quotas = (name: string) => [{ maxConcurrency: name === 'a' ? 1 : 2 }]
    const calls = pipeline([failover({ endpoints: [{ name: 'a' }, { name: 'b' }] }), rateLimit({ quotas })], { clock })
    const [at, most]: Record<string, number>[] = [{}, {}]
    const ends = Array.from({ length: 9 }, () =>
      calls.execute(async (context) => {
        const { name } = context.endpoint!
        at![name] = (at![name] ?? 0) + 1
        most![name] = Math.max(most![name] ?? 0, at![name])
        await context.sleep(1000)
        at![name]--
      }),
    )
    await clock.advance(3000)
    await Promise.all(ends)
    expect([most, clock.now()]).toEqual([{ a: 1, b: 2 }, 3000])
  })

  test('a partition with calls at work is not forgotten', async () => {
    const { clock, calls } = setup({ ...two, partitionKey: ({ call }) => String(call.priority), maxPartitions: 1 })
    const operation = scriptedOperation([{ value: 1, afterMs: 1000 }])
    for (const priority of [1, 1, 2, 3, 1]) void calls.execute(operation, { priority })
    await clock.advance(999)
    expect(operation.runs).toBe(4)
    await clock.advance(1)
    expect(operation.runs).toBe(5)
  })

  test.for<[path: string, quota: object]>([
    ['maxConcurrency', { maxConcurrency: 0 }],
    ['maxConcurrency', { maxConcurrency: 1.5 }],
    ['leaseMs', { maxConcurrency: 1, leaseMs: 0 }],
    ['permits', { maxConcurrency: 1, permits: 5 }],
  ])('a quota with a wrong %s is refused: %o', ([path, quota]) => {
    expect(() => rateLimit({ quotas: [quota as never] })).toThrow(`rateLimit.quotas[0].${path}`)
  })

  test('one bound is enough', () => {
    expect(() => rateLimit({ quotas: [{ maxConcurrency: 1 }, { maxConcurrency: 2 }] })).toThrow('rateLimit.quotas[1]')
  })
})

describe('several pipelines with one store', () => {
  property.prop([
    fc.array(
      fc.record({
        afterMs: fc.nat(120),
        pipeline: fc.nat(2),
        tookMs: fc.nat(300),
        end: fc.constantFrom('answers', 'throws', 'is refused'),
        abortAfterMs: fc.oneof(fc.constant(Infinity), fc.nat(400)),
      }),
      { maxLength: 40 },
    ),
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom(undefined, 3),
  ])(
    'never more at work than places, every call ends, no place is lost, and nothing is left behind',
    async (arrivals, maxConcurrency, permits) => {
      const clock = new VirtualClock()
      const store = memorySharedQuotaStore({ clock })
      const quotas = [{ maxConcurrency }, ...(permits === undefined ? [] : [{ permits, periodMs: 200 }])]
      let refuses = false
      const shut: Gate = { name: 'shut', enter: () => (refuses ? refusal : undefined), leave() {} }
      const crew = [0, 1, 2].map(() => pipeline([rateLimit({ quotas, store }), shut], { clock }))
      let [running, most] = [0, 0]
      const ends: Promise<unknown>[] = []
      for (const { afterMs, pipeline: at, tookMs, end, abortAfterMs } of arrivals) {
        await clock.advance(afterMs)
        const caller = new AbortController()
        clock.setTimer(abortAfterMs, () => caller.abort('gone'))
        refuses = end === 'is refused'
        const answer = crew[at]!.execute(
          async (context) => {
            most = Math.max(most, ++running)
            try {
              await context.sleep(tookMs)
            } finally {
              running--
            }
            if (end === 'throws') throw new Error('busy')
          },
          { signal: caller.signal },
        )
        ends.push(answer.catch(() => undefined))
      }
      refuses = false
      await clock.run()
      await Promise.all(ends)
      expect(most).toBeLessThanOrEqual(maxConcurrency)
      expect([running, clock.pending]).toEqual([0, 0])
      // Every place is there again.
      await clock.advance(200)
      const last = Array.from({ length: permits ?? 9 }, () =>
        crew[0]!.execute(async (context) => {
          most = Math.max(most, ++running)
          await context.sleep(100)
          running--
        }),
      )
      most = 0
      await clock.run()
      await Promise.all(last)
      expect(most).toBe(Math.min(maxConcurrency, last.length))
    },
  )

  test('inside failover, what another frees is taken at once', async () => {
    const clock = new VirtualClock()
    const store = memorySharedQuotaStore({ clock })
    const own = (): Pipeline =>
      pipeline([failover({ endpoints: [{ name: 'a' }] }), rateLimit({ quotas: [{ maxConcurrency: 1 }], store })], {
        clock,
      })
    const startedAt: number[] = []
    const ends = [own(), own(), own()].map((calls) =>
      calls.execute(async (context) => {
        startedAt.push(clock.now())
        await context.sleep(10)
      }),
    )
    await clock.run()
    await Promise.all(ends)
    expect(startedAt).toEqual([0, 10, 20])
  })

  test('each has its turn, whoever asks more often', async () => {
    const clock = new VirtualClock()
    const store = memorySharedQuotaStore({ clock })
    const order: string[] = []
    const many = pipeline([rateLimit({ quotas: [{ maxConcurrency: 1 }], store })], { clock })
    const few = pipeline([rateLimit({ quotas: [{ maxConcurrency: 1 }], store })], { clock })
    const call = (calls: Pipeline, name: string): Promise<void> =>
      calls.execute(async (context) => {
        order.push(name)
        await context.sleep(10)
      })
    const ends = Array.from({ length: 5 }, () => call(many, 'many'))
    await clock.advance(5)
    ends.push(call(few, 'few'))
    await clock.run()
    await Promise.all(ends)
    expect(order).toEqual(['many', 'many', 'few', 'many', 'many', 'many'])
  })
})

const refusal = {
  name: 'ShutError',
  message: 'shut',
  isSpillwayError: true as const,
  code: 'ERR_SHUT',
  verdict: { kind: 'rejected' as const, sent: false, billed: 'no' as const },
}
