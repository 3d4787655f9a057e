import { expect, test } from 'vitest'
import { attempt, item, MINUTE, runRecord, START } from './__fixtures__/run-record.ts'
import { costsOf, lanesOf, latencyOf, outcomesOf, spanOf, stepFor } from './figures.ts'

const at = (minutes: number): number => START + minutes * MINUTE

test('a run spans from its first launch to the last thing known', () => {
  const run = runRecord({ items: [item(1, { endedAt: at(75) })] })
  expect(spanOf(run, at(500))).toEqual({ from: START, to: at(75) })
})

test('a run that is at work spans to now, but not for ever when it was killed', () => {
  const launches = [{ number: 1, pid: 1, options: {}, startedAt: START }]
  const run = runRecord({ launches, attempts: [attempt(10)] })
  expect(spanOf(run, at(10.75)).to).toBe(at(10.75))
  expect(spanOf(run, at(600)).to).toBe(at(11.5))
})

test.each([
  [10_000, 60, 1000],
  [60 * MINUTE, 60, 2 * MINUTE],
  [24 * 60 * MINUTE, 60, 30 * MINUTE],
  [4 * 365 * 24 * 60 * MINUTE, 60, 4 * 168 * 60 * MINUTE],
])('%d ms in at most %d steps', (length, atMost, step) => {
  const found = stepFor({ from: 0, to: length }, atMost)
  expect(length / found).toBeLessThanOrEqual(atMost - 1)
  expect(found).toBeGreaterThanOrEqual(step)
})

test('every item and every request that failed is in the stretch in which it ended', () => {
  const run = runRecord({
    items: [item(1), item(2), item(3, { state: 'failed' }), item(4, { state: 'waiting', endedAt: undefined as never })],
    attempts: [
      attempt(0),
      attempt(1, { verdict: 'overloaded' }),
      attempt(1, { verdict: 'throttled' }),
      attempt(59, { verdict: 'transient' }),
      attempt(5, { verdict: 'canceled' }),
    ],
  })
  const buckets = outcomesOf(run, spanOf(run, START))
  const sum = (part: 'done' | 'failed' | 'overloaded' | 'throttled' | 'otherwise'): number =>
    buckets.reduce((total, bucket) => total + bucket[part], 0)
  expect([sum('done'), sum('failed'), sum('overloaded'), sum('throttled'), sum('otherwise')]).toEqual([2, 1, 1, 1, 1])
  expect(buckets.find(({ failed }) => failed === 1)).toMatchObject({ from: at(2), to: at(4), done: 1 })
  expect(buckets.length).toBeLessThanOrEqual(60)
})

test('answer times are told by the hour in which the answer came', () => {
  const attempts = Array.from({ length: 20 }, (_, i) => attempt(i, { endedAt: START + i * MINUTE + (i + 1) * 1000 }))
  const late = attempt(59.9, { endedAt: at(61) })
  const refused = attempt(30, { verdict: 'overloaded' })
  expect(latencyOf(runRecord({ attempts: [...attempts, late, refused] }))).toEqual([
    { hour: 12, answers: 20, p50Ms: 11_000, p95Ms: 20_000 },
    { hour: 13, answers: 1, p50Ms: at(61) - at(59.9), p95Ms: at(61) - at(59.9) },
  ])
})

test('an endpoint is in use from launch to launch, whatever it was, and not while nobody worked', () => {
  const run = runRecord({
    launches: [
      { number: 1, pid: 1, options: {}, startedAt: START },
      { number: 2, pid: 2, options: {}, startedAt: at(30), endedAt: at(60), stopped: 'finished' },
    ],
    attempts: [attempt(0), attempt(9.5)],
    endpointStates: [
      { at: at(5), endpoint: 'official', state: 'open' },
      { at: at(40), endpoint: 'official', state: 'open' },
      { at: at(45), endpoint: 'official', state: 'closed' },
    ],
    waits: [
      { reason: 'schedule', startedAt: at(50) },
      { reason: 'quota', endpoint: 'official', startedAt: at(41), endedAt: at(42) },
      { reason: 'quota', endpoint: 'relay', startedAt: at(41), endedAt: at(43) },
    ],
  })
  expect(lanesOf(run, spanOf(run, START))).toEqual([
    {
      name: 'official',
      spans: [
        { from: START, to: at(5), state: 'closed' },
        { from: at(5), to: at(10), state: 'open' },
        { from: at(30), to: at(40), state: 'closed' },
        { from: at(40), to: at(45), state: 'open' },
        { from: at(45), to: at(60), state: 'closed' },
      ],
    },
    { name: 'schedule', spans: [{ from: at(50), to: at(60), state: 'waiting' }] },
    { name: 'quota', endpoint: 'official', spans: [{ from: at(41), to: at(42), state: 'waiting' }] },
    { name: 'quota', endpoint: 'relay', spans: [{ from: at(41), to: at(43), state: 'waiting' }] },
  ])
})

test('costs add up, and so does what brought no picture', () => {
  const attempts = [
    attempt(3, { verdict: 'empty' }),
    attempt(0),
    attempt(1, { cost: 0, verdict: 'overloaded' }),
    attempt(5),
  ]
  const costs = costsOf(runRecord({ attempts }))
  expect(costs.map(({ spent }) => Number(spent.toFixed(2)))).toEqual([0.04, 0.08, 0.12])
  expect(costs.at(-1)?.lost).toBe(0.04)
})
