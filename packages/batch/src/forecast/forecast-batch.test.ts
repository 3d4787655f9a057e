import { InvalidOptionsError, learnedLoadProfile, loadProfile } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import { describeForecast } from './describe-forecast.ts'
import { forecastBatch } from './forecast-batch.ts'
import type { ForecastOptions } from './forecast-options.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (hour: number): number => Date.UTC(2026, 2, 2, hour)

/** Ten requests a minute, kept to. */
const TEN_A_MINUTE = {
  quota: { requestsPerMinute: 10 },
  pipeline: { rateLimit: { quotas: [{ permits: 10, per: 'minute' as const }] } },
}
const PRICED = { prices: { painter: { perImage: 0.04 } }, model: 'painter' }
const AN_AFTERNOON: ForecastOptions = { items: 200, startsAt: at(12), maxConcurrency: 10, ...PRICED }

describe('a forecast', () => {
  test('counts a request for each item where nothing is refused', async () => {
    const forecast = await forecastBatch({ ...AN_AFTERNOON, startsAt: at(1) })
    const exactly = (value: number): object => ({ low: value, median: value, high: value })
    expect(forecast).toMatchObject({
      done: exactly(200),
      failed: exactly(0),
      requests: exactly(200),
      refused: exactly(0),
    })
    expect(forecast.cost?.median).toBeCloseTo(8)
    // 10 at once, 30.5 s each: 200 take about ten minutes.
    expect(forecast.finishedAt.median - at(1)).toBeGreaterThan(9.5 * MINUTE)
    expect(forecast.finishedAt.median - at(1)).toBeLessThan(12 * MINUTE)
  })

  test('takes the afternoon for what it is, and the refusals for free', async () => {
    const forecast = await forecastBatch(AN_AFTERNOON)
    expect(forecast.refused.median).toBeGreaterThan(5)
    expect(forecast.requests.median).toBe(forecast.done.median + forecast.refused.median)
    expect(forecast.refused.low).toBeLessThan(forecast.refused.high)
    expect(forecast.cost?.median).toBeCloseTo(8)
    expect(forecast.waits['next try']).toBeGreaterThan(0)
  })

  test('has whole milliseconds, however fine the clock is that it starts by', async () => {
    const { startsAt, finishedAt, waits, hours } = await forecastBatch({
      ...AN_AFTERNOON,
      startsAt: at(12) + 0.679,
      items: 60,
    })
    const times = [startsAt, ...Object.values(finishedAt), ...Object.values(waits), ...hours.map(({ from }) => from)]
    expect(times.length).toBeGreaterThan(7)
    expect(times.filter((ms) => !Number.isInteger(ms))).toEqual([])
  })

  test('keeps the quota', async () => {
    const { finishedAt, waits } = await forecastBatch({ ...AN_AFTERNOON, ...TEN_A_MINUTE, startsAt: at(1), items: 100 })
    // Ten at once, then ten a minute: the last ones leave after nine minutes, or later where one came a moment too early.
    expect(finishedAt.median - at(1)).toBeGreaterThan(9 * MINUTE)
    expect(finishedAt.median - at(1)).toBeLessThan(13 * MINUTE)
    expect(waits.turn).toBeGreaterThan(10_000)
  })

  test('knows a quota of tokens by what an item uses', async () => {
    const quota = { tokensPerMinute: 20_000 }
    const small = await forecastBatch({ ...AN_AFTERNOON, startsAt: at(1), items: 60, quota })
    const large = await forecastBatch({
      ...AN_AFTERNOON,
      startsAt: at(1),
      items: 60,
      quota,
      usage: { images: 1, outputTokens: 5000 },
    })
    expect(small.refused.median).toBeLessThan(30)
    // Four of them fill a minute.
    expect(large.finishedAt.median - at(1)).toBeGreaterThan(13 * MINUTE)
  })

  test('waits for calm hours where the run does, and needs no more requests than items then', async () => {
    const forecast = await forecastBatch({ ...AN_AFTERNOON, pipeline: { schedule: { deferrable: () => true } } })
    expect(forecast.requests.high).toBe(200)
    expect(forecast.finishedAt.low).toBeGreaterThan(at(24))
    expect(forecast.waits['calm hours']).toBeGreaterThan(0)
    expect(forecast.hours.length).toBe(13)
    expect(forecast.hours.at(-1)).toMatchObject({ from: at(24), done: 200, requests: 200 })
  })

  test('has the hours of the profile that was learned, and teaches it nothing', async () => {
    const profile = learnedLoadProfile({ prior: loadProfile([{ fromHour: 0, level: 'low' }]) })
    const before = JSON.stringify(profile.snapshot())
    const pipeline = { schedule: { profile, deferrable: () => true } }
    const forecast = await forecastBatch({ ...AN_AFTERNOON, pipeline })
    expect(forecast.refused.high).toBe(0)
    expect(forecast.finishedAt.high).toBeLessThan(at(13))
    expect(JSON.stringify(profile.snapshot())).toBe(before)
  })

  test('takes a known endpoint for what it is', async () => {
    const endpoints = {
      default: {
        capacity: 1,
        queueLimit: 100,
        serviceTime: { image: { minMs: 60_000, meanMs: 60_000, maxMs: 60_000 } },
      },
    }
    const pipeline = { timeout: { totalMs: Infinity } }
    const { finishedAt, assumptions } = await forecastBatch({ items: 10, startsAt: at(1), endpoints, pipeline })
    expect(finishedAt.median - at(1)).toBeGreaterThan(10 * MINUTE)
    expect(finishedAt.median - at(1)).toBeLessThan(10 * MINUTE + 2000)
    expect(assumptions.join(' ')).not.toContain('pictures at once')
  })

  test('stops where the run would: at its deadline, and before its ceiling of cost', async () => {
    const late = await forecastBatch({ ...AN_AFTERNOON, startsAt: at(1), deadlineMs: 5 * MINUTE })
    expect(late.left.low).toBeGreaterThan(80)
    expect(late.done.median + late.left.median).toBe(200)
    expect(late.finishedAt.high).toBeLessThanOrEqual(at(1) + 5 * MINUTE)
    const poor = await forecastBatch({ ...AN_AFTERNOON, startsAt: at(1), maxCost: 2.01 })
    expect(poor.done).toEqual({ low: 50, median: 50, high: 50 })
    expect(poor.cost?.high).toBeLessThanOrEqual(2.01)
  })

  test('is the same again, and leaves nothing behind', async () => {
    expect(await forecastBatch(AN_AFTERNOON)).toEqual(await forecastBatch(AN_AFTERNOON))
  })

  test('plays a thousand items over a day in seconds', async () => {
    const began = performance.now()
    await forecastBatch({ items: 1000, startsAt: at(0), ...TEN_A_MINUTE, deadlineMs: 24 * HOUR })
    // About one; ten on a machine that has much else to do.
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test.each([
    [{ items: 0 }, 'forecastBatch.items'],
    [{ items: 5, seeds: 0 }, 'forecastBatch.seeds'],
    [{ items: 5, deadlineMs: 0 }, 'forecastBatch.deadlineMs'],
    [{ items: 5, usage: { images: -1 } }, 'forecastBatch.usage.images'],
    [{ items: 5, profile: {} }, 'forecastBatch.profile'],
    [{ items: 5, maxconcurrency: 3 }, 'forecastBatch.maxconcurrency'],
    [{ items: 5, pipeline: { retry: { maxAttempts: 0 } } }, 'retry.maxAttempts'],
  ])('%o is refused', async (options, message) => {
    const refused = forecastBatch(options as never)
    await expect(refused).rejects.toThrow(InvalidOptionsError)
    await expect(refused).rejects.toThrow(message)
  })
})

describe('a forecast for people', () => {
  test('has the middle and the range, to the minute, and what was taken for granted', async () => {
    const lines = describeForecast(await forecastBatch({ ...AN_AFTERNOON, ...TEN_A_MINUTE }))
    expect(lines[0]).toMatch(/^requests {2}\d+, from \d+ to \d+$/)
    expect(lines).toContainEqual(expect.stringMatching(/^cost {6}\d\.\d\d/))
    expect(lines.find((line) => line.startsWith('finished'))).toMatch(
      /^finished {2}2026-03-02 12:\d\d UTC \(\d\d min\)/,
    )
    expect(lines).toContain('  The quota is 10 requests per minute.')
    expect(lines).toContain(
      '  Played 5 times, each with other chance; the range is from the least to the most of them.',
    )
  })

  test('says in words how long an item waits, and for what', async () => {
    const forecast = await forecastBatch({ ...AN_AFTERNOON, items: 1 })
    const waitsOf = (turn: number, nextTry: number): string | undefined =>
      describeForecast({ ...forecast, waits: { 'calm hours': 2 * HOUR, turn, 'next try': nextTry } }).find((line) =>
        line.startsWith('waits'),
      )
    expect(waitsOf(10_000, 6000)).toBe(
      'waits     2 h for calm hours, 10 s for its turn and 6 s between tries, on average for each item',
    )
    expect(waitsOf(0, 900)).toBe('waits     2 h for calm hours, on average for each item')
  })

  test('says what is left and what it waits for, where there is such', async () => {
    const lines = describeForecast(
      await forecastBatch({ ...AN_AFTERNOON, pipeline: { schedule: { deferrable: () => true } }, deadlineMs: HOUR }),
    )
    expect(lines).toContain('left      200')
    expect(lines.join('\n')).not.toContain('NaN')
  })
})
