import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  circuitBreaker,
  constantBackoff,
  fallback,
  InvalidOptionsError,
  pipeline,
  retry,
  timeout,
  type Policy,
} from '../index.ts'
import { chaos, policyContract, scriptedOperation, seededRandom, VirtualClock, type ChaosOptions } from '../testing.ts'
import { ended } from '../kernel/__fixtures__/ended.ts'

describe('chaos keeps the contract of a policy', () => {
  policyContract('chaos', () => chaos(), { test })
  policyContract('chaos with a delay', () => chaos({ latencyMs: 1 }), { test })
})

describe('chaos', () => {
  test('does nothing unless told otherwise', async () => {
    const trouble = chaos()
    const calls = pipeline([trouble])
    for (let i = 0; i < 50; i++) expect(await calls.execute(async () => i)).toBe(i)
    expect(trouble.snapshot?.()).toEqual({ passed: 50, faults: 0, results: 0, delays: 0 })
  })

  test('fails at its rate, and in the same places with the same seed', async () => {
    const run = async (seed: number): Promise<unknown[]> => {
      const calls = pipeline([chaos({ faultRatio: 0.3 })], { random: seededRandom(seed) })
      return Promise.all(
        Array.from({ length: 500 }, () =>
          calls.execute(async () => true).catch((error: Error) => error.name !== 'ChaosError'),
        ),
      )
    }
    const [first, again, other] = await Promise.all([run(1), run(1), run(2)])
    const share = first.filter((fine) => !fine).length / 500
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.35)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  test('is seen by every policy around it', async () => {
    const breaker = circuitBreaker()
    const calls = pipeline([retry({ maxAttempts: 5, backoff: constantBackoff(0) }), breaker, chaos({ faultRatio: 1 })])
    const operation = scriptedOperation([{ value: 1 }])
    expect(await ended(calls.execute(operation))).toMatchObject({ name: 'ChaosError' })
    expect([operation.runs, breaker.stateOf()]).toEqual([0, 'open'])
  })

  test('throws what it is told, which the classifier judges', async () => {
    const calls = pipeline(
      [fallback({ steps: [({ outcome }) => outcome.verdict.kind] }), chaos({ faultRatio: 1, error: () => 'busy' })],
      { classifier: { error: (error) => (error === 'busy' ? { kind: 'overloaded' } : undefined) } },
    )
    expect(await calls.execute(async () => 1)).toBe('overloaded')
  })

  test('delays, ends its delay with the call, and leaves no timer', async () => {
    const clock = new VirtualClock()
    const drawn = chaos({ latencyMs: (random) => 1000 + 1000 * random(), random: () => 0.5 })
    const slow = pipeline([drawn], { clock }).execute(async () => clock.now())
    const late = ended(
      pipeline([timeout({ totalMs: 100 }), chaos({ latencyMs: 5000 })], { clock }).execute(async () => 1),
    )
    await clock.run()
    expect(await slow).toBe(1500)
    expect(await late).toMatchObject({ phase: 'total' })
    expect([clock.now(), clock.pending]).toEqual([1500, 0])
  })

  test('gives another answer, and the type says so', async () => {
    const policy = chaos({ resultRatio: 1, result: () => 'nonsense' as const })
    expectTypeOf(policy).toEqualTypeOf<Policy<'nonsense'>>()
    expectTypeOf(chaos({ faultRatio: 1 })).toEqualTypeOf<Policy>()
    expect(await pipeline([policy]).execute(async () => 'an image')).toBe('nonsense')
  })

  test('touches only what it may', async () => {
    const calls = pipeline([chaos({ faultRatio: 1, when: ({ call }) => call.priority < 0 })])
    expect(await calls.execute(async () => 'fine')).toBe('fine')
    expect(await ended(calls.execute(async () => 'fine', { priority: -1 }))).toMatchObject({ name: 'ChaosError' })
  })

  test('keeps its faults where they are when a delay is added', async () => {
    const faults = async (options: ChaosOptions): Promise<unknown[]> => {
      const clock = new VirtualClock()
      const calls = pipeline([chaos({ faultRatio: 0.5, ...options })], { clock, random: seededRandom(3) })
      const answers = Array.from({ length: 50 }, () => ended(calls.execute(async () => 1)))
      await clock.run()
      return (await Promise.all(answers)).map((answer) => answer === 1)
    }
    expect(await faults({ latencyMs: 10, latencyRatio: 0.5 })).toEqual(await faults({}))
  })

  test.each([
    [{ faultRatio: 2 }, 'chaos.faultRatio'],
    [{ faultRatio: 0.6, resultRatio: 0.5, result: () => 1 }, 'chaos.resultRatio must be at most 1 - faultRatio (0.4)'],
    [{ resultRatio: 0.5 }, 'chaos.result'],
    [{ latencyMs: -1 }, 'chaos.latencyMs'],
    [{ latencyRatio: NaN }, 'chaos.latencyRatio'],
    [{ faults: 1 }, 'chaos.faults'],
    [{ when: true }, 'chaos.when'],
  ])('refuses %o', (options, message) => {
    expect(() => chaos(options as never)).toThrow(InvalidOptionsError)
    expect(() => chaos(options as never)).toThrow(message)
  })
})
