import { describe, expect, test } from 'vitest'
import { healthOf, snapshotOf } from '../../__fixtures__/snapshot.ts'
import {
  circuitOpen,
  costAbove,
  endpointDown,
  overloadAbove,
  queueGrowing,
  retryBudgetSpent,
  standardRules,
  statusDisagrees,
  type AlertRule,
  type HealthSnapshot,
} from '../../index.ts'

const textsOf = (rule: AlertRule, snapshot: Partial<HealthSnapshot>): string[] => {
  const found = rule.find(snapshotOf(snapshot))
  const findings = found === undefined ? [] : 'length' in found ? found : [found]
  return findings.map(({ text }) => text)
}
const policies = (kind: string, state: object): Partial<HealthSnapshot> => ({
  pipelines: [{ pipeline: 'images', inFlight: 0, orphans: 0, policies: [{ name: kind, kind, state }] }],
})

describe('a rule finds', () => {
  test.each<[AlertRule, Partial<HealthSnapshot>, string]>([
    [
      overloadAbove(),
      { endpoints: [healthOf(), healthOf({ model: 'writer', overloadedRatio: 0.5 })] },
      '50 % of the attempts at official, writer are refused for want of capacity',
    ],
    [
      endpointDown(),
      { endpoints: [healthOf({ level: 'overloaded' }), healthOf({ level: 'down', successRatio: 0.02 })] },
      'official, painter is down: 2 % of the last 100 attempts were answered',
    ],
    [
      endpointDown(),
      { endpoints: [healthOf({ level: 'down', attempts: 0 })] },
      'official, painter was down when it was asked last',
    ],
    [
      statusDisagrees(),
      { disagreements: [{ feed: 'page', endpoint: 'official', worse: 'calls', since: 0, sentence: 'they differ' }] },
      'they differ',
    ],
    [costAbove({ costPerHour: 5 }), { costLastHour: 5.5 }, 'the last hour cost 5.50, more than 5'],
    [
      circuitOpen(),
      policies('circuitBreaker', { partitions: { official: { state: 'open' }, relay: { state: 'closed' } } }),
      'images: circuitBreaker of official is open',
    ],
    [
      circuitOpen(),
      policies('circuitBreaker', { partitions: { '': { state: 'half_open' } } }),
      'images: circuitBreaker is half_open',
    ],
    [
      retryBudgetSpent(),
      policies('retry', { budget: { spent: 12, allowed: 12 } }),
      'the retry budget of images: retry is spent: 12 of 12',
    ],
  ])('%o', (rule, snapshot, text) => {
    expect(textsOf(rule, snapshot)).toEqual([text])
  })
})

describe('a rule does not find', () => {
  test.each<[AlertRule, Partial<HealthSnapshot>]>([
    [overloadAbove({ ratio: 0.6 }), { endpoints: [healthOf({ overloadedRatio: 0.59 })] }],
    [overloadAbove(), { endpoints: [healthOf({ overloadedRatio: 1, attempts: 9 })] }],
    [endpointDown(), { endpoints: [healthOf({ level: 'unknown', attempts: 0 })] }],
    [costAbove({ costPerHour: 5 }), { costLastHour: 5 }],
    [circuitOpen(), policies('somebody', { state: 'open' })],
    [circuitOpen(), policies('circuitBreaker', { state: 7 })],
    [retryBudgetSpent(), policies('retry', { budget: { spent: 11, allowed: 12 } })],
    [retryBudgetSpent(), policies('retry', { budget: 'all of it' })],
  ])('%o', (rule, snapshot) => {
    expect(textsOf(rule, snapshot)).toEqual([])
  })
})

test.each([null, undefined, 7, 'open', { partitions: null }, { partitions: { a: null, b: 'open' } }, { budget: null }])(
  'what a policy of somebody’s says of itself (%j) hides no other',
  (odd) => {
    const [known] = policies('circuitBreaker', { state: 'open' }).pipelines ?? []
    const pipelines = [
      { ...known, pipeline: 'odd', policies: [{ name: 'odd', kind: 'circuitBreaker', state: odd }] },
      known,
    ]
    for (const rule of [queueGrowing(), retryBudgetSpent()]) expect(textsOf(rule, { pipelines } as never)).toEqual([])
    expect(textsOf(circuitOpen(), { pipelines } as never)).toEqual(['images: circuitBreaker is open'])
  },
)

test('a line grows where there are more in it than a minute before, and enough', () => {
  const rule = queueGrowing({ above: 5 })
  const look = (second: number, waiting: unknown) =>
    textsOf(rule, { at: second * 1000, ...policies('bulkhead', { waiting }) })
  expect([
    look(0, 2),
    look(30, 20),
    look(60, 30),
    look(90, 30),
    look(120, 30),
    look(150, 25),
    look(151, 'many'),
  ]).toEqual([
    [],
    [],
    ['30 calls wait in images: bulkhead, 28 more than a minute ago'],
    ['30 calls wait in images: bulkhead, 10 more than a minute ago'],
    [],
    [],
    [],
  ])
  const short = queueGrowing({ above: 50 })
  for (let at = 0; at < 300; at += 10)
    expect(textsOf(short, { at: at * 1000, ...policies('bulkhead', { waiting: at / 10 }) })).toEqual([])
})

test('the standard rules have names of their own and wait before they speak', () => {
  const rules = standardRules()
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
  expect(rules.filter(({ forMs = 0 }) => forMs < 60_000).map(({ name }) => name)).toEqual(['status-disagrees'])
})

test('a disagreement holds since the two disagree, not since somebody waited for it to last', () => {
  const disagreements = [
    { feed: 'page', endpoint: 'official', worse: 'calls', since: 7, sentence: 'they differ' },
  ] as const
  expect(statusDisagrees().find(snapshotOf({ at: 300_007, disagreements }))).toMatchObject([{ since: 7 }])
})

test.each([
  () => overloadAbove({ ratio: 0 }),
  () => overloadAbove({ minAttempts: 0 }),
  () => overloadAbove({ severity: 'loud' as never }),
  () => endpointDown({ forMs: -1 }),
  () => statusDisagrees({ resolveAfterMs: Number.NaN }),
  () => costAbove({ costPerHour: 0 }),
  () => costAbove({} as never),
  () => circuitOpen({ for: 1 } as never),
  () => queueGrowing({ above: -1 }),
  () => retryBudgetSpent({ severity: 1 as never }),
])('%o is refused', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_SPILLWAY_INVALID_OPTIONS' }))
})
