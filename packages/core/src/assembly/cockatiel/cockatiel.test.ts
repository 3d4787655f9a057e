import * as cockatiel from 'cockatiel'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import {
  asCockatiel,
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ConstantBackoff,
  ExponentialBackoff,
  fallback,
  fromCockatiel,
  handleAll,
  handledBy,
  handleType,
  handleWhen,
  InvalidOptionsError,
  pipeline,
  retry,
  success,
  type CallContext,
  type Policy,
} from '../../index.ts'
import { policyContract, recordEvents, scriptedOperation, settle } from '../../testing.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

const quick = (maxAttempts: number): cockatiel.RetryPolicy =>
  cockatiel.retry(handleAll, { maxAttempts, backoff: new ConstantBackoff(0) })

describe("a policy of cockatiel's keeps the contract of ours", () => {
  policyContract('noop', () => fromCockatiel(cockatiel.noop), { test })
  policyContract('retry', () => fromCockatiel(quick(3)), { test })
  policyContract('timeout', () => fromCockatiel(cockatiel.timeout(60_000, cockatiel.TimeoutStrategy.Aggressive)), {
    test,
  })
  policyContract('bulkhead', () => fromCockatiel(cockatiel.bulkhead(1)), { test })
})

describe("a policy of cockatiel's in a pipeline", () => {
  test('runs what is inside as often as it likes', async () => {
    const places = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([fromCockatiel(quick(3)), places])
    const operation = scriptedOperation([{ error: new Error('a') }, { error: new Error('b') }, { value: 'c' }])
    expect(await calls.execute(operation)).toBe('c')
    expect(operation.runs).toBe(3)
    expect(places.snapshot?.()).toMatchObject({ running: 0 })
  })

  test('lets outcomes through as they were judged', async () => {
    const kinds: string[] = []
    const calls = pipeline(
      [{ name: 'look', react: (outcome) => (kinds.push(outcome.verdict.kind), outcome) }, fromCockatiel(quick(1))],
      {
        classifier: {
          error: () => ({ kind: 'overloaded' }),
          value: (value) => (value === '' ? { kind: 'empty' } : undefined),
        },
      },
    )
    const error = new Error('503')
    expect(await ended(calls.execute(() => Promise.reject(error)))).toBe(error)
    expect(await calls.execute(async () => '')).toBe('')
    expect(kinds).toEqual(['overloaded', 'empty'])
  })

  test('that refuses is a refusal here, which a fallback answers', async () => {
    const breaker = cockatiel.circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(1) })
    const calls = pipeline([fallback({ steps: [({ outcome }) => outcome.verdict.kind] }), fromCockatiel(breaker)])
    expect(await calls.execute(() => Promise.reject(new Error('down')))).toBe('transient')
    expect(await calls.execute(async () => 'up')).toBe('rejected')
  })

  test("that takes too long is transient, and ends what is inside by its signal's abort", async () => {
    const limit = cockatiel.timeout(5, cockatiel.TimeoutStrategy.Aggressive)
    const operation = scriptedOperation([{ hang: true }])
    const calls = pipeline([fallback({ steps: [({ outcome }) => outcome.verdict.kind] }), fromCockatiel(limit)])
    expect(await calls.execute(operation)).toBe('transient')
    await settle()
    expect(operation.aborts).toHaveLength(1)
  })

  test('frees its caller at once although it waits, and calls nobody after the abort', async () => {
    const slow = cockatiel.retry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(20) })
    const operation = scriptedOperation([{ error: new Error('busy') }])
    const caller = new AbortController()
    const answer = ended(pipeline([fromCockatiel(slow)]).execute(operation, { signal: caller.signal }))
    await settle()
    caller.abort('gone')
    expect(await answer).toBe('gone')
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(operation.runs).toBe(1)
  })

  test('does not end a stream that was given back', async () => {
    const limit = cockatiel.timeout(5, cockatiel.TimeoutStrategy.Cooperative)
    let held: CallContext | undefined
    const calls = pipeline([fromCockatiel(limit)])
    await calls.execute(async (context) => {
      held = context
      context.openBody()
      return 'a stream'
    })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(held?.aborted).toBe(false)
    expect(calls.state().inFlight).toBe(1)
    held?.body?.end(success(undefined))
    expect(calls.state().inFlight).toBe(0)
  })

  test('gives another answer where it is a fallback, and the type says so', async () => {
    const policy = fromCockatiel(cockatiel.fallback(handleAll, 'another' as const))
    expectTypeOf(policy).toEqualTypeOf<Policy<'another'>>()
    const answer = pipeline([policy]).execute((): Promise<number> => Promise.reject(new Error('no')))
    expectTypeOf(answer).toEqualTypeOf<Promise<number | 'another'>>()
    expect(await answer).toBe('another')
  })

  test('may be several in a wrap', async () => {
    const both = cockatiel.wrap(quick(2), cockatiel.bulkhead(1))
    const calls = pipeline([fromCockatiel(both, { name: 'legacy' })])
    expect(await calls.execute(scriptedOperation([{ error: new Error('a') }, { value: 'b' }]))).toBe('b')
    expect(calls.describe()).toEqual([{ name: 'legacy', options: { name: 'legacy' } }])
  })

  test('is refused where it is none', () => {
    expect(() => fromCockatiel(retry() as never)).toThrow(InvalidOptionsError)
    expect(() => fromCockatiel(undefined as never)).toThrow('fromCockatiel.policy')
    expect(() => fromCockatiel(cockatiel.noop, { nam: 'x' } as never)).toThrow('fromCockatiel.nam')
  })
})

