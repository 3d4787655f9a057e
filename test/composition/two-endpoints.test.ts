import { circuitBreaker, failover, pipeline, rateLimit, retry, timeout } from '@spillway/core'
import { seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { overloadedClassifier, Upstream, type Reply } from './upstream.ts'

const PERMITS = 60

const setup = (reply: (endpoint: string, now: number) => Reply) => {
  const clock = new VirtualClock()
  const upstream = new Upstream(clock, reply, () => 5000)
  const breaker = circuitBreaker()
  const calls = pipeline(
    [
      timeout({ totalMs: 180_000 }),
      retry(),
      failover({ endpoints: [{ name: 'a' }, { name: 'b' }] }),
      rateLimit({ quotas: [{ permits: PERMITS, periodMs: 60_000 }] }),
      breaker,
    ],
    { clock, classifier: overloadedClassifier, random: seededRandom(7) },
  )
  const answers: (string | Error)[] = []
  /** One call every so often. */
  const offer = async (count: number, everyMs: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      calls.execute(upstream.ask).then(
        (answer) => answers.push(answer),
        (error: Error) => answers.push(error),
      )
      await clock.advance(everyMs)
    }
  }
  const failures = (): unknown[] => answers.filter((answer) => answer instanceof Error)
  return { clock, upstream, breaker, calls, answers, failures, offer }
}

describe('failover around a rate limit and a circuit breaker', () => {
  test('while one endpoint refuses everything the other one serves, and the first is found again', async () => {
    const { clock, upstream, breaker, answers, failures, offer } = setup((endpoint, now) =>
      endpoint === 'a' && now < 120_000 ? 'refuse' : 'answer',
    )
    await offer(100, 1200)
    await clock.advance(60_000)
    expect([answers.length, failures()]).toEqual([100, []])
    // It is left alone after its first refusal: the other one is expected to answer sooner.
    expect(upstream.sentTo('a', 0, 120_000).length).toBeLessThanOrEqual(5)
    expect(new Set(answers)).toEqual(new Set(['b']))
    // Now the other one fails: there is nothing against the first that a few requests could not mend.
    breaker.isolate('b')
    await offer(10, 1000)
    await clock.advance(60_000)
    expect([answers.slice(100), failures()]).toEqual([Array.from({ length: 10 }, () => 'a'), []])
  })

  // trap: all-endpoints-down
  test('while both refuse everything each gets one probe at a time, and afterwards all calls are answered', async () => {
    const { clock, upstream, answers, failures, offer } = setup((_, now) => (now < 60_000 ? 'refuse' : 'answer'))
    await offer(40, 100)
    await clock.advance(180_000)
    expect([answers.length, failures(), clock.pending]).toEqual([40, [], 0])
    for (const endpoint of ['a', 'b']) {
      const probes = upstream.sentTo(endpoint, 8000, 60_000)
      // Breaks grow from 4 s to 15 s: a handful of probes, never two before one has been answered.
      expect(probes.length).toBeGreaterThanOrEqual(3)
      expect(probes.length).toBeLessThanOrEqual(7)
      for (const [i, at] of probes.entries()) expect(at - (probes[i - 1] ?? -Infinity)).toBeGreaterThanOrEqual(4000)
    }
  })

  test('the calls spread over both when the quota of one is used, and neither quota is ever exceeded', async () => {
    const { clock, upstream, answers, failures, offer } = setup(() => 'answer')
    await offer(200, 10)
    await clock.advance(180_000)
    expect([answers.length, failures()]).toEqual([200, []])
    for (const endpoint of ['a', 'b']) {
      const sent = upstream.sentTo(endpoint)
      expect(sent.length).toBeGreaterThanOrEqual(PERMITS)
      for (const at of sent)
        expect(sent.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(PERMITS)
    }
  })
})
