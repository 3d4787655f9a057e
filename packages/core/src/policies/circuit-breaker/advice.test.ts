import { describe, expect, test } from 'vitest'
import { circuitBreaker, InvalidOptionsError, type CircuitAdvice, type CircuitOpened } from '../../index.ts'
import { settle } from '../../testing.ts'
import { fail, memory, processes, type Process } from './__fixtures__/processes.ts'

const states = (all: readonly Process[]): string[] => all.map(({ breaker }) => breaker.stateOf())

const openings = ({ events }: Process): CircuitOpened[] =>
  events.filter(({ type }) => type === 'circuit.opened') as never

describe('a breaker that hears of others', () => {
  test('opens at its first failure while most processes are failing, and says so', async () => {
    const { all, clock } = processes(5)
    const [a, b, c, d, e] = all as [Process, Process, Process, Process, Process]
    await Promise.all([d.call(true), e.call(true)])
    for (const each of [a, b, c]) await fail(each, 5)
    // What it has heard is from before: its first failure brings news, and the next one decides.
    await clock.advance(1000)
    await fail(d, 1)
    expect(states(all)).toEqual(['open', 'open', 'open', 'closed', 'closed'])
    await fail(d, 1)
    expect(states(all)).toEqual(['open', 'open', 'open', 'open', 'closed'])
    // Whoever is served hears every five seconds.
    await clock.advance(5000)
    await e.call(true)
    await fail(e, 1)
    expect(openings(e)).toMatchObject([{ advised: true }])
    expect(openings(a)).toMatchObject([{ verdict: 'transient' }])
    expect(openings(a)[0]).not.toHaveProperty('advised')
    expect(openings(d)).toMatchObject([{ verdict: 'transient', advised: true, openForMs: 4000 }])
  })

  test('never opens without a failure of its own', async () => {
    const { all, clock } = processes(5)
    const [healthy, ...sick] = all
    for (let s = 0; s < 20; s++) {
      expect(await healthy?.call(true)).toBe('served')
      for (const each of sick) await each.call(false)
      await clock.advance(1000)
    }
    expect(states(all)).toEqual(['closed', 'open', 'open', 'open', 'open'])
  })

  test('takes no advice from two, and from no minority', async () => {
    for (const [count, failing] of [
      [2, 1],
      [3, 1],
      [4, 2],
      [5, 2],
    ] as const) {
      const { all, clock } = processes(count)
      for (const each of all) await each.call(true)
      for (const each of all.slice(0, failing)) await fail(each, 5)
      await clock.advance(1000)
      for (const each of all.slice(failing)) await fail(each, 4)
      expect(states(all.slice(failing))).toEqual(Array.from({ length: count - failing }, () => 'closed'))
    }
  })

  test('asks for the quorum that it was told to', async () => {
    for (const [quorumProcesses, state] of [
      [2, 'open'],
      [3, 'closed'],
    ] as const) {
      const { all, clock } = processes(2, { quorumProcesses, quorumRatio: 0.4 })
      await fail(all[0], 5)
      await clock.advance(1000)
      await fail(all[1], 2)
      expect(states(all)).toEqual(['open', state])
    }
  })

  test('counts nobody who opened on advice: advice does not feed on itself', async () => {
    const { all, clock } = processes(3)
    const [a, b, c] = all as [Process, Process, Process]
    await c.call(true)
    await fail(a, 5)
    await fail(b, 5)
    await clock.advance(1000)
    await fail(c, 2)
    expect(openings(c)).toMatchObject([{ advised: true }])
    // It is served again, and finds one that failed by itself and one that was advised.
    await clock.advance(4000)
    expect(await a.call(true)).toBe('served')
    await clock.advance(21_000)
    expect([await b.call(false), await c.call(false)]).toEqual(['failed', 'failed'])
    await fail(a, 4)
    expect(states(all)).toEqual(['closed', 'open', 'open'])
    expect(a.breaker.snapshot?.()).toMatchObject({ partitions: { '': { others: { processes: 2, failing: 1 } } } })
  })

  test('goes by nothing that it heard long ago', async () => {
    const { all, clock } = processes(3)
    const [a, b, c] = all as [Process, Process, Process]
    await fail(a, 5)
    await fail(b, 5)
    await c.call(true)
    await clock.advance(31_000)
    await fail(c, 4)
    expect(c.breaker.stateOf()).toBe('closed')
  })

  test('counts nobody who is held open by hand', async () => {
    const { all } = processes(3)
    const [a, b, c] = all as [Process, Process, Process]
    for (const each of [a, b]) each.breaker.isolate()
    await Promise.all([a.call(true), b.call(true)])
    await fail(c, 4)
    expect(c.breaker.stateOf()).toBe('closed')
  })
})