describe("a pipeline as a policy of cockatiel's", () => {
  test('stands in its wrap, on either side, and hands its own signal down', async () => {
    const calls = pipeline([retry({ backoff: new ConstantBackoff(0), maxAttempts: 2 })])
    const ours = asCockatiel(calls)
    const signals: AbortSignal[] = []
    const outside = cockatiel.wrap(cockatiel.bulkhead(1), ours)
    const inside = cockatiel.wrap(ours, cockatiel.bulkhead(1))
    for (const each of [outside, inside]) {
      let tries = 0
      const answer = await each.execute(({ signal }) => {
        signals.push(signal)
        if (++tries < 2) throw new Error('busy')
        return tries
      })
      expect(answer).toBe(2)
    }
    expect(new Set(signals).size).toBe(4)
  })

  test('gives the function the context of the attempt, and ends with the reason of the caller', async () => {
    const caller = new AbortController()
    const operation = scriptedOperation([{ hang: true }])
    const answer = ended(asCockatiel(pipeline([retry()])).execute(({ context }) => operation(context), caller.signal))
    await settle()
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(operation.aborts).toEqual(['gone'])
  })

  test('tells of success and failure, and no listener changes the outcome', async () => {
    const calls = pipeline([])
    const recording = recordEvents(calls)
    const ours = asCockatiel(calls)
    const [won, lost] = [vi.fn<(event: object) => void>(), vi.fn<(event: object) => void>()]
    ours.onSuccess(() => {
      throw new RangeError('broken listener')
    })
    const leave = [ours.onSuccess(won), ours.onFailure(lost)]
    const error = new Error('no')
    expect(await ours.execute(() => 1)).toBe(1)
    expect(await ended(ours.execute(() => Promise.reject(error)))).toBe(error)
    for (const each of leave) each.dispose()
    await ours.execute(() => 2)
    expect(won.mock.calls).toEqual([[{ duration: expect.any(Number) as number }]])
    expect(lost.mock.calls).toMatchObject([[{ handled: true, reason: { error } }]])
    expect(recording.timeline('diagnostic.reported')).toHaveLength(2)
  })

  test("says of the caller's abort that nobody handled it", async () => {
    const ours = asCockatiel(pipeline([]))
    const lost = vi.fn<(event: object) => void>()
    ours.onFailure(lost)
    await ended(ours.execute(() => 1, AbortSignal.abort('gone')))
    expect(lost.mock.calls).toMatchObject([[{ handled: false }]])
  })

  test('keeps the types of both', () => {
    const ours = asCockatiel(pipeline([fallback({ steps: [() => 'another' as const] })]))
    expectTypeOf(ours.execute(() => 1)).toEqualTypeOf<Promise<number | 'another'>>()
    expectTypeOf(cockatiel.wrap(cockatiel.bulkhead(1), ours).execute(async () => 1)).toEqualTypeOf<
      Promise<number | 'another'>
    >()
  })

  test('decorates a method', async () => {
    const tries = vi.fn<() => void>()
    const calls = pipeline([retry({ backoff: new ConstantBackoff(0) })])
    const greet = {
      value: async () => (tries(), tries.mock.calls.length < 2 ? Promise.reject(new Error('busy')) : 'hello'),
    }
    cockatiel.usePolicy(asCockatiel(calls))(undefined, 'greet', greet)
    expect(await greet.value()).toBe('hello')
  })
})

describe("a filter of cockatiel's", () => {
  test.each<[string, unknown, number]>([
    ['an error of the type', new RangeError('r'), 2],
    ['another error', new TypeError('t'), 1],
    ['an error that the predicate knows', 'gone', 2],
  ])('decides what retry repeats: %s', async (_, error, runs) => {
    const filter = handleType(RangeError).orWhen((each) => each === 'gone')
    const operation = scriptedOperation([{ error }])
    const calls = pipeline([
      retry({ shouldHandle: handledBy(filter), maxAttempts: 2, backoff: new ConstantBackoff(0) }),
    ])
    expect(await ended(calls.execute(operation))).toBe(error)
    expect(operation.runs).toBe(runs)
  })

  test('decides what a fallback replaces, results included', async () => {
    const shouldHandle = handledBy(handleWhen(() => false).orWhenResult((value) => value === ''))
    const calls = pipeline([fallback({ shouldHandle, steps: [() => 'another'] })])
    expect(await calls.execute(async () => '')).toBe('another')
    expect(await ended(calls.execute(() => Promise.reject(new Error('no'))))).toMatchObject({ message: 'no' })
  })

  test('is refused where it is none', () => {
    expect(() => handledBy({} as never)).toThrow(InvalidOptionsError)
    expect(() => handledBy(undefined as never)).toThrow('handledBy.filter')
  })
})

test('the strategies come from one import', async () => {
  const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), halfOpenAfter: new ExponentialBackoff() })
  await ended(pipeline([breaker]).execute(() => Promise.reject(new Error('down'))))
  expect(breaker.stateOf()).toBe('open')
})
