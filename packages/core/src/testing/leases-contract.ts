import type { Leases } from '../primitives/leases.ts'
import type { TestRunner } from './policy-contract.ts'

/** Leases to try, and how their time passes. */
export interface LeasesTrial {
  readonly leases: Leases
  /** Another handle on the same leases, where several processes can share them. */
  readonly other?: Leases
  /** Lets time pass for them: a virtual clock, or a real wait. */
  readonly pass: (ms: number) => PromiseLike<void>
  /** Ends what they need: connections, files. */
  readonly close?: () => PromiseLike<void>
}

const check = (right: boolean, message: string): void => {
  if (!right) throw new Error(message)
}

/**
 * What all leases must do, as tests: one owner at a time, until it gives the lease back or its time is over.
 *
 * ```ts no-run
 * import { leasesContract, memoryLeases, VirtualClock } from '@spillway/core/testing'
 * import { test } from 'vitest'
 *
 * const open = () => {
 *   const clock = new VirtualClock()
 *   return { leases: memoryLeases(clock), pass: (ms: number) => clock.advance(ms) }
 * }
 * leasesContract('memory', open, { test })
 * ```
 *
 * @param name what the tests are called
 * @param open gives leases that nobody has
 * @param runner the test runner: `{ test }` of vitest
 */
export const leasesContract = (
  name: string,
  open: () => LeasesTrial | PromiseLike<LeasesTrial>,
  { test }: TestRunner,
): void => {
  const trial = (behaviour: string, body: (trial: Required<LeasesTrial>) => Promise<void>): void =>
    test(`${name} ${behaviour}`, async () => {
      const opened = await open()
      const close = opened.close ?? (() => Promise.resolve())
      try {
        await body({ other: opened.leases, ...opened, close })
      } finally {
        await close()
      }
    })

  trial('have one owner at a time, and say how long the others wait', async ({ leases, other }) => {
    check((await leases.take('a', 'one', 10_000)) === 0, 'the first did not get it')
    const ms = await other.take('a', 'two', 10_000)
    check(ms > 5000 && ms <= 10_000, `the other one is to wait ${ms} ms`)
    check((await other.take('b', 'two', 10_000)) === 0, 'another key is taken too')
  })

  trial('are kept by taking them again', async ({ leases, other, pass }) => {
    await leases.take('a', 'one', 500)
    check((await leases.take('a', 'one', 60_000)) === 0, 'the owner did not get it again')
    await pass(1000)
    check((await other.take('a', 'two', 500)) > 5000, 'it ended with its first time')
  })

  trial('are over by themselves', async ({ leases, other, pass }) => {
    await leases.take('a', 'one', 200)
    await pass(1000)
    check((await other.take('a', 'two', 10_000)) === 0, 'it outlives its time')
    check((await leases.take('a', 'one', 10_000)) > 0, 'the one before took it back')
  })

  trial('are given back by their owner only', async ({ leases, other }) => {
    await leases.take('a', 'one', 10_000)
    await other.release('a', 'two')
    check((await other.take('a', 'two', 10_000)) > 0, 'somebody else gave it back')
    await leases.release('a', 'one')
    check((await other.take('a', 'two', 10_000)) === 0, 'it is held although it was given back')
    await leases.release('a', 'one')
    check((await leases.take('a', 'one', 10_000)) > 0, 'who had it before gave it back again')
  })

  trial('can be given back whoever has them', async ({ leases, other }) => {
    await leases.take('a', 'one', 10_000)
    await other.release('a')
    check((await other.take('a', 'two', 10_000)) === 0, 'it is held although it was given back')
    await other.release('nobody has it')
  })

  trial('tell who waits that one was given back, where they can', async ({ leases, other, pass }) => {
    if (other.watch === undefined) return
    const told: string[] = []
    const stop = other.watch('a', () => told.push('released'))
    // Until it hears, it may miss some.
    for (let tries = 0; tries < 50 && told.length === 0; tries++) {
      await leases.take('a', 'one', 10_000)
      await leases.release('a', 'one')
      await pass(100)
    }
    check(told.length > 0, 'nobody was told in five seconds')
    told.length = 0
    await leases.take('b', 'one', 10_000)
    await leases.release('b', 'one')
    await leases.take('a', 'one', 10_000)
    await leases.release('a', 'another')
    await pass(200)
    check(told.length === 0, 'it was told of another lease, or of one that is still held')
    stop()
    await leases.release('a', 'one')
    await pass(200)
    check(told.length === 0, 'it was told after it had gone')
  })

  trial('have one winner among many', async ({ leases, other }) => {
    const asked = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? leases : other).take('a', `owner ${i}`, 10_000))
    const answers = await Promise.all(asked.map((each) => Promise.resolve(each)))
    const winners = answers.filter((ms) => ms === 0).length
    check(winners === 1, `${winners} got it`)
  })
}
