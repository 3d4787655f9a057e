import { describe, expect, test } from 'vitest'
import { conclusion } from './conclusion.ts'
import { NO_COLOURS } from './display/style.ts'
import { type StrategyReport, reportOf } from './report.ts'
import type { PromptResult } from './run-strategy.ts'
import { table } from './table.ts'

const report = (strategy: StrategyReport['strategy'], madeInTime: number, relay = 0): StrategyReport => ({
  strategy,
  summary: '',
  prompts: 80,
  madeInTime,
  madeLate: 0,
  failed: 80 - madeInTime,
  notMade: 0,
  modelSeconds: 300,
  realSeconds: 15,
  slowestSeconds: 90,
  upstream: {
    requests: 100,
    requestsByEndpoint: { gemini: 100 - relay, ...(relay > 0 && { relay }) },
    outcomes: {},
    usefulSeconds: 2000,
    wastedSeconds: 31.4,
    madeMoreThanOnce: 1,
  },
  failures: Array.from({ length: 80 - madeInTime }, (_, index) => ({ number: index + 1, why: '503 overloaded' })),
})

describe('the table', () => {
  test('has a line for each strategy, in columns', () => {
    const lines = table([report('official client', 46), report('spillway', 80)], NO_COLOURS)
    expect(lines[1]).toMatch(/^ +time +late +failed +requests +wasted +twice +time +time$/)
    expect(lines[3]).toMatch(/^official client +46\/80 +0 +34 +100 +31 s +1 +05:00 +15\.0 s$/)
    expect(new Set(lines.map((line) => line.length)).size).toBe(1)
    expect(lines[0]?.length).toBeLessThanOrEqual(80)
  })

  test('has no upstream figures where the upstream is real', () => {
    const { upstream: _, ...real } = report('spillway', 80)
    expect(table([real], NO_COLOURS).at(-1)).toMatch(/80\/80 +0 +0 +– +– +– /)
  })
})

describe('the conclusion', () => {
  test('says what was made, lost and spent, and who helped', () => {
    expect(
      conclusion([report('official client', 46), report('five-try loop', 56), report('spillway', 80, 45)]),
    ).toEqual([
      'Under the same overload Spillway made 80 of 80 images in time, the official client 46 and the five-try loop 56.',
      'The official client lost 34 to 503 overloaded.',
      'The five-try loop lost 24 to 503 overloaded.',
      'For each image in time the upstream saw 2.2 requests (official client), 1.8 requests (five-try loop) and 1.3 requests (spillway).',
      'It sent 45 of its 100 requests to the relay; --no-relay shows it without.',
    ])
  })

  test('has nothing to compare in a run by itself', () => {
    expect(conclusion([report('spillway', 79)])).toEqual(['Spillway made 79 of 80 images in time.'])
  })
})

test('a report counts what became of the prompts, and says why some failed', () => {
  const prompt = (number: number) => ({ number, prompt: 'secret prompt' })
  const overloaded = Object.assign(new Error('{"error":{"code":503,"status":"UNAVAILABLE","message":"secret"}}'), {
    status: 503,
  })
  const results: PromptResult[] = [
    { prompt: prompt(1), tookMs: 31_000, outcome: 'made' },
    { prompt: prompt(2), tookMs: 190_000, outcome: 'late' },
    { prompt: prompt(3), tookMs: 900, outcome: 'failed', error: overloaded },
    { prompt: prompt(4), tookMs: 10, outcome: 'canceled' },
  ]
  const strategy = { name: 'spillway', summary: 's', make: () => Promise.reject(overloaded) } as const
  const summed = reportOf(strategy, 5, results, { modelMs: 200_000, realMs: 10_000 })
  expect(summed).toMatchObject({ madeInTime: 1, madeLate: 1, failed: 1, notMade: 2, slowestSeconds: 190 })
  expect(summed.failures).toEqual([{ number: 3, why: '503 overloaded (UNAVAILABLE)' }])
})
