import { describe, expect, test } from 'vitest'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { createEjection, type Ejection } from './ejection.ts'
import { PoolMember } from './pool-member.ts'

const KEY = { kind: 'endpoint_failed', scope: 'key' } as const

const poolOf = (names: string): PoolMember[] => names.split('').map((name) => new PoolMember({ name }))

/** How endings are heard of in a pool. */
const hearing = (pool: readonly PoolMember[], ejectForMs = 30_000, maxEjectedRatio = 0.5): Ejection['heard'] => {
  const ejection = createEjection(pool, ejectForMs, maxEjectedRatio)
  return (member, verdict, now) => ejection.heard(member, verdict, now)
}

const attempts = (member: PoolMember | undefined, kind: VerdictKind, count: number): void => {
  for (let i = 0; i < count; i++) member?.health.begin(0)(kind, 0)
}

/** Who is passed over after the first of the pool has failed once more. */
const ejectedBy = (pool: readonly PoolMember[], kind: VerdictKind = 'overloaded', maxEjectedRatio = 0.5): string[] =>
  hearing(pool, 30_000, maxEjectedRatio)(pool[0] as PoolMember, { kind }, 0).map(({ endpoint }) => endpoint.name)

describe('an endpoint that cannot serve', () => {
  test('is passed over longer each time, for five minutes at most, and begins anew after five without', () => {
    const pool = poolOf('ab')
    const [a] = pool as [PoolMember]
    const heard = hearing(pool, 100_000)
    let now = 0
    const lengths = [0, 0, 0, 0, 300_000, 300_001].map((pauseMs) => {
      now = Math.max(0, a.ejectedUntil) + pauseMs
      heard(a, KEY, now)
      return a.ejectedUntil - now
    })
    expect(lengths).toEqual([100_000, 200_000, 300_000, 300_000, 300_000, 100_000])
    expect(a.unproven).toBe(true)
  })

  test('takes those with it who share what is to blame, and never the last', () => {
    const pool = ['a', 'b', 'c'].map((name) => new PoolMember({ name, keyId: name === 'c' ? '2' : '1' }))
    const heard = hearing(pool)
    expect(heard(pool[0] as PoolMember, KEY, 0)).toEqual(pool.slice(0, 2))
    expect(heard(pool[2] as PoolMember, KEY, 0)).toEqual([])
  })

  test('is not passed over again while it is, though attempts still come back', () => {
    const pool = poolOf('abc')
    const [a] = pool as [PoolMember]
    const heard = hearing(pool)
    expect([heard(a, KEY, 0), heard(a, KEY, 10)]).toEqual([[a], []])
    expect([a.ejections, a.ejectedUntil]).toEqual([1, 30_000])
  })

  test('a model is missing only at the third time in a row', () => {
    const pool = poolOf('ab')
    const [a] = pool as [PoolMember]
    const heard = hearing(pool)
    const model = { kind: 'endpoint_failed', scope: 'model' } as const
    expect([heard(a, model, 0), heard(a, model, 0)]).toEqual([[], []])
    heard(a, { kind: 'success' }, 0)
    expect([heard(a, model, 0), heard(a, model, 0), heard(a, model, 0)]).toEqual([[], [], [a]])
  })

  test('stays where nobody is passed over: with 0 ms, or alone', () => {
    const pool = poolOf('ab')
    expect(hearing(pool, 0)(pool[0] as PoolMember, KEY, 0)).toEqual([])
    const alone = poolOf('a')
    expect(hearing(alone)(alone[0] as PoolMember, KEY, 0)).toEqual([])
  })
})

describe('an endpoint that fails nearly always', () => {
  const failing = (fails: number, others: readonly [VerdictKind, number][], names = 'abc'): PoolMember[] => {
    const pool = poolOf(names)
    attempts(pool[0], 'overloaded', fails)
    for (const [kind, count] of others) attempts(pool[1], kind, count)
    return pool
  }

  test('is passed over where another one does not, after five attempts of each', () => {
    expect(ejectedBy(failing(5, [['success', 5]], 'ab'))).toEqual(['a'])
    expect(ejectedBy(failing(4, [['success', 5]], 'ab'))).toEqual([])
    expect(ejectedBy(failing(5, [['success', 4]], 'ab'))).toEqual([])
    expect(ejectedBy(failing(5, [['overloaded', 5]], 'ab'))).toEqual([])
  })

  test('is not where it sometimes answers', () => {
    const pool = failing(5, [['success', 5]], 'ab')
    attempts(pool[0], 'success', 1)
    attempts(pool[0], 'overloaded', 1)
    expect(ejectedBy(pool)).toEqual([])
  })

  test('is not where the other is passed over itself', () => {
    const pool = failing(5, [['success', 5]])
    const [, b] = pool as [PoolMember, PoolMember]
    b.ejectedUntil = 1000
    expect(ejectedBy(pool, 'overloaded', 1)).toEqual([])
  })

  test('is not where so many are already as may be', () => {
    const pool = failing(5, [['success', 5]], 'abcd')
    const [, , c, d] = pool as [PoolMember, PoolMember, PoolMember, PoolMember]
    c.ejectedUntil = 1000
    expect(ejectedBy(pool, 'overloaded', 0.49)).toEqual([])
    d.ejectedUntil = 1000
    expect(ejectedBy(pool, 'overloaded', 0.5)).toEqual([])
    d.ejectedUntil = 0
    expect(ejectedBy(pool, 'overloaded', 0.5)).toEqual(['a'])
  })
})
