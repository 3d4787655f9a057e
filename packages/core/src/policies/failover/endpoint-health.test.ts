import { describe, expect, test } from 'vitest'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { EndpointHealth } from './endpoint-health.ts'

/** Attempts as [kind, how long it took], one after the other from `at` on. */
const healthAfter = (attempts: readonly (readonly [VerdictKind, number])[], at = 0): [EndpointHealth, number] => {
  const health = new EndpointHealth()
  let now = at
  for (const [kind, tookMs] of attempts) {
    const end = health.begin(now)
    now += tookMs
    end(kind, now)
  }
  return [health, now]
}

describe('EndpointHealth', () => {
  test('expects nothing of an endpoint that nobody has asked', () => {
    expect(new EndpointHealth().expectedAnswerMs(0)).toBe(0)
  })

  test('expects an answer to take as long as recent ones, newer ones counting more', () => {
    const [health, now] = healthAfter([
      ['success', 10_000],
      ['success', 20_000],
    ])
    expect(health.expectedAnswerMs(now)).toBe(13_000)
  })

  test('adds what the failures on the way to an answer cost', () => {
    const [health, now] = healthAfter([
      ['success', 10_000],
      ['overloaded', 0],
    ])
    // One failure before each answer, and the wait of two seconds after it.
    expect(health.expectedAnswerMs(now)).toBe(12_000)
  })

  test('forgives half of the failures in five minutes without any', () => {
    const [health, now] = healthAfter([['overloaded', 0]])
    expect([health.failureRatio(now), health.failureRatio(now + 300_000)]).toEqual([1, 0.5])
  })

  test('forgets half of a slow answer in five minutes in which nobody asks, so that it is asked again some day', () => {
    const [health, now] = healthAfter([['success', 100_000]])
    expect([health.answerMs(now), health.answerMs(now + 300_000)]).toEqual([100_000, 50_000])
    // What fails says nothing about how long answers take, but that it is not forgotten.
    const end = health.begin(now + 600_000)
    end('overloaded', now + 600_000)
    expect([health.answerMs(now + 600_000), health.lastAnswerMs]).toEqual([100_000, 100_000])
  })

  test('an attempt still unanswered after longer than usual shows before it ends', () => {
    const [health, now] = healthAfter([['success', 1000]])
    const end = health.begin(now)
    health.begin(now + 4000)
    expect(health.expectedAnswerMs(now + 5000)).toBe(5000)
    end('canceled', now + 5000)
    expect([health.expectedAnswerMs(now + 5000), health.inFlight]).toEqual([1000, 1])
  })

  test.each<VerdictKind>(['canceled', 'rejected', 'request_failed'])('%s says nothing about the endpoint', (kind) => {
    const [health, now] = healthAfter([
      ['success', 1000],
      [kind, 90_000],
    ])
    expect([health.lastAnswerMs, health.failureRatio(now), health.inFlight]).toEqual([1000, 0, 0])
  })

  test.each<VerdictKind>(['overloaded', 'throttled', 'quota_exhausted', 'transient', 'endpoint_failed'])(
    '%s counts against it',
    (kind) => {
      const [health, now] = healthAfter([[kind, 10]])
      expect(health.failureRatio(now)).toBe(1)
    },
  )

  test('a stream that breaks counts against it, one that its reader closes does not', () => {
    const [health, now] = healthAfter([['success', 1000]])
    health.broke('canceled', now)
    expect(health.failureRatio(now)).toBe(0)
    health.broke('transient', now)
    expect(health.failureRatio(now)).toBe(0.5)
  })

  test('a late answer is one that nine in ten came before; with few of them the average says it', () => {
    const answers = (count: number): readonly [VerdictKind, number][] =>
      Array.from({ length: count }, (_, i): [VerdictKind, number] => ['success', i % 10 === 9 ? 90_000 : 30_000])
    const [few, then] = healthAfter(answers(4))
    expect(few.slowAnswerMs(then)).toBe(few.answerMs(then))
    const [many, now] = healthAfter(answers(20))
    expect(many.slowAnswerMs(now)).toBe(90_000)
    expect(many.answerMs(now)).toBeLessThan(60_000)
    expect(many.slowAnswerMs(now + 300_000)).toBe(45_000)
  })
})
