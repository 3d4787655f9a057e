import { describe, expect, test } from 'vitest'
import { MovingQuantile } from '../../primitives/moving-quantile.ts'
import { AnswerTimes } from './answer-times.ts'
import { HedgeBudget } from './hedge-budget.ts'
import { patienceOf } from './patience.ts'

/** So many answers, each of which took as long. */
const answers = (count: number, tookMs: number): MovingQuantile => {
  const made = new MovingQuantile(64)
  for (let i = 0; i < count; i++) made.add(tookMs)
  return made
}

describe('how long an attempt may be silent', () => {
  test.each<[string, number | undefined, number | undefined, number, number, number | undefined, number | undefined]>([
    ['a delay says it alone', 50, undefined, 30, 4000, 50, 50],
    ['a quantile says nothing while answers are few', undefined, 0.5, 19, 4000, undefined, undefined],
    ['a quantile of enough answers', undefined, 0.5, 20, 4000, 4000, 4000],
    ['a delay beside a quantile holds while answers are few', 50, 0.5, 19, 4000, 50, 50],
    ['a delay beside a quantile is the least', 5000, 0.5, 20, 4000, 5000, 5000],
    ['a delay beside a longer quantile', 50, 0.5, 20, 4000, 4000, 4000],
    ['evidence says nothing while answers are few', undefined, undefined, 19, 4000, undefined, undefined],
    ['evidence is half as long again as usual, or two and a half times', undefined, undefined, 20, 4000, 6000, 10_000],
    ['evidence takes a second at least', undefined, undefined, 20, 500, 1000, 1250],
    ['evidence takes a second at least, overtaken or not', undefined, undefined, 20, 300, 1000, 1000],
  ])('%s', (_, delayMs, delayQuantile, count, tookMs, overtakenMs, silentMs) => {
    const patience = patienceOf(delayMs, delayQuantile)(answers(count, tookMs))
    expect(patience).toEqual(overtakenMs === undefined ? undefined : { overtakenMs, silentMs })
  })

  test('is looked up again after a quarter of a second at most', () => {
    const times = new AnswerTimes(({ count }) => (count < 2 ? undefined : { overtakenMs: count, silentMs: count }))
    const known: (number | undefined)[] = []
    for (const now of [0, 100, 200, 349, 350, 599, 600]) {
      times.add(1, now)
      known.push(times.patience?.silentMs)
    }
    // Unknown until there are two; then known as of 100 ms, of 350 ms and of 600 ms.
    expect(known).toEqual([undefined, 2, 2, 2, 5, 5, 7])
  })
})

describe('how many hedges there may be', () => {
  test('is one at the start, and a share of the calls', () => {
    const budget = new HedgeBudget(0.1)
    expect(budget.left).toBe(1)
    budget.spend()
    for (let i = 0; i < 9; i++) budget.earn()
    expect(budget.left).toBe(0)
    budget.earn()
    expect(budget.left).toBe(1)
  })

  test('is ten at most, however many calls needed none, and however many were given back', () => {
    const budget = new HedgeBudget(1)
    for (let i = 0; i < 20; i++) budget.earn()
    expect(budget.left).toBe(10)
    budget.spend()
    expect(budget.left).toBe(9)
    for (let i = 0; i < 2; i++) budget.giveBack()
    expect(budget.left).toBe(10)
  })

  test('is none at a share of none', () => {
    expect(new HedgeBudget(0).left).toBe(0)
  })
})
