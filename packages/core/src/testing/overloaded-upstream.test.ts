import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { failover, InvalidOptionsError, pipeline, standardPipeline, timeout } from '../index.ts'
import {
  overloadedUpstream,
  recordEvents,
  seededRandom,
  VirtualClock,
  type OverloadedUpstreamOptions,
} from '../testing.ts'
import { ended } from '../kernel/__fixtures__/ended.ts'

const setup = (options: Partial<OverloadedUpstreamOptions> = {}) => {
  const clock = new VirtualClock()
  const upstream = overloadedUpstream({ clock, capacity: 1, serviceMs: 1000, ...options })
  const calls = pipeline([timeout({ totalMs: 3_600_000 })], { clock })
  /** When each of several requests at once ended, and how. */
  const burst = async (count: number): Promise<string[]> => {
    const log: string[] = []
    const answers = Array.from({ length: count }, async () => {
      const answer = await ended(calls.execute(upstream.ask))
      log.push(`${clock.now()} ${answer instanceof Error ? answer.name : String(answer)}`)
    })
    await clock.run()
    await Promise.all(answers)
    return log
  }
  return { clock, upstream, calls, burst }
}

describe('an overloaded upstream', () => {
  test('serves what it has room for and refuses the others, as a 503 that is judged overloaded', async () => {
    const { burst, upstream, clock } = setup({ capacity: 2 })
    expect(await burst(3)).toEqual(['200 UpstreamOverloadedError', '1000 1', '1000 2'])
    expect(upstream.counts()).toMatchObject({ requests: 3, served: 2, refused: 1, wastedMs: 0 })
    expect(clock.pending).toBe(0)
  })

  test('lets as many wait as its queue holds, first come first served', async () => {
    const { burst } = setup({ queueLimit: 2 })
    expect(await burst(4)).toEqual(['200 UpstreamOverloadedError', '1000 1', '2000 2', '3000 3'])
  })

  test('refuses with a hint, which the verdict carries', async () => {
    const { calls, clock, upstream } = setup({ capacity: 0, retryAfterMs: 5000 })
    const recording = recordEvents(calls)
    const answer = ended(calls.execute(upstream.ask))
    await clock.run()
    expect(await answer).toMatchObject({ status: 503, retryAfterMs: 5000 })
    expect(recording.events.at(-1)).toMatchObject({ verdict: { kind: 'overloaded', retryAfterMs: 5000 } })
  })

  test('follows the phases of an incident, and takes in who waits as soon as there is room', async () => {
    const { burst } = setup({
      queueLimit: 9,
      phases: [
        { fromMs: 500, capacity: 0 },
        { fromMs: 10_000, capacity: 2, serviceMs: 100 },
      ],
    })
    expect(await burst(4)).toEqual(['1000 1', '10100 2', '10100 3', '10200 4'])
  })

  test('refuses a share although there is room, and hangs a share, by its seed', async () => {
    const outcome = async (seed: number): Promise<object> => {
      const { burst, upstream } = setup({
        capacity: 1000,
        refuseRatio: 0.5,
        hangRatio: 0.2,
        random: seededRandom(seed),
      })
      await burst(200)
      return upstream.counts()
    }
    const first = await outcome(1)
    expect(first).toEqual(await outcome(1))
    expect(first).not.toEqual(await outcome(2))
    const { refused, served, abandoned } = first as Record<string, number>
    expect(refused).toBeGreaterThan(75)
    expect(served).toBeGreaterThan(60)
    expect(abandoned).toBeGreaterThan(5)
  })

  test('frees the place of a caller who leaves, and counts the work as wasted', async () => {
    const { calls, clock, upstream } = setup({ queueLimit: 1 })
    const caller = new AbortController()
    const left = ended(calls.execute(upstream.ask, { signal: caller.signal }))
    const stayed = calls.execute(upstream.ask)
    await clock.advance(300)
    caller.abort('gone')
    expect(await left).toBe('gone')
    await clock.run()
    expect([await stayed, clock.now()]).toEqual(['2', 1300])
    expect(upstream.counts()).toMatchObject({ served: 1, abandoned: 1, wastedMs: 300 })
  })

  test('answers and refuses as it is told', async () => {
    const { burst } = setup({
      answer: ({ attempt }) => `attempt ${attempt}`,
      refusal: () => new RangeError('my own'),
    })
    expect(await burst(2)).toEqual(['200 RangeError', '1000 attempt 1'])
  })

  test('replays an incident at two endpoints against a configuration, the same each time', async () => {
    const replay = async (): Promise<object> => {
      const clock = new VirtualClock()
      const make = (outage: [number, number]) =>
        overloadedUpstream({
          clock,
          capacity: 4,
          serviceMs: (random) => 10_000 + 20_000 * random(),
          phases: [
            { fromMs: outage[0], capacity: 0 },
            { fromMs: outage[1], capacity: 4 },
          ],
        })
      const upstreams = { official: make([60_000, 300_000]), relay: make([200_000, 500_000]) }
      const endpoints = [{ name: 'official' as const }, { name: 'relay' as const }]
      const calls = standardPipeline({ endpoints, clock, random: seededRandom(1) })
      const answers: Promise<unknown>[] = []
      for (let i = 0; i < 100; i++) {
        answers.push(
          calls
            .execute((context) => upstreams[context.endpoint?.name as 'official'].ask(context))
            .then(
              () => true,
              () => false,
            ),
        )
        await clock.advance(6000)
      }
      await clock.run()
      const good = (await Promise.all(answers)).filter((fine) => fine === true).length
      return { good, official: upstreams.official.counts(), relay: upstreams.relay.counts(), pending: clock.pending }
    }
    const first = await replay()
    expect(first).toEqual(await replay())
    expect(first).toMatchObject({ pending: 0 })
    expect((first as { good: number }).good).toBeGreaterThan(80)
  })

  property.prop([
    fc.array(fc.record({ fromMs: fc.nat(20_000), capacity: fc.nat(3), queueLimit: fc.nat(3) }), { maxLength: 5 }),
    fc.array(fc.nat(3000), { minLength: 1, maxLength: 25 }),
    fc.nat(),
  ])('never serves more at once than it ever could, ends every call and forgets nobody', async (phases, gaps, seed) => {
    const clock = new VirtualClock()
    const upstream = overloadedUpstream({
      clock,
      capacity: 1,
      serviceMs: (random) => 5000 * random(),
      hangRatio: 0.1,
      refuseRatio: 0.1,
      phases: phases.toSorted((a, b) => a.fromMs - b.fromMs),
      random: seededRandom(seed),
    })
    const most = Math.max(1, ...phases.map(({ capacity }) => capacity))
    const calls = pipeline([timeout({ totalMs: 8000 }), failover({ endpoints: [{ name: 'one' }] })], { clock })
    const answers: Promise<unknown>[] = []
    for (const gap of gaps) {
      answers.push(ended(calls.execute(upstream.ask)))
      await clock.advance(gap)
      expect(upstream.counts().serving).toBeLessThanOrEqual(most)
    }
    await clock.run()
    await Promise.all(answers)
    const { requests, served, refused, abandoned } = upstream.counts()
    expect(served + refused + abandoned).toBe(requests)
    expect(clock.pending).toBe(0)
  })

  test.each([
    [{}, 'overloadedUpstream.clock'],
    [{ clock: new VirtualClock() }, 'overloadedUpstream.capacity'],
    [{ clock: new VirtualClock(), capacity: 1, hangRatio: 2 }, 'overloadedUpstream.hangRatio'],
    [{ clock: new VirtualClock(), capacity: 1, phases: [{ fromMs: 5 }, { fromMs: 4 }] }, 'phases[1].fromMs'],
    [{ clock: new VirtualClock(), capacity: 1, phases: [{ fromMs: 5, capacity: -1 }] }, 'phases[0].capacity'],
    [{ clock: new VirtualClock(), capacity: 1, phases: [{ fromMs: 5, capcity: 1 }] }, 'phases[0].capcity'],
    [{ clock: new VirtualClock(), capacity: 1, serviceTime: 1 }, 'overloadedUpstream.serviceTime'],
  ])('refuses what cannot be: %#', (options, message) => {
    expect(() => overloadedUpstream(options as never)).toThrow(InvalidOptionsError)
    expect(() => overloadedUpstream(options as never)).toThrow(message)
  })
})
