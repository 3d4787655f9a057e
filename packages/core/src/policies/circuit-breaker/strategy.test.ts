import { ConsecutiveBreaker, type IBreaker } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { Strategy } from './strategy.ts'
import { windowBreaker } from './window-breaker.ts'

describe('a strategy takes over what another one has counted', () => {
  const holding = (state: unknown): IBreaker => ({ state, success() {}, failure: () => false })

  test.each<[string, unknown, unknown, boolean]>([
    ['a number by a number', 0, 2, true],
    ['a number by no number', 0, NaN, false],
    ['a number by a word', 0, '2', false],
    ['a number by nothing', 0, null, false],
    ['an empty place by a place', { ring: [null, null] }, { ring: [true, null] }, true],
    ['an empty place by a number', { ring: [null, null] }, { ring: [null, 5] }, true],
    ['an empty place by a word', { ring: [null, null] }, { ring: [null, 'yes'] }, false],
    ['a switch by a switch', { on: true }, { on: false }, true],
    ['a switch by a word', { on: true }, { on: 'yes' }, false],
    ['fields by none', { a: 1 }, null, false],
    ['fields by a number', { a: 1 }, 1, false],
    ['fields by others', { a: 1 }, { b: 1 }, false],
    ['fields by more', { a: 1 }, { a: 1, b: 2 }, false],
    ['no fields by a number', {}, 1, false],
    ['a list by a longer one', [1, 2], [1, 2, 3], false],
    ['a list by the same as fields', [1, 2], { 0: 1, 1: 2 }, false],
    ['a list that begins empty by one that has grown', [], [1, 2, 3], true],
    ['a list that begins empty by no list', [], {}, false],
  ])('%s: %o, saved %o: %s', (_, now, saved, fits) => {
    const breaker = holding(now)
    expect(new Strategy(breaker).restore(saved, 0)).toBe(fits)
    expect(breaker.state).toEqual(fits ? saved : now)
  })

  test('of a strategy that had nothing to save there is nothing to take over', () => {
    const breaker = new ConsecutiveBreaker(3)
    expect([new Strategy(breaker).restore(undefined, 0), breaker.state]).toEqual([true, 0])
  })

  test('a strategy that refuses keeps what it has', () => {
    const breaker = Object.defineProperty(holding(0), 'state', {
      get: () => 0,
      set: () => {
        throw new TypeError('not mine')
      },
    })
    expect(new Strategy(breaker).restore(2, 0)).toBe(false)
  })

  test('counts that are as old as the window are over', () => {
    const saved = windowBreaker({ windowMs: 1000 })
    saved.record({ kind: 'failure', durationMs: 0, now: 0 })
    const left = [999, 1000].map((ageMs) => {
      const breaker = windowBreaker({ windowMs: 1000, minimumCalls: 2 })
      expect(new Strategy(breaker).restore(saved.state, ageMs)).toBe(true)
      return breaker.record({ kind: 'failure', durationMs: 0, now: 0 })
    })
    expect(left).toEqual(['failures', undefined])
  })
})

test('a strategy that knows no time says by failures alone what speaks for opening', () => {
  const strategy = new Strategy(new ConsecutiveBreaker(2))
  const findings = (['failure', 'success', 'failure', 'failure'] as const).map((kind) => strategy.count(kind, 0, 0))
  expect(findings).toEqual([undefined, undefined, undefined, 'failures'])
})
