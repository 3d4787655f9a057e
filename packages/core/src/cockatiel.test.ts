import {
  BulkheadRejectedError,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  CountBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  handleType,
  handleWhen,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
  IterableBackoff,
  noJitterGenerator,
  type IBackoff,
  type IBackoffFactory,
  type IBreaker,
} from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { BulkheadFullError, CircuitOpenError, TimeoutExceededError } from './index.ts'

// What we lean on in cockatiel, so that a release that changes it fails here and not in a caller's service.

const { Closed, HalfOpen } = CircuitState
/** As we call it: through the interface. */
const fail = (breaker: IBreaker): boolean => breaker.failure(Closed)
const succeed = (breaker: IBreaker, state: CircuitState): void => breaker.success(state)
const durationsOf = <T>(factory: IBackoffFactory<T>, contexts: readonly T[]): number[] => {
  let step: IBackoff<T> | undefined
  return contexts.map((context) => {
    step = (step ?? factory).next(context)
    return step.duration
  })
}

describe('ConsecutiveBreaker', () => {
  test('says yes at the nth failure in a row, and goes on saying so', () => {
    const breaker = new ConsecutiveBreaker(3)
    expect([1, 2, 3, 4].map(() => fail(breaker))).toEqual([false, false, true, true])
  })

  test.each([Closed, HalfOpen])('begins anew after a success in state %o', (state) => {
    const breaker = new ConsecutiveBreaker(2)
    fail(breaker)
    succeed(breaker, state)
    expect([fail(breaker), fail(breaker)]).toEqual([false, true])
  })
})

describe('CountBreaker', () => {
  test('says yes only when strictly more than its share of the window has failed', () => {
    const breaker = new CountBreaker({ threshold: 0.5, size: 4 })
    succeed(breaker, Closed)
    succeed(breaker, Closed)
    expect([fail(breaker), fail(breaker), fail(breaker)]).toEqual([false, false, true])
  })

  test('waits for its minimum number of calls, which is the whole window unless told otherwise', () => {
    const whole = new CountBreaker({ threshold: 0.2, size: 4 })
    expect([1, 2, 3, 4].map(() => fail(whole))).toEqual([false, false, false, true])
    const early = new CountBreaker({ threshold: 0.2, size: 4, minimumNumberOfCalls: 2 })
    expect([fail(early), fail(early)]).toEqual([false, true])
  })

  test('begins anew after a success in half-open', () => {
    const breaker = new CountBreaker({ threshold: 0.5, size: 2 })
    fail(breaker)
    succeed(breaker, HalfOpen)
    expect([fail(breaker), fail(breaker)]).toEqual([false, true])
  })
})

describe('backoffs', () => {
  test('are values: asking one again gives the same, and two calls share one without meeting', () => {
    const factory = new IterableBackoff([10, 20, 30])
    const first = factory.next(undefined)
    expect([first.next(undefined).duration, first.next(undefined).duration, first.duration]).toEqual([20, 20, 10])
    expect(factory.next(undefined).duration).toBe(10)
  })

  test('a constant one stays, a list repeats its last value', () => {
    const four = [undefined, undefined, undefined, undefined]
    expect(durationsOf(new ConstantBackoff(7), four)).toEqual([7, 7, 7, 7])
    expect(durationsOf(new IterableBackoff([1, 2]), four)).toEqual([1, 2, 2, 2])
  })

  test('an exponential one ends at its cap and hands its options to the generator', () => {
    const four = [undefined, undefined, undefined, undefined]
    const doubling = new ExponentialBackoff({ initialDelay: 100, maxDelay: 350, generator: noJitterGenerator })
    expect(durationsOf(doubling, four)).toEqual([100, 200, 350, 350])
    const ours = new ExponentialBackoff<number>({
      exponent: 3,
      initialDelay: 5,
      generator: (state = 0, { exponent, initialDelay }) => [initialDelay * exponent ** state, state + 1],
    })
    expect(durationsOf(ours, four)).toEqual([5, 15, 45, 135])
  })

  test('a delegate sees the context it is asked with, and its own state', () => {
    const seen: unknown[] = []
    const factory = new DelegateBackoff<{ attempt: number }, string>((context, state) => {
      seen.push([context.attempt, state])
      return { delay: context.attempt * 10, state: `after ${context.attempt}` }
    })
    expect(durationsOf(factory, [{ attempt: 1 }, { attempt: 2 }])).toEqual([10, 20])
    expect(seen).toEqual([
      [1, undefined],
      [2, 'after 1'],
    ])
  })
})

describe('errors', () => {
  test("ours pass cockatiel's guards, which look at a property and not at the class", () => {
    expect(isBrokenCircuitError(new CircuitOpenError('breaker', '', 10))).toBe(true)
    expect(isBulkheadRejectedError(new BulkheadFullError('bulkhead', 'queue_full', 1, 0))).toBe(true)
    expect(isTaskCancelledError(new TimeoutExceededError('total', 10))).toBe(true)
    expect(isBrokenCircuitError(Object.assign(new Error('a copy'), { isBrokenCircuitError: true }))).toBe(true)
  })

  test('theirs write their own message, which ours replaces', () => {
    expect(new BulkheadRejectedError(2, 3).message).toContain('2')
    expect(new BulkheadFullError('pool', 'queue_full', 2, 3).message).toMatch(/^pool: all 2 places and 3 seats/)
  })
})

describe('policies', () => {
  test('are two predicates in `options`, for errors and for results', () => {
    const { options } = handleType(RangeError)
      .orWhen((error) => error === 'gone')
      .orWhenResult((value) => value === 'empty')
    expect([new RangeError('r'), 'gone', new Error('e')].map((error) => options.errorFilter(error as Error))).toEqual([
      true,
      true,
      false,
    ])
    expect(['empty', 'full'].map((value) => options.resultFilter(value))).toEqual([true, false])
    expect(handleWhen(() => true).options.resultFilter('anything')).toBe(false)
  })
})
