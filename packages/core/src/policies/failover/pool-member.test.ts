import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../index.ts'
import { PoolMember } from './pool-member.ts'

const SCOPES = ['key', 'project', 'model', 'endpoint', 'request'] as const

describe('PoolMember', () => {
  const one: Endpoint = { name: 'one', keyId: 'k', project: 'p', model: 'm' }

  test.each<[string, Endpoint, readonly string[]]>([
    ['nothing', { name: 'two' }, []],
    ['the key', { name: 'two', keyId: 'k' }, ['key', 'project']],
    ['the project', { name: 'two', keyId: 'other', project: 'p' }, ['project']],
    ['the model', { name: 'two', model: 'm' }, ['model']],
    ['all of it', { ...one, name: 'two' }, ['key', 'project', 'model']],
    ['other words', { name: 'two', keyId: 'x', project: 'y', model: 'z' }, []],
  ])('shares with one that has %s in common what is blamed on that', (_, other, scopes) => {
    const shared = SCOPES.filter((scope) =>
      new PoolMember(one).shares({ kind: 'throttled', scope }, new PoolMember(other)),
    )
    expect(shared).toEqual(scopes)
  })

  test('without words shares nothing, and takes no part of what has none', () => {
    const [a, b] = [new PoolMember({ name: 'a' }), new PoolMember({ name: 'b' })]
    for (const scope of SCOPES) expect(a.shares({ kind: 'throttled', scope }, b)).toBe(false)
    expect(new PoolMember(one).shares({ kind: 'throttled' }, new PoolMember({ ...one, name: 'two' }))).toBe(false)
  })

  test('is passed over until the instant at which that ends', () => {
    const member = new PoolMember(one)
    expect(member.ejected(0)).toBe(false)
    member.ejectedUntil = 1000
    expect([member.ejected(999), member.ejected(1000)]).toEqual([true, false])
  })

  test('has level 0 and weight 1 where nothing else is said', () => {
    expect(new PoolMember(one)).toMatchObject({ level: 0, weight: 1 })
    expect(new PoolMember({ name: 'a', level: 2, weight: 0 })).toMatchObject({ level: 2, weight: 0 })
  })

  test('says until when it is closed or passed over only where it has been', () => {
    const member = new PoolMember(one)
    expect(member.snapshot()).toStrictEqual({ inFlight: 0, answerMs: 0 })
    member.closedUntil = 5
    member.ejectedUntil = 7
    expect(member.snapshot()).toStrictEqual({ inFlight: 0, answerMs: 0, closedUntil: 5, ejectedUntil: 7 })
  })
})
