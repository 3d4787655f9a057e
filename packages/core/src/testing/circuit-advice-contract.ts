import type { CircuitAdvice, CircuitCensus } from '../policies/circuit-breaker/circuit-advice.ts'
import type { TestRunner } from './policy-contract.ts'

/** Advice to try, between three processes, and how its time passes. */
export interface CircuitAdviceTrial {
  readonly processes: readonly [CircuitAdvice, CircuitAdvice, CircuitAdvice]
  /** After how many milliseconds what a process said is forgotten: 200 to 2000. */
  readonly ttlMs: number
  /** Lets time pass: a virtual clock, or a real wait. */
  readonly pass: (ms: number) => PromiseLike<void>
  /** Ends what it needs: connections, files. */
  readonly close?: () => PromiseLike<void>
}

const check = (right: boolean, message: string): void => {
  if (!right) throw new Error(message)
}

const FINE = { failing: false, served: false }
const FAILING = { failing: true, served: false }
const SERVED = { failing: false, served: true }

/**
 * What all advice between circuit breakers must do, as tests: count what the others say, as long as it is new.
 *
 * ```ts no-run
 * import { circuitAdviceContract, memoryCircuitAdvice, VirtualClock } from '@spillway/core/testing'
 * import { test } from 'vitest'
 *
 * const open = () => {
 *   const clock = new VirtualClock()
 *   const join = memoryCircuitAdvice({ clock, ttlMs: 1000 })
 *   return { processes: [join(), join(), join()] as const, ttlMs: 1000, pass: (ms: number) => clock.advance(ms) }
 * }
 * circuitAdviceContract('memory', open, { test })
 * ```
 *
 * @param name what the tests are called
 * @param open gives three processes that have said nothing yet
 * @param runner the test runner: `{ test }` of vitest
 */
export const circuitAdviceContract = (
  name: string,
  open: () => CircuitAdviceTrial | PromiseLike<CircuitAdviceTrial>,
  { test }: TestRunner,
): void => {
  const trial = (behaviour: string, body: (trial: CircuitAdviceTrial) => Promise<void>): void =>
    test(`${name} ${behaviour}`, async () => {
      const opened = await open()
      try {
        await body(opened)
      } finally {
        await opened.close?.()
      }
    })

  const counts = ({ processes, failing }: CircuitCensus, right: readonly [number, number]): void =>
    check(
      processes === right[0] && failing === right[1],
      `${failing} of ${processes} others are failing, not ${right[1]} of ${right[0]}`,
    )

  trial('counts the others, and never whoever asks', async ({ processes: [one, two, three] }) => {
    counts(await one.exchange('a', FAILING), [0, 0])
    counts(await one.exchange('a', FAILING), [0, 0])
    counts(await two.exchange('a', FINE), [1, 1])
    counts(await three.exchange('a', FAILING), [2, 1])
    counts(await two.exchange('a', FINE), [2, 2])
  })

  trial('goes by what each said last', async ({ processes: [one, two] }) => {
    await one.exchange('a', FAILING)
    await one.exchange('a', FINE)
    counts(await two.exchange('a', FINE), [1, 0])
  })

  trial('keeps partitions apart', async ({ processes: [one, two] }) => {
    await one.exchange('a', FAILING)
    counts(await two.exchange('b', FINE), [0, 0])
    counts(await two.exchange('__proto__', FINE), [0, 0])
    counts(await two.exchange('a', FINE), [1, 1])
  })

  trial('forgets a process that says nothing any more', async ({ processes: [one, two, three], ttlMs, pass }) => {
    await one.exchange('a', FAILING)
    await pass(0.75 * ttlMs)
    await three.exchange('a', FAILING)
    await pass(0.5 * ttlMs)
    counts(await two.exchange('a', FINE), [1, 1])
    await pass(1.5 * ttlMs)
    counts(await two.exchange('a', FINE), [0, 0])
  })

  trial('says how long ago another was served', async ({ processes: [one, two, three], ttlMs, pass }) => {
    check((await one.exchange('a', SERVED)).servedMsAgo === Infinity, 'it counts itself')
    check((await two.exchange('a', FINE)).servedMsAgo < ttlMs / 2, 'it has not heard of it')
    await pass(0.5 * ttlMs)
    await one.exchange('a', FINE)
    const { servedMsAgo } = await two.exchange('a', FINE)
    check(servedMsAgo >= 0.45 * ttlMs && servedMsAgo < ttlMs, `served ${servedMsAgo} ms ago, it says`)
    await three.exchange('a', SERVED)
    check((await two.exchange('a', FINE)).servedMsAgo < 0.45 * ttlMs, 'it does not go by the last one')
  })

  trial('has leases for probes, which all share', async ({ processes: [one, two] }) => {
    check((await one.leases.take('a', 'one', 60_000)) === 0, 'the first did not get it')
    check((await two.leases.take('a', 'two', 60_000)) > 0, 'the second got it too')
    await one.leases.release('a', 'one')
    check((await two.leases.take('a', 'two', 60_000)) === 0, 'the second did not get it')
  })
}