describe('advice that cannot be had', () => {
  const never = (): Promise<never> => new Promise(() => {})
  const rejects = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'))
  const throws = (): never => {
    throw new Error('no')
  }

  test.each([
    ['rejects', rejects, 0],
    ['throws', throws, 0],
    ['hangs', never, 1000],
  ])('and %s: each process goes by itself', async (_, answer, afterMs) => {
    const broken: CircuitAdvice = { exchange: answer, leases: { take: answer, release: answer } }
    const { all, clock } = processes(1, {}, () => () => broken)
    const [a] = all as [Process]
    await fail(a, 4)
    expect(a.breaker.stateOf()).toBe('closed')
    await fail(a, 1)
    expect([a.breaker.stateOf(), await a.call(true)]).toEqual(['open', 'refused'])
    await clock.advance(4000)
    const probe = a.call(true)
    await clock.advance(afterMs)
    expect([await probe, a.breaker.stateOf()]).toEqual(['served', 'closed'])
    if (afterMs === 0)
      expect(a.events).toContainEqual(
        expect.objectContaining({ type: 'diagnostic.reported', source: 'circuitBreaker.advice.exchange' }),
      )
    await settle()
    expect(clock.pending).toBe(0)
  })

  test('counts for nothing once it is old', async () => {
    for (const [afterMs, state] of [
      [4000, 'open'],
      [11_000, 'closed'],
    ] as const) {
      let lost = false
      const { all, clock } = processes(3, {}, (own) => {
        const join = memory(own)
        return () => {
          const given = join()
          return { ...given, exchange: (...said) => (lost ? never() : given.exchange(...said)) }
        }
      })
      for (const each of all.slice(1)) await fail(each, 5)
      await all[0]?.call(true)
      lost = true
      await clock.advance(afterMs)
      await fail(all[0], 1)
      expect(all[0]?.breaker.stateOf()).toBe(state)
    }
  })

  test('is not asked in a dry run', async () => {
    const { all } = processes(1, { dryRun: true }, () => () => ({
      exchange: () => expect.unreachable(),
      leases: { take: () => expect.unreachable(), release: () => expect.unreachable() },
    }))
    await fail(all[0], 6)
    expect(all[0]?.events.some(({ type }) => type === 'diagnostic.reported')).toBe(false)
  })

  test('is refused when it is made, where it is none', () => {
    expect(() => circuitBreaker({ advice: { exchange: () => {} } as never })).toThrow(InvalidOptionsError)
    expect(() => circuitBreaker({ quorumRatio: 2 })).toThrow('circuitBreaker.quorumRatio')
    expect(() => circuitBreaker({ quorumProcesses: 1 })).toThrow('circuitBreaker.quorumProcesses')
  })
})

test('what was heard of others can be seen', async () => {
  const { all } = processes(2)
  await fail(all[0], 5)
  await all[1]?.call(true)
  expect(all[1]?.breaker.snapshot?.()).toMatchObject({ partitions: { '': { others: { processes: 1, failing: 1 } } } })
})
