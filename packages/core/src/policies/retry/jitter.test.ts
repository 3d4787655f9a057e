import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { exponentialBackoff, pipeline, retry, type Jitter, type RetryOptions } from '../../index.ts'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock } from '../../testing.ts'
import { drawDelay, JITTERS } from './jitter.ts'

/** The delays that a call waits which fails 510 times, for each of 20 seeds: the last 500, which are all at the cap. */
const atTheCap = async (options: RetryOptions): Promise<number[]> => {
  const draws: number[] = []
  for (let seed = 0; seed < 20; seed++) {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ maxAttempts: 511, ...options })], { clock, random: seededRandom(seed) })
    const recording = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ error: new Error('busy') }])).catch(() => 'ended')
    await clock.run()
    await answer
    const delays = recording.events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : []))
    draws.push(...delays.slice(10))
  }
  return draws
}

describe('at the cap of 30 s', () => {
  // trap: jitter-at-the-cap
  test.each<[Jitter, number, number, number]>([
    ['symmetric', 15_000, 45_000, 30_000],
    ['equal', 15_000, 30_000, 22_500],
    ['full', 0, 30_000, 15_000],
    ['decorrelated', 250, 45_000, 0],
  ])('10,000 draws of %s stay between %i and %i ms, and none holds more than 1 %%', async (jitter, min, max, mean) => {
    const backoff = exponentialBackoff({ initialDelayMs: 500 })
    const draws = await atTheCap({ backoff, jitter })
    expect(draws).toHaveLength(10_000)
    const counts = new Map<number, number>()
    for (const draw of draws) counts.set(Math.round(draw), (counts.get(Math.round(draw)) ?? 0) + 1)
    expect(Math.max(...counts.values()) / draws.length).toBeLessThan(0.01)
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(min)
    expect(Math.max(...draws)).toBeLessThanOrEqual(max)
    // The whole range is used.
    expect(Math.max(...draws) - Math.min(...draws)).toBeGreaterThan(0.95 * (max - min))
    if (mean > 0) expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length / mean).toBeCloseTo(1, 1)
  })

  test('none is the cap itself', async () => {
    expect(new Set(await atTheCap({ backoff: exponentialBackoff(), jitter: 'none' }))).toEqual(new Set([30_000]))
  })
})

describe('each draw', () => {
  const delay = fc.double({ min: 0, max: 1e9, noNaN: true })
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  property.prop([fc.constantFrom(...JITTERS), delay, delay, delay, chance])(
    'is a number from 0 to one and a half of the delay',
    (jitter, delayMs, firstMs, lastMs, drawn) => {
      const draw = drawDelay(jitter, delayMs, firstMs, lastMs, () => drawn)
      expect(draw).toBeGreaterThanOrEqual(0)
      expect(draw).toBeLessThanOrEqual(1.5 * delayMs)
    },
  )

  test.each(JITTERS)('of %s that is for ever stays for ever', (jitter) => {
    expect(drawDelay(jitter, Infinity, 1000, 1000, () => 0)).toBe(Infinity)
  })

  test('comes from the random of the pipeline: the same seed, the same delays', async () => {
    expect(await atTheCap({ jitter: 'decorrelated' })).toEqual(await atTheCap({ jitter: 'decorrelated' }))
  })
})

test('decorrelated: callers that failed together lose each other at once, also by their first delay', () => {
  const random = seededRandom(3)
  const firsts = Array.from({ length: 1000 }, () => drawDelay('decorrelated', 1000, 1000, 0, random))
  expect(new Set(firsts.map(Math.round)).size).toBeGreaterThan(400)
  // Each next delay depends on the one before: at most three times as long.
  let lastMs = firsts[0] ?? 0
  for (let i = 1; i < 1000; i++) {
    const draw = drawDelay('decorrelated', 30_000, 1000, lastMs, random)
    expect(draw).toBeLessThanOrEqual(3 * lastMs)
    lastMs = draw
  }
})
